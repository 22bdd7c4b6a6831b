"""The event log of one process: sessions that save, reads in order, and the erasing of a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from domain.events import Aggregate, Event
from domain.points_in_time import NOW, PointInTime, fold_part
from projections.log.bulk import partition
from projections.log.durability import Connection, Durability, make_durable
from projections.log.epochs import CHANGED, Epoch, Incarnations, begin_epoch
from projections.log.errors import IncarnationChanged, NothingRecorded, OutcomeUnknown, VersionConflict
from projections.log.keys import OLDER_MASTER, KeyRing
from projections.log.mapper import EventMapper, SealedEvent, Upcasters
from projections.log.numbers import NoReserve, Numbers
from projections.log.recorded import Before, Found, Recorded
from projections.log.recorder import APPEND_LOCK, Along, LogRecorder, Row, Rows
from projections.log.session import Session, folded
from projections.log.waking import Notifier, Waker, connect
from projections.postgres.connections import connect_directly

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

_ERASE = "SELECT log.erase(%(subject)s)"
_PURGE = "SELECT log.purge_requests(%(days)s)"
_IMPORT_RUNS = "SELECT import_id, started FROM log.import_runs"
_RECORDED_SINCE = """
SELECT coalesce(e.recorded_at, clock_timestamp())
FROM log.book b LEFT JOIN log.events e ON e.position = b.recorded_since + 1
"""
_PAUSE = 0.1
_PATIENCE = 10.0  # seconds a save waits for the database to come back before it gives up finding out


class EventLog:
    """Everything that happened, in order. Safe for threads; opened once per process, after fork."""

    def __init__(
        self,
        pool: ConnectionPool[Connection],
        keys: KeyRing,
        upcasters: Upcasters | None = None,
        direct_url: str = "",
        numbers: Numbers | None = None,
    ) -> None:
        """`direct_url` is the database's own address where the pool's leads through a pooler; `numbers` hears of
        numbers that are given out and of events that are stored.
        """
        self.pool = pool
        self.numbers = numbers or NoReserve()
        self.keys = keys
        self.mapper = EventMapper(keys, upcasters)
        self.recorder = LogRecorder(pool)
        self.durability = Durability()
        self.incarnations = Incarnations()
        self._notifier = Notifier(pool)
        self._direct_url = direct_url
        self._before: Before | None = None
        self.incarnations.on_new(self.numbers.drop)
        self.incarnations.on_new(self._forget_before)

    @contextmanager
    def session(self, incarnation: UUID | None = None) -> Iterator[Session]:
        """One save; what it has not committed is undone at the end.

        `incarnation` is that of what the save was set off by, where that was read before: raises `IncarnationChanged`
        when it is no longer current.
        """
        with self.pool.connection() as connection:
            current = self.incarnations.of(connection)
            self.numbers.ready()  # a log that went back begins its new epoch before anything is decided on it
            if incarnation is not None and incarnation != current:
                current = self.incarnations.look(connection)
                if incarnation != current:
                    raise IncarnationChanged
            session = Session(
                connection, self.recorder, self.mapper, self.keys, self._settled, current, self.durability, self.numbers
            )
            try:
                yield session
            except IncarnationChanged:
                session.roll_back()
                self.incarnations.look(connection, doubted=True)
                raise
            except psycopg.DatabaseError as error:
                if error.sqlstate != OLDER_MASTER:
                    raise
                self.keys.renew()
                raise VersionConflict from error
            finally:
                session.roll_back()
            if session.committed:
                self.announce()

    def ready(self, connection: Connection) -> UUID:
        """The incarnation that a connection talks to, once it was looked whether the log went back in it.

        What was asked for of a log that was brought back is set aside by then: nothing is done a second time.
        """
        found = self.incarnations.look(connection)
        self.numbers.ready()
        return found

    def head(self) -> int:
        """The last durable position; 0 for an empty log."""
        return self.end()[1]

    def end(self) -> tuple[UUID, int]:
        """The incarnation of the database, and the last durable position in it."""

        def durable_end(connection: Connection) -> tuple[UUID, int]:
            found, head = self.recorder.head(connection)
            incarnation = self.incarnations.of(connection)
            if found != incarnation:
                raise IncarnationChanged
            return incarnation, min(head, self.durability.secure(connection, incarnation, head))

        return self._read(durable_end)

    def epoch(self, incarnation: UUID | None = None) -> Epoch:
        """The epoch in which positions are told, in an incarnation or in the one this process has seen last."""
        return self.lineage(incarnation)[-1]

    def lineage(self, incarnation: UUID | None = None) -> list[Epoch]:
        """Every epoch of this log, the one that lasts at the end."""
        known = self.incarnations.lineage(incarnation)
        return list(known or self.incarnations.lineage(self.look()))

    def look(self) -> UUID:
        """The incarnation of the database, asked anew: what is kept of another one is dropped."""
        return self._read(lambda connection: self.incarnations.look(connection))

    def common_position(self, epoch_id: str) -> int | None:
        """Up to where an epoch's positions mean the same events today; None: this log does not know the epoch."""
        lineage = self.lineage(self.look())
        found = next((epoch.number for epoch in lineage if epoch.id == epoch_id), None)
        if found is None:
            return None
        later = [epoch.began_after for epoch in lineage if epoch.number > found]
        return min(later) if later else self.head()

    def begin_epoch(self, reason: str) -> Epoch:
        """Ends the epoch, where the log is found to have gone back; every process drops what it keeps."""
        with self.pool.connection() as connection:
            begin_epoch(connection, reason)
            return self.epoch(self.incarnations.look(connection))

    def on_new_incarnation(self, drop: Callable[[], None]) -> None:
        """Has a cache dropped whenever the database turns out to be another than it was; `drop` returns at once."""
        self.incarnations.on_new(drop)

    def read(
        self,
        after: int,
        limit: int,
        topics: Collection[str] | None = None,
        upto: int | None = None,
        *,
        personal: bool = True,
    ) -> list[Recorded]:
        """Up to `limit` durable events after a position, in order; not `personal`: as if all had been forgotten."""
        return self.next(after, limit, topics, upto, personal=personal).recorded

    def next(
        self,
        after: int,
        limit: int,
        topics: Collection[str] | None = None,
        upto: int | None = None,
        *,
        personal: bool = True,
    ) -> Found:
        """The same with the incarnation it was read in, for those who keep it or act on it."""
        incarnation, rows = self.durable(lambda connection: self.recorder.rows(connection, after, limit, topics, upto))
        return Found(incarnation, [self._recorded(row, personal=personal) for row in rows])

    def stream(
        self, originator_id: UUID, version: int | None = None, point: PointInTime = NOW, *, personal: bool = True
    ) -> list[Recorded]:
        """What happened to one aggregate, up to a version, and of that what a point in time shows.

        Not `personal`: as if all had been forgotten.
        """
        recorded = [self._recorded(row, personal=personal) for row in self._streams((originator_id,), None)]
        if version is not None:
            recorded = [one for one in recorded if one.event.originator_version <= version]
        return list(point.part_of(recorded))

    def streams(self, originator_ids: Collection[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        """What happened to several aggregates up to a position; those without events are left out."""
        found = self.recorded_streams(originator_ids, upto)
        return {originator_id: [one.event for one in recorded] for originator_id, recorded in found.items()}

    def recorded_streams(self, originator_ids: Collection[UUID], upto: int | None = None) -> dict[UUID, list[Recorded]]:
        """The same with when each was recorded."""
        streams: dict[UUID, list[Recorded]] = {}
        for row in self._streams(originator_ids, upto):
            recorded = self._recorded(row)
            streams.setdefault(recorded.event.originator_id, []).append(recorded)
        return streams

    def partition(
        self,
        prefixes: Collection[str],
        bucket: int,
        buckets: int,
        upto: int | None = None,
        late: Collection[int] = (),
        passed_over: Collection[str] = (),
    ) -> Iterator[tuple[UUID, list[Recorded]]]:
        """Whole streams of one share of the log, for building a view anew; see `bulk.partition`."""
        end = self.head()
        with self.pool.connection() as connection:
            end = end if upto is None else min(upto, end)
            yield from partition(connection, self._recorded, prefixes, bucket, buckets, end, late, passed_over)

    def load(
        self,
        cls: type[A],
        originator_id: UUID,
        version: int | None = None,
        point: PointInTime = NOW,
        *,
        personal: bool = True,
    ) -> A:
        """The aggregate as it is, or was; raises `NothingRecorded` when nothing had happened to one of this id."""
        recorded = self.stream(originator_id, version, point, personal=personal)
        if not recorded or not cls.is_told_by(recorded[0].event):
            raise NothingRecorded(id=originator_id)
        events = [one.event for one in recorded]
        return folded(cls, originator_id, events) if point == NOW else fold_part(cls.blank(originator_id), events)

    def secure(self) -> None:
        """Returns once everything that was committed is durable: what leaves the house is never undone."""
        with self.pool.connection() as connection:
            make_durable(connection)

    def erase(self, subject: UUID) -> None:
        """Forgets a person: the keys of the subject and of those it holds, and its e-mail addresses."""
        with self.pool.connection() as connection:
            connection.execute(_ERASE, {"subject": subject})

    def purge_requests(self, older_than_days: int) -> int:
        """Forgets answered requests of more than so many days; gives how many."""
        with self.pool.connection() as connection:
            [(purged,)] = connection.execute(_PURGE, {"days": older_than_days}).fetchall()
        return int(purged)

    def announce(self) -> None:
        """Wakes those who wait for the log to grow or for effects to do, after a commit; returns at once.

        Only a hint: whoever waits looks for itself as well, a moment later.
        """
        self._notifier.tell()

    def wake(self) -> Waker:
        """What one reader waits with between two looks at the log."""
        if self._direct_url:
            return Waker(partial(connect_directly, self._direct_url, "carnet wake-ups"))
        return Waker(partial(connect, self.pool))

    def close(self) -> None:
        """Ends the wake-ups; the pool is its opener's to close."""
        self._notifier.close()
        self.numbers.close()

    def _streams(self, originator_ids: Collection[UUID], upto: int | None) -> list[Row]:
        after = dict.fromkeys(originator_ids, 0)
        ask, take = self.recorder.ask_streams, self.recorder.take
        return self.durable(lambda connection: take(ask(connection, after, upto=upto)))[1]

    def durable(self, ask: Callable[[Connection], Rows]) -> tuple[UUID, list[Row]]:
        """What a read shows that is durable, made so first where this process does not know it to be."""

        def ask_and_secure(connection: Connection) -> tuple[UUID, list[Row]]:
            incarnation, found = self.incarnations.of(connection), ask(connection)
            if found.incarnation != incarnation:
                raise IncarnationChanged
            last = max((row.position for row in found.rows), default=0)
            upto = self.durability.secure(connection, incarnation, last)
            return incarnation, found.rows if last <= upto else [row for row in found.rows if row.position <= upto]

        return self._read(ask_and_secure)

    def _recorded(self, row: Row, *, personal: bool = True) -> Recorded:
        event = self.mapper.event(row.topic, row.version, row.state, row.wrapped if personal else None)
        return Recorded(row.position, event, row.recorded_at or self.recorded_before(event))

    def recorded_before(self, event: Event) -> datetime:
        """When an event was stored of which the log does not say so."""
        if self._before is None:
            self._before = self._read(_look_before)
        return self._before.recorded_at(event)

    def _forget_before(self) -> None:
        self._before = None

    def _read(self, read: Callable[[Connection], T]) -> T:
        """Reads once more when the server was restarted: the connection turns out to be dead, or to talk to another."""
        try:
            with self.pool.connection() as connection:
                return read(connection)
        except IncarnationChanged:
            pass
        except psycopg.OperationalError:
            if not connection.closed:
                raise
            self.pool.check()
        with self.pool.connection() as connection:
            self.incarnations.look(connection)
            return read(connection)

    def _settled(self, sealed: Sequence[SealedEvent], again: Along | None, decided_in: UUID) -> int | None:
        """Where the events of an append stand whose outcome is unknown, durable; None when they are not in the log.

        `again` appends once more what is missing, with what belongs to it. That is safe: a version is stored once,
        whoever comes first, and only in the incarnation in which it was decided.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with connect(self.pool) as connection:
                    return self._look_up(connection, sealed, again, decided_in)
            except (psycopg.OperationalError, psycopg.errors.UniqueViolation) as error:
                if time.monotonic() > deadline:
                    raise OutcomeUnknown from error
                time.sleep(_PAUSE)
            except psycopg.errors.CheckViolation:  # what it follows is not stored either: a crash took it back
                return None
            except psycopg.DatabaseError as error:
                if error.sqlstate == CHANGED:
                    return None
                raise

    def _look_up(
        self, connection: Connection, sealed: Sequence[SealedEvent], again: Along | None, decided_in: UUID
    ) -> int | None:
        """Looks once, taking its turn behind the writer in doubt."""
        with connection.transaction():
            connection.execute(APPEND_LOCK)
            found = self.recorder.recorded(connection, sealed)
        positions = [found[event.event_id] for event in sealed if event.event_id in found]
        if len(positions) == len(sealed):
            make_durable(connection)
            return max(positions, default=None)
        if again is None or found:
            return None
        return self.recorder.append(connection, sealed, again, decided_in=decided_in)


def _look_before(connection: Connection) -> Before:
    [(until,)] = connection.execute(_RECORDED_SINCE).fetchall()
    return Before(dict(connection.execute(_IMPORT_RUNS).fetchall()), until)
