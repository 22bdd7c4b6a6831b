"""The event log of one process: sessions that save, reads in order, and the erasing of a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from domain.events import Aggregate, Event
from projections.log.bulk import partition
from projections.log.keys import KeyRing
from projections.log.mapper import EventMapper, SealedEvent, Upcasters
from projections.log.recorded import Recorded
from projections.log.recorder import APPEND_LOCK, Along, Connection, LogRecorder, Row
from projections.log.session import NothingRecorded, OutcomeUnknown, Session, folded
from projections.log.waking import Notifier, Waker, connect

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

_ERASE = "SELECT log.erase(%(subject)s)"
_PURGE = "DELETE FROM log.requests WHERE created_at < now() - make_interval(days => %(days)s)"
_PAUSE = 0.1
_PATIENCE = 10.0  # seconds a save waits for the database to come back before it gives up finding out


class EventLog:
    """Everything that happened, in order. Safe for threads; opened once per process, after fork."""

    def __init__(self, pool: ConnectionPool[Connection], keys: KeyRing, upcasters: Upcasters | None = None) -> None:
        self.pool = pool
        self.keys = keys
        self.mapper = EventMapper(keys, upcasters)
        self.recorder = LogRecorder(pool)
        self._notifier = Notifier(pool)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One save; what it has not committed is undone at the end."""
        with self.pool.connection() as connection:
            session = Session(connection, self.recorder, self.mapper, self.keys, self._settled)
            try:
                yield session
            finally:
                session.roll_back()
            if session.committed:
                self._notifier.tell()

    def head(self) -> int:
        """The last position; 0 for an empty log."""
        return self._read(self.recorder.head)

    def read(
        self,
        after: int,
        limit: int,
        topics: Collection[str] | None = None,
        upto: int | None = None,
        *,
        personal: bool = True,
    ) -> list[Recorded]:
        """Up to `limit` events after a position, in order; not `personal`: as if everybody had been forgotten."""
        rows = self._read(lambda connection: self.recorder.rows(connection, after, limit, topics, upto))
        event = self.mapper.event
        return [Recorded(row[0], event(row[1], row[2], row[3], row[4] if personal else None)) for row in rows]

    def stream(self, originator_id: UUID, version: int | None = None, at: datetime | None = None) -> list[Recorded]:
        """What happened to one aggregate, up to a version, up to an instant."""
        found = self._streams((originator_id,), None)
        recorded = [Recorded(row.position, self.mapper.event(*row[1:])) for row in found]
        if version is not None:
            recorded = recorded[:version]
        if at is not None:
            recorded = list(takewhile(lambda one: one.event.timestamp <= at, recorded))
        return recorded

    def streams(self, originator_ids: Collection[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        """What happened to several aggregates up to a position; those without events are left out."""
        events: dict[UUID, list[Event]] = {}
        for row in self._streams(originator_ids, upto):
            event = self.mapper.event(*row[1:])
            events.setdefault(event.originator_id, []).append(event)
        return events

    def partition(
        self, prefixes: Collection[str], bucket: int, buckets: int, upto: int | None = None, at: datetime | None = None
    ) -> Iterator[tuple[UUID, list[Recorded]]]:
        """Whole streams of one share of the log, for building a view anew; see `bulk.partition`."""
        with self.pool.connection() as connection:
            yield from partition(connection, self.mapper, prefixes, bucket, buckets, upto, at)

    def load(self, cls: type[A], originator_id: UUID, version: int | None = None, at: datetime | None = None) -> A:
        """The aggregate as it is, or was; raises `NothingRecorded` when nothing had happened to it."""
        recorded = self.stream(originator_id, version, at)
        if not recorded:
            raise NothingRecorded(id=originator_id)
        return folded(cls, originator_id, [one.event for one in recorded])

    def secure(self) -> None:
        """Returns once everything that can be read now is on disk: what leaves the house is never undone."""
        with self.pool.connection() as connection:
            self.recorder.make_durable(connection)

    def erase(self, subject: UUID) -> None:
        """Forgets a person: the keys of the subject and of those it holds, and its e-mail addresses."""
        with self.pool.connection() as connection:
            connection.execute(_ERASE, {"subject": subject})

    def purge_requests(self, older_than_days: int) -> int:
        """Forgets answered requests of more than so many days; gives how many."""
        with self.pool.connection() as connection:
            return connection.execute(_PURGE, {"days": older_than_days}).rowcount

    def wake(self) -> Waker:
        """What one reader waits with between two looks at the log."""
        return Waker(self.pool)

    def close(self) -> None:
        """Ends the wake-ups; the pool is its opener's to close."""
        self._notifier.close()

    def _streams(self, originator_ids: Collection[UUID], upto: int | None) -> list[Row]:
        after = dict.fromkeys(originator_ids, 0)
        ask, take = self.recorder.ask_streams, self.recorder.take
        return self._read(lambda connection: take(ask(connection, after, upto=upto)))

    def _read(self, read: Callable[[Connection], T]) -> T:
        """Reads once more when the connection turns out to be dead, as all are after a restart of the server."""
        try:
            with self.pool.connection() as connection:
                return read(connection)
        except psycopg.OperationalError:
            if not connection.closed:
                raise
        self.pool.check()
        with self.pool.connection() as connection:
            return read(connection)

    def _settled(self, sealed: Sequence[SealedEvent], again: Along | None) -> int | None:
        """Where the events of an append stand whose outcome is unknown; None when they are not in the log.

        `again` appends once more what is missing, with what belongs to it. That is safe: a version is stored once,
        whoever comes first.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with connect(self.pool) as connection:
                    return self._look_up(connection, sealed, again)
            except (psycopg.OperationalError, psycopg.errors.UniqueViolation) as error:
                if time.monotonic() > deadline:
                    raise OutcomeUnknown from error
                time.sleep(_PAUSE)

    def _look_up(self, connection: Connection, sealed: Sequence[SealedEvent], again: Along | None) -> int | None:
        """Looks once, taking its turn behind the writer in doubt."""
        with connection.transaction():
            connection.execute(APPEND_LOCK)
            found = self.recorder.recorded(connection, sealed)
        positions = [found[event.event_id] for event in sealed if event.event_id in found]
        if len(positions) == len(sealed):
            self.recorder.make_durable(connection)
            return max(positions, default=None)
        return None if again is None or found else self.recorder.append(connection, sealed, again)
