"""The log by the thousand: whole streams read in order for those who build a view anew, events appended by COPY."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from domain.events import Event
from projections.log.claims import Claims
from projections.log.durability import Connection
from projections.log.epochs import CHANGED
from projections.log.errors import IncarnationChanged, VersionConflict
from projections.log.keys import KeyRing
from projections.log.mapper import EventMapper
from projections.log.recorded import Recorded
from projections.log.recorder import Row

_ENTER = "SELECT last_position, recorded_at::text FROM log.enter(%(decided_in)s)"
# A share is what began in one stretch of the log. The rest of such a stream stands near its beginning, mostly, so the
# log is read about once, from its start to its end; OFFSET 0 has each stream looked up by its own index, in order.
_PARTITION = """
SELECT first.position, e.position, e.topic, e.version, e.state::text, k.wrapped, e.recorded_at
FROM log.events first CROSS JOIN LATERAL (
    SELECT * FROM log.events
    WHERE originator_id = first.originator_id AND position <= %(upto)s AND topic <> ALL(%(passed_over)s)
    ORDER BY originator_version OFFSET 0
) e LEFT JOIN log.subject_keys k ON k.subject = e.subject
WHERE first.position > %(after)s AND first.position <= %(last)s
    AND (first.originator_version = 1 OR first.position = ANY(%(late)s)) AND first.topic ^@ ANY(%(prefixes)s)
"""
# The planner takes streams for much longer than they are, and would rather read the whole log for each share.
_PLAN = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL cursor_tuple_fraction = 1"
_AT_ONCE = 4000  # rows in thousands cost a third of COPY's one by one

_COPY = """
COPY log.events (position, recorded_at, originator_id, originator_version, topic, version, subject, occurred_at, state)
FROM STDIN
"""


def store(connection: Connection, mapper: EventMapper, keys: KeyRing, events: Sequence[Event], decided_in: UUID) -> int:
    """Appends events by COPY in the transaction that was begun; gives the log's last position then.

    Their subjects' keys must be there. Costs a third of what `LogRecorder.append` does, from some hundred events on.
    The lock is held until the commit. Raises `VersionConflict` when a stream has one of these versions, and
    `IncarnationChanged` when what they were decided on may have vanished.
    """
    subjects = {event.metadata.subject for event in events if event.metadata.subject}
    wrapped: dict[UUID | None, bytes | None] = dict(Claims(connection, keys).wrapped(subjects).items())
    text = _Text()
    lines = [_line(event, mapper.state(event, wrapped.get(event.metadata.subject)), text) for event in events]
    with _understood():
        [(last, recorded_at)] = connection.execute(_ENTER, {"decided_in": decided_in}, prepare=True).fetchall()
        now = recorded_at.encode()
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(b"".join([b"%d\t%b%b" % (last + number, now, line) for number, line in enumerate(lines, 1)]))
    return int(last) + len(lines)


@contextmanager
def _understood() -> Iterator[None]:
    """Says in the log's words why events were refused."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise VersionConflict from error
    except psycopg.errors.CheckViolation as error:
        raise IncarnationChanged from error
    except psycopg.DatabaseError as error:
        if error.sqlstate != CHANGED:
            raise
        raise IncarnationChanged from error


class _Text:
    """Ids and instants as COPY's text form has them; one that comes again and again in a row is written once."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, str]] = [(None, "\\N")] * 3

    def of(self, place: int, value: UUID | datetime | None) -> str:
        """The value's text; `place` tells apart what stands in different columns."""
        last, text = self._kept[place]
        if value is not last:
            text = "\\N" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
            self._kept[place] = (value, text)
        return text


def _line(event: Event, state: bytes, text: _Text) -> bytes:
    """What follows position and recording in a line of COPY's text form; JSON holds no raw control characters."""
    head = (
        f"\t{text.of(0, event.originator_id)}\t{event.originator_version}\t{event.TOPIC}\t{event.VERSION}"
        f"\t{text.of(1, event.metadata.subject)}\t{text.of(2, event.timestamp)}\t"
    )
    return head.encode() + (state.replace(b"\\", b"\\\\") if b"\\" in state else state) + b"\n"


def partition(
    connection: Connection,
    recorded: Callable[[Row], Recorded],
    prefixes: Collection[str],
    bucket: int,
    buckets: int,
    upto: int,
    late: Collection[int] = (),
    passed_over: Collection[str] = (),
) -> Iterator[tuple[UUID, list[Recorded]]]:
    """The streams of one share (0 <= bucket < buckets) whose topics begin so, each with its events up to a position.

    Shares are of about one size and in the order in which the streams began. Memory is that of a few thousand events.
    `late` are the positions where streams begin whose first version is lost (`Hole.began`). Events of topics that are
    `passed_over` are left out.
    """
    parameters = {
        "after": upto * bucket // buckets,
        "last": upto * (bucket + 1) // buckets,
        "prefixes": list(prefixes),
        "upto": upto,
        "late": list(late),
        "passed_over": list(passed_over),
    }
    stream, current = list[Recorded](), 0
    for rows in _rows(connection, parameters):
        for began, *columns in rows:
            one = recorded(Row._make(columns))
            if began != current:
                if stream:
                    yield stream[0].event.originator_id, stream
                stream, current = [], began
            stream.append(one)
    if stream:
        yield stream[0].event.originator_id, stream


def _rows(connection: Connection, parameters: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    with connection.transaction():
        connection.execute(_PLAN)
        with connection.cursor("share", row_factory=tuple_row) as cursor:
            cursor.execute(_PARTITION, parameters, binary=True)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield rows
