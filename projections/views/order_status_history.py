"""The status history of orders: one row for every status an order has had, from the draft it began as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from domain.events import Event
from domain.orders.creation import OrderCreated
from domain.orders.imports import OrderImportUndone
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order
from domain.statuses import DRAFT
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Rows, Table
from projections.log import Recorded
from projections.views.pages import Conditions, Listing, equal, key

_DDL = """
    CREATE TABLE {schema}.order_status_history (
        order_id uuid NOT NULL,
        version integer NOT NULL,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        from_status text,
        from_stage text,
        to_status text NOT NULL,
        to_stage text NOT NULL,
        actor text NOT NULL,
        reason text,
        forced boolean NOT NULL
    )
"""
_HISTORY = sql.SQL("""
    SELECT {columns}, at - lag(at) OVER (ORDER BY version)
    FROM {table} WHERE order_id = %(order_id)s ORDER BY version
""")

Moved = OrderCreated | OrderPlaced | OrderStatusChanged | OrderStatusForced


class StatusRow(NamedTuple):
    """A move of an order from one status to another."""

    order_id: UUID
    version: int
    at: datetime
    from_status: str | None
    from_stage: str | None
    to_status: str
    to_stage: str
    actor: str
    reason: str | None
    forced: bool
    recorded_at: datetime


_COLUMNS = StatusRow._fields


class OrderStatusHistory:
    """The view `order_status_history`."""

    name = "order_status_history"
    version = 2
    tables = (Table("order_status_history", _COLUMNS, ("order_id", "version"), _DDL),)
    aggregates = (Order,)
    topics = frozenset(event.TOPIC for event in (*get_args(Moved), OrderImportUndone))

    def fold(self, batch: EventBatch) -> Rows:
        """A row for each move."""
        rows = Rows()
        for _, event, recorded_at in batch.events:
            match event:
                case OrderCreated():
                    if event.originator_version > 1:  # again, after its import was taken back: it begins anew
                        rows.delete("order_status_history", (event.originator_id,))
                    move: tuple[str | None, str | None, str, str] = (None, None, DRAFT, DRAFT)
                case OrderPlaced(was=was, status=status, stage=stage):
                    move = (was, DRAFT, status, stage)
                case OrderStatusChanged() | OrderStatusForced():
                    move = (event.was, event.stage_was, event.status, event.stage)
                case OrderImportUndone():
                    rows.delete("order_status_history", (event.originator_id,))
                    continue
                case _:
                    continue
            row = _row(event, recorded_at, *move)
            rows.put("order_status_history", (row.order_id, row.version), row)
        return rows


def _row(
    event: Event, recorded_at: datetime, from_status: str | None, from_stage: str | None, to_status: str, to_stage: str
) -> StatusRow:
    return StatusRow(
        order_id=event.originator_id,
        version=event.originator_version,
        at=event.timestamp,
        from_status=from_status,
        from_stage=from_stage,
        to_status=to_status,
        to_stage=to_stage,
        actor=event.metadata.actor,
        reason=event.metadata.reason,
        forced=isinstance(event, OrderStatusForced),
        recorded_at=recorded_at,
    )


class HistoryFilters(Struct, frozen=True, kw_only=True):
    """The moves of one order, or all."""

    order_id: UUID | None = None


def _conditions(filters: HistoryFilters) -> Conditions:
    return equal(filters, HistoryFilters.__struct_fields__)


LISTING: Listing[StatusRow, HistoryFilters] = Listing(
    "{schema}.order_status_history",
    StatusRow,
    {"at": (key("at", datetime, "timestamptz"), key("order_id", UUID, "uuid"), key("version", int, "integer"))},
    "at",
    _conditions,
)


class StatusMove(NamedTuple):
    """A move of an order from one status to another; `stayed` is how long it had the former one (None: it began)."""

    version: int
    at: datetime
    recorded_at: datetime
    from_status: str | None
    from_stage: str | None
    to_status: str
    to_stage: str
    actor: str
    reason: str | None
    forced: bool
    stayed: timedelta | None


def status_history(connection: Connection, order_id: UUID, schema: str = "views") -> list[StatusMove]:
    """Every status the order has had, first to last."""
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    statement = _HISTORY.format(columns=columns, table=sql.Identifier(schema, "order_status_history"))
    found = connection.execute(statement, {"order_id": order_id})
    return [_move(StatusRow._make(row), stayed) for *row, stayed in found]


def moves_among(recorded: Sequence[Recorded]) -> list[StatusMove]:
    """The same of what a point in time shows of the order's history, folded from that."""
    folded = OrderStatusHistory().fold(EventBatch(recorded, upto=0)).of("order_status_history").upserts.values()
    rows = [StatusRow._make(row) for row in folded]
    before = [None, *(row.at for row in rows)]
    return [_move(row, row.at - began if began else None) for row, began in zip(rows, before, strict=False)]


def _move(row: StatusRow, stayed: timedelta | None) -> StatusMove:
    facts = row._asdict()
    del facts["order_id"]
    return StatusMove(**facts, stayed=stayed)
