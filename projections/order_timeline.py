"""The timeline of orders: one lean row for everything that happened to one, without anybody's personal data."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import json
from psycopg import sql

from domain.events import Event
from domain.orders.order import Order
from projections.log.forms import form_of
from projections.projection import Batch
from projections.tables import Connection, Rows, Table

_DDL = """
    CREATE TABLE {schema}.order_timeline (
        order_id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        topic text NOT NULL,
        reason text,
        cause uuid NOT NULL,
        import_id uuid,
        summary jsonb NOT NULL
    )
"""
_COLUMNS = ("order_id", "version", "position", "at", "actor", "topic", "reason", "cause", "import_id", "summary")
_TIMELINE = sql.SQL("""
    SELECT version, position, at, actor, topic, reason, cause, import_id, summary
    FROM {} WHERE order_id = %(order_id)s AND version > %(after)s ORDER BY version LIMIT %(limit)s
""")
_HEADER = frozenset(Event.__struct_fields__)


class OrderTimeline:
    """The view `order_timeline`."""

    name = "order_timeline"
    version = 1
    tables = (Table("order_timeline", _COLUMNS, ("order_id", "version"), _DDL),)
    aggregates = (Order,)
    topics = None

    def fold(self, batch: Batch) -> Rows:
        """A row for each event."""
        rows = Rows()
        for position, event in batch.events:
            told = event.metadata
            key = (event.originator_id, event.originator_version)
            happened = (position, event.timestamp, told.actor, event.TOPIC, told.reason, told.cause, told.import_id)
            rows.put("order_timeline", key, (*key, *happened, summary(event)))
        return rows


def summary(event: Event) -> str:
    """What an event says, as JSON: all its fields but those that are a person's."""
    return json.encode({name: getattr(event, name) for name in _told(type(event))}).decode()


@cache
def _told(event: type[Event]) -> tuple[str, ...]:
    form = form_of(event)
    return tuple(name for name in form.names if name not in _HEADER and name not in form.personal)


class TimelineEntry(NamedTuple):
    """Something that happened to an order: when, by whom, why, and what it says."""

    version: int
    position: int
    at: datetime
    actor: str
    topic: str
    reason: str | None
    cause: UUID
    import_id: UUID | None
    summary: dict[str, Any]


def timeline(
    connection: Connection, order_id: UUID, after: int = 0, limit: int = 200, schema: str = "views"
) -> list[TimelineEntry]:
    """What happened to the order after a version, first to last."""
    statement = _TIMELINE.format(sql.Identifier(schema, "order_timeline"))
    found = connection.execute(statement, {"order_id": order_id, "after": after, "limit": limit})
    return [TimelineEntry._make(row) for row in found]
