"""Goods that come back: asked for, received line by line in some condition, settled by a refund or an exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Command, Event
from domain.orders.order import Order, OrderCommand
from domain.orders.quantities import LineUnits, asked_steps, quantity_shown
from domain.settings import Shop
from domain.texts import CODE, LINE, check_text
from domain.units import as_answered

Condition = Literal["new", "opened", "damaged"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
ReturnState = Literal["requested", "received", "settled", "cancelled"]
MAX_RETURNS = 200
REQUESTED: Final = "requested"
RECEIVED: Final = "received"
SETTLED: Final = "settled"
CANCELLED: Final = "cancelled"


class ReturnNotFound(NotFound):
    """Order {number} has no return {return_number}."""

    code = "return-not-found"


class NothingReturned(Rejected):
    """A return names the units that come back."""

    code = "nothing-returned"


class ReturnAboveShipped(Rejected):
    """{left} of line {item} can still be returned; {asked} was asked."""

    code = "return-above-shipped"


class ReceivedAboveReturn(Rejected):
    """{left} of line {item} are still to come with this return; {asked} was told."""

    code = "received-above-return"


class UnknownCondition(Rejected):
    """Goods come back new, opened or damaged, not {condition}."""

    code = "unknown-condition"


class ReturnClosed(Rejected):
    """Return {return_number} is {state}."""

    code = "return-closed"


class ReturnUnderway(Rejected):
    """Goods of return {return_number} have come back: it is settled, not called off."""

    code = "return-underway"


class NothingReceived(Rejected):
    """Nothing of return {return_number} has come back yet."""

    code = "nothing-received"


class RefundNotOnOrder(Rejected):
    """Order {number} has no refund {refund}."""

    code = "refund-not-on-order"


class ForeignExchange(Rejected):
    """The order sent in exchange is not one of this customer."""

    code = "foreign-exchange"


class TooManyReturns(Rejected):
    """An order holds at most {limit} returns."""

    code = "too-many-returns"


class ReturnLine(Struct, frozen=True, kw_only=True):
    """So many units of a line to come back."""

    item: str
    quantity: int


class ReceivedLine(Struct, frozen=True, kw_only=True):
    """So many units of a line that came back, in which condition, and whether they go back onto the shelf."""

    item: str
    quantity: int
    condition: str = "new"
    restock: bool = False


class ReceivedUnits(LineUnits, frozen=True, kw_only=True):
    """So many units of a line that came back, as a command names them."""

    condition: str = "new"
    restock: bool = False


class Return(Struct, frozen=True, kw_only=True):
    """Goods on their way back, or come back: `state` is requested, received, settled or cancelled."""

    number: int
    lines: tuple[ReturnLine, ...]
    reason: str | None
    at: datetime
    state: ReturnState = REQUESTED
    received: tuple[ReceivedLine, ...] = ()
    refund: str = ""
    exchange: UUID | None = None
    note: str | None = None


class RequestReturn(OrderCommand, frozen=True, kw_only=True):
    """Take goods back: units that were shipped and are not coming back already."""

    lines: tuple[LineUnits, ...]


class ReceiveReturn(OrderCommand, frozen=True, kw_only=True):
    """Write down what of a return has come back; the rest may follow."""

    return_number: int
    lines: tuple[ReceivedUnits, ...]


class SettleReturn(OrderCommand, frozen=True, kw_only=True):
    """Close a return: by a refund, by an order sent in exchange, or with nothing."""

    return_number: int
    refund: str = ""
    exchange: UUID | None = None


class CancelReturn(OrderCommand, frozen=True, kw_only=True):
    """Call a return off of which nothing has come."""

    return_number: int


class ReturnRequested(Event, frozen=True, kw_only=True):
    """Goods are to come back."""

    TOPIC = "order.return-requested"

    return_number: int
    lines: tuple[ReturnLine, ...]

    def apply(self, order: Order) -> None:
        order.returns[self.return_number] = Return(
            number=self.return_number, lines=self.lines, reason=self.metadata.reason, at=self.timestamp
        )
        order.commands.add(self.metadata.cause)


class ReturnReceived(Event, frozen=True, kw_only=True):
    """Goods came back."""

    TOPIC = "order.return-received"

    return_number: int
    lines: tuple[ReceivedLine, ...]

    def has_effect_on(self, order: Order) -> bool:
        return self.return_number in order.returns

    def apply(self, order: Order) -> None:
        was = order.returns[self.return_number]
        order.returns[was.number] = replace(was, state=RECEIVED, received=(*was.received, *self.lines))
        order.commands.add(self.metadata.cause)


class ReturnSettled(Event, frozen=True, kw_only=True):
    """A return was closed."""

    TOPIC = "order.return-settled"

    return_number: int
    refund: str = ""
    exchange: UUID | None = None

    def has_effect_on(self, order: Order) -> bool:
        return self.return_number in order.returns

    def apply(self, order: Order) -> None:
        was = order.returns[self.return_number]
        order.returns[was.number] = replace(
            was, state=SETTLED, refund=self.refund, exchange=self.exchange, note=self.metadata.reason
        )


class ReturnCancelled(Event, frozen=True, kw_only=True):
    """A return was called off."""

    TOPIC = "order.return-cancelled"

    return_number: int

    def has_effect_on(self, order: Order) -> bool:
        return self.return_number in order.returns

    def apply(self, order: Order) -> None:
        order.returns[self.return_number] = replace(order.returns[self.return_number], state=CANCELLED)


def units(lines: Sequence[ReturnLine] | Sequence[ReceivedLine]) -> dict[str, int]:
    """Units per line."""
    counted: dict[str, int] = {}
    for line in lines:
        counted[line.item] = counted.get(line.item, 0) + line.quantity
    return counted


def returnable(order: Order) -> dict[str, int]:
    """Units per line that were shipped and are neither back nor on their way back."""
    left = order.shipped_quantities()
    for one in order.returns.values():
        if one.state != CANCELLED:
            for item, quantity in units(one.received if one.state == SETTLED else one.lines).items():
                left[item] = left.get(item, 0) - quantity
    return {item: quantity for item, quantity in left.items() if quantity > 0}


def require_return(order: Order, number: int) -> Return:
    """The return, or `ReturnNotFound`."""
    try:
        return order.returns[number]
    except KeyError:
        raise ReturnNotFound("/return", number=order.number, return_number=number) from None


def require_received(order: Order, number: int) -> Return:
    """The return, which is open and of which something has come back."""
    was = require_return(order, number)
    if was.state in (SETTLED, CANCELLED):
        raise ReturnClosed(return_number=was.number, state=was.state)
    if was.state == REQUESTED:
        raise NothingReceived(return_number=was.number)
    return was


def request_return(order: Order, command: RequestReturn, shop: Shop) -> None:
    """Takes back units that were shipped, never one of them twice."""
    if command.context.command_id in order.commands:
        return
    check_text(command.context.reason, LINE, "/reason")
    if not command.lines:
        raise NothingReturned("/items")
    if len(order.returns) >= MAX_RETURNS:
        raise TooManyReturns(limit=MAX_RETURNS)
    left = returnable(order)
    lines: list[ReturnLine] = []
    for index, asked in enumerate(command.lines):
        quantity = _taken(order, asked, left, index, ReturnAboveShipped)
        lines.append(ReturnLine(item=asked.item, quantity=quantity))
    order.record(ReturnRequested, command.context, return_number=len(order.returns) + 1, lines=tuple(lines))


def _taken(order: Order, asked: LineUnits, left: dict[str, int], index: int, refusal: type[Rejected]) -> int:
    """So many steps of a line, taken of what is left of it; refuses more than that."""
    quantity = asked_steps(order, asked.item, asked.quantity, f"/items/{index}/quantity")
    most = left.get(asked.item, 0)
    if not 1 <= quantity <= most:
        raise refusal(
            f"/items/{index}",
            item=asked.item[:CODE],
            left=quantity_shown(order, asked.item, most),
            asked=as_answered(asked.quantity),
        )
    left[asked.item] = most - quantity
    return quantity


def receive_return(order: Order, command: ReceiveReturn, shop: Shop) -> None:
    """Writes down what came back, never more than was to come."""
    if command.context.command_id in order.commands:
        return
    was = require_return(order, command.return_number)
    if was.state in (SETTLED, CANCELLED):
        raise ReturnClosed(return_number=was.number, state=was.state)
    if not command.lines:
        raise NothingReturned("/items")
    came, left = units(was.received), units(was.lines)
    left = {item: quantity - came.get(item, 0) for item, quantity in left.items()}
    lines: list[ReceivedLine] = []
    for index, line in enumerate(command.lines):
        if line.condition not in CONDITIONS:
            raise UnknownCondition(f"/items/{index}/condition", condition=line.condition[:CODE])
        quantity = _taken(order, line, left, index, ReceivedAboveReturn)
        lines.append(ReceivedLine(item=line.item, quantity=quantity, condition=line.condition, restock=line.restock))
    order.record(ReturnReceived, command.context, return_number=was.number, lines=tuple(lines))


def settle_return(order: Order, command: SettleReturn, shop: Shop) -> None:
    """Closes a return of which something came back; once for the same refund or exchange."""
    was = require_return(order, command.return_number)
    if was.state == SETTLED and (was.refund, was.exchange) == (command.refund, command.exchange):
        return
    require_received(order, was.number)
    check_text(command.context.reason, LINE, "/reason")
    if command.refund and all(refund.id != command.refund for refund in order.committed_refunds()):
        raise RefundNotOnOrder("/refund", number=order.number, refund=command.refund[:CODE])
    if command.exchange == order.id:
        raise ForeignExchange("/exchange")
    order.record(
        ReturnSettled,
        command.context,
        return_number=was.number,
        refund=command.refund,
        exchange=command.exchange,
    )


def cancel_return(order: Order, command: CancelReturn, shop: Shop) -> None:
    """Calls a return off, once, unless goods of it have come back."""
    was = require_return(order, command.return_number)
    if was.state == CANCELLED:
        return
    if was.state != REQUESTED:
        raise ReturnUnderway(return_number=was.number)
    order.record(ReturnCancelled, command.context, return_number=was.number)


EVENTS: tuple[type[Event], ...] = (ReturnRequested, ReturnReceived, ReturnSettled, ReturnCancelled)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    RequestReturn: request_return,
    ReceiveReturn: receive_return,
    SettleReturn: settle_return,
    CancelReturn: cancel_return,
}
