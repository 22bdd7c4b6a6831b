"""Goods that came back, exchanged for others: their value is credited to the order that is sent in their place."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.events import Context, Event
from domain.money import share
from domain.orders.lines import NewItem
from domain.orders.order import EXCHANGE, ExchangeOf, Order, OrderCommand, RefundedLine
from domain.orders.payments import OrderRefunded, PaymentRecorded, RefundOrder
from domain.orders.quantities import in_units
from domain.orders.refund_parts import RefundLine, refund_parts
from domain.orders.refunds import RefundRequested, require_with_provider
from domain.orders.returns import ReturnSettled, require_received, units
from domain.settings import Shop
from domain.taxes import Taxes
from domain.texts import CODE, LINE, check_text


class ExchangeReturn(OrderCommand, frozen=True, kw_only=True):
    """Settle a return by a new order in its place; what its goods were worth beyond that goes back to the customer.

    The rest goes through the provider of a `payment` where one is told, else it is written down with a `method`. The
    desk stores the `replacement` and fills in its number and its total.
    """

    return_number: int
    replacement: UUID
    items: tuple[NewItem, ...]
    discount: int = 0
    shipping_charge: int = 0
    shipping_taxes: Taxes | None = None
    shipping_includes_tax: bool | None = None
    notify: tuple[str, ...] | None = None
    payment: str = ""
    method: str = ""
    number: str = ""
    total: int = 0


class ExchangeBegun(Event, frozen=True, kw_only=True):
    """This order is sent in exchange for goods of another one, which are worth so much to it."""

    TOPIC = "order.exchange-begun"

    origin: UUID
    origin_number: str
    return_number: int
    credit: int

    def apply(self, order: Order) -> None:
        order.exchange_of = ExchangeOf(
            order_id=self.origin, number=self.origin_number, return_number=self.return_number, credit=self.credit
        )


def require_exchangeable(order: Order, command: ExchangeReturn) -> None:
    """Refuses, before anything is stored in its place, a return that cannot be settled now."""
    require_received(order, command.return_number)
    check_text(command.context.reason, LINE, "/reason")


def is_exchanged(order: Order, command: ExchangeReturn) -> bool:
    """Whether this very exchange was made before."""
    was = order.returns.get(command.return_number)
    return was is not None and was.exchange == command.replacement


def exchange_return(order: Order, command: ExchangeReturn, shop: Shop) -> None:
    """Closes a return: credits its goods up to the new order's total, gives back the rest, once."""
    if is_exchanged(order, command):
        return
    was = require_received(order, command.return_number)
    back = tuple(
        RefundLine(item=item, quantity=in_units(order, item, steps)) for item, steps in units(was.received).items()
    )
    parts = refund_parts(order, RefundOrder(order_id=order.id, context=command.context, lines=back))
    value, lines = parts.total, parts.lines
    credit = min(value, max(0, command.total))
    if value > credit and command.payment:
        require_with_provider(order, command.payment, value - credit)
    first = order.next_refund
    _credit(order, command, credit, lines)
    if value > credit:
        _give_back(order, command, value - credit)
    order.record(ReturnSettled, command.context, return_number=was.number, refund=first, exchange=command.replacement)


def _credit(order: Order, command: ExchangeReturn, credit: int, lines: tuple[RefundedLine, ...]) -> None:
    """The goods leave this order's books for what they are worth; so much of that the other order takes."""
    parts = share(credit, [line.amount for line in lines])
    order.record(
        OrderRefunded,
        command.context,
        refund=order.next_refund,
        amount=credit,
        lines=tuple(replace(line, amount=part) for line, part in zip(lines, parts, strict=True)),
        method=EXCHANGE,
        reference=command.number[:CODE],
    )


def _give_back(order: Order, command: ExchangeReturn, rest: int) -> None:
    """What the goods were worth beyond the new order is the customer's credit, and goes back as money."""
    if command.payment:
        order.record(
            RefundRequested,
            command.context,
            refund=order.next_refund,
            payment=command.payment,
            amount=rest,
            credit=rest,
            method=order.payments[command.payment].method,
        )
    else:
        order.record(
            OrderRefunded,
            command.context,
            refund=order.next_refund,
            amount=rest,
            credit=rest,
            method=command.method or order.payment_method,
        )


def begin_exchange(replacement: Order, order: Order, return_number: int, context: Context) -> None:
    """Links the new order to the one it stands for, and books there what the goods that came back are worth."""
    credit = next(refund.amount for refund in order.refunds if refund.id == order.returns[return_number].refund)
    replacement.record(
        ExchangeBegun,
        context,
        origin=order.id,
        origin_number=order.number,
        return_number=return_number,
        credit=credit,
    )
    if credit:
        replacement.record(
            PaymentRecorded,
            context,
            payment=str(len(replacement.payments) + 1),
            amount=credit,
            method=EXCHANGE,
            reference=order.number[:CODE],
            provider="",
            paid_at=context.at,
        )


EVENTS: tuple[type[Event], ...] = (ExchangeBegun,)

HANDLERS = {ExchangeReturn: exchange_return}
