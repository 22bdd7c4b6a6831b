"""The status of an order: where it may go, where it went, and what an operator can do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal, NamedTuple, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import Conflict, DomainError, Rejected
from domain.events import Context, Event
from domain.money import amount_text
from domain.orders.order import Order, OrderCommand
from domain.orders.order import StockChoice as StockChoice
from domain.orders.shipments import NOT_SHIPPABLE, TOLD, Parcel, send_parcel
from domain.settings import Shop
from domain.statuses import CANCELLED, COMPLETED, DRAFT, STAGES, MerchantStatus, may_move
from domain.texts import LINE, TextMissing, check_text

BalanceChoice = Literal["accept"]
Recipient = Literal["customer", "administrators"]
RECIPIENTS: tuple[Recipient, ...] = get_args(Recipient)


class IllegalMove(Rejected):
    """From {stage} an order cannot become {status}; it can become: {legal}."""

    code = "illegal-move"


class NothingOrdered(Rejected):
    """An order without a line cannot be placed."""

    code = "nothing-ordered"


class ShippedGoods(Rejected):
    """Parcels of order {number} are under way: call them back before cancelling it."""

    code = "goods-are-shipped"


class TrackingMissing(Rejected):
    """Status {status} needs a shipment with a tracking code."""

    code = "tracking-missing"


class UnknownRecipient(Rejected):
    """Nobody is told as {recipient}; known: {known}."""

    code = "unknown-recipient"


class ReasonMissing(TextMissing):
    """A move outside the table needs a reason."""

    code = "reason-missing"


class BalanceConfirmationRequired(Conflict):
    """Order {number} has {balance} due: say with `balance` that it is completed nevertheless."""

    code = "balance-confirmation-required"


class Refusal(NamedTuple):
    """Why something cannot be done now: a stable code, and a sentence."""

    code: str
    detail: str


def as_refusal(error: DomainError | None) -> Refusal | None:
    """An error as it is told before anybody tries."""
    return Refusal(error.code, str(error)) if error else None


class Move(Struct, frozen=True, kw_only=True):
    """A status the order could be moved to; `refusal` is why not, None where it may."""

    status: MerchantStatus
    refusal: Refusal | None


class ChangeStatus(OrderCommand, frozen=True, kw_only=True):
    """Move the order to another status; `force` goes outside the table and needs a reason.

    `stock` says whether a status that deducts or restores stock does so; it is asked where that would move any.
    `balance` completes it though money is due, which is asked. `notify` says who is told by mail (None: as the status
    says). `parcel` is sent in the same stroke.
    """

    status: str
    force: bool = False
    stock: StockChoice | None = None
    balance: BalanceChoice | None = None
    notify: tuple[str, ...] | None = None
    parcel: Parcel | None = None


class OrderPlaced(Event, frozen=True, kw_only=True):
    """The customer committed to the order: it left draft."""

    TOPIC = "order.placed"

    status: str
    stage: str
    was: str = DRAFT
    stock: str = ""
    notify: tuple[str, ...] | None = None

    def apply(self, order: Order) -> None:
        _reach(order, self)
        order.placed_at = self.timestamp


class OrderStatusChanged(Event, frozen=True, kw_only=True):
    """The order has another status."""

    TOPIC = "order.status-changed"

    status: str
    stage: str
    was: str
    stage_was: str
    stock: str = ""
    notify: tuple[str, ...] | None = None

    def apply(self, order: Order) -> None:
        _reach(order, self)


class OrderStatusForced(Event, frozen=True, kw_only=True):
    """The order was moved outside the table, for the reason given."""

    TOPIC = "order.status-forced"

    status: str
    stage: str
    was: str
    stage_was: str
    stock: str = ""
    notify: tuple[str, ...] | None = None

    def apply(self, order: Order) -> None:
        _reach(order, self)
        if order.placed_at is None and self.stage not in (DRAFT, CANCELLED):
            order.placed_at = self.timestamp


def _reach(order: Order, event: OrderPlaced | OrderStatusChanged | OrderStatusForced) -> None:
    """The order has the status; a mail of it tells the customer of every parcel that is under way."""
    order.status = event.status
    order.stage = event.stage
    order.stock_answer = "" if event.stage in (DRAFT, CANCELLED) else event.stock or order.stock_answer
    if event.notify is None or "customer" in event.notify:
        by = event.status if event.notify is None else TOLD
        for parcel in order.shipments.values():
            if parcel.state != "cancelled" and parcel.told_by != TOLD:
                order.shipments[parcel.number] = replace(parcel, told_by=by)


def _something_ordered(order: Order, to: MerchantStatus) -> Rejected | None:
    begins = order.stage in (DRAFT, CANCELLED) and to.stage not in (DRAFT, CANCELLED)
    return NothingOrdered("/status") if begins and not order.items else None


def _nothing_under_way(order: Order, to: MerchantStatus) -> Rejected | None:
    cancels = to.stage == CANCELLED and order.stage != CANCELLED
    return ShippedGoods("/status", number=order.number) if cancels and order.shipped_quantities() else None


def _tracking_known(order: Order, to: MerchantStatus) -> Rejected | None:
    if not to.needs_tracking:
        return None
    tracked = any(parcel.tracking_code and parcel.state != "cancelled" for parcel in order.shipments.values())
    return None if tracked else TrackingMissing("/status", status=to.code)


MOVE_POLICIES: tuple[Callable[[Order, MerchantStatus], Rejected | None], ...] = (
    _something_ordered,
    _nothing_under_way,
    _tracking_known,
)


def refusal(order: Order, to: MerchantStatus, shop: Shop) -> Rejected | None:
    """Why the order may not be moved to that status, or None."""
    return _off_the_table(order.stage, to, shop.statuses.values()) or _against_policy(order, to)


def _off_the_table(stage: str, to: MerchantStatus, statuses: Iterable[MerchantStatus]) -> IllegalMove | None:
    if may_move(stage, to.stage):
        return None
    legal = [status.code for status in statuses if may_move(stage, status.stage)]
    return IllegalMove("/status", stage=stage, status=to.code, legal=", ".join(legal) or "nothing else")


def _against_policy(order: Order, to: MerchantStatus) -> Rejected | None:
    return next((no for policy in MOVE_POLICIES if (no := policy(order, to))), None)


def moves(order: Order, shop: Shop) -> tuple[Move, ...]:
    """Every other status of the shop, in the merchant's order, each with why it is refused if it is."""
    on_the_table = _on_the_table(order.status, order.stage, tuple(shop.statuses.values()))
    return tuple(move if move.refusal else _held_to_policy(order, move) for move in on_the_table)


@lru_cache(maxsize=1024)
def _on_the_table(code: str, stage: str, statuses: tuple[MerchantStatus, ...]) -> tuple[Move, ...]:
    """The moves out of a status as far as the table alone says: the same for every order that has it."""
    others = (status for status in statuses if status.code != code)
    ranked = sorted(others, key=lambda status: (STAGES.index(status.stage), status.position, status.code))
    refusals = [as_refusal(_off_the_table(stage, status, statuses)) for status in ranked]
    return tuple(Move(status=status, refusal=no) for status, no in zip(ranked, refusals, strict=True))


def _held_to_policy(order: Order, move: Move) -> Move:
    no = _against_policy(order, move.status)
    return Move(status=move.status, refusal=as_refusal(no)) if no else move


def place(
    order: Order,
    to: MerchantStatus,
    context: Context,
    stock: StockChoice | None = None,
    notify: tuple[str, ...] | None = None,
) -> None:
    """Records that the order left draft."""
    order.record(
        OrderPlaced,
        context,
        status=to.code,
        stage=to.stage,
        was=order.status,
        stock=_stock(to, stock),
        notify=notify,
    )


def check_recipients(notify: tuple[str, ...] | None) -> None:
    """Refuses to tell anybody by mail but those there are."""
    for name in notify or ():
        if name not in RECIPIENTS:
            raise UnknownRecipient("/notify", recipient=name[:LINE], known=", ".join(RECIPIENTS))


def _stock(to: MerchantStatus, stock: StockChoice | None) -> str:
    """The answer about stock, where the status acts on any."""
    return stock or "" if to.deducts_stock or to.restores_stock else ""


def _require_force(order: Order, command: ChangeStatus, to: MerchantStatus, no: Rejected) -> None:
    """A refused move is made by force and for a reason only; no force places an order without a line."""
    if not command.force:
        raise no
    if not (command.context.reason or "").strip():
        raise ReasonMissing("/reason")
    if empty := _something_ordered(order, to):
        raise empty


def change_status(order: Order, command: ChangeStatus, shop: Shop) -> None:
    """Moves the order along the table, or by force with a reason; its parcel leaves before, so that mails tell it."""
    to = shop.status(command.status)
    check_text(command.context.reason, LINE, "/reason")
    check_recipients(command.notify)
    sends = command.parcel is not None and command.context.command_id not in order.commands
    if sends and order.stage not in NOT_SHIPPABLE:
        _send(order, command)
        sends = False
    if to.code != order.status:
        _move(order, command, to, shop)
    if sends:
        _send(order, command)


def _send(order: Order, command: ChangeStatus) -> None:
    try:
        send_parcel(order, cast("Parcel", command.parcel), command.context, command.stock)
    except DomainError as error:
        error.pointer = f"/shipment{error.pointer}"
        raise


def completes_with_due(order: Order, to: MerchantStatus) -> bool:
    """Whether a move would complete an order whose customer still owes money."""
    return to.stage == COMPLETED != order.stage and order.price.balance > 0


def _move(order: Order, command: ChangeStatus, to: MerchantStatus, shop: Shop) -> None:
    no = refusal(order, to, shop)
    if no:
        _require_force(order, command, to, no)
    if completes_with_due(order, to) and command.balance is None:
        balance = amount_text(order.price.balance, order.currency)
        raise BalanceConfirmationRequired(number=order.number, balance=balance, currency=order.currency)
    if not no and order.stage == DRAFT and to.stage not in (DRAFT, CANCELLED) and not order.is_placed:
        return place(order, to, command.context, command.stock, command.notify)
    order.record(
        OrderStatusForced if no else OrderStatusChanged,
        command.context,
        status=to.code,
        stage=to.stage,
        was=order.status,
        stage_was=order.stage,
        stock=_stock(to, command.stock),
        notify=command.notify,
    )


EVENTS: tuple[type[Event], ...] = (OrderPlaced, OrderStatusChanged, OrderStatusForced)

HANDLERS = {ChangeStatus: change_status}
