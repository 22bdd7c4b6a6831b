"""What lies on the shelf under one SKU: received, counted, and how far it may be promised."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

from msgspec import Struct

from domain.errors import NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.settings import Shop
from domain.texts import CODE, LINE, check_text

NAMESPACE = UUID("3b0d9c57-6f0e-5a43-9d41-7c2e8f1a6b05")
MAX_UNITS = 1_000_000_000
REFUSE, BACKORDER = "refuse", "backorder"
POLICIES = (REFUSE, BACKORDER)


class StockItemNotFound(NotFound):
    """No stock of this SKU is tracked; it is from its first receipt on."""

    code = "stock-item-not-found"


class UnitsOutOfBounds(Rejected):
    """A number of units is a whole number from {lowest} to {limit}."""

    code = "units-out-of-bounds"


class StockBelowZero(Rejected):
    """{on_hand} of {sku} are on the shelf: {change} would leave less than nothing; count it, or allow backorders."""

    code = "stock-below-zero"


class UnknownPolicy(Rejected):
    """There is no policy {policy}; known: refuse, backorder."""

    code = "unknown-policy"


class StockCause(Struct, frozen=True, kw_only=True):
    """Why stock moved: the order's line, what happened (`name`), and the order's version by which it did.

    `reference` is the status reached, or the refund's, return's or shipment's number.
    """

    order_id: UUID
    number: str
    line: str
    name: str
    version: int
    reference: str = ""


class LineStock(Struct, frozen=True, kw_only=True):
    """What an order's line holds: units promised to it, units `out` for it, and units that it gave back for good.

    `parcels` are the units that each parcel took off the shelf, `refunds` those that each refund put back onto it.
    """

    reserved: int = 0
    out: int = 0
    returned: int = 0
    parcels: dict[str, int] = {}
    refunds: dict[str, int] = {}
    causes: frozenset[tuple[str, str, int]] = frozenset()


class StockItem(Aggregate):
    """One SKU's shelf: `on_hand` lies there, `reserved` of it is promised, the rest is available."""

    TOPIC = "stock"

    def clear(self) -> None:
        self.sku = ""
        self.policy = REFUSE
        self.low_at: int | None = None
        self.place = ""  # where on the shelves it is picked from
        self.on_hand = 0
        self.reserved = 0
        self.lines: dict[tuple[UUID, str], LineStock] = {}
        self.commands: frozenset[UUID] = frozenset()  # by which goods were received and counted

    @property
    def available(self) -> int:
        """What may still be promised; below nothing where more was promised than there is."""
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        """Whether so little is available that more should be ordered."""
        return self.low_at is not None and self.available <= self.low_at

    def known_as(self) -> str:
        """Its SKU, where the event that tells it is left."""
        return self.sku or str(self.id)

    def copy(self) -> StockItem:
        """The same stock, to decide on without touching this one."""
        twin = StockItem.blank(self.id)
        twin.__dict__.update(self.__dict__, _pending_events=[], lines=dict(self.lines))
        return twin

    def line(self, order_id: UUID, line: str) -> LineStock:
        """What an order's line holds of it."""
        return self.lines.get((order_id, line), LineStock())

    def outstanding(self, order_id: UUID, line: str, quantity: int) -> int:
        """How many units of a line of that quantity have yet to leave the shelf."""
        held = self.line(order_id, line)
        return max(0, quantity - held.returned - held.out)


@lru_cache(maxsize=20_000)
def stock_id_of(sku: str) -> UUID:
    """The id that belongs to a SKU."""
    return uuid5(NAMESPACE, sku)


class ReceiveStock(Command, frozen=True, kw_only=True):
    """Put units on the shelf; from the first receipt on the SKU is tracked."""

    sku: str
    quantity: int
    reference: str = ""

    @property
    def stock_id(self) -> UUID:
        """The id that belongs to the SKU."""
        return stock_id_of(self.sku)


class StockCommand(Command, frozen=True, kw_only=True):
    """Something asked of one SKU's stock."""

    stock_id: UUID


class AdjustStock(StockCommand, frozen=True, kw_only=True):
    """Put the figure right: by so many units, or to what was `counted`."""

    change: int | None = None
    counted: int | None = None


class SetStockPolicy(StockCommand, frozen=True, kw_only=True):
    """Say whether more may be promised than is available, and at which figure stock is low (None: never)."""

    policy: str
    low_at: int | None = None


class PlaceStock(StockCommand, frozen=True, kw_only=True):
    """Say where it is picked from, such as `A-12-3` (empty: nowhere told)."""

    place: str


class StockMoved(Event, frozen=True, kw_only=True):
    """The figures of one SKU's stock changed."""

    @property
    def moves(self) -> tuple[int, int]:
        """By how much what lies on the shelf changed, and what of it is promised."""
        raise NotImplementedError


class StockReceived(StockMoved, frozen=True, kw_only=True):
    """Units came onto the shelf."""

    TOPIC = "stock.received"
    BEGINS = True

    sku: str
    quantity: int
    reference: str = ""

    @property
    def moves(self) -> tuple[int, int]:
        return self.quantity, 0

    def apply(self, item: StockItem) -> None:
        item.sku = self.sku
        item.on_hand += self.quantity
        item.commands |= {self.metadata.cause}


class StockAdjusted(StockMoved, frozen=True, kw_only=True):
    """The figure was put right by so many units; `counted` where they were counted."""

    TOPIC = "stock.adjusted"

    change: int
    counted: int | None = None

    @property
    def moves(self) -> tuple[int, int]:
        return self.change, 0

    def apply(self, item: StockItem) -> None:
        item.on_hand += self.change
        item.commands |= {self.metadata.cause}


class StockPolicySet(Event, frozen=True, kw_only=True):
    """Stock may be promised so far, and is low at this figure."""

    TOPIC = "stock.policy-set"

    policy: str
    low_at: int | None = None

    def apply(self, item: StockItem) -> None:
        item.policy = self.policy
        item.low_at = self.low_at


class StockPlaced(Event, frozen=True, kw_only=True):
    """It is picked from another place."""

    TOPIC = "stock.placed"

    place: str
    was: str

    def apply(self, item: StockItem) -> None:
        item.place = self.place


def require_stock_item(item: StockItem) -> None:
    """Only stock that was received once can be counted or promised."""
    if not item.exists:
        raise StockItemNotFound()


def check_units(units: int, pointer: str, lowest: int = 0) -> None:
    """Refuses a number of units that no shelf holds."""
    if not lowest <= units <= MAX_UNITS:
        raise UnitsOutOfBounds(pointer, lowest=lowest, limit=MAX_UNITS)


def receive_stock(item: StockItem, command: ReceiveStock, shop: Shop) -> None:
    """Puts units on the shelf; a first receipt of none begins to track the SKU."""
    check_text(command.sku, CODE, "/sku", required=True)
    check_text(command.reference, CODE, "/reference")
    check_text(command.context.reason, LINE, "/reason")
    check_units(command.quantity, "/quantity", lowest=1 if item.exists else 0)
    check_units(item.on_hand + command.quantity, "/quantity", lowest=-MAX_UNITS)
    if command.context.command_id not in item.commands:
        item.record(
            StockReceived,
            command.context,
            sku=command.sku,
            quantity=command.quantity,
            reference=command.reference,
        )


def adjust_stock(item: StockItem, command: AdjustStock, shop: Shop) -> None:
    """Puts the figure right; a count that finds what was expected is kept as well, and changes no figure."""
    require_stock_item(item)
    check_text(command.context.reason, LINE, "/reason")
    if command.counted is not None:
        check_units(command.counted, "/counted")
        change = command.counted - item.on_hand
    else:
        change = command.change or 0
    check_units(item.on_hand + change, "/change", lowest=-MAX_UNITS)
    if change < 0 and item.on_hand + change < 0 and item.policy == REFUSE:
        raise StockBelowZero("/change", sku=item.sku, on_hand=item.on_hand, change=change)
    if (change or command.counted is not None) and command.context.command_id not in item.commands:
        item.record(StockAdjusted, command.context, change=change, counted=command.counted)


def set_stock_policy(item: StockItem, command: SetStockPolicy, shop: Shop) -> None:
    """Sets how far stock may be promised, and when it is low."""
    require_stock_item(item)
    if command.policy not in POLICIES:
        raise UnknownPolicy("/policy", policy=command.policy[:CODE])
    if command.low_at is not None:
        check_units(command.low_at, "/low_at")
    if (command.policy, command.low_at) != (item.policy, item.low_at):
        item.record(StockPolicySet, command.context, policy=command.policy, low_at=command.low_at)


def place_stock(item: StockItem, command: PlaceStock, shop: Shop) -> None:
    """Says where it is picked from."""
    require_stock_item(item)
    check_text(command.place, CODE, "/place")
    if command.place != item.place:
        item.record(StockPlaced, command.context, place=command.place, was=item.place)
