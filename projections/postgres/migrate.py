"""Brings a database's tables up to this program's version; several processes may ask at one time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from projections.outside.roles import ROLE, make_role
from projections.postgres.connections import Connection, connect, connect_directly, parameters
from projections.postgres.leases import SESSION, beating
from projections.postgres.roles import OwnerNeeded, log_owner, require_owner, role_of, separate
from projections.postgres.usable import MIGRATIONS, TABLE, UnusableDatabase, applied, missing, require_primary
from projections.reporting import ANALYST, PERSONAL, let_read, make_roles

if TYPE_CHECKING:
    from yoyo.backends import PostgresqlPsycopgBackend

_logger = structlog.get_logger()

# The number of the advisory lock that one migration at a time holds; any constant will do.
LOCK = 0x6361726E6574
FIRST = "0001-log"
# The line of a migration that says so: what changes the log is run by its owner, everything else by the application.
BY_OWNER = "-- run by: owner"


# What keeps the log whole. A dump holds them after all rows: they are lacking where it was cut off.
_GUARDS = """
SELECT guard FROM unnest(ARRAY['events_pkey', 'events_stream']) AS guard
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('log.events') AND conname = guard)
UNION ALL SELECT guard FROM unnest(ARRAY['events_only_grow', 'events_succeed']) AS guard
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('log.events') AND tgname = guard)
"""
_OURS = "SELECT (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'log')"
_HAS_LOG = """
SELECT EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'log' AND c.relname = 'events'
), has_table_privilege(to_regclass(%s), 'SELECT') IS FALSE
"""
_CUT_OFF = (
    "a dump was cut off, or the database was changed by hand. Nothing was written. Restore a whole backup into an "
    "empty database, and set CARNET_DATABASE_URL to that."
)


class IncompleteDatabase(UnusableDatabase):
    """The database holds only a part of what Carnet needs; the message says what to do."""


def migrate(database_url: str, owner_url: str = "") -> list[str]:
    """Applies what is missing and gives its names, in order; a file is applied whole or not at all.

    `owner_url` is the address for the role that owns the log, or is to own it: the log is handed over to it, and what
    the application may do is granted anew. Raises `UnusableDatabase` for a standby, for a database that a later version
    has brought up, and where something is missing that the owner alone may bring up.
    """
    # Server processes only ask what is pending, so they need not carry the library.
    import yoyo

    with _alone(owner_url or database_url) as looking, _looked_at(looking):
        run = _roles(looking, database_url, owner_url)
        if run is None:
            return []
        with _backend(run.tracking) as backend:
            # Nobody else migrates now, so a lock row found here was left by a process that was killed.
            backend.break_lock()
            pending = backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))
            with backend.lock():
                for migration in pending:
                    backend.runs_as = _address(run.of(migration.id))
                    backend.apply_migrations(pending.__class__([migration], []))
        _require_whole(looking)
        if run.application:
            separate(looking, run.application)
        if not make_roles(looking):
            _logger.warning("no roles for analysts", action="migrate.roles-missing", roles=[ANALYST, PERSONAL])
        let_read(looking)
        if not make_role(looking, run.application or role_of(looking)):
            _logger.warning("no role for SQL from outside", action="migrate.role-missing", role=ROLE)
    return [migration.id for migration in pending]


class _Run(NamedTuple):
    """Whose address notes which migrations were applied, and whose runs those that say nothing of it.

    `application` is the role that the rest is handed to, where the log has an owner of its own.
    """

    tracking: str
    others: str
    application: str = ""

    def of(self, name: str) -> str:
        """The address by which a migration is run."""
        return self.tracking if is_owners(name) else self.others


def is_owners(name: str) -> bool:
    """Whether a migration changes the log, and says that its owner runs it."""
    return BY_OWNER in (MIGRATIONS / f"{name}.sql").read_text().splitlines()


def _roles(looking: Connection, database_url: str, owner_url: str) -> _Run | None:
    """Who runs what; None where there is nothing to be done."""
    holder = log_owner(looking)
    if not owner_url:
        [(ours,)] = looking.execute(_OURS).fetchall()
        if ours is False:
            lacking = missing(applied(looking))
            if lacking:
                raise OwnerNeeded(
                    f"The log belongs to the role {holder}, which has to bring it up to date ({', '.join(lacking)}): "
                    "set CARNET_DATABASE_OWNER_URL to the database's address for that role."
                )
            return None
        return _Run(database_url, database_url)
    with connect(database_url, "carnet migrations") as connection:
        application = role_of(connection)
    owner = role_of(looking)
    if owner == application:
        return _Run(database_url, database_url)
    require_owner(looking, application)
    if holder == application:  # a database of before, or one that had one role for all until now
        return _Run(database_url, database_url, application)
    return _Run(owner_url, owner_url if holder is None else database_url, application)


@contextmanager
def _looked_at(connection: Connection) -> Iterator[None]:
    """Raises where a dump that was cut off has left tables that must not be touched."""
    [(has_log, closed)] = connection.execute(_HAS_LOG, (TABLE,)).fetchall()
    if closed:
        raise OwnerNeeded(
            f"The role {role_of(connection)} may not read the database's tables yet: run `carnet migrate` with "
            "CARNET_DATABASE_OWNER_URL, which lets it."
        )
    if has_log and FIRST not in applied(connection):
        raise IncompleteDatabase(f"The database has tables of Carnet, but does not know of them: {_CUT_OFF}")
    yield


def _require_whole(connection: Connection) -> None:
    """Raises where a guard of the log is missing."""
    lacking = [name for (name,) in connection.execute(_GUARDS)]
    if lacking:
        raise IncompleteDatabase(f"The log lacks {', '.join(lacking)}: {_CUT_OFF}")


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """Holds the database's migration lock, which a killed process cannot leave behind; gives the connection."""
    with connect_directly(url, "carnet migrate", session=SESSION) as connection:
        require_primary(connection)
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with beating(connection):
            yield connection


@contextmanager
def _backend(url: str) -> Iterator[PostgresqlPsycopgBackend]:
    """What notes the migrations that were applied; it runs each by the address in `runs_as`, its own unless set."""
    from yoyo.backends import PostgresqlPsycopgBackend

    class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
        """The migration library's connection, which runs a migration over another one."""

        runs_as: Any = None

        def copy(self) -> PostgresqlPsycopgBackend:
            return PostgresqlPsycopgBackend(self.runs_as or self.uri, self.migration_table)

    backend = Backend(_address(url), TABLE)
    try:
        backend.init_database()
        yield backend
    finally:
        backend.connection.close()


def _address(url: str) -> Any:
    """The same parameters that psycopg reads from the address, as the migration library takes them."""
    from yoyo.connections import DatabaseURI

    words = parameters(url, "carnet migrate")
    name = words.pop("dbname", None)
    return DatabaseURI("postgresql+psycopg", None, None, None, None, name, words)
