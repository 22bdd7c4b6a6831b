"""What a crash of a database can leave behind, done on purpose by a superuser with the log's guards down."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from psycopg import sql

from projections.postgres.binaries import find_binaries, server_user
from projections.postgres.embedded import ADMINISTRATOR, OWNER, EmbeddedServer

_TRIGGERS = "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'log.events'::regclass AND NOT tgisinternal"
_AGAIN = {"A": sql.SQL("ENABLE ALWAYS TRIGGER"), "O": sql.SQL("ENABLE TRIGGER"), "D": sql.SQL("DISABLE TRIGGER")}


def name_of(url: str) -> str:
    """The name of an address's database."""
    return urlsplit(url).path.strip("/")


@contextmanager
def unguarded(server: EmbeddedServer, url: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's transaction in which no trigger of `log.events` fires; they are as before afterwards."""
    with psycopg.connect(server.url(name_of(url), ADMINISTRATOR)) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        triggers = connection.execute(_TRIGGERS).fetchall()
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER USER")
        yield connection
        for trigger, enabled in triggers:
            again = _AGAIN[enabled.decode() if isinstance(enabled, bytes) else enabled]
            connection.execute(sql.SQL("ALTER TABLE log.events {} {}").format(again, sql.Identifier(trigger)))


def lose(server: EmbeddedServer, url: str, originator_id: UUID, *versions: int) -> None:
    """Takes events of a stream away, as if they had never been written to disk."""
    with unguarded(server, url) as connection:
        connection.execute(
            "DELETE FROM log.events WHERE originator_id = %s AND originator_version = ANY(%s)",
            (originator_id, list(versions)),
        )


class Dump:
    """A dump of one test database, to be put back in its place later."""

    def __init__(self, server: EmbeddedServer, url: str) -> None:
        self._server = server
        self._name = name_of(url)
        self._text = self._run("pg_dump", self._name).stdout

    def restore(self, cut_before: str = "") -> None:
        """Puts the database as it was in the place of the one that is, under whoever is connected.

        `cut_before`: the dump ends before the first line that begins so.
        """
        end = self._text.index(f"\n{cut_before}") + 1 if cut_before else len(self._text)
        text = self._text[:end]
        fresh, name = f"{self._name}_restored", sql.Identifier(self._name)
        with psycopg.connect(self._server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER carnet_owner").format(sql.Identifier(fresh)))
            connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO carnet").format(sql.Identifier(fresh)))
            loaded = self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", fresh, text=text)
            assert cut_before or not loaded.returncode, loaded.stderr
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), name))

    def _run(self, program: str, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        binaries = find_binaries(server_user(self._server.data_dir))
        command = [binaries.program(program), "-h", str(self._server.socket_dir), "-U", ADMINISTRATOR, *words]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=120)


def owner(url: str) -> str:
    """The same database's address for the role that owns the log."""
    return url.replace("postgresql://carnet@", f"postgresql://{OWNER}@")


def as_owner(url: str) -> psycopg.Connection[Any]:
    """A connection of the role that owns the log, each of whose statements stays."""
    return psycopg.connect(owner(url), autocommit=True)


def administrator(url: str) -> str:
    """The same database's address for its superuser."""
    return url.replace("postgresql://carnet@", f"postgresql://{ADMINISTRATOR}@")
