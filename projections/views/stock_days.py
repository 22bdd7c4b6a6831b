"""Stock by SKU and day at the shop: what came in and went out, and what was on hand and reserved at its end.

The sums of a day are of its movements' changes; figures at a day's end are the sums of all days until then.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain import topics
from domain.settings import DefaultsSet, ShopSettings
from domain.stock import StockItem
from domain.stock.item import StockMoved
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Rows, Sums, Table
from projections.views.pages import read
from projections.views.zones import day_in, put_zones, zone_table

# Movements of one SKU are added up this many at a time: one that is new never has all of its SKU's looked at again.
PART = 256
_ZONE = "stock_days_zone"
_MOVED_DDL = """
    CREATE TABLE {schema}.stock_day_movements (
        part text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        sku text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL,
        incoming bigint NOT NULL,
        outgoing bigint NOT NULL
    )
"""
_DAYS_DDL = """
    CREATE TABLE {schema}.stock_days (
        sku text COLLATE "C" NOT NULL,
        day date NOT NULL,
        movements bigint NOT NULL,
        on_hand bigint NOT NULL,
        reserved bigint NOT NULL,
        incoming bigint NOT NULL,
        outgoing bigint NOT NULL
    ) WITH (fillfactor = 80)
"""
_DAYS = f"""
    SELECT sku, {day_in(_ZONE, "at")} AS day, 1 AS movements, on_hand, reserved, incoming, outgoing
    FROM {{schema}}.stock_day_movements WHERE {{only}}
"""  # noqa: S608 - constants of this module
_LIST = sql.SQL("""
    WITH before AS (
        SELECT sku, sum(on_hand) AS on_hand, sum(reserved) AS reserved FROM views.stock_days
        WHERE day < %(start)s {skus} GROUP BY sku
    )
    SELECT day, sku, movements,
        (coalesce(before.on_hand, 0) + sum(d.on_hand) OVER until)::bigint,
        (coalesce(before.reserved, 0) + sum(d.reserved) OVER until)::bigint, incoming, outgoing
    FROM views.stock_days d LEFT JOIN before USING (sku)
    WHERE day >= %(start)s AND day < %(end)s {skus}
    WINDOW until AS (PARTITION BY sku ORDER BY day)
    ORDER BY day, sku LIMIT %(limit)s
""")


class DayMovement(NamedTuple):
    """What a movement of a SKU's stock changed; `part` names it and up to 255 others of its stream."""

    part: str
    version: int
    sku: str
    at: datetime
    on_hand: int
    reserved: int
    incoming: int
    outgoing: int


_ADDED = ("movements", "on_hand", "reserved", "incoming", "outgoing")


class StockDays:
    """The view `stock_days`."""

    name = "stock_days"
    version = 1
    tables = (
        Table("stock_day_movements", DayMovement._fields, ("part", "version"), _MOVED_DDL),
        zone_table(_ZONE),
        Table(
            "stock_days", ("sku", "day", *_ADDED), ("sku", "day"), _DAYS_DDL,
            sums=Sums(("stock_day_movements",), _DAYS, "part", (_ZONE,)),
        ),
    )  # fmt: skip
    aggregates = (StockItem, ShopSettings)
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[StockItem]) | {DefaultsSet.TOPIC}

    def fold(self, batch: EventBatch) -> Rows:
        """A row for each movement."""
        rows = Rows()
        put_zones(rows, _ZONE, batch)
        items = batch.aggregates(StockItem)
        for _, event, _ in batch.events:
            if isinstance(event, StockMoved):
                row = _movement(event, items[event.originator_id].sku)
                rows.put("stock_day_movements", (row.part, row.version), row)
        return rows


def _movement(event: StockMoved, sku: str) -> DayMovement:
    on_hand, reserved = event.moves
    version = event.originator_version
    return DayMovement(
        part=part_of(event.originator_id, version),
        version=version,
        sku=sku,
        at=event.timestamp,
        on_hand=on_hand,
        reserved=reserved,
        incoming=max(on_hand, 0),
        outgoing=max(-on_hand, 0),
    )


def part_of(stock_id: UUID, version: int) -> str:
    """The part of a SKU's movements that one belongs to."""
    return f"{stock_id.hex}-{version // PART}"


class StockDay(NamedTuple):
    """A day on which a SKU's stock moved: the figures at its end, and what came and went."""

    day: date
    sku: str
    movements: int
    on_hand: int
    reserved: int
    incoming: int
    outgoing: int


def list_stock_days(
    connection: Connection, start: date, end: date, skus: Collection[str] = (), limit: int = 1_000
) -> list[StockDay]:
    """The days from one until before another on which stock of these SKUs (or of any) moved, the oldest first."""
    told: dict[str, Any] = {"start": start, "end": end, "skus": list(skus), "limit": limit}
    statement = _LIST.format(skus=sql.SQL("AND sku = ANY(%(skus)s)" if skus else ""))
    return [StockDay(*row) for row in read(connection, statement, told)]
