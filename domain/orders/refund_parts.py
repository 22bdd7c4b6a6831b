"""What a refund is worth: by lines, shipping, goodwill or credit, and never more than is left of each."""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import Rejected
from domain.money import amount_text
from domain.orders.order import Order, RefundedLine
from domain.orders.quantities import asked_steps, quantity_shown
from domain.orders.unsent import refundable_sent, unsent_quantities, with_unsent
from domain.owed import RefundParts, line_worth_kept, shipping_kept
from domain.pricing import unit_share
from domain.texts import CODE
from domain.units import Quantity


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


class CreditAboveOverpaid(Rejected):
    """{overpaid} was paid too much; {asked} was asked. Name lines, shipping or goodwill for the rest."""

    code = "credit-above-overpaid"


class RefundPartsDiffer(Rejected):
    """The parts of this refund come to {parts}, not to {amount}. Leave the amount out, or correct a part."""

    code = "refund-parts-differ"


class NothingRefunded(Rejected):
    """A refund names lines, shipping, goodwill or credit, or an amount."""

    code = "nothing-refunded"


class RefundAboveUnsent(Rejected):
    """Of {asked} units of line {item}, from {least} to {most} can be units that were not sent; {unsent} was told."""

    code = "refund-above-unsent"


class RefundLine(Struct, frozen=True, kw_only=True):
    """So many units of a line to give back; `unsent` of them were not sent (None: as many as that can be)."""

    item: str
    quantity: Quantity
    unsent: Quantity | None = None


class _Steps(Struct, frozen=True, kw_only=True):
    """The same in the smallest steps of the line's unit."""

    item: str
    quantity: int
    unsent: int | None


class RefundAsked(Protocol):
    """What a command asks to be given back; an `amount` alone is split into credit and goodwill."""

    @property
    def lines(self) -> tuple[RefundLine, ...]: ...
    @property
    def shipping(self) -> int: ...
    @property
    def goodwill(self) -> int: ...
    @property
    def credit(self) -> int: ...
    @property
    def amount(self) -> int | None: ...
    @property
    def pay_again(self) -> bool: ...


class RefundTold(Protocol):
    """What an event tells of a refund; `credit` None: its form told none."""

    @property
    def refund(self) -> str: ...
    @property
    def lines(self) -> tuple[RefundedLine, ...]: ...
    @property
    def shipping(self) -> int: ...
    @property
    def goodwill(self) -> int: ...
    @property
    def credit(self) -> int | None: ...
    @property
    def pay_again(self) -> bool: ...


def shipping_refundable(order: Order) -> int:
    """What of the shipping charge, tax included, has not been refunded yet."""
    return shipping_kept(order.price, order.committed_refunds())


def _in_steps(order: Order, lines: tuple[RefundLine, ...]) -> tuple[_Steps, ...]:
    return tuple(
        _Steps(
            item=line.item,
            quantity=asked_steps(order, line.item, line.quantity, f"/items/{index}/quantity"),
            unsent=None
            if line.unsent is None
            else asked_steps(order, line.item, line.unsent, f"/items/{index}/unsent"),
        )
        for index, line in enumerate(lines)
    )


def _refunded_lines(order: Order, lines: tuple[_Steps, ...]) -> tuple[RefundedLine, ...]:
    """What the units of each line are worth, so that refunding all of them in any steps gives back exactly the line."""
    done = order.refunded_quantities()
    priced = {line.id: line for line in order.price.lines}
    worth: list[RefundedLine] = []
    for index, line in enumerate(lines):
        item = order.items.get(line.item)
        left = item.quantity - done.get(line.item, 0) if item and not item.is_discount else 0
        if item is None or not 1 <= line.quantity <= left:
            raise RefundAboveLine(
                f"/items/{index}",
                item=line.item[:CODE],
                left=quantity_shown(order, line.item, left),
                asked=quantity_shown(order, line.item, line.quantity),
            )
        whole = priced[item.id]
        rest = line_worth_kept(whole, (*order.committed_refunds(), RefundParts(lines=tuple(worth))))
        amount = unit_share(whole, done.get(item.id, 0), line.quantity)
        amount = rest if line.quantity == left else min(amount, rest)
        done[item.id] = done.get(item.id, 0) + line.quantity
        worth.append(
            RefundedLine(
                item=item.id,
                quantity=line.quantity,
                amount=amount,
                worth=amount,
                line_total=whole.worth,
                line_quantity=whole.quantity,
            )
        )
    return tuple(worth)


def refund_parts(order: Order, command: RefundAsked) -> RefundParts:
    """The parts of a refund; never more than was paid, nor of a part than is left of it."""
    parts = _named(order, command)
    if command.amount is not None:
        parts = _of_amount(order, parts, command.amount)
    _check_parts(order, parts)
    if not parts.total and not parts.lines:
        raise NothingRefunded()
    require_refundable(order, parts.total, order.paid - order.refunded - order.refunds_requested)
    return parts


def _named(order: Order, command: RefundAsked) -> RefundParts:
    for name in ("shipping", "goodwill", "credit"):
        if getattr(command, name) < 0:
            raise AmountNotPositive(f"/{name}")
    lines = _in_steps(order, command.lines)
    return RefundParts(
        lines=_with_unsent(order, lines, _refunded_lines(order, lines)),
        shipping=command.shipping,
        goodwill=command.goodwill,
        credit=command.credit,
        pay_again=command.pay_again,
    )


def _of_amount(order: Order, parts: RefundParts, amount: int) -> RefundParts:
    """The parts as they are where they come to the amount; an amount alone is first credit, then goodwill."""
    if amount <= 0:
        raise AmountNotPositive("/amount")
    if parts.lines or parts.total:
        if parts.total != amount:
            told, wanted = amount_text(parts.total, order.currency), amount_text(amount, order.currency)
            raise RefundPartsDiffer("/amount", parts=told, amount=wanted)
        return parts
    credit = min(amount, order.overpaid)
    return replace(parts, credit=credit, goodwill=amount - credit)


def _check_parts(order: Order, parts: RefundParts) -> None:
    left = shipping_refundable(order)
    if parts.shipping > left:
        refundable, asked = amount_text(left, order.currency), amount_text(parts.shipping, order.currency)
        raise RefundAboveShipping("/shipping", refundable=refundable, asked=asked)
    if parts.credit > order.overpaid:
        overpaid, asked = amount_text(order.overpaid, order.currency), amount_text(parts.credit, order.currency)
        raise CreditAboveOverpaid("/credit", overpaid=overpaid, asked=asked)


def _with_unsent(order: Order, asked: tuple[_Steps, ...], lines: tuple[RefundedLine, ...]) -> tuple[RefundedLine, ...]:
    """The lines with how many of their units were not sent, as was told where that can be."""
    unsent, sent = unsent_quantities(order), refundable_sent(order)
    for index, line in enumerate(asked):
        most = min(line.quantity, max(0, unsent[line.item]))
        least = max(0, line.quantity - sent.get(line.item, 0))
        if line.unsent is not None:
            if not least <= line.unsent <= most:
                raise RefundAboveUnsent(
                    f"/items/{index}/unsent",
                    item=line.item[:CODE],
                    asked=quantity_shown(order, line.item, line.quantity),
                    least=quantity_shown(order, line.item, least),
                    most=quantity_shown(order, line.item, most),
                    unsent=quantity_shown(order, line.item, line.unsent),
                )
            unsent[line.item] -= line.unsent
            sent[line.item] = sent.get(line.item, 0) - line.quantity + line.unsent
    told = (
        line if want.unsent is None else replace(line, unsent=want.unsent)
        for want, line in zip(asked, lines, strict=True)
    )
    return with_unsent(order, told)


def require_refundable(order: Order, amount: int, refundable: int) -> None:
    """Refuses a refund of more than can be given back."""
    if amount > refundable:
        raise RefundAbovePaid(
            refundable=amount_text(refundable, order.currency), asked=amount_text(amount, order.currency)
        )


def facts_of(parts: RefundParts) -> dict[str, Any]:
    """The parts as the facts of an event."""
    return {
        "lines": parts.lines,
        "shipping": parts.shipping,
        "goodwill": parts.goodwill,
        "credit": parts.credit,
        "pay_again": parts.pay_again,
    }


def parts_of(order: Order, event: RefundTold) -> RefundParts:
    """What an event gives back.

    Form 1 knew no credit: its goodwill gave back first what was paid too much at that time. What its units were worth
    in their line is what they are worth when it is read.
    """
    if event.credit is not None:
        return RefundParts(
            lines=with_unsent(order, event.lines),
            shipping=event.shipping,
            goodwill=event.goodwill,
            credit=event.credit,
            pay_again=event.pay_again,
        )
    requested = order.refund_requests.get(event.refund)
    if requested is not None:
        return requested
    priced = {line.id: line for line in order.price.lines}
    lines = tuple(
        replace(line, line_total=priced[line.item].worth, line_quantity=priced[line.item].quantity)
        if line.item in priced
        else line
        for line in event.lines
    )
    credit = min(event.goodwill, order.overpaid)
    return RefundParts(
        lines=with_unsent(order, lines), shipping=event.shipping, goodwill=event.goodwill - credit, credit=credit
    )
