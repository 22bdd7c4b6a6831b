"""The timeline of orders: one lean row for everything that happened to one, without anybody's personal data."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import json
from psycopg import sql

from domain.events import Event
from domain.messages import Message
from domain.orders.order import Order
from domain.points_in_time import NOW, PointInTime
from projections.engine.projection import EventBatch, kind_of
from projections.engine.tables import Connection, Rows, Table
from projections.log.forms import form_of

_DDL = """
    CREATE TABLE {schema}.order_timeline (
        order_id uuid NOT NULL,
        version integer NOT NULL,
        position bigint NOT NULL,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        actor text NOT NULL,
        topic text NOT NULL,
        reason text,
        cause uuid NOT NULL,
        import_id uuid,
        message_id uuid,
        summary jsonb NOT NULL
    )
"""
_COLUMNS = (
    "order_id", "version", "position", "at", "recorded_at", "actor", "topic", "reason", "cause", "import_id",
    "message_id", "summary",
)  # fmt: skip
_TIMELINE = sql.SQL("""
    SELECT version, position, at, recorded_at, actor, topic, reason, cause, import_id, message_id, summary
    FROM {} WHERE order_id = %(order_id)s AND position > %(after)s
        AND (%(as_of)s::timestamptz IS NULL OR at <= %(as_of)s)
        AND (%(known_at)s::timestamptz IS NULL OR recorded_at <= %(known_at)s)
    ORDER BY position LIMIT %(limit)s
""")
_HEADER = frozenset(Event.__struct_fields__)


class OrderTimeline:
    """The view `order_timeline`."""

    name = "order_timeline"
    version = 4
    tables = (Table("order_timeline", _COLUMNS, ("order_id", "position"), _DDL),)
    aggregates = (Order, Message)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """A row for each event of an order, and for each of a message about it."""
        rows = Rows()
        for position, event, recorded_at in batch.events:
            order_id, message_id = event.originator_id, None
            if kind_of(event.TOPIC) == Message.TOPIC:
                message_id = event.originator_id
                about = batch.aggregates(Message)[message_id].order_id
                if about is None:
                    continue
                order_id = about
            told = event.metadata
            happened = (event.timestamp, recorded_at, told.actor, event.TOPIC, told.reason, told.cause, told.import_id)
            row = (order_id, event.originator_version, position, *happened, message_id, summary(event))
            rows.put("order_timeline", (order_id, position), row)
        return rows


def summary(event: Event) -> str:
    """What an event says, as JSON: all its fields but those that are a person's."""
    return json.encode({name: getattr(event, name) for name in _told(type(event))}).decode()


@cache
def _told(event: type[Event]) -> tuple[str, ...]:
    form = form_of(event)
    return tuple(name for name in form.names if name not in _HEADER and name not in form.personal)


class TimelineEntry(NamedTuple):
    """Something that happened to an order, or a message about it, whose version it is then."""

    version: int
    position: int
    at: datetime
    recorded_at: datetime
    actor: str
    topic: str
    reason: str | None
    cause: UUID
    import_id: UUID | None
    message_id: UUID | None
    summary: dict[str, Any]


def timeline(
    connection: Connection,
    order_id: UUID,
    after: int = 0,
    limit: int = 200,
    schema: str = "views",
    point: PointInTime = NOW,
) -> list[TimelineEntry]:
    """What happened to the order after a position, as far as a point in time shows it, first to last."""
    statement = _TIMELINE.format(sql.Identifier(schema, "order_timeline"))
    facts = {"order_id": order_id, "after": after, "limit": limit, **point._asdict()}
    found = connection.execute(statement, facts)
    return [TimelineEntry._make(row) for row in found]
