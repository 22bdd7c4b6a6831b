"""The engine's tests: a log, a way to look at rows, and the reading side of the invented views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from projections.engine.filling import Source
from projections.engine.freshness import Views
from projections.log import EventLog
from projections.log.masters import open_keys
from projections.settings import Settings
from tests.projections.engine.parcels import Moves, Parcels, by_name

Look = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def pool(settings: Settings) -> Iterator[ConnectionPool[Any]]:
    with ConnectionPool(settings.database_url, min_size=1, max_size=8, kwargs={"autocommit": True}) as opened:
        yield opened


@pytest.fixture
def log(pool: ConnectionPool[Any], settings: Settings) -> Iterator[EventLog]:
    opened = EventLog(pool, open_keys(pool, settings.secrets))
    yield opened
    opened.close()


@pytest.fixture
def source(settings: Settings) -> Source:
    return Source(settings.database_url, settings.secrets)


@pytest.fixture
def views(pool: ConnectionPool[Any]) -> Views:
    return Views(pool, by_name(Parcels(), Moves()))


@pytest.fixture
def connection(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(settings.database_url, autocommit=True) as opened:
        yield opened


@pytest.fixture
def look(connection: psycopg.Connection[Any]) -> Look:
    return lambda statement: connection.execute(statement.encode()).fetchall()
