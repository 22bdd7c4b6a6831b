"""Every movement of stock: what it changed, the figures after it, and why."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.stock import StockItem, StockReceived
from domain.stock.item import StockMoved
from domain.stock.movements import Movement
from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Table
from projections.views.pages import Conditions, Listing, equal, key

_DDL = """
    CREATE TABLE {schema}.stock_movements (
        stock_id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        reason text,
        topic text NOT NULL,
        on_hand bigint NOT NULL,
        on_hand_change bigint NOT NULL,
        reserved bigint NOT NULL,
        reserved_change bigint NOT NULL,
        cause text NOT NULL,
        reference text NOT NULL,
        order_id uuid,
        order_number text NOT NULL,
        line text NOT NULL,
        sku text COLLATE "C" NOT NULL
    )
"""


class StockMovement(NamedTuple):
    """A movement of one SKU's stock: the figures after it, what it changed, and why."""

    version: int
    position: int
    at: datetime
    actor: str
    reason: str | None
    topic: str
    on_hand: int
    on_hand_change: int
    reserved: int
    reserved_change: int
    cause: str
    reference: str
    order_id: UUID | None
    order_number: str
    line: str


_COLUMNS = ("stock_id", *StockMovement._fields, "sku")


class StockMovements:
    """The view `stock_movements`."""

    name = "stock_movements"
    version = 2
    tables = (Table("stock_movements", _COLUMNS, ("stock_id", "version"), _DDL),)
    aggregates = (StockItem,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """A row for each movement; the figures after it are those of the batch's end without what came later."""
        rows = Rows()
        items = batch.aggregates(StockItem)
        figures = {stock_id: (item.on_hand, item.reserved) for stock_id, item in items.items()}
        for position, event, _ in reversed(batch.events):
            if isinstance(event, StockMoved):
                stock_id = event.originator_id
                on_hand, reserved = figures[stock_id]
                rows.put(
                    "stock_movements",
                    (stock_id, event.originator_version),
                    (stock_id, *_movement(event, position, on_hand, reserved), items[stock_id].sku),
                )
                figures[stock_id] = on_hand - event.moves[0], reserved - event.moves[1]
        return rows


def _movement(event: StockMoved, position: int, on_hand: int, reserved: int) -> StockMovement:
    """A movement that left these figures."""
    cause = event.cause if isinstance(event, Movement) else None
    receipt = event.reference if isinstance(event, StockReceived) else None
    return StockMovement(
        version=event.originator_version,
        position=position,
        at=event.timestamp,
        actor=event.metadata.actor,
        reason=event.metadata.reason,
        topic=event.TOPIC,
        on_hand=on_hand,
        on_hand_change=event.moves[0],
        reserved=reserved,
        reserved_change=event.moves[1],
        cause=cause.name if cause else "adjustment" if receipt is None else "receipt",
        reference=cause.reference if cause else receipt or "",
        order_id=cause.order_id if cause else None,
        order_number=cause.number if cause else "",
        line=cause.line if cause else "",
    )


_BOUNDS = {"start": "at >= %(start)s", "end": "at < %(end)s"}


class MovementFilters(Struct, frozen=True, kw_only=True):
    """The movements of one SKU, of one order, or all; from an instant (included) until another (not included)."""

    stock_id: UUID | None = None
    order_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


def _conditions(filters: MovementFilters) -> Conditions:
    found, told = equal(filters, ("stock_id", "order_id"))
    bounds = {name: value for name in ("start", "end") if (value := getattr(filters, name)) is not None}
    return [*found, *(_BOUNDS[name] for name in bounds)], {**told, **bounds}


LISTING: Listing[StockMovement, MovementFilters] = Listing(
    "{schema}.stock_movements",
    StockMovement,
    {
        "version": (key("version", int, "integer"),),
        "position": (key("position", int, "bigint"),),
    },
    "-version",
    _conditions,
)
list_movements = LISTING.page
