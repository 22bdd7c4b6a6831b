"""Brings a database's tables up to this program's version; several processes may ask at one time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from yoyo.backends import PostgresqlPsycopgBackend

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# The number of the advisory lock that one migration at a time holds; any constant will do.
LOCK = 0x6361726E6574
TABLE = "_yoyo_migration"


def migrate(database_url: str) -> list[str]:
    """Applies what is missing and gives its names, in order; a file is applied whole or not at all."""
    # Server processes only ask what is pending, so they need not carry the library.
    import yoyo

    with _alone(database_url), _backend(database_url) as backend:
        # Nobody else migrates now, so a lock row found here was left by a process that was killed.
        backend.break_lock()
        missing = backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))
        with backend.lock():
            backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def pending(database_url: str) -> list[str]:
    """The names of migrations not yet applied, in order; only looks."""
    names = sorted(file.stem for file in MIGRATIONS.glob("*.sql"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass(%s)", (TABLE,)).fetchone() == (None,):
            return names
        applied = {name for (name,) in connection.execute("SELECT migration_id FROM _yoyo_migration")}
    return [name for name in names if name not in applied]


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    """Holds the database's migration lock, which a killed process cannot leave behind."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield


@contextmanager
def _backend(database_url: str) -> Iterator[PostgresqlPsycopgBackend]:
    """The migration library's connection, given the same parameters psycopg reads from the address."""
    from yoyo.backends import PostgresqlPsycopgBackend
    from yoyo.connections import DatabaseURI

    parameters = conninfo_to_dict(database_url)
    name = parameters.pop("dbname", None)
    address = DatabaseURI("postgresql+psycopg", None, None, None, None, name, parameters)
    backend = PostgresqlPsycopgBackend(address, TABLE)
    try:
        backend.init_database()
        yield backend
    finally:
        backend.connection.close()
