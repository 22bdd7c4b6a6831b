"""Who has which order open: told by a heart-beat, known for half a minute, and part of no history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from projections.engine.tables import Connection

KEPT = timedelta(seconds=30)
MOST = 20  # orders that one operator or token has open at a time
SHOWN = 20  # of those who have the order open

_EXISTS = "SELECT EXISTS (SELECT FROM log.events WHERE originator_id = %(order_id)s AND starts_with(topic, 'order.'))"
# What has ended goes with the heart-beat of whoever comes next, so that the table holds what is open now. What another
# heart-beat has locked is left to it: two that waited for each other's rows would be a deadlock.
_BEAT = """
WITH silent AS (
    SELECT ctid FROM access.presence WHERE seen_at < now() - %(kept)s FOR UPDATE SKIP LOCKED
), elsewhere AS (
    SELECT ctid FROM access.presence WHERE actor = %(actor)s AND order_id <> %(order_id)s
    ORDER BY seen_at DESC OFFSET %(most)s - 1 FOR UPDATE SKIP LOCKED
), ended AS (
    DELETE FROM access.presence WHERE ctid IN (SELECT ctid FROM silent UNION ALL SELECT ctid FROM elsewhere)
)
INSERT INTO access.presence AS p (order_id, actor) VALUES (%(order_id)s, %(actor)s)
ON CONFLICT (order_id, actor) DO UPDATE SET
    seen_at = now(), since = CASE WHEN p.seen_at < now() - %(kept)s THEN now() ELSE p.since END
"""
_OTHERS = """
SELECT actor, since FROM access.presence
WHERE order_id = %(order_id)s AND actor <> %(actor)s AND seen_at >= now() - %(kept)s
ORDER BY since, actor LIMIT %(shown)s
"""
_LEAVE = "DELETE FROM access.presence WHERE order_id = %(order_id)s AND actor = %(actor)s"


class Present(NamedTuple):
    """Somebody who has an order open, since when."""

    actor: str
    since: datetime


def exists(connection: Connection, order_id: UUID) -> bool:
    """Whether anything was recorded of the order."""
    [[found]] = connection.execute(_EXISTS, {"order_id": order_id}).fetchall()
    return bool(found)


def beat(connection: Connection, order_id: UUID, actor: str) -> list[Present]:
    """Notes that somebody has the order open; gives the others who have."""
    facts = {"order_id": order_id, "actor": actor, "kept": KEPT, "most": MOST, "shown": SHOWN}
    connection.execute(_BEAT, facts)
    return [Present._make(row) for row in connection.execute(_OTHERS, facts)]


def leave(connection: Connection, order_id: UUID, actor: str) -> None:
    """Notes that somebody closed it."""
    connection.execute(_LEAVE, {"order_id": order_id, "actor": actor})
