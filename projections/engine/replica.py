"""A standby that lists, the feed and exports are read from, as far as it is fresh enough for who asks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

import psycopg
import structlog
from psycopg_pool import ConnectionPool

from projections.engine.freshness import TooFarBehind, Views
from projections.engine.projection import Projection
from projections.faults import with_trace
from projections.log import EventLog
from projections.postgres.connections import PATIENT, Connection, make_pool
from projections.postgres.usable import UnusableDatabase, require_copy

REST = 2.0  # seconds in which a replica that failed is left alone
CONNECT_WITHIN = 0.5  # seconds a reader waits for a connection before it turns to the primary
LOOK_EVERY = 0.02

_STATE = """
    SELECT pg_is_in_recovery(), (SELECT id FROM log.epochs ORDER BY number DESC LIMIT 1),
        (SELECT coalesce(max(position), 0) FROM views.positions WHERE schema = 'views')
"""

_logger = structlog.get_logger()


class ReplicaStatus(NamedTuple):
    """What a replica is just now: whether it follows, the epoch it is in and the position its views show."""

    follows: bool
    epoch: str | None
    position: int


class _Opened(NamedTuple):
    pool: ConnectionPool[Connection]
    log: EventLog
    views: Views


class Replica:
    """One process's way to the replica. It is opened when it is first asked for, and left alone for a moment when it
    fails: whoever reads turns to the primary meanwhile. Safe for threads.
    """

    def __init__(self, url: str, primary: EventLog, projections: Mapping[str, Projection], most: int) -> None:
        """`primary` is the log that the replica's is compared with; `most` the connections of this process."""
        self.url = url
        self._primary = primary
        self._projections = projections
        self._most = most
        self._lock = Lock()
        self._opened: _Opened | None = None
        self._rests_until = 0.0

    @property
    def log(self) -> EventLog:
        """The log as the replica has it: up to the position its views show, which is durable on the primary."""
        return self._open().log

    def require_copy(self) -> None:
        """Raises `OtherCluster` when it is reached and is a copy of another database; one that is away is left for
        later.
        """
        try:
            with self.reading() as replica, self._primary.pool.connection() as primary:
                require_copy(replica, primary)
        except psycopg.Error as fault:
            _logger.warning("the replica cannot be reached", action="replica.failed", **with_trace(fault))

    def stand(self) -> ReplicaStatus:
        """What it is just now; raises `psycopg.OperationalError` when it cannot be read."""
        with self.reading() as connection:
            [row] = connection.execute(_STATE).fetchall()
        return ReplicaStatus(*row)

    def shows(self, view: str | None, position: int) -> bool:
        """Whether a view (None: the feed) can be read from it as fresh as is asked.

        One that follows nobody any more, that is in another epoch than the primary or cannot be reached shows nothing.
        """
        if time.monotonic() < self._rests_until:
            return False
        try:
            stand = self.stand()
            if not stand.follows or stand.epoch != self._primary.epoch().id:
                self._rest()
                why = "follows nobody" if not stand.follows else "another epoch"
                _logger.warning("the replica is left alone", action="replica.left", why=why)
                return False
            if view is None:
                return stand.position >= position
            self._open().views.wait_for(view, position, timeout=0)
        except TooFarBehind:
            return False
        except (psycopg.Error, UnusableDatabase) as fault:
            self.rest(fault)
            return False
        return True

    def wait_for(self, view: str, position: int, patience: float) -> bool:
        """Whether it shows the position within so many seconds."""
        deadline = time.monotonic() + patience
        while not self.shows(view, position):
            if time.monotonic() > min(deadline, self._rests_until or deadline):
                return False
            time.sleep(LOOK_EVERY)
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read the views with."""
        with self._open().pool.connection(timeout=CONNECT_WITHIN) as connection:
            yield connection

    def rest(self, fault: Exception) -> None:
        """Leaves it alone for a moment, for what went wrong with it."""
        self._rest()
        _logger.warning("the replica is left alone", action="replica.left", **with_trace(fault))

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + REST

    def close(self) -> None:
        """Closes what was opened."""
        with self._lock:
            if self._opened:
                self._opened.log.close()
                self._opened.pool.close()
                self._opened = None

    def _open(self) -> _Opened:
        with self._lock:
            if self._opened is None:
                pool = make_pool(self.url, "carnet replica", least=1, most=self._most, session=PATIENT)
                pool.open()
                log, views = EventLog(pool, self._primary.keys), Views(pool, self._projections)
                log.on_new_incarnation(views.drop)
                self._opened = _Opened(pool, log, views)
            return self._opened
