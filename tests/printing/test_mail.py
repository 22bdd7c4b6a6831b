"""Templates: what they may say, what they may not reach, and the mails they make."""

from __future__ import annotations

import time

import pytest

from domain.shop import LOCALES, Defaults, Shop, Template
from domain.statuses import STAGES
from domain.templates import OCCASIONS
from printing.mail import BadTemplate, Source, check_template, money_facts, names, source_for, write
from printing.mail.example import example_facts, example_order
from printing.mail.rendering import text_of
from printing.mail.standard import standard


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_standard_template_makes_a_mail(stage: str, locale: str) -> None:
    written = check_template(standard(stage, locale))
    assert "C1001" in written.subject
    assert "C1001" in written.text
    assert "<style" not in written.html
    assert 'style="' in written.html
    assert "Blue &lt;cup&gt;" in written.html
    assert "Blue <cup>" in written.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_payment_link_is_in_its_mail(locale: str) -> None:
    facts = {**example_facts(), "facts": {"link": "https://pay.example.com/1"}}
    assert "https://pay.example.com/1" in write(standard("payment-link", locale), facts).text


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("a\nb\n{% if %}", 3),
        ("a\n{{ nix }}", 2),
        ("{% if false %}\n{{ nix }}{% endif %}", 2),
        ("a\n\n{{ order.nix }}", 3),
        ("{{ order.number|nix }}", 1),
        ("{{ 1 / 0 }}", 1),
        ("a\n{{ order }}", 2),
        ("{% extends 'nix.html' %}", 1),
        ("{% include '../sandbox.py' %}", 1),
    ],
)
def test_a_template_at_fault_is_refused_with_the_line(html: str, line: int) -> None:
    with pytest.raises(BadTemplate) as refused:
        check_template(Source("s", html))
    assert (refused.value.pointer, refused.value.details["line"]) == ("/html", line)


def test_the_part_at_fault_is_named() -> None:
    for part, source in {
        "subject": Source("{{ nix }}", "<p>h</p>"),
        "text": Source("s", "<p>h</p>", "{{ nix }}"),
    }.items():
        with pytest.raises(BadTemplate) as refused:
            check_template(source)
        assert refused.value.pointer == f"/{part}"


@pytest.mark.parametrize(
    "html",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ order.__class__ }}",
        "{{ order['__class__'].__name__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ range.__globals__ }}",
        "{{ order|attr('x') }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ order.lines.append(1) }}",
        "{{ cycler.__init__ }}",
        "{% import 'os' as os %}",
    ],
)
def test_no_template_reaches_python(html: str) -> None:
    with pytest.raises(BadTemplate):
        check_template(Source("s", html))


@pytest.mark.parametrize(
    "html",
    [
        "{{ 'x' * 999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% for a in range(100000) %}{% endfor %}",
        "{% for a in range(99) %}{% for b in range(99) %}{% for c in range(99) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set s = 'xxxxxxxx' %}" + "{% set s = s ~ s %}" * 300,
        "{% set s %}xxxxxxxx{% endset %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 100,
        "{% set n = 9 %}" + "{% set n = n * n %}" * 300,
    ],
)
def test_no_template_runs_or_writes_without_end(html: str) -> None:
    began = time.monotonic()
    with pytest.raises(BadTemplate):
        check_template(Source("s", html))
    assert time.monotonic() - began < 5


def test_the_shops_own_template_comes_first_then_its_language_then_the_standard() -> None:
    def own(locale: str) -> Template:
        return Template(status="pending", locale=locale, version=3, subject=locale, html="h")

    french = Defaults(locale="fr")
    both = Shop(templates={"pending/fr": own("fr"), "pending/en": own("en")}, defaults=french)
    one = Shop(templates={"pending/fr": own("fr")}, defaults=french)
    assert source_for(both, "pending", "en").subject == "en"
    assert source_for(one, "pending", "en").subject == "fr"
    assert source_for(one, "shipped", "en") == standard("shipped", "en")
    assert source_for(Shop(), "gone", "fr") == standard("pending", "fr")


def test_a_subject_is_one_line_and_names_are_escaped_where_they_must_be() -> None:
    facts = example_facts()
    facts["order"] = {**facts["order"], "customer_name": "Eve\r\nBcc: x <b>"}
    written = write(Source("{{ order.customer_name }}", "<p>{{ order.customer_name }}</p>"), facts)
    assert written.subject == "Eve Bcc: x <b>"
    assert "<b>" not in written.html


def test_text_is_made_from_what_can_be_read() -> None:
    html = "<head><title>t</title><style>p{}</style></head><p>One <b>two</b></p><ul><li>a</li></ul><a href='u'>l</a>"
    assert text_of(html).split("\n") == ["One two", "", "- a", "l (u)"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("occasion", sorted(OCCASIONS))
def test_each_occasion_has_a_standard_text(occasion: str, locale: str) -> None:
    written = check_template(standard(occasion, locale), OCCASIONS[occasion])
    assert "C1001" in written.subject


def test_administrators_are_told_who_what_how_to_reach_and_where() -> None:
    written = check_template(standard("administrators", "en"), ("link",))
    for told in ("Ada Example", "C1001", "ada@example.com", "+33 1 00 00 00 00", "Blue <cup>", "(link)", "Sampleton"):
        assert told in written.text
    assert "Hello" not in written.text


def test_a_payment_or_refund_is_told_as_the_order_has_it() -> None:
    order, shop = example_order(), Shop()
    assert money_facts(order, shop, "fr", {"payment": "1"})["amount"] == "10,00\xa0€"
    assert money_facts(order, shop, "en", {"payment": "1"})["method"] == "Card"
    assert money_facts(order, shop, "en", {"link": "x"}) == {"link": "x"}


def test_a_template_at_fault_says_which_names_there_are() -> None:
    with pytest.raises(BadTemplate) as refused:
        check_template(Source("s", "{{ order.nix }}"), ("amount",))
    known = refused.value.details["names"]
    expected = {"order.number", "order.lines[].name", "order.shipments[].tracking_url", "shop.name", "facts.amount"}
    assert expected <= {*known}
    assert "facts.link" not in known


def test_every_name_that_is_told_can_be_used() -> None:
    for name in names(("amount",)):
        held, _, inner = name.partition("[].")
        use = f"{{% for one in {held} %}}{{{{ one.{inner} }}}}{{% endfor %}}" if inner else f"{{{{ {name} }}}}"
        check_template(Source("s", use), ("amount",))
