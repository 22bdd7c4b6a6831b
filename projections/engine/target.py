"""One generation of a view's tables, moved on batch by batch: rows, parked events and position in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import psycopg

from domain.events import Event
from projections.engine import dead_letters, generations
from projections.engine.generations import LIVE, Generation, Superseded
from projections.engine.projection import EventBatch, Projection, takes
from projections.engine.sums import SharedOverwrite, SumsWriter
from projections.engine.tables import Connection, Rows, ShapeMismatch, TableWriter
from projections.log import EventLog, Recorded
from projections.postgres.leases import beating


class UnreadableEvent(Exception):
    """The event is in the log, but its stored form cannot be read."""


class Unreadable:
    """Stands for an event whose stored form cannot be read; every view that wants it parks it."""

    def __init__(self, originator_id: UUID, originator_version: int, topic: str, fault: Exception) -> None:
        self.originator_id = originator_id
        self.originator_version = originator_version
        self.TOPIC = topic
        self.fault = fault


@runtime_checkable
class InOrder(Projection, Protocol):
    """A view that takes events only one after the other, in the order of the log, in a rebuild as well."""

    def make_target(self, log: EventLog, schema: str) -> Target: ...


class NotBuilt(Exception):
    """There is no such generation, or it is of another form than this program's."""


def is_events_fault(fault: Exception) -> bool:
    """Whether the same event would fail again; a lost connection or a missing table is no event's fault."""
    if isinstance(fault, psycopg.Error):
        return isinstance(fault, psycopg.DataError | psycopg.IntegrityError)
    return not isinstance(fault, Superseded | ShapeMismatch | NotBuilt | SharedOverwrite | OSError | MemoryError)


class Target:
    """One generation of a view: `advance` folds events into its rows and moves its position."""

    def __init__(self, projection: Projection, log: EventLog, schema: str = LIVE) -> None:
        self.projection = projection
        self.log = log
        self.schema = schema
        self._name = projection.name
        self._writers: dict[str, TableWriter] = {}
        self._sums = [SumsWriter(table, table.sums, schema) for table in projection.tables if table.sums]
        self._wanted: dict[str, bool] = {}

    def open(self, connection: Connection) -> Generation:
        """Looks at the tables as they are now; raises `NotBuilt` or `ShapeMismatch` when they do not fit."""
        stands = generations.find(connection, self._name, self.schema)
        if stands is None or stands.version != self.projection.version:
            raise NotBuilt(f"{self._name} in {self.schema} is not of form {self.projection.version}")
        self._writers = {table.name: TableWriter(connection, table, self.schema) for table in self.projection.tables}
        return stands

    def wants(self, topic: str) -> bool:
        """Whether events of this topic are folded."""
        wanted = self._wanted.get(topic)
        if wanted is None:
            wanted = self._wanted[topic] = takes(self.projection, topic)
        return wanted

    def take(self, connection: Connection, events: Sequence[Recorded], old: int, new: int, incarnation: UUID) -> None:
        """Advances over the events; one that cannot be taken is found by halving and parked, the others are applied."""
        try:
            self.advance(connection, events, old, new, incarnation)
        except Exception as fault:
            if not events or not is_events_fault(fault):
                raise
            if len(events) == 1:
                self.park(connection, events[0], fault, old, new, incarnation)
                return
            middle = len(events) // 2
            mark = events[middle - 1].position
            self.take(connection, events[:middle], old, mark, incarnation)
            self.take(connection, events[middle:], mark, new, incarnation)

    def advance(
        self, connection: Connection, events: Sequence[Recorded], old: int, new: int, incarnation: UUID
    ) -> None:
        """Folds the events, parks those whose key is held back and moves the position from `old`, or changes nothing.

        Raises `Superseded` when the position is no longer `old`, or the incarnation not the one they were read in.
        """
        with connection.transaction():
            held = self._enter(connection, old)
            if held:
                late = [recorded for recorded in events if recorded.event.originator_id in held]
                events = [recorded for recorded in events if recorded.event.originator_id not in held]
                dead_letters.park(connection, self._name, self.schema, late, None)
            with beating(connection):  # a long fold is no standing still
                rows = self.fold(EventBatch(events, new, self.log)) if events else None
            with connection.pipeline():
                if rows is not None:
                    self.write(connection, rows)
                generations.move(connection, self._name, self.schema, old, new, incarnation)

    def park(
        self, connection: Connection, recorded: Recorded, fault: Exception, old: int, new: int, incarnation: UUID
    ) -> None:
        """Puts one event aside and moves the position past it."""
        with connection.transaction():
            self._enter(connection, old)
            dead_letters.park(connection, self._name, self.schema, [recorded], fault)
            generations.move(connection, self._name, self.schema, old, new, incarnation)

    def retry(self, connection: Connection, originator_id: UUID) -> int:
        """Takes a key's parked events after all, in order; gives how many. Raises what their fold raises."""
        with connection.transaction():
            stands = generations.find(connection, self._name, self.schema, lock=True)
            parked = dead_letters.parked_of(connection, self._name, self.schema, originator_id)
            if stands is None or not parked:
                return 0
            events = [recorded for recorded in self.log.stream(originator_id) if recorded.position in parked]
            self.write(connection, self.fold(EventBatch(events, stands.position, self.log)))
            dead_letters.settle(connection, self._name, self.schema, originator_id)
        return len(parked)

    def write(self, connection: Connection, rows: Rows) -> None:
        """Writes what a fold gave into this generation's tables, and with it the sums that streams share."""
        with ExitStack() as sums:
            for writer in self._sums:
                sums.enter_context(writer.kept(connection, rows))
            for name, changes in rows.tables.items():
                self._writers[name].write(connection, changes)

    def copy(self, connection: Connection, rows: Rows) -> None:
        """Fills this generation's empty tables with rows that nothing has been written for; `add_up` follows."""
        for name, changes in rows.tables.items():
            self._writers[name].copy(connection, changes.upserts.values())

    def add_up(self, connection: Connection) -> None:
        """Fills this generation's empty tables of sums from the rows that all shares of a rebuild have copied."""
        for writer in self._sums:
            writer.fill(connection)

    def _enter(self, connection: Connection, old: int) -> set[UUID]:
        """Keeps others from moving the position in this transaction, and gives the keys that are held back."""
        stands = generations.find(connection, self._name, self.schema, lock=True)
        if stands is None or stands.position != old:
            raise Superseded(f"{self._name} in {self.schema} is no longer at {old}")
        return dead_letters.held_keys(connection, self._name, self.schema)

    def fold(self, batch: EventBatch) -> Rows:
        """What the batch does to the tables; raises `UnreadableEvent` where one of its events cannot be read."""
        self.require_readable(batch)
        return self.projection.fold(batch)

    @staticmethod
    def require_readable(batch: EventBatch) -> None:
        """Raises `UnreadableEvent` where an event of the batch cannot be read."""
        for _, event, _ in batch.events:
            if isinstance(event, Unreadable):
                raise UnreadableEvent(event.TOPIC) from event.fault


def target_of(projection: Projection, log: EventLog, schema: str = LIVE) -> Target:
    """What moves a generation of a view on: a `Target`, or what the view brings along for it."""
    return projection.make_target(log, schema) if isinstance(projection, InOrder) else Target(projection, log, schema)


def unreadable(originator_id: UUID, originator_version: int, topic: str, fault: Exception) -> Event:
    """An `Unreadable` in the place of an event."""
    stand_in: Any = Unreadable(originator_id, originator_version, topic, fault)
    return stand_in  # type: ignore[no-any-return]
