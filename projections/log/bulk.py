"""Reading the whole past at once: streams complete and in order, a share at a time, for those who build a view anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from domain.events import Event
from projections.log.mapper import EventMapper
from projections.log.recorded import Recorded
from projections.log.recorder import ALL, Connection

_SPACE = 2**128
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

# Shares are ranges of ids: an index finds each without reading the rest, and sorting it fits in memory.
_PARTITION = """
SELECT position, topic, version, state, wrapped FROM log.readable
WHERE originator_id BETWEEN %(first)s AND %(last)s AND topic ^@ ANY(%(prefixes)s)
    AND position <= %(upto)s AND recorded_at <= %(at)s
ORDER BY originator_id, originator_version
"""
# The whole share is wanted, not its first rows soon; and rows in thousands cost a third of COPY's one by one.
_PLAN = "SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '64MB'"
_AT_ONCE = 4000


def partition(
    connection: Connection,
    mapper: EventMapper,
    prefixes: Collection[str],
    bucket: int,
    buckets: int,
    upto: int | None = None,
    at: datetime | None = None,
) -> Iterator[tuple[UUID, list[Recorded]]]:
    """The streams of one share (0 <= bucket < buckets) whose topics begin so, each with all its events up to a point.

    Random ids fall evenly into the shares. Memory is that of one stream, and of one sorted share in the server.
    """
    parameters = {
        "first": UUID(int=_SPACE * bucket // buckets),
        "last": UUID(int=_SPACE * (bucket + 1) // buckets - 1),
        "prefixes": list(prefixes),
        "upto": ALL if upto is None else upto,
        "at": _FOREVER if at is None else at,
    }
    event_of, stream = mapper.event, list[Recorded]()
    for rows in _rows(connection, parameters):
        for position, *row in rows:
            event = event_of(*row)
            if event.originator_version == 1:
                if stream:
                    yield stream[0].event.originator_id, stream
                stream = [Recorded(position, event)]
            elif stream and _continues(stream, event):
                stream.append(Recorded(position, event))
    if stream:
        yield stream[0].event.originator_id, stream


def _rows(connection: Connection, parameters: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    with connection.transaction():
        connection.execute(_PLAN)
        with connection.cursor("share", row_factory=tuple_row) as cursor:
            cursor.execute(_PARTITION, parameters, binary=True)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield rows


def _continues(stream: list[Recorded], event: Event) -> bool:
    """Whether the event comes next; where clocks differed, an instant may leave out an earlier one."""
    return bool(event.originator_version == len(stream) + 1 and event.originator_id == stream[0].event.originator_id)
