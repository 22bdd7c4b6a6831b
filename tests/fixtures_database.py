"""PostgreSQL for tests: one embedded server per test process, migrated once, a fresh copy of its database per test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from projections.postgres.embedded import ADMINISTRATOR, APPLICATION, OWNER, EmbeddedServer
from projections.postgres.migrate import migrate
from projections.settings import Settings

# Nothing here outlives its test, so nothing waits for the disk; tests of durability start a server of their own.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "checkpoint_timeout": "1h",
}
TEST_SECRET = "a secret for tests and for nothing else"
_numbers = count(1)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder for an installation, in a place that PostgreSQL's own user can enter when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-data-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """This test process's server; it is not durable."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-tests-"))
    with EmbeddedServer(folder, THROWAWAY) as started:
        yield started
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(server: EmbeddedServer) -> str:
    """The name of a migrated, empty database to copy; its log is the owner's, and tests run as the application."""
    migrate(server.url(), server.owner_url())
    return "carnet"


@pytest.fixture
def database(server: EmbeddedServer, template_database: str) -> Iterator[str]:
    """The address of a fresh migrated database, dropped after the test with whatever is still connected to it."""
    with copied(server, template_database) as url:
        yield url


@pytest.fixture
def bare_database(server: EmbeddedServer) -> Iterator[str]:
    """The address of a database with nothing in it, not even tables; it has one role for all."""
    with copied(server, "template0", owner=APPLICATION) as url:
        yield url


@contextmanager
def copied(server: EmbeddedServer, template: str, owner: str = OWNER) -> Iterator[str]:
    """A copy of a database, for as long as it is needed; what may be done with the whole of it is not copied."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(copy.format(*map(sql.Identifier, (name, owner, template))))
        grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
        connection.execute(grant.format(sql.Identifier(name), sql.Identifier(APPLICATION)))
        try:
            yield server.url(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Complete settings of a test installation on the fresh database."""
    return Settings(database_url=database, secret_key=TEST_SECRET, data_dir=tmp_path)
