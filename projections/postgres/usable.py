"""Whether a database is what it was given for; one that is not is refused before anything is written to it."""

from __future__ import annotations

from pathlib import Path

from projections.postgres.binaries import PostgresUnavailable
from projections.postgres.connections import Connection, connect

MIGRATIONS = Path(__file__).parent.parent / "migrations"
TABLE = "_yoyo_migration"
TABLES = (TABLE, "_yoyo_log", "_yoyo_version", "yoyo_lock")  # all of the migration library's

_APPLIED = "SELECT migration_id FROM _yoyo_migration"
# Before its owner has let the application read it, the table tells nothing.
_TOLD = "SELECT has_table_privilege(to_regclass(%s), 'SELECT')"
_IDENTIFIER = "SELECT system_identifier FROM pg_control_system()"


class UnusableDatabase(PostgresUnavailable):
    """The database is not what it was given for; the message says what it is, and what to do."""


class StandbyGiven(UnusableDatabase):
    """The database of CARNET_DATABASE_URL is a standby, which takes no writes. Name the primary there, or all of its
    servers with target_session_attrs=read-write; a standby that is only read belongs into CARNET_DATABASE_REPLICA_URL.
    """

    def __init__(self) -> None:
        super().__init__(" ".join(str(self.__doc__).split()))


class NewerDatabase(UnusableDatabase):
    """A later version of Carnet has changed the database's tables."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"The database was brought up by a later version of Carnet ({', '.join(names)}); this one would not "
            "understand it. Install that version, or bring back the database as it was before."
        )


class OtherCluster(UnusableDatabase):
    """A replica of another database."""

    def __init__(self) -> None:
        super().__init__(
            "CARNET_DATABASE_REPLICA_URL leads to a server that is no copy of the one in CARNET_DATABASE_URL (their "
            "system identifiers differ): give the address of one of its own standbys, or leave it out."
        )


def require_primary(connection: Connection) -> None:
    """Raises `StandbyGiven` or `NewerDatabase`; writes nothing."""
    if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
        raise StandbyGiven
    unknown = newer(applied(connection))
    if unknown:
        raise NewerDatabase(unknown)


def require_copy(replica: Connection, primary: Connection) -> None:
    """Raises `OtherCluster` where one server is no copy of the other."""
    if replica.execute(_IDENTIFIER).fetchone() != primary.execute(_IDENTIFIER).fetchone():
        raise OtherCluster


def known() -> list[str]:
    """The names of this program's migrations, in order."""
    return sorted(file.stem for file in MIGRATIONS.glob("*.sql"))


def applied(connection: Connection) -> set[str]:
    """The names of the migrations that the database has."""
    if connection.execute(_TOLD, (TABLE,)).fetchone() != (True,):
        return set()
    return {name for (name,) in connection.execute(_APPLIED)}


def pending(database_url: str) -> list[str]:
    """The names of migrations not yet applied, in order; only looks."""
    with connect(database_url, "carnet migrations") as connection:
        return missing(applied(connection))


def missing(names: set[str]) -> list[str]:
    """This program's migrations that are not among those applied, in order."""
    return [name for name in known() if name not in names]


def newer(names: set[str]) -> list[str]:
    """Those applied that this program does not know, in order: a later version has been at work."""
    return sorted(names - set(known()))
