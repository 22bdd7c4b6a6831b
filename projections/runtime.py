"""The composition root: opens every part of a process and closes it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from psycopg import Connection
from psycopg_pool import ConnectionPool

import domain.topics  # noqa: F401 - every topic is known before the first event is read
from projections import PROJECTIONS
from projections.bulk import Bulk
from projections.desk import Desk
from projections.log import EventLog, KeyRing
from projections.settings import Settings
from projections.views import Views


@dataclass(frozen=True, slots=True)
class Runtime:
    """The open parts of one process; opened after fork, shared by its threads."""

    settings: Settings
    pool: ConnectionPool[Connection]
    log: EventLog
    desk: Desk
    views: Views
    bulk: Bulk

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read the views with."""
        with self.pool.connection() as connection:
            yield connection

    def close(self) -> None:
        """Closes everything; safe to call again."""
        self.log.close()
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_runtime(settings: Settings) -> Runtime:
    """Opens the parts of a process; raises `psycopg.OperationalError` when the database cannot be reached."""
    pool: ConnectionPool[Connection] = ConnectionPool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        kwargs={"autocommit": True},
        timeout=10,
        reconnect_timeout=2,
        open=False,
        name="carnet",
    )
    pool.open(wait=True, timeout=10)
    log = EventLog(pool, KeyRing(settings.secret_key))
    desk = Desk(log)
    return Runtime(
        settings=settings, pool=pool, log=log, desk=desk, views=Views(pool, PROJECTIONS), bulk=Bulk(log, desk)
    )
