"""What a refund is worth: by lines, shipping or goodwill, and never more than is left of each."""

from __future__ import annotations

from msgspec import Struct

from domain.errors import Rejected
from domain.money import amount_text
from domain.orders.order import Order, RefundedLine
from domain.pricing import unit_share
from domain.texts import CODE


class AmountNotPositive(Rejected):
    """An amount of money that moves must be more than nothing."""

    code = "amount-not-positive"


class RefundAbovePaid(Rejected):
    """At most {refundable} of what was paid can still be refunded; {asked} was asked."""

    code = "refund-above-paid"


class RefundAboveLine(Rejected):
    """{left} of line {item} can still be refunded; {asked} was asked."""

    code = "refund-above-line"


class RefundAboveShipping(Rejected):
    """At most {refundable} of the shipping charge can still be refunded; {asked} was asked."""

    code = "refund-above-shipping"


class NothingRefunded(Rejected):
    """A refund names lines, shipping or goodwill."""

    code = "nothing-refunded"


class RefundLine(Struct, frozen=True, kw_only=True):
    """So many units of a line to give back."""

    item: str
    quantity: int


def shipping_refundable(order: Order) -> int:
    """What of the shipping charge, tax included, has not been refunded yet."""
    return max(0, order.price.shipping_total - sum(refund.shipping for refund in order.committed_refunds()))


def refunded_lines(order: Order, lines: tuple[RefundLine, ...]) -> tuple[RefundedLine, ...]:
    """What the units of each line are worth, so that refunding all of them in any steps gives back exactly the line."""
    done = order.refunded_quantities()
    given = order.refunded_amounts()
    failed = any(refund.state == "failed" for refund in order.refund_requests.values())
    priced = {line.id: line for line in order.price.lines}
    worth = []
    for index, line in enumerate(lines):
        item = order.items.get(line.item)
        left = item.quantity - done.get(line.item, 0) if item else 0
        if item is None or not 1 <= line.quantity <= left:
            raise RefundAboveLine(f"/items/{index}", item=line.item[:CODE], left=left, asked=line.quantity)
        amount = unit_share(priced[item.id], done.get(item.id, 0), line.quantity)
        if failed:
            rest = priced[item.id].total - given.get(item.id, 0)
            amount = rest if line.quantity == left else min(amount, rest)
        given[item.id] = given.get(item.id, 0) + amount
        done[item.id] = done.get(item.id, 0) + line.quantity
        worth.append(RefundedLine(item=item.id, quantity=line.quantity, amount=amount))
    return tuple(worth)


def refund_parts(
    order: Order, asked: tuple[RefundLine, ...], shipping: int, goodwill: int
) -> tuple[int, tuple[RefundedLine, ...]]:
    """The amount of a refund and what its lines are worth; never more than was paid, nor of a part than is left."""
    if shipping < 0 or goodwill < 0:
        raise AmountNotPositive("/shipping" if shipping < 0 else "/goodwill")
    lines = refunded_lines(order, asked)
    left = shipping_refundable(order)
    if shipping > left:
        refundable, asked_for = amount_text(left, order.currency), amount_text(shipping, order.currency)
        raise RefundAboveShipping("/shipping", refundable=refundable, asked=asked_for)
    amount = sum(line.amount for line in lines) + shipping + goodwill
    if not amount and not lines:
        raise NothingRefunded()
    require_refundable(order, amount, order.paid - order.refunded - order.refunds_requested)
    return amount, lines


def require_refundable(order: Order, amount: int, refundable: int) -> None:
    """Refuses a refund of more than can be given back."""
    if amount > refundable:
        raise RefundAbovePaid(
            refundable=amount_text(refundable, order.currency), asked=amount_text(amount, order.currency)
        )
