"""The list of stock: one row a SKU, with its figures and whether they are low."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.stock import StockItem
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Row, Rows, Table
from projections.views.pages import Conditions, Listing, equal, key
from projections.views.plain import patterns, plain_words

_DDL = """
    CREATE TABLE {schema}.stock (
        id uuid NOT NULL,
        sku text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        policy text NOT NULL,
        low_at bigint,
        place text COLLATE "C" NOT NULL,
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL,
        available bigint NOT NULL,
        is_low boolean NOT NULL,
        words text COLLATE "C" NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX stock_sku ON {schema}.stock (sku, id)",
    "CREATE INDEX stock_low ON {schema}.stock (sku, id) WHERE is_low",
    "CREATE INDEX stock_words ON {schema}.stock USING gin (words gin_trgm_ops)",
)
_PLACES = "SELECT sku, place FROM views.stock WHERE sku = ANY(%s) AND place <> ''"
_STREAMS = "SELECT id, version FROM views.stock ORDER BY id"
_AVAILABLE = "SELECT sku, available, is_low FROM views.stock WHERE sku = ANY(%s)"


class StockHead(NamedTuple):
    """A SKU's stock as the list shows it."""

    id: UUID
    sku: str
    version: int
    updated_at: datetime
    policy: str
    low_at: int | None
    place: str
    on_hand: int
    reserved: int
    available: int
    is_low: bool


_COLUMNS = (*StockHead._fields, "words")


class Stock:
    """The view `stock`."""

    name = "stock"
    version = 2
    tables = (Table("stock", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (StockItem,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each SKU's figures as its movements leave them."""
        rows = Rows()
        for stock_id, item in batch.aggregates(StockItem).items():
            rows.put("stock", (stock_id,), stock_row(item))
        return rows


def stock_row(item: StockItem) -> Row:
    """The row of a SKU."""
    head = StockHead(
        id=item.id,
        sku=item.sku,
        version=item.version,
        updated_at=item.modified_on,
        policy=item.policy,
        low_at=item.low_at,
        place=item.place,
        on_hand=item.on_hand,
        reserved=item.reserved,
        available=item.available,
        is_low=item.is_low,
    )
    return (*head, plain_words(item.sku))


class Available(NamedTuple):
    """How many units of a SKU can be promised, and whether that is few."""

    available: int
    is_low: bool


class StockFilters(Struct, frozen=True, kw_only=True):
    """`q` is a part of the SKU; `low` leaves what is low, or what is not."""

    q: str | None = None
    low: bool | None = None
    policy: str | None = None


def _conditions(filters: StockFilters) -> Conditions:
    found, told = equal(filters, ("policy",))
    low = () if filters.low is None else ("is_low" if filters.low else "NOT is_low",)
    words = {f"word_{number}": pattern for number, pattern in enumerate(patterns(filters.q or ""))}
    return [*low, *found, *(f"words LIKE %({name})s" for name in words)], {**told, **words}


LISTING: Listing[StockHead, StockFilters] = Listing(
    "{schema}.stock",
    StockHead,
    {
        "sku": (key("sku", str, "text"), key("id", UUID, "uuid")),
        "available": (key("available", int, "bigint"), key("id", UUID, "uuid")),
        "updated_at": (key("updated_at", datetime, "timestamptz"), key("id", UUID, "uuid")),
    },
    "sku",
    _conditions,
)
SORTS = tuple(LISTING.sorts)
list_stock, count_stock = LISTING.page, LISTING.count


def available(connection: Connection, skus: list[str]) -> dict[str, Available]:
    """What can be promised of these SKUs; nothing is told of one whose stock is not tracked."""
    return {sku: Available(number, low) for sku, number, low in connection.execute(_AVAILABLE, (skus,))}


def places(connection: Connection, skus: list[str]) -> dict[str, str]:
    """Where these SKUs are picked from; those of which that is not told are left out."""
    return dict(connection.execute(_PLACES, (skus,)).fetchall())


def stock_streams(connection: Connection) -> dict[UUID, int]:
    """Every SKU whose stock is tracked, and how many events each has."""
    return dict(connection.execute(_STREAMS).fetchall())
