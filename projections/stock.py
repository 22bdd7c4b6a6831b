"""The list of stock: one row a SKU, with its figures and whether they are low."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.stock import StockItem
from projections.pages import Conditions, Listing, equal, key
from projections.plain import patterns, plain_words
from projections.projection import Batch
from projections.tables import Row, Rows, Table

_DDL = """
    CREATE TABLE {schema}.stock (
        id uuid NOT NULL,
        sku text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        policy text NOT NULL,
        low_at bigint,
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
_COLUMNS = (
    "id", "sku", "version", "updated_at", "policy", "low_at", "on_hand", "reserved", "available", "is_low", "words",
)  # fmt: skip


class Stock:
    """The view `stock`."""

    name = "stock"
    version = 1
    tables = (Table("stock", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (StockItem,)
    topics = None

    def fold(self, batch: Batch) -> Rows:
        """Each SKU's figures as its movements leave them."""
        rows = Rows()
        for stock_id, item in batch.aggregates(StockItem).items():
            rows.put("stock", (stock_id,), stock_row(item))
        return rows


def stock_row(item: StockItem) -> Row:
    """The row of a SKU."""
    return (
        item.id,
        item.sku,
        item.version,
        item.modified_on,
        item.policy,
        item.low_at,
        item.on_hand,
        item.reserved,
        item.available,
        item.is_low,
        plain_words(item.sku),
    )


class StockHead(NamedTuple):
    """A SKU's stock as the list shows it."""

    id: UUID
    sku: str
    version: int
    updated_at: datetime
    policy: str
    low_at: int | None
    on_hand: int
    reserved: int
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
