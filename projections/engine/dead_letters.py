"""Events that a view could not take: parked, shown, and retried or discarded when the cause is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from projections.engine.tables import Connection
from projections.faults import name_of, trace_of, with_trace
from projections.log import Recorded

HELD_BACK = "HeldBack"

_logger = structlog.get_logger()

_PARK = """
    INSERT INTO views.dead_letters
        (projection, schema, position, originator_id, originator_version, topic, error, traceback)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (projection, schema, position)
    DO UPDATE SET error = EXCLUDED.error, traceback = EXCLUDED.traceback, state = 'parked', at = now()
"""
_HELD = """
    SELECT DISTINCT originator_id FROM views.dead_letters
    WHERE projection = %s AND schema = %s AND state = 'parked'
"""
_COLUMNS = "projection, schema, position, originator_id, originator_version, topic, error, traceback, state, at"
_LIST = f"""
    SELECT {_COLUMNS} FROM views.dead_letters
    WHERE (%(projection)s::text IS NULL OR projection = %(projection)s) AND schema = 'views'
        AND (%(state)s::text IS NULL OR state = %(state)s)
    ORDER BY projection, position
"""  # noqa: S608 - the columns are a constant of this module
_OF_KEY = """
    SELECT position, originator_version FROM views.dead_letters
    WHERE projection = %s AND schema = %s AND originator_id = %s AND state = 'parked'
    ORDER BY position
"""
_SETTLE_KEY = """
    UPDATE views.dead_letters SET state = 'retried', at = now()
    WHERE projection = %s AND schema = %s AND originator_id = %s AND state = 'parked'
"""
_DISCARD = """
    UPDATE views.dead_letters SET state = 'discarded', at = now()
    WHERE projection = %s AND schema = 'views' AND position = %s AND state = 'parked'
"""


class DeadLetter(NamedTuple):
    """An event that a view could not take; `error` is `HeldBack` for one that waits behind another of its key."""

    projection: str
    schema: str
    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    error: str
    traceback: str
    state: str
    at: datetime


def park(
    connection: Connection, projection: str, schema: str, events: Sequence[Recorded], fault: Exception | None
) -> None:
    """Puts events aside with what went wrong; `fault` None: they wait behind an earlier one of their key."""
    error, trace = (HELD_BACK, "") if fault is None else (name_of(fault), trace_of(fault))
    rows = [
        (projection, schema, position, event.originator_id, event.originator_version, event.TOPIC, error, trace)
        for position, event, _ in events
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_PARK, rows)
    if fault is not None:
        for one in events:
            _logger.error(
                "a view cannot take an event", action="projection.parked", projection=projection, schema=schema,
                position=one.position, topic=one.event.TOPIC, stream=str(one.event.originator_id), **with_trace(fault),
            )  # fmt: skip


def held_keys(connection: Connection, projection: str, schema: str) -> set[UUID]:
    """The keys whose events wait until a parked one is settled."""
    return {row[0] for row in connection.execute(_HELD, (projection, schema), prepare=True)}


def parked_of(connection: Connection, projection: str, schema: str, originator_id: UUID) -> dict[int, int]:
    """The parked events of one key: position to version in its stream."""
    return dict(connection.execute(_OF_KEY, (projection, schema, originator_id)).fetchall())


def settle(connection: Connection, projection: str, schema: str, originator_id: UUID) -> None:
    """Marks the parked events of one key as taken after all."""
    connection.execute(_SETTLE_KEY, (projection, schema, originator_id))


def every(connection: Connection, projection: str | None = None, state: str | None = "parked") -> list[DeadLetter]:
    """The dead letters of the live views, in order."""
    found = connection.execute(_LIST, {"projection": projection, "state": state})
    return [DeadLetter(*row) for row in found]


def discard(connection: Connection, projection: str, position: int) -> bool:
    """Gives one event up for this view; the later ones of its key are taken by retrying the key. False: not parked."""
    return connection.execute(_DISCARD, (projection, position)).rowcount == 1
