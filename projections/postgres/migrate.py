"""Brings a database's tables up to this program's version; several processes may ask at one time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import yoyo
from psycopg.conninfo import conninfo_to_dict
from yoyo.backends import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# The number of the advisory lock that one migration at a time holds; any constant will do.
LOCK = 0x6361726E6574


def migrate(database_url: str) -> list[str]:
    """Applies what is missing and gives its names, in order; a file is applied whole or not at all."""
    with _alone(database_url), _backend(database_url) as backend:
        # Nobody else migrates now, so a lock row found here was left by a process that was killed.
        backend.break_lock()
        missing = backend.to_apply(_migrations())
        with backend.lock():
            backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def pending(database_url: str) -> list[str]:
    """The names of migrations not yet applied, in order."""
    with _backend(database_url) as backend:
        return [migration.id for migration in backend.to_apply(_migrations())]


def _migrations() -> yoyo.migrations.MigrationList:
    return yoyo.read_migrations(str(MIGRATIONS))


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    """Holds the database's migration lock, which a killed process cannot leave behind."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield


@contextmanager
def _backend(database_url: str) -> Iterator[PostgresqlPsycopgBackend]:
    """The migration library's connection, given the same parameters psycopg reads from the address."""
    parameters = conninfo_to_dict(database_url)
    name = parameters.pop("dbname", None)
    address = DatabaseURI("postgresql+psycopg", None, None, None, None, name, parameters)
    backend = PostgresqlPsycopgBackend(address, "_yoyo_migration")
    try:
        backend.init_database()
        yield backend
    finally:
        backend.connection.close()
