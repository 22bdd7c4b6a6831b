"""How orders move stock: promised, given free, taken off the shelf and put back, once for each line and cause."""

from __future__ import annotations

from typing import ClassVar

from domain.errors import Rejected
from domain.settings import Shop
from domain.stock.item import REFUSE, LineStock, StockCause, StockCommand, StockItem, StockMoved, require_stock_item

REFUND, RETURN = "refund", "return"
REFUND_WITHDRAWN = "refund-withdrawn"
PARCEL, CALLED_BACK = "shipment", "shipment-cancelled"


class OutOfStock(Rejected):
    """{available} of {sku} are available; {asked} were asked."""

    code = "out-of-stock"


class MovementCommand(StockCommand, frozen=True, kw_only=True):
    """So many units of one SKU for an order's line, and why."""

    quantity: int
    cause: StockCause


class ReserveStock(MovementCommand, frozen=True, kw_only=True):
    """Promise units to an order's line."""


class ReleaseStock(MovementCommand, frozen=True, kw_only=True):
    """Give units free that were promised to an order's line."""


class DeductStock(MovementCommand, frozen=True, kw_only=True):
    """Take units off the shelf for an order's line, those promised to it first."""


class RestoreStock(MovementCommand, frozen=True, kw_only=True):
    """Put units of an order's line back on the shelf."""


class Movement(StockMoved, frozen=True, kw_only=True):
    """Units of one SKU moved for an order's line."""

    KIND: ClassVar[str]

    quantity: int
    cause: StockCause

    def apply(self, item: StockItem) -> None:
        on_hand, reserved = self.moves
        was = item.line(self.cause.order_id, self.cause.line)
        came_back = isinstance(self, StockRestored) and self.cause.name in (REFUND, RETURN)
        left_again = isinstance(self, StockDeducted) and self.cause.name == REFUND_WITHDRAWN
        item.on_hand += on_hand
        item.reserved += reserved
        item.lines[self.cause.order_id, self.cause.line] = LineStock(
            reserved=was.reserved + reserved,
            out=was.out - on_hand,
            returned=was.returned + (on_hand if came_back or left_again else 0),
            parcels=self._parcels(was.parcels),
            refunds=self._refunds(was.refunds),
            causes=was.causes | {_key(type(self), self.cause)},
        )

    def _parcels(self, was: dict[str, int]) -> dict[str, int]:
        """What each parcel took: one that leaves took this, one that was called back nothing."""
        number = self.cause.reference
        if isinstance(self, StockDeducted) and self.cause.name == PARCEL:
            return {**was, number: self.quantity}
        if isinstance(self, StockRestored) and self.cause.name == CALLED_BACK:
            return {parcel: units for parcel, units in was.items() if parcel != number}
        return was

    def _refunds(self, was: dict[str, int]) -> dict[str, int]:
        """What each refund put back: one that is withdrawn nothing any more."""
        refund = self.cause.reference
        if isinstance(self, StockRestored) and self.cause.name == REFUND:
            return {**was, refund: self.quantity}
        if isinstance(self, StockDeducted) and self.cause.name == REFUND_WITHDRAWN:
            return {known: units for known, units in was.items() if known != refund}
        return was


class StockReserved(Movement, frozen=True, kw_only=True):
    """Units were promised to an order's line."""

    TOPIC = "stock.reserved"
    KIND = "reserved"

    @property
    def moves(self) -> tuple[int, int]:
        return 0, self.quantity


class StockReleased(Movement, frozen=True, kw_only=True):
    """Units promised to an order's line are free again."""

    TOPIC = "stock.released"
    KIND = "released"

    @property
    def moves(self) -> tuple[int, int]:
        return 0, -self.quantity


class StockDeducted(Movement, frozen=True, kw_only=True):
    """Units left the shelf for an order's line; so many of them had been promised to it."""

    TOPIC = "stock.deducted"
    KIND = "deducted"

    promised: int = 0

    @property
    def moves(self) -> tuple[int, int]:
        return -self.quantity, -self.promised


class StockRestored(Movement, frozen=True, kw_only=True):
    """Units of an order's line came back onto the shelf."""

    TOPIC = "stock.restored"
    KIND = "restored"

    @property
    def moves(self) -> tuple[int, int]:
        return self.quantity, 0


def _key(kind: type[Movement], cause: StockCause) -> tuple[str, str, int]:
    return kind.KIND, cause.name, cause.version


def _line(item: StockItem, command: MovementCommand, kind: type[Movement]) -> LineStock | None:
    """What the line holds; None where this cause has moved it so already."""
    require_stock_item(item)
    held = item.line(command.cause.order_id, command.cause.line)
    return None if _key(kind, command.cause) in held.causes else held


def _require_available(item: StockItem, units: int) -> None:
    if item.policy == REFUSE and units > max(0, item.available):
        raise OutOfStock(sku=item.sku, available=max(0, item.available), asked=units)


def reserve_stock(item: StockItem, command: ReserveStock, shop: Shop) -> None:
    """Promises units; more than are available only where the SKU is sold on backorder."""
    if _line(item, command, StockReserved) is None or command.quantity <= 0:
        return
    _require_available(item, command.quantity)
    item.record(StockReserved, command.context, quantity=command.quantity, cause=command.cause)


def release_stock(item: StockItem, command: ReleaseStock, shop: Shop) -> None:
    """Gives promised units free, never more than are promised to the line."""
    held = _line(item, command, StockReleased)
    if held and (units := min(command.quantity, held.reserved)) > 0:
        item.record(StockReleased, command.context, quantity=units, cause=command.cause)


def deduct_stock(item: StockItem, command: DeductStock, shop: Shop) -> None:
    """Takes units off the shelf: those promised to the line, then others while there are any."""
    held = _line(item, command, StockDeducted)
    if held is None or command.quantity <= 0:
        return
    promised = min(command.quantity, held.reserved)
    if others := command.quantity - promised:
        _require_available(item, others)
    item.record(StockDeducted, command.context, quantity=command.quantity, cause=command.cause, promised=promised)


def deduct_again(item: StockItem, command: DeductStock, shop: Shop) -> None:
    """Takes units off the shelf that only seemed to have come back: what others were promised since is not spared.

    As many as lie there, where the SKU is not sold on backorder.
    """
    held = _line(item, command, StockDeducted)
    units = min(command.quantity, max(0, item.on_hand)) if item.policy == REFUSE else command.quantity
    if held and units > 0:
        item.record(StockDeducted, command.context, quantity=units, cause=command.cause)


def restore_stock(item: StockItem, command: RestoreStock, shop: Shop) -> None:
    """Puts units back, never more than left the shelf for the line."""
    held = _line(item, command, StockRestored)
    if held and (units := min(command.quantity, held.out)) > 0:
        item.record(StockRestored, command.context, quantity=units, cause=command.cause)
