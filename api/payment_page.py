"""The pages a customer sees: the order behind a payment link, and the sandbox's page that takes the money.

Whoever holds such an address may use it: it names one order and one amount, and is signed or too long to guess.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from babel.numbers import format_currency
from flask import Blueprint, Response, redirect, request
from jinja2 import DictLoader, Environment
from werkzeug.wrappers import Response as AnyResponse

from api.requests import runtime
from domain.money import amount_text
from domain.orders.order import Order
from domain.orders.payment_links import promised
from domain.orders.payments import due
from domain.shop import AT_ONCE
from domain.units import PIECE, quantity_text
from projections.log import NothingRecorded
from projections.payments import sandbox_events
from projections.payments.beginning import NoLongerAsked, OnItsWay, page_of
from projections.payments.charges import BegunCharge, expiry
from projections.payments.links import Link, read_link
from projections.payments.provider import Provider, Troubled, origin
from projections.payments.providers import address, ready

payment_page = Blueprint("payment_page", __name__)
# Browsers hold the answers to a form against `form-action` as well: it names where its redirects lead.
_POLICY = "default-src 'none'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
_WORDS = {
    "en": {
        "order": "Order", "due": "To pay:", "pay": "Pay", "unknown": "This link is not valid.",
        "expired": "This link has expired. Ask the shop for a new one.", "paid": "This order is paid. Thank you.",
        "replaced": "This link was replaced by a newer one.", "declined": "The payment was declined.",
        "later": "Pay later", "decline": "Decline", "pending": "The payment is on its way.", "test": "Test payment",
        "authorized": "The payment is promised.", "voided": "The payment was called off.", "dispute": "Dispute it",
        "shop-wins": "The shop wins", "shop-loses": "The shop loses", "disputed": "The payment is disputed.",
        "won": "The shop won the dispute.", "lost": "The shop lost the dispute.",
        "unavailable": "Paying is not possible just now. Please try again in a moment.",
    },
    "fr": {
        "order": "Commande", "due": "À payer\N{NO-BREAK SPACE}:", "pay": "Payer",
        "unknown": "Ce lien n'est pas valable.",
        "expired": "Ce lien a expiré. Demandez-en un nouveau à la boutique.",
        "paid": "Cette commande est payée. Merci.",
        "replaced": "Ce lien a été remplacé par un plus récent.", "declined": "Le paiement a été refusé.",
        "later": "Payer plus tard", "decline": "Refuser", "pending": "Le paiement est en route.",
        "test": "Paiement d'essai", "authorized": "Le paiement est promis.", "voided": "Le paiement a été annulé.",
        "dispute": "Le contester", "shop-wins": "La boutique gagne", "shop-loses": "La boutique perd",
        "disputed": "Le paiement est contesté.", "won": "La boutique a gagné le litige.",
        "lost": "La boutique a perdu le litige.",
        "unavailable": "Le paiement n'est pas possible pour l'instant. Réessayez dans un moment.",
    },
}  # fmt: skip
_PAGES = Environment(
    autoescape=True,
    loader=DictLoader({
        "page": """<!doctype html>
<html lang="{{ locale }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title></head><body><main><h1>{{ title }}</h1>
{% for message in messages %}<p role="status">{{ message }}</p>
{% endfor %}{% if lines %}<table>{% for line in lines %}
<tr><td>{{ line.name }}</td><td>{{ line.count }}</td></tr>{% endfor %}
</table>
{% endif %}{% if amount %}<p>{{ words.due }} <strong>{{ amount }}</strong></p>
{% endif %}{% if choices %}<form method="post">{% for choice in choices %}
<button name="choice" value="{{ choice }}">{{ words[choice] }}</button>{% endfor %}
</form>
{% endif %}</main></body></html>
""",
    }),
)  # fmt: skip


class Refusal(NamedTuple):
    """Why a link cannot be paid: the status of the answer, and the word for it."""

    status: int
    word: str


@payment_page.route("/pay/<string:token>", methods=["GET", "POST"])
def pay(token: str) -> AnyResponse:
    """The order behind a link; a POST goes on to the provider's page."""
    link = read_link(runtime().log.keys.payment_links, token)
    order = _order(link.order_id) if link else None
    if link is None or order is None:
        return _page("en", status=404, messages=("unknown",))
    provider = _provider(order)
    refusal = _refusal(link, order, datetime.now(UTC))
    if refusal or provider is None:
        refusal = refusal or Refusal(410, "replaced")
        return _page(order.locale, status=refusal.status, order=order, messages=(refusal.word,))
    if request.method == "POST":
        try:
            # allowed redirect: a provider's own page, as the provider told it to the server
            return redirect(_begin(link, order, token), 303)
        except Troubled:
            return _page(order.locale, status=503, order=order, messages=("unavailable",))
        except OnItsWay:
            return _page(order.locale, status=409, order=order, messages=("pending",))
        except NoLongerAsked:
            return _page(order.locale, status=410, order=order, messages=("replaced",))
    leads_to = ("'self'", provider.pages)
    return _page(
        order.locale, order=order, lines=_lines(order), amount=link.amount, choices=("pay",), leads_to=leads_to
    )


def _lines(order: Order) -> list[dict[str, str]]:
    """The lines by name, each with how many of it."""
    units = {item.id: "" if item.unit == PIECE else f" {item.unit.code}" for item in order.items.values()}
    return [
        {"name": item.name, "count": f"{quantity_text(item.quantity, item.unit)}{units[item.id]}"}
        for item in order.items.values()
    ]


def _order(order_id: UUID) -> Order | None:
    try:
        return runtime().log.load(Order, order_id)
    except NothingRecorded:
        return None


def _refusal(link: Link, order: Order, now: datetime) -> Refusal | None:
    if not due(order):
        return Refusal(410, "paid")
    if link.expires_at <= now:
        return Refusal(410, "expired")
    if order.payment_link != link.link.hex or due(order) != link.amount:
        return Refusal(410, "replaced")
    if promised(order) >= link.amount:
        return Refusal(410, "authorized" if order.authorized else "pending")
    return None


def _provider(order: Order) -> Provider | None:
    method = runtime().desk.shop().payment_methods.get(order.payment_link_method)
    return ready(runtime()).get(method.provider) if method else None


def _begin(link: Link, order: Order, token: str) -> str:
    method, now = runtime().desk.shop().payment_methods[order.payment_link_method], datetime.now(UTC)
    wanted = BegunCharge(
        id=uuid4(),
        order_id=order.id,
        link=link.link.hex,
        number=order.number,
        provider=method.provider,
        method=method.code,
        amount=link.amount,
        currency=order.currency,
        capture=method.capture == AT_ONCE,
        return_url=f"{address(runtime())}/pay/{token}",
        began_at=now,
        expires_at=expiry(link.expires_at, now),
    )
    return page_of(runtime(), ready(runtime()), wanted, now)


@payment_page.get("/sandbox/<string:charge_id>")
def sandbox_page(charge_id: str) -> AnyResponse:
    """The sandbox's page: pay, decline or pay later; dispute what was paid, and decide that."""
    charge = _charge(charge_id)
    if charge is None:
        return _page("en", status=404, messages=("unknown",))
    stands = {"open": "disputed"}.get(charge.dispute, charge.dispute) if charge.dispute else charge.state
    messages = () if stands == "open" else (stands,)
    title, leads_to = f"Sandbox: {charge.number}", ("'self'", origin(address(runtime())))
    return _page("en", title=title, messages=("test", *messages), choices=charge.choices, leads_to=leads_to)


@payment_page.post("/sandbox/<string:charge_id>")
def sandbox_choice(charge_id: str) -> AnyResponse:
    """What the customer chose; the shop is told by a webhook, at once or later."""
    charge, choice = _charge(charge_id), request.form.get("choice", "")
    if charge is None or not any(choice in choices for choices in sandbox_events.CHOICES.values()):
        return _page("en", status=404, messages=("unknown",))
    with runtime().pool.connection() as connection, connection.transaction():
        sandbox_events.choose(connection, charge_id, choice, datetime.now(UTC))
    runtime().log.announce()
    goes_back = choice in ("pay", "later") and charge.return_url
    # allowed redirect: where the shop's own link led from, kept with the charge
    return redirect(charge.return_url if goes_back else f"/sandbox/{charge_id}", 303)


def _charge(charge_id: str) -> sandbox_events.SandboxCharge | None:
    with runtime().reading() as connection:
        return sandbox_events.find_charge(connection, charge_id)


def _page(
    locale: str,
    *,
    status: int = 200,
    title: str = "",
    order: Order | None = None,
    messages: tuple[str, ...] = (),
    amount: int | None = None,
    leads_to: tuple[str, ...] = ("'none'",),
    **shown: Any,
) -> Response:
    words = _WORDS.get(locale, _WORDS["en"])
    shown["amount"] = (
        format_currency(Decimal(amount_text(amount, order.currency)), order.currency, locale=locale or "en")
        if order and amount
        else None
    )
    html = _PAGES.get_template("page").render(
        locale=locale if locale in _WORDS else "en",
        words=words,
        title=title or (f"{words['order']} {order.number}" if order else words["order"]),
        messages=[words[message] for message in messages],
        **shown,
    )
    policy = _POLICY.format(forms=" ".join(leads_to))
    return Response(html, status, {"Content-Security-Policy": policy}, mimetype="text/html")
