"""`carnet audit restated`: orders whose balance or payment status once read otherwise, both figures side by side.

What is owed was defined anew in `domain.owed`. The definition of before lives on in this module alone, for no other
purpose: any refund settled an overpayment, a cancelled order kept what it had ordered, a quantity counted refunded
units, and of equal remainders of a discount the first line had its unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.events import Event, fold
from domain.money import amount_text, fraction, share
from domain.orders.cart import ItemAdded
from domain.orders.line_changes import ItemQuantityChanged
from domain.orders.order import Order
from domain.pricing import Cart, price
from domain.taxes import combined
from projections.runtime import Runtime
from scripts.installation import opened_runtime


class Figures(Struct, frozen=True, kw_only=True):
    """What an order's money came to: total and balance in minor units, and the payment status."""

    total: int
    balance: int
    payment_status: str


class Restated(Struct, frozen=True, kw_only=True):
    """An order whose figures read otherwise before."""

    id: str
    number: str
    currency: str
    was: Figures
    now: Figures


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, one object a line, for a program.")
def restated(as_json: bool) -> None:
    """Orders whose balance or payment status the version before told otherwise: old and new figure side by side."""
    count = 0
    with opened_runtime() as runtime:
        for found in restated_orders(runtime):
            count += 1
            click.echo(msgspec.json.encode(found).decode() if as_json else line_of(found))
    if not as_json:
        click.echo(f"{count} orders read otherwise than before." if count else "No order reads otherwise than before.")


def restated_orders(runtime: Runtime) -> Iterator[Restated]:
    """The orders of the whole log that read otherwise than before."""
    for order_id, stream in runtime.log.partition(["order."], 0, 1):
        events = [recorded.event for recorded in stream]
        found = restatement(fold(Order.blank(order_id), events), events)
        if found:
            yield found


def restatement(order: Order, events: Iterable[Event]) -> Restated | None:
    """Both figures of an order, where they differ."""
    was, now = figures_before(order, events), figures_now(order)
    if not order.exists or was == now:
        return None
    return Restated(id=str(order.id), number=order.number, currency=order.currency, was=was, now=now)


def figures_now(order: Order) -> Figures:
    """The order's figures as they are defined."""
    price = order.price
    return Figures(total=price.total, balance=price.balance, payment_status=order.payment_status)


def figures_before(order: Order, events: Iterable[Event]) -> Figures:
    """The order's figures as the version before told them."""
    total = total_before(_cart_before(order, events))
    paid, refunded = order.paid, order.refunded
    balance = total - paid + min(refunded, max(0, paid - total))
    return Figures(total=total, balance=balance, payment_status=_status_before(order, total))


def _cart_before(order: Order, events: Iterable[Event]) -> Cart:
    """The cart with each quantity as its last event told it."""
    quantities: dict[str, int] = {}
    for event in events:
        if isinstance(event, ItemAdded | ItemQuantityChanged):
            quantities[event.item] = event.quantity
    cart = order.cart
    lines = tuple(replace(line, quantity=quantities.get(line.id, line.quantity)) for line in cart.lines)
    return replace(cart, lines=lines, refunds=(), cancelled=False)


def total_before(cart: Cart) -> int:
    """The total with the discount shared so that of equal remainders the first line has its unit."""
    now = price(cart)
    if any(len(line.taxes) > 1 or line.decimals or line.unit_price < 0 for line in cart.lines):
        return now.total  # what orders could not hold before reads as it always did
    amounts = [line.gross_before - own for line, own in zip(now.lines, _own_discounts(cart), strict=True)]
    charged = [amount - part for amount, part in zip(amounts, share(now.discount, amounts), strict=True)]
    shipping = cart.shipping_charge - now.shipping_discount
    net = sum(charged) + shipping
    if cart.prices_include_tax:
        return net + cart.adjustment
    taxed = [(combined(line.taxes), amount) for line, amount in zip(cart.lines, charged, strict=True)]
    taxed.append((combined(cart.shipping_taxes), shipping))
    tax = 0
    for rate in {rate for rate, _ in taxed}:
        tax += fraction(sum(amount for each, amount in taxed if each == rate), rate.numerator, rate.denominator)
    return net + tax + cart.adjustment


def _own_discounts(cart: Cart) -> list[int]:
    return [min(line.discount, max(0, line.before)) for line in cart.lines]


def _status_before(order: Order, total: int) -> str:
    paid, refunded = order.paid, order.refunded
    if refunded:
        return "refunded" if refunded >= paid else "partially_refunded"
    if not paid:
        if order.authorized:
            return "authorized"
        return "paid" if order.items and order.placed_at and total <= 0 else "unpaid"
    if paid < total:
        return "partially_paid"
    return "paid" if paid == total else "overpaid"


def line_of(found: Restated) -> str:
    """An order in a line: its number, then what read otherwise, old and new."""
    told = [
        f"{name} {amount_text(was, found.currency)} -> {amount_text(now, found.currency)} {found.currency}"
        for name, was, now in (
            ("total", found.was.total, found.now.total),
            ("balance", found.was.balance, found.now.balance),
        )
        if was != now
    ]
    if found.was.payment_status != found.now.payment_status:
        told.append(f"{found.was.payment_status} -> {found.now.payment_status}")
    return f"{found.number or found.id}  {', '.join(told)}"
