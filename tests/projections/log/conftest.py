"""An event log on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg_pool import ConnectionPool

from projections.log import Connection, EventLog, KeyRing

SECRET = "a secret that is made up for the tests of the log"


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing(SECRET)


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool[Connection]]:
    with ConnectionPool(database, min_size=2, max_size=24, kwargs={"autocommit": True}, open=True) as pool:
        yield pool


@pytest.fixture
def log(pool: ConnectionPool[Connection], keys: KeyRing) -> Iterator[EventLog]:
    log = EventLog(pool, keys)
    yield log
    log.close()
