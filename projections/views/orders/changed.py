"""Which orders changed between two positions of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from domain import topics
from domain.customers import CustomerForgotten
from domain.orders.order import Order
from projections.engine.tables import Connection

MOST = 500  # orders that are told one by one
FARTHEST = 5_000  # events that are looked through

_CHANGED = """
SELECT originator_id, max(originator_version) FROM log.events
WHERE position > %(after)s AND position <= %(position)s AND topic = ANY(%(topics)s)
GROUP BY originator_id ORDER BY max(position) LIMIT %(limit)s
"""
_FORGOTTEN = """
SELECT EXISTS (SELECT FROM log.events WHERE position > %(after)s AND position <= %(position)s AND topic = %(topic)s)
"""
_VERSIONS = """
SELECT originator_id, max(originator_version) FROM log.events
WHERE originator_id = ANY(%(ids)s) AND position <= %(position)s GROUP BY originator_id
"""
_TOPICS = sorted(event.TOPIC for event in topics.AGGREGATES[Order])


class ChangedOrder(NamedTuple):
    """An order, and its version after the last change."""

    id: UUID
    version: int


def changed_orders(connection: Connection, after: int, position: int) -> list[ChangedOrder] | None:
    """The orders that changed after one position, up to another, in the order of their last changes.

    None where they are too many to tell, or a customer was forgotten, which changes what many orders show.
    """
    if position - after > FARTHEST:
        return None
    span = {"after": after, "position": position}
    [[forgotten]] = connection.execute(_FORGOTTEN, {**span, "topic": CustomerForgotten.TOPIC}).fetchall()
    found = connection.execute(_CHANGED, {**span, "topics": _TOPICS, "limit": MOST + 1}).fetchall()
    return None if forgotten or len(found) > MOST else [ChangedOrder(*row) for row in found]


def versions_at(connection: Connection, ids: Sequence[UUID], position: int) -> dict[UUID, int]:
    """The versions that orders had at a position of the log; none for one that was not there yet."""
    return dict(connection.execute(_VERSIONS, {"ids": list(ids), "position": position}).fetchall())
