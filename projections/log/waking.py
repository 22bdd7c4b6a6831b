"""Wake-ups: a writer tells readers that the log has grown. Only a hint; readers look for themselves as well."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

import psycopg
from psycopg_pool import ConnectionPool

from projections.log.durability import Connection
from projections.postgres.connections import PoolerInTheWay

CHANNEL = "carnet_events"
_REST = 0.02  # seconds in which further appends share one wake-up; the first after a quiet moment is told at once
_RETRY = 1.0  # seconds before a lost connection is tried again
_SLICE = 0.5  # seconds between two looks whether to go on waiting


def connect(pool: ConnectionPool[Connection]) -> Connection:
    """A connection of its own to the pool's database."""
    if callable(pool.conninfo) or callable(pool.kwargs):
        raise TypeError("the log's pool names its database directly")
    return pool.connection_class.connect(pool.conninfo, **(pool.kwargs or {}) | {"autocommit": True})


class Notifier:
    """Sends wake-ups from a thread of this process, outside every writing transaction; many appends share one."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool
        self._grown = Event()
        self._closed = Event()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._process = 0

    def tell(self) -> None:
        """Notes that the log has grown; returns at once."""
        self._grown.set()
        if self._thread is None or self._process != os.getpid():
            self._start()

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        self._grown.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join(timeout=5)

    def _start(self) -> None:
        with self._lock:
            if self._process != os.getpid() and not self._closed.is_set():
                self._process = os.getpid()
                self._thread = Thread(target=self._run, name="log-notifier", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed.is_set():
            with suppress(psycopg.Error), connect(self._pool) as connection:
                self._send(connection)
            self._closed.wait(_RETRY)

    def _send(self, connection: Connection) -> None:
        while True:
            self._grown.wait()
            if self._closed.is_set():
                return
            self._grown.clear()
            # allowed sql: the channel is a constant; NOTIFY takes no parameters
            connection.execute(f"NOTIFY {CHANNEL}")
            time.sleep(_REST)


class Waker:
    """Waits until the log has grown, or for a while; for one reader thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """`connect` opens a session that is ours alone: whoever listens through a pooler is not heard."""
        self._connect = connect
        self._connection: Connection | None = None
        self._poll = select.poll()
        self._retry_at = 0.0

    @property
    def listens(self) -> bool:
        """Whether it hears of what is recorded; where it does not, its reader has to look more often."""
        return self._connection is not None

    def wait(self, timeout: float, stop: Event | None = None) -> bool:
        """Whether a wake-up came within `timeout` seconds, or until `stop` is set; without a connection it waits the
        time out.
        """
        until = time.monotonic() + timeout
        try:
            connection = self._connection or self._listen()
            while not any(True for _ in connection.notifies(timeout=0, stop_after=1)):
                left = until - time.monotonic()
                if left <= 0 or (stop and stop.is_set()):
                    return False
                self._poll.poll(1000 * min(left, _SLICE))
            return True
        except (psycopg.Error, PoolerInTheWay):
            self.close()
            self._retry_at = time.monotonic() + _RETRY
        except _NotYet:
            pass
        time.sleep(max(0.0, until - time.monotonic()))
        return False

    def close(self) -> None:
        """Lets go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listen(self) -> Connection:
        if time.monotonic() < self._retry_at:
            raise _NotYet
        self._connection = self._connect()
        self._poll = select.poll()
        self._poll.register(self._connection.fileno(), select.POLLIN)
        # allowed sql: the channel is a constant; LISTEN takes no parameters
        self._connection.execute(f"LISTEN {CHANNEL}")
        return self._connection


class _NotYet(Exception):
    """The connection was lost a moment ago."""
