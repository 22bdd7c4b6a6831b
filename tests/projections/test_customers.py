"""The list of customers."""

from __future__ import annotations

from typing import Any

from domain.addresses import Address
from domain.customers import CreateCustomer, CustomerCard, EraseCustomer, TakeBillingData, UpdateCustomer
from projections.customers import SORTS, CustomerFilters, count_customers, cursor_types, list_customers
from tests.projections.showing import NOON, Showing, at, id_of, minutes


def card(name: str, number: float = 0, **told: str) -> CreateCustomer:
    """A card made by hand."""
    context = at(minutes(number), command=name)
    return CreateCustomer(customer_id=id_of(name), context=context, card=CustomerCard(name=name, **told))


def names(shown: Showing, sort: str = "created_at", **filters: Any) -> list[str]:
    """The names on the cards that the filters leave."""
    return [head.name for head in list_customers(shown.connection, CustomerFilters(**filters), sort).items]


def test_a_card_follows_what_orders_and_operators_say(shown: Showing) -> None:
    billing = Address(name="Élodie Test", email="Elodie@Example.com", city="Fenville", country="FR")
    taken = TakeBillingData(customer_id=id_of("é"), context=at(NOON), order_id=id_of("C1"), billing=billing)
    put_right = UpdateCustomer(
        customer_id=id_of("é"), context=at(minutes(1)), card=CustomerCard(phone="+33 1 00", city="")
    )
    shown.happen(taken)
    shown.show(batch=1)
    shown.happen(put_right)
    shown.show(batch=1)
    [head] = list_customers(shown.connection, CustomerFilters()).items
    assert (head.name, head.email, head.phone, head.city, head.country) == (
        "Élodie Test",
        "Elodie@Example.com",
        "+33 1 00",
        "",
        "FR",
    )
    assert (head.created_at, head.updated_at, head.version) == (NOON, minutes(1), 3)
    assert head.position == shown.log.head()


def test_customers_are_found_by_words_and_by_their_exact_address(shown: Showing) -> None:
    shown.happen(
        card("Élodie Test", 0, email="elodie@example.com", company="Tea & Co", city="Fenville"),
        card("Bo Sample", 1, email="bo@example.com", country="DE", phone="0123456"),
    )
    shown.show()
    assert names(shown, q="elodie") == ["Élodie Test"]
    assert names(shown, q="tea co") == ["Élodie Test"]
    assert names(shown, q="fenv test") == ["Élodie Test"]
    assert names(shown, q="2345") == ["Bo Sample"]
    assert names(shown, q="example") == ["Élodie Test", "Bo Sample"]
    assert names(shown, email=" BO@example.com") == ["Bo Sample"]
    assert names(shown, email="o@example.com") == []
    assert names(shown, country="DE") == ["Bo Sample"]
    assert count_customers(shown.connection, CustomerFilters(q="example")) == 2


def test_pages_show_every_customer_once(shown: Showing) -> None:
    wanted = ["Al", "Bo", "Cé", "Di", "Ed"]
    shown.happen(*(card(name, number) for number, name in enumerate(wanted)))
    shown.show()
    for sort in SORTS:
        assert walked(shown, sort) == wanted
        assert walked(shown, f"-{sort}") == wanted[::-1]


def walked(shown: Showing, sort: str) -> list[str]:
    """The names on all pages of two."""
    seen, cursor = [], None
    while True:
        page = list_customers(shown.connection, CustomerFilters(), sort, 2, cursor)
        seen += [head.name for head in page.items]
        cursor = page.next
        if cursor is None:
            return seen
        assert len(cursor) == len(cursor_types(sort))


def test_a_forgotten_customer_leaves_the_list_and_only_dates_in_the_row(shown: Showing) -> None:
    shown.happen(card("Noor Sample", email="noor@example.com", line1="1 Sample Street"), card("Bo Other", 1))
    shown.happen(EraseCustomer(customer_id=id_of("Noor Sample"), context=at(minutes(2))))
    shown.show()
    assert names(shown) == ["Bo Other"]
    told = str(shown.rows("customers"))
    assert str(id_of("Noor Sample")) in told
    assert "Sample" not in told
    assert "noor" not in told
