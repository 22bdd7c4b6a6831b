"""Goods that came back, exchanged for others: their value is credited to the order that is sent in their place."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.addresses import Address
from domain.events import Context, Erased, Event
from domain.lookup import Decision, Lookup
from domain.money import share
from domain.orders.creation import CreateOrder
from domain.orders.intake import take_order
from domain.orders.lines import NewItem
from domain.orders.order import EXCHANGE, ExchangeOf, Order, OrderCommand, RefundedLine, require_currency
from domain.orders.payments import PaymentRecorded
from domain.orders.quantities import in_units
from domain.orders.refund_parts import RefundLine, refund_parts
from domain.orders.refunded import OrderRefunded, RefundOrder
from domain.orders.refunds import RefundRequested, require_with_provider
from domain.orders.returns import ForeignExchange, ReturnSettled, SettleReturn, require_received, units
from domain.settings import Shop
from domain.taxes import Taxes
from domain.texts import CODE, LINE, check_text


class ExchangeReturn(OrderCommand, frozen=True, kw_only=True):
    """Settle a return by a new order in its place; what its goods were worth beyond that goes back to the customer.

    The rest goes through the provider of a `payment` where one is told, else it is written down with a `method`. The
    `number` and the `total` are those of the `replacement`, once that is decided.
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


def with_replacement(order: Order, command: ExchangeReturn, lookup: Lookup, decision: Decision) -> ExchangeReturn:
    """The command with the number and total of the order sent in exchange, which begins with it; once."""
    if is_exchanged(order, command):
        return command
    require_exchangeable(order, command)
    require_currency(order, command)
    replacement = Order.blank(command.replacement)
    decision.touched.append(replacement)
    take_order(replacement, _creation(order, command), lookup, decision)
    return replace(command, number=replacement.number, total=replacement.price.total)


def _creation(order: Order, command: ExchangeReturn) -> CreateOrder:
    """The order that is sent in exchange: of the same customer, to the same address, placed at once."""
    return CreateOrder(
        order_id=command.replacement,
        context=command.context,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        locale=order.locale,
        place=True,
        notify=command.notify,
        customer_id=order.customer_id,
        source=EXCHANGE,
        items=command.items,
        discount=command.discount,
        shipping_charge=command.shipping_charge,
        shipping_taxes=command.shipping_taxes,
        shipping_includes_tax=command.shipping_includes_tax,
        billing_address=_readable(order.billing_address),
        shipping_address=_readable(order.shipping_address),
    )


def _readable(address: Address | Erased) -> Address:
    return Address() if isinstance(address, Erased) else address


def with_own_exchange(order: Order, command: SettleReturn, lookup: Lookup, decision: Decision) -> SettleReturn:
    """The command, where the order sent in exchange is one of the same customer."""
    if command.exchange is not None:
        sent = lookup.load(Order, command.exchange)
        if not sent.exists or sent.customer_id is None or sent.customer_id != order.customer_id:
            raise ForeignExchange("/exchange")
    return command


def link_replacement(order: Order, command: ExchangeReturn, decision: Decision) -> None:
    """Links the order that began with this exchange to the one it stands for."""
    begun = (other for other in decision.touched if isinstance(other, Order) and other.id == command.replacement)
    for replacement in begun:
        begin_exchange(replacement, order, command.return_number, command.context)


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
