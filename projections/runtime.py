"""The composition root: opens every part of a process and closes it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Self

from psycopg import Connection
from psycopg_pool import ConnectionPool

import domain.topics  # noqa: F401 - every topic is known before the first event is read
from projections.desk import Desk
from projections.desk.bulk import Bulk
from projections.engine.freshness import Views
from projections.engine.replica import Replica
from projections.log import EventLog
from projections.log.masters import open_keys
from projections.log.reserve import Reserve
from projections.postgres.connections import make_pool
from projections.postgres.usable import UnusableDatabase, require_primary
from projections.settings import Settings
from projections.views import kept


@dataclass(frozen=True, slots=True)
class Runtime:
    """The open parts of one process; opened after fork, shared by its threads."""

    settings: Settings
    pool: ConnectionPool[Connection]
    log: EventLog
    desk: Desk
    views: Views
    bulk: Bulk
    replica: Replica | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read the views with."""
        with self.pool.connection() as connection:
            yield connection

    def close(self) -> None:
        """Closes everything; safe to call again."""
        if self.replica:
            self.replica.close()
        self.log.close()
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_runtime(settings: Settings) -> Runtime:
    """Opens the parts of a process; raises `psycopg.OperationalError` when the database cannot be reached.

    Raises `UnusableDatabase` for a standby, for a database that a later version has brought up, and where the replica
    is another database's, and `WrongSecret` when it is not the database of this secret.
    """
    pool = make_pool(settings.database_url, "carnet", least=1, most=settings.pool_size, timeout=10, reconnect_timeout=2)
    with ExitStack() as opened:
        opened.callback(pool.close)
        pool.open(wait=True, timeout=10)
        with pool.connection() as connection:
            require_primary(connection)
        reserve = Reserve(settings.data_dir, settings.database_url)
        log = EventLog(pool, open_keys(pool, settings.secrets), direct_url=settings.direct_url, numbers=reserve)
        replica = _replica(settings, log)
        opened.pop_all()
    desk = Desk(log)
    views = Views(pool, kept(orders_past=settings.orders_past))
    log.on_new_incarnation(views.drop)
    return Runtime(
        settings=settings,
        pool=pool,
        log=log,
        desk=desk,
        views=views,
        bulk=Bulk(log, desk),
        replica=replica,
    )


def _replica(settings: Settings, log: EventLog) -> Replica | None:
    """The replica to read from, where there is one; raises `OtherCluster`."""
    if not settings.database_replica_url:
        return None
    replica = Replica(settings.database_replica_url, log, kept(orders_past=settings.orders_past), settings.pool_size)
    try:
        replica.require_copy()
    except UnusableDatabase:
        replica.close()
        raise
    return replica
