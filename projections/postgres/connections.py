"""Every connection to PostgreSQL is made here, so that each end notices within seconds that the other is gone.

Between Carnet and the server may stand a pooler that lends a session to one transaction at a time. What outlives a
transaction there (an advisory lock, LISTEN, a setting) belongs to whoever comes next: parts that need such things ask
for a direct connection, and are told what to set where they would not get one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from socket import SHUT_RDWR, socket
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[tuple[Any, ...]]

# How this end notices that the other is gone. What the address itself says goes before all of it.
CLIENT: Mapping[str, str] = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
# How the server notices it, and what it then lets go of: a process that stands still in a transaction keeps its row
# locks no longer than this. What a provider bounds by default is not bounded for us: a rebuild takes its time.
SESSION: Mapping[str, str] = {
    "idle_in_transaction_session_timeout": "4s",
    "idle_session_timeout": "0",
    "lock_timeout": "0",
    # What is named without its schema is found in no schema that the application's role can make things in.
    "search_path": "public",
    "statement_timeout": "0",
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
# For those who look at one moment of the database for as long as somebody takes to read it.
PATIENT: Mapping[str, str] = {"idle_in_transaction_session_timeout": "0"}
RENEWED_EVERY = 5.0  # seconds
_BOUND = """
    SELECT set_config('idle_in_transaction_session_timeout', %(idle)s, true),
        set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)
"""
_IS_KEPT_AS_NAMED = "SELECT count(*) FROM pg_prepared_statements WHERE name = %s"


class PoolerInTheWay(Exception):
    """A part that needs a session of its own was given an address that leads through a pooler."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"The address of the database leads through a connection pooler, and {part} needs a session of its own: "
            "set CARNET_DATABASE_DIRECT_URL to the address of the PostgreSQL server itself."
        )


class PooledConnection(psycopg.Connection[Any]):
    """A connection through a pooler: what bounds a transaction is set in the transaction and ends with it."""

    idle = SESSION["idle_in_transaction_session_timeout"]

    @contextmanager
    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> Iterator[psycopg.Transaction]:
        """As everywhere; the outermost one is bounded."""
        begins = self.info.transaction_status == TransactionStatus.IDLE
        with super().transaction(savepoint_name, force_rollback) as transaction:
            if begins:
                bound(self)
            yield transaction


class Route(NamedTuple):
    """What lies between this process and the server: a pooler or not, and whether it keeps prepared statements."""

    pooled: bool
    prepares: bool


@lru_cache(maxsize=64)
def route(url: str) -> Route:
    """Looks once for each address; raises `psycopg.OperationalError` when the database cannot be reached.

    A pooler names another process of the server than the one that answers. One that keeps prepared statements gives
    them names of its own.
    """
    with psycopg.connect(**_client(url, "carnet"), autocommit=True, prepare_threshold=None) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        if row == (connection.info.backend_pid,):
            return Route(pooled=False, prepares=True)
        with connection.transaction():
            return Route(pooled=True, prepares=_renames(connection))


def connect(url: str, name: str, *, session: Mapping[str, str] | None = None) -> Connection:
    """A connection in autocommit; `session` are settings for all of its life that go before `SESSION`."""
    way = route(url)
    kind = PooledConnection if way.pooled else psycopg.Connection
    return kind.connect(**parameters(url, name, session), autocommit=True, **_preparing(way))


def connect_directly(url: str, name: str, *, session: Mapping[str, str] | None = None) -> Connection:
    """A connection whose session is ours alone; raises `PoolerInTheWay` when there is none to be had."""
    require_direct(url, name)
    return connect(url, name, session=session)


def hang_up(connection: Connection) -> None:
    """Breaks off what a connection waits for, from another thread: whoever waits is told that it is lost."""
    with suppress(OSError, psycopg.Error), socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(SHUT_RDWR)


def answers(url: str) -> bool:
    """Whether a connection can be made just now."""
    try:
        psycopg.connect(**_client(url, "carnet")).close()
    except psycopg.OperationalError:
        return False
    return True


def require_direct(url: str, name: str) -> None:
    """Raises `PoolerInTheWay` when the address leads through a pooler."""
    if route(url).pooled:
        raise PoolerInTheWay(name)


def make_pool(
    url: str, name: str, *, least: int, most: int, session: Mapping[str, str] | None = None, **options: Any
) -> ConnectionPool[Connection]:
    """A pool in autocommit that is still to be opened; raises what `route` does."""
    way = route(url)
    return ConnectionPool(
        "",
        connection_class=PooledConnection if way.pooled else psycopg.Connection,
        kwargs={**parameters(url, name, session), "autocommit": True, **_preparing(way)},
        min_size=least,
        max_size=most,
        open=False,
        name=name,
        **options,
    )


class Renewal:
    """Replaces a pool's connections, every few seconds at most: those made before a failover may lead to a server that
    takes no writes any more.
    """

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool
        self._again = 0.0

    def __call__(self) -> None:
        """Closes those that are idle at once, the others when they come back."""
        if time.monotonic() >= self._again:
            self._again = time.monotonic() + RENEWED_EVERY
            self._pool.drain()


def parameters(url: str, name: str, session: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a connection is opened with, in libpq's words. Through a pooler nothing is set for a whole session."""
    chosen = _client(url, name)
    if not route(url).pooled:
        settings = {**SESSION, **(session or {})}
        ours = " ".join(f"-c {setting}={value}" for setting, value in settings.items())
        chosen["options"] = f"{ours} {chosen.get('options', '')}".strip()
    return chosen


def bound(connection: Connection, idle: str = PooledConnection.idle) -> None:
    """Bounds the transaction that was begun, where the session could not be bounded when it was opened."""
    if isinstance(connection, PooledConnection):
        connection.execute(_BOUND, {"idle": idle})


def _client(url: str, name: str) -> dict[str, Any]:
    return {**CLIENT, "application_name": name, **conninfo_to_dict(url)}


def _preparing(way: Route) -> dict[str, Any]:
    return {} if way.prepares else {"prepare_threshold": None}


def _renames(connection: Connection) -> bool:
    """Whether a statement prepared by its name is kept under another one; leaves nothing behind."""
    name = f"carnet_{uuid4().hex}"
    connection.pgconn.prepare(name.encode(), b"SELECT 1")
    if connection.execute(_IS_KEPT_AS_NAMED, (name,)).fetchone() == (0,):
        return True
    connection.execute(f"DEALLOCATE {name}".encode())
    return False
