"""The recorder of the log: appends in one server call, reads in order. The one place that knows the table of events.

It implements the library's recorder contract on our own connections. The library's PostgreSQL recorder is not its base:
that one brings a second connection pool, holds its table lock across a client round trip and knows four columns only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Event as Signal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, StoredEvent, Subscription
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from projections.log.durability import Connection, make_durable, undisturbed
from projections.log.errors import NotDurable
from projections.log.mapper import SealedEvent

APPEND_LOCK = "SELECT pg_advisory_xact_lock(7106407, 1)"
ALL = 2**63 - 1
_IDLE = 0.05  # seconds between two looks of a subscription at a quiet log

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_SAVE = """
    %(decided_in)s, %(ids)t::uuid[], %(versions)t::integer[], %(fresh)t::json,
    %(actor)s, %(key)s, %(fingerprint)b, %(subject)s, %(answer)b,
    %(email_hash)b, %(customer)s, %(wrapped)b
"""
_APPEND = f"SELECT log.append({_SAVE})"
_APPEND_ALONE = f"CALL log.append_alone({_SAVE}, NULL)"
_MAKE_DURABLE = "SELECT incarnation FROM log.make_durable()"
_HEAD = "SELECT log.current_incarnation(), coalesce(max(position), 0) FROM log.events"
# The incarnation that is read comes first, in a row of its own.
_ROWS = """
SELECT log.current_incarnation(), NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL (
    SELECT NULL, position, topic, version, state, wrapped, recorded_at FROM log.readable
    WHERE position > %(after)s AND position <= %(upto)s AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s))
    ORDER BY position LIMIT %(limit)s
)
"""
# Of one stream, by the index of streams: planned with the other it would look at every event after the position.
_ROWS_OF_STREAM = _ROWS.replace("WHERE position", "WHERE originator_id = %(stream)s AND position").replace(
    "ORDER BY position", "ORDER BY originator_version"
)
_STREAMS = """
SELECT incarnation, position, topic, version, state, wrapped, recorded_at
FROM log.streams(%(ids)t::uuid[], %(after)t::integer[], %(upto)s)
"""
_NOTIFICATIONS = """
SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8'), position FROM log.readable
WHERE position > %(after)s AND position <= %(upto)s AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s))
ORDER BY position LIMIT %(limit)s
"""
_STREAM = """
SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8') AS state, version, subject, occurred_at,
    (state::json -> 'metadata' ->> 'event_id')::uuid AS event_id, wrapped
FROM log.readable
WHERE originator_id = %(id)s AND originator_version > %(after)s AND originator_version <= %(upto)s
ORDER BY originator_version
"""
_RECORDED = """
SELECT e.position, (e.state -> 'metadata' ->> 'event_id')::uuid
FROM unnest(%(ids)s::uuid[], %(versions)s::integer[]) AS asked (id, version)
JOIN log.events e ON e.originator_id = asked.id AND e.originator_version = asked.version
"""


class Row(NamedTuple):
    """What is needed to read an event back."""

    position: int
    topic: str
    version: int
    state: str
    wrapped: bytes | None
    recorded_at: datetime | None


class Rows(NamedTuple):
    """What was read, and the incarnation it was read in; None where the server has begun none yet."""

    incarnation: UUID | None
    rows: list[Row]


class KeptAnswer(NamedTuple):
    """A request's sealed answer, stored together with its events."""

    actor: str
    key: str
    fingerprint: bytes
    subject: UUID | None
    answer: bytes


class NewCustomer(NamedTuple):
    """The customer that an e-mail address becomes theirs, with their wrapped key, stored together with the events."""

    email_hash: bytes
    customer: UUID
    wrapped: bytes


class Along(NamedTuple):
    """What is stored together with events."""

    kept: KeptAnswer | None = None
    customer: NewCustomer | None = None


ALONE = Along()


_NOTHING_KEPT = (None, None, None, None, None)
_NOBODY_NEW = (None, None, None)


class _Fresh(msgspec.Struct):
    """One event on its way into the log, but for its stream and version; the names are the columns'."""

    topic: str
    version: int
    subject: UUID | None
    occurred_at: datetime
    state: msgspec.Raw


class LogRecorder(ApplicationRecorder):
    """Appends under one short lock, so that positions are visible in order and have no gaps."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def append(
        self,
        connection: Connection,
        events: Sequence[SealedEvent],
        along: Along = ALONE,
        *,
        decided_in: UUID | None,
        begun: bool = False,
    ) -> int:
        """Appends, commits and waits until it is durable in one round trip; gives the last position.

        `decided_in` is the incarnation in which it was decided; None: nothing was. `begun`: the transaction was begun
        before, with what else belongs into it; it is still to be rolled back when `psycopg.errors.UniqueViolation` says
        that a stream already has one of these versions, or that the request or the e-mail address was claimed
        meanwhile, `CheckViolation` that a version's predecessor is not stored, SQLSTATE CN001 that the incarnation is
        another one. `NotDurable`: it is committed and may still vanish.
        """
        parameters = _parameters(events, along) | {"decided_in": decided_in}
        with connection.cursor() as cursor, undisturbed(connection):
            if not begun:
                [(last,)] = cursor.execute(_APPEND_ALONE, parameters, prepare=True).fetchall()
                return int(last)
            with connection.pipeline():
                cursor.execute(_APPEND, parameters, prepare=True)
                connection.execute("COMMIT", prepare=True)
                durable = connection.execute(_MAKE_DURABLE, prepare=True)
            [(last,)] = cursor.fetchall()
            [(found,)] = durable.fetchall()
            if decided_in not in (None, found):
                raise NotDurable("the server went away between the commit and the wait for it")
        return int(last)

    def head(self, connection: Connection) -> tuple[UUID | None, int]:
        """The incarnation that is read, and the last position, durable or not; 0 for an empty log."""
        [(incarnation, last)] = connection.execute(_HEAD, prepare=True).fetchall()
        return incarnation, last

    def rows(
        self,
        connection: Connection,
        after: int,
        limit: int,
        topics: Collection[str] | None = None,
        upto: int | None = None,
        stream: UUID | None = None,
    ) -> Rows:
        """Up to `limit` rows after a position, in order, durable or not; of one stream where one is told."""
        parameters: dict[str, Any] = {"after": after, "upto": ALL if upto is None else upto, "limit": limit}
        parameters |= {"topics": None if topics is None else list(topics), "stream": stream}
        cursor = connection.cursor(binary=True)
        return self.take(cursor.execute(_ROWS if stream is None else _ROWS_OF_STREAM, parameters, prepare=True))

    def ask_streams(
        self,
        connection: Connection,
        after: Mapping[UUID, int],
        *,
        upto: int | None = None,
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """Asks for streams, each after a version; `take` reads them."""
        facts = {"ids": array_text(after), "after": array_text(after.values())}
        parameters = facts | {"upto": ALL if upto is None else upto}
        return connection.cursor(binary=True).execute(_STREAMS, parameters, prepare=True)

    def take(self, asked: psycopg.Cursor[tuple[Any, ...]]) -> Rows:
        """The rows asked for; of streams, stream by stream and in order."""
        found = asked.fetchall()
        return Rows(found[0][0], [Row._make(row[1:]) for row in found if row[1] is not None])

    def recorded(self, connection: Connection, events: Sequence[SealedEvent]) -> dict[UUID, int]:
        """The ids and positions of the events that stand at these versions of their streams."""
        ids, versions = [event.originator_id for event in events], [event.originator_version for event in events]
        found = connection.execute(_RECORDED, {"ids": ids, "versions": versions}).fetchall()
        return {event_id: position for position, event_id in found}

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Appends in a transaction of its own; gives the positions, as the library's recorders do."""
        events = [event for event in stored_events if isinstance(event, SealedEvent)]
        if len(events) != len(stored_events):
            raise TypeError("the log stores sealed events only")
        with self._pool.connection() as connection:
            try:
                last = self.append(connection, events, decided_in=None)
            except psycopg.errors.IntegrityError as error:
                raise IntegrityError(str(error)) from error
        return range(last - len(events) + 1, last + 1)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[SealedEvent]:
        """The events of one stream, durable."""
        parameters = {"id": originator_id, "after": gt or 0, "upto": 2**31 - 1 if lte is None else lte}
        with self._pool.connection() as connection, connection.cursor(row_factory=class_row(SealedEvent)) as cursor:
            found = cursor.execute(_STREAM, parameters, prepare=True).fetchall()
            make_durable(connection)
        return (found[::-1] if desc else found)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The log in order, as the library's subscribers read it."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        parameters = {"after": after, "upto": ALL if stop is None else stop, "limit": limit}
        with self._pool.connection() as connection:
            parameters["upto"] = min(parameters["upto"], make_durable(connection)[0])
            wanted = list(topics) or None
            found = connection.execute(_NOTIFICATIONS, parameters | {"topics": wanted}, prepare=True).fetchall()
        return [Notification(*row) for row in found]

    def max_notification_id(self) -> int | None:
        """The last position; None for an empty log."""
        with self._pool.connection() as connection:
            return make_durable(connection)[0] or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """The log from a position on, without end."""
        return LogSubscription(self, gt, topics)


class LogSubscription(Subscription[ApplicationRecorder]):
    """Follows the log by looking for what comes after the last position seen."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Signal()
        self._ready: list[Notification] = []

    def stop(self) -> None:
        """Ends the iteration, also of a thread that waits in it."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._ready:
            if self._stopped.is_set():
                raise StopIteration
            self._ready = self._look()
            if not self._ready:
                self._stopped.wait(_IDLE)
        return self._ready.pop()

    def _look(self) -> list[Notification]:
        """The next notifications, last first."""
        last = self._last_notification_id
        found = self._recorder.select_notifications(last, 500, topics=self._topics, inclusive_of_start=False)
        if found:
            self._last_notification_id = found[-1].id
        return list(reversed(found))


def array_text(values: Iterable[UUID | str | int]) -> str:
    """Ids or numbers as one array in PostgreSQL's text form: the adapter looks at every element of a list."""
    return f"{{{','.join(map(str, values))}}}"


def _parameters(events: Sequence[SealedEvent], along: Along) -> dict[str, Any]:
    fresh = [
        _Fresh(event.topic, event.version, event.subject, event.occurred_at, msgspec.Raw(event.state))
        for event in events
    ]
    actor, key, fingerprint, subject, answer = along.kept or _NOTHING_KEPT
    email_hash, customer, wrapped = along.customer or _NOBODY_NEW
    return {
        "ids": array_text([event.originator_id for event in events]),
        "versions": array_text([event.originator_version for event in events]),
        "fresh": msgspec.json.encode(fresh).decode(),
        "actor": actor,
        "key": key,
        "fingerprint": fingerprint,
        "subject": subject,
        "answer": answer,
        "email_hash": email_hash,
        "customer": customer,
        "wrapped": wrapped,
    }
