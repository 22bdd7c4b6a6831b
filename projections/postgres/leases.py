"""The right to do something alone: an advisory lock, held for as long as its process gives signs of life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

import psycopg

from projections.postgres.connections import Connection, connect_directly

BEAT = 1.0  # seconds between two signs of life
WORKING_BEAT = 0.3  # the same while work is done within a transaction, on a machine that may be busy with it
# The server ends the session, and every lease with it, when it hears nothing for so long: a process that stands still,
# or whose machine is gone, keeps nobody waiting.
SESSION = {"idle_session_timeout": "3s"}

# Classes of advisory locks; the second half of each lock is a name, or 0.
LEADER = 7106408
REBUILD = 7106409
EXPORT = 7106410

_TAKE = "SELECT pg_try_advisory_lock(%(kind)s, coalesce(hashtext(%(name)s), 0))"
_TAKE_FOR_NOW = "SELECT pg_try_advisory_xact_lock(%(kind)s, coalesce(hashtext(%(name)s), 0))"
_RELEASE = "SELECT pg_advisory_unlock(%(kind)s, coalesce(hashtext(%(name)s), 0))"


class LeaseLost(psycopg.OperationalError):
    """The server ended the lease: somebody else may have it now."""


class Leases:
    """All that one process does alone, on one connection of its own. Safe for threads."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._lock = Lock()
        self._held: set[tuple[int, str | None]] = set()
        self._connection: Connection | None = None
        self._beating: _Heartbeat | None = None
        self._when_lost: dict[Lease, Callable[[], object]] = {}

    def take(self, kind: int, name: str | None) -> Lease | None:
        """The lease of a name (None: the only one of its kind); None where somebody has it, in this process or another.

        Raises `psycopg.OperationalError` when the database cannot be reached and `PoolerInTheWay` where no session is
        ours alone.
        """
        with self._lock:
            connection = self._opened()
            if (kind, name) in self._held:
                return None
            if connection.execute(_TAKE, {"kind": kind, "name": name}).fetchone() != (True,):
                return None
            self._held.add((kind, name))
            return Lease(self, connection, kind, name)

    def release(self, lease: Lease) -> None:
        """Gives a lease back; one that was lost is only forgotten."""
        with self._lock:
            if lease.connection is not self._connection:
                return
            self._held.discard((lease.kind, lease.name))
            self._when_lost.pop(lease, None)
            with suppress(psycopg.Error):
                lease.connection.execute(_RELEASE, {"kind": lease.kind, "name": lease.name})

    def when_lost(self, lease: Lease, told: Callable[[], object]) -> None:
        """Has somebody told, from another thread, once the server has ended a lease; `told` returns at once."""
        with self._lock:
            if lease.connection is self._connection:
                self._when_lost[lease] = told
                return
        told()

    def close(self) -> None:
        """Lets go of everything."""
        with self._lock:
            self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._forget()
            self._connection = connect_directly(self._database_url, "carnet leases", session=SESSION)
            self._beating = _Heartbeat(self._connection, ended=partial(self._tell, self._connection))
            self._beating.start()
        return self._connection

    def _tell(self, connection: Connection) -> None:
        """Tells whoever waits that the leases of a connection are lost."""
        with self._lock:
            lost = [lease for lease in self._when_lost if lease.connection is connection]
            waiting = [self._when_lost.pop(lease) for lease in lost]
        for told in waiting:
            told()

    def _forget(self) -> None:
        if self._beating:
            self._beating.stop()
        if self._connection:
            self._connection.close()
        self._connection, self._beating = None, None
        self._held.clear()


class Lease:
    """One right, until it is released or lost."""

    def __init__(self, leases: Leases, connection: Connection, kind: int, name: str | None) -> None:
        self.connection = connection
        self.kind = kind
        self.name = name
        self._leases = leases

    def check(self) -> None:
        """Raises `LeaseLost` once the server has ended it, a moment after it did."""
        if self.connection.closed:
            raise LeaseLost("the server ended the session that held this lease")

    def when_lost(self, told: Callable[[], object]) -> None:
        """As `Leases.when_lost`, of this one."""
        self._leases.when_lost(self, told)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leases.release(self)


@contextmanager
def beating(connection: Connection) -> Iterator[None]:
    """Gives signs of life on a connection that holds locks or a transaction while the work is done elsewhere."""
    heartbeat = _Heartbeat(connection, every=WORKING_BEAT)
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.end()


def take_for_now(connection: Connection, kind: int, name: str) -> bool:
    """Takes a lease's lock until the transaction ends, or says that somebody else has it."""
    return connection.execute(_TAKE_FOR_NOW, {"kind": kind, "name": name}).fetchone() == (True,)


class _Heartbeat:
    """Asks the server for nothing now and then, from a thread; ends with the connection, and says so by `ended`."""

    def __init__(self, connection: Connection, every: float = BEAT, ended: Callable[[], object] = lambda: None) -> None:
        self._connection = connection
        self._every = every
        self._ended = ended
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def end(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with suppress(psycopg.Error):
            while not self._stopping.wait(self._every):
                self._connection.execute("SELECT")
        self._ended()
