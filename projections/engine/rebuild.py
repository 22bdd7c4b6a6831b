"""Builds a view anew beside the one that serves, and puts it in its place in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from domain.points_in_time import NOW, PointInTime
from projections.engine import generations
from projections.engine.comparing import RowDifference, compare, snapshot
from projections.engine.filling import Filler, Share, Source
from projections.engine.freshness import schema_of
from projections.engine.generations import building_schema
from projections.engine.parallel import Stopped, fill_in_processes
from projections.engine.projection import Projection, kinds
from projections.engine.tables import Connection
from projections.engine.target import InOrder, Target, target_of
from projections.log import EventLog, IncarnationChanged
from projections.log.holes import Hole, find_holes
from projections.postgres.leases import REBUILD, Leases

PROCESSES = 2
BUCKETS_OF_A_PROCESS = 16
CATCH_UP = 2000
SWAP_TIMEOUT = "100ms"
SWAP_PAUSE = 0.2
SWAP_PATIENCE = 600.0
LOCK_PATIENCE = 2.0
LOCK_PAUSE = 0.02

_COUNTED = 100_000  # a log of so many events is counted; of a longer one, about so many, here and there
_PART = """
    SELECT avg((split_part(topic, '.', 1) = ANY(%s))::int) FROM log.events TABLESAMPLE SYSTEM (%s) WHERE position <= %s
"""


_INCARNATION = "SELECT log.current_incarnation()"


class RebuildRunning(Exception):
    """This view is being rebuilt already."""


class NothingToCompare(Exception):
    """There is no live view of this form to compare a new one with."""


class Progress(NamedTuple):
    """How far a rebuild is. `stage` is filling, indexing, catching up, comparing or swapping."""

    stage: str
    done: int
    total: int
    per_second: float
    seconds_left: float | None


class Report(NamedTuple):
    """What a rebuild did. With differences nothing was swapped; `holes` are streams of the view that lack versions."""

    projection: str
    schema: str
    events: int
    position: int
    seconds: float
    differences: list[RowDifference]
    swapped: bool
    holes: list[Hole]


class Rebuild:
    """One rebuild of one view. Readers are served by the old rows until the swap; stopped half-way, they stay served.

    `verify` compares the new rows with the live ones at one position and swaps only when they are the same. `point`
    builds the view of a point in time, beside the live one. A killed rebuild's remains go at the next start. With no
    `processes` everything is done in this one.
    """

    def __init__(
        self,
        source: Source,
        projection: Projection,
        *,
        processes: int = PROCESSES,
        buckets: int | None = None,
        verify: bool = False,
        point: PointInTime = NOW,
        progress: Callable[[Progress], None] = lambda _: None,
        stop: Event | None = None,
    ) -> None:
        self._source = source
        self._projection = projection
        self._name = projection.name
        self._processes = processes
        self._buckets = buckets or max(processes, 1) * BUCKETS_OF_A_PROCESS
        self._in_order = isinstance(projection, InOrder)
        self._verify = verify
        self._point = point
        self._is_past = point != NOW
        self._schema = schema_of(point)
        self._building = building_schema(projection.name)
        self._progress = progress
        self._stop = stop or Event()
        self._began = time.monotonic()
        self._incarnation: UUID | None = None

    def run(self) -> Report:
        """Builds, compares if asked to, swaps. Raises `RebuildRunning` and `NothingToCompare`."""
        log = self._source.log()
        try:
            with Leases(self._source.database_url) as leases, self._source.connect() as connection:
                self._lock(leases)
                generations.drop(connection, self._name, self._building)
                try:
                    return self._run(connection, log)
                finally:
                    generations.drop(connection, self._name, self._building)
        finally:
            log.close()
            log.pool.close()

    def _lock(self, leases: Leases) -> None:
        """Waits a moment: who leads the view holds the lock briefly while it clears the remains of a rebuild away."""
        deadline = time.monotonic() + LOCK_PATIENCE
        while not leases.take(REBUILD, self._name):
            if time.monotonic() > deadline:
                raise RebuildRunning(self._name)
            self._stop.wait(LOCK_PAUSE)

    def _run(self, connection: Connection, log: EventLog) -> Report:
        start = self._start(connection, log)
        with connection.transaction():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._building)))
            generations.create(
                connection, self._projection, self._building, position=0 if self._in_order else start, indexed=False,
                point=self._point,
            )  # fmt: skip
        holes = [hole for hole in find_holes(connection, start) if hole.kind in kinds(self._projection)]
        target = target_of(self._projection, log, self._building)
        late = [hole.began for hole in holes if hole.begins_late]
        events = self._take_all(connection, target, start) if self._in_order else self._fill(connection, start, late)
        target.open(connection)
        target.add_up(connection)
        self._index(connection)
        position = start if self._is_past else self._catch_up(connection, target, start, self._reached(connection, log))
        differences: list[RowDifference] = []
        if self._verify:
            position, differences = self._compare(connection, target, start)
        if not differences:
            position = self._swap(connection, target, position)
        seconds = time.monotonic() - self._began
        return Report(self._name, self._schema, events, position, seconds, differences, not differences, holes)

    def _reached(self, connection: Connection, log: EventLog) -> int:
        """How far to catch up before the swap: to the head, or no further than the live view it is compared with."""
        live = generations.find(connection, self._name) if self._verify else None
        return live.position if live else log.head()

    def _start(self, connection: Connection, log: EventLog) -> int:
        """Where filling ends and catching up begins: the head, or the live view's position when it is compared."""
        self._incarnation, head = log.end()
        if not self._verify:
            return head
        live = generations.find(connection, self._name)
        if live is None or live.version != self._projection.version or self._is_past:
            raise NothingToCompare(self._name)
        return live.position

    def _fill(self, connection: Connection, start: int, late: Sequence[int]) -> int:
        began = time.monotonic()
        percent = min(100.0, 100.0 * _COUNTED / max(start, 1))
        row = connection.execute(_PART, (list(kinds(self._projection)), percent, start)).fetchone()
        total, events = int(start * (row[0] or 0)) if row else 0, 0

        def tell(done: int) -> None:
            nonlocal events
            events = done
            rate = done / max(time.monotonic() - began, 0.001)
            left = max(total - done, 0) / rate if rate else None
            self._progress(Progress("filling", done, max(total, done), rate, left))

        shares = [Share(number, self._buckets, start, self._point, tuple(late)) for number in range(self._buckets)]
        if not self._processes:
            self._fill_here(connection, shares, tell)
            return events
        hands = [shares[number :: self._processes] for number in range(self._processes)]
        fill_in_processes(self._source, self._projection, self._building, hands, tell, self._stop)
        return events

    def _fill_here(self, connection: Connection, shares: Sequence[Share], tell: Callable[[int], None]) -> None:
        log, done = self._source.log(), 0

        def count(more: int) -> None:
            nonlocal done
            if self._stop.is_set():
                raise Stopped
            done += more
            tell(done)

        try:
            filler = Filler(connection, self._projection, log, self._building)
            for share in shares:
                filler.fill(share, count)
        finally:
            log.close()
            log.pool.close()

    def _take_all(self, connection: Connection, target: Target, goal: int) -> int:
        """Folds the whole log up to a position, in its order; gives how many events that were."""
        target.open(connection)
        return self._catch_up(connection, target, 0, goal)

    def _index(self, connection: Connection) -> None:
        """Makes the indexes side by side, the slow GIN ones before all; then what each table needs alone."""
        tables = self._projection.tables
        statements = [one for table in tables for one in table.index_statements(self._building)]
        total = len(statements)
        self._progress(Progress("indexing", 0, total, 0.0, None))
        for table in tables:
            table.sort(connection, self._building)
        with ThreadPoolExecutor(max(self._processes, 1)) as threads:
            list(threads.map(self._run_alone, sorted(statements, key=lambda one: b"USING gin" not in one)))
        for table in tables:
            connection.execute(table.key_statement(self._building))
            connection.execute(sql.SQL("VACUUM (ANALYZE, INDEX_CLEANUP OFF) {}").format(table.within(self._building)))
        self._progress(Progress("indexing", total, total, 0.0, 0.0))

    def _run_alone(self, statement: bytes) -> None:
        with self._source.connect() as connection:
            connection.execute("SET maintenance_work_mem = '192MB'")
            connection.execute(statement)

    def _catch_up(self, connection: Connection, target: Target, position: int, goal: int) -> int:
        """Folds what was recorded since, up to a position, as the projector would."""
        while position < goal:
            self._progress(Progress("catching up", position, goal, 0.0, None))
            if self._stop.is_set():
                raise Stopped
            incarnation, recorded = target.log.next(position, CATCH_UP, upto=goal)
            if not recorded:
                break
            events = [one for one in recorded if target.wants(one.event.TOPIC)]
            head = recorded[-1].position
            target.take(connection, events, position, head, incarnation)
            position = head
        return position

    def _compare(self, connection: Connection, target: Target, start: int) -> tuple[int, list[RowDifference]]:
        """Brings the new rows to the live view's position while that stands still; compares both as they are then."""
        own = generations.find(connection, self._name, self._building)
        position = own.position if own else start
        with self._source.connect() as holder, holder.transaction():
            live = generations.find(holder, self._name, lock=True)
            if live is None:
                raise NothingToCompare(self._name)
            position = self._catch_up(connection, target, position, live.position)
            if position != live.position:
                raise NothingToCompare(f"{self._name} is behind the log; compare when it has caught up")
            view = snapshot(self._source.connect())
        self._progress(Progress("comparing", 0, 0, 0.0, None))
        with view:
            return position, compare(view, self._projection, self._building)

    def _swap(self, connection: Connection, target: Target, position: int) -> int:
        """Swaps when no reader is in the way for more than a moment; others never queue behind it for longer."""
        self._progress(Progress("swapping", 0, 0, 0.0, None))
        deadline = time.monotonic() + SWAP_PATIENCE
        while True:
            if not self._is_past:
                position = self._catch_up(connection, target, position, target.log.head())
            try:
                with connection.transaction():
                    # allowed sql: a constant of this module; SET takes no parameters
                    connection.execute(f"SET LOCAL lock_timeout = '{SWAP_TIMEOUT}'")
                    return self._put_in_place(connection, target, position)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                if time.monotonic() > deadline or self._stop.wait(SWAP_PAUSE):
                    raise

    def _put_in_place(self, connection: Connection, target: Target, position: int) -> int:
        old = generations.find(connection, self._name, self._schema, lock=True)
        if old and not self._is_past:
            position = self._catch_up(connection, target, position, old.position)
        if self._is_past:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
        if connection.execute(_INCARNATION).fetchone() != (self._incarnation,):
            raise IncarnationChanged
        generations.replace(connection, self._name, old, target.open(connection), self._schema)
        return position
