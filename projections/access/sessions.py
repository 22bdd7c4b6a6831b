"""Sessions of the console: begun by signing in, listed, and ended one by one or all; of secrets hashes are kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from projections.access.passwords import digest, new_secret

PRECISION = timedelta(minutes=1)  # with which it is known when a session was seen last

_OPEN = """
WITH ended AS (DELETE FROM access.sessions WHERE expires_at <= now())
INSERT INTO access.sessions (hash, operator_id, expires_at, address, agent)
VALUES (%(hash)s, %(operator_id)s, now() + make_interval(hours => %(hours)s), %(address)s, %(agent)s)
"""
_FIND = """
SELECT s.id, s.last_seen_at < now() - %(precision)s, operator_id, username, role, disabled, temporary, version
FROM access.sessions s JOIN access.operators USING (operator_id)
WHERE hash = %(hash)s AND expires_at > now() AND NOT disabled
"""
_SEEN = """
UPDATE access.sessions SET last_seen_at = date_trunc('minute', now())
WHERE id = %(id)s AND last_seen_at < now() - %(precision)s
"""
_LIST = """
SELECT id, created_at, last_seen_at, expires_at, address, agent FROM access.sessions
WHERE operator_id = %(operator_id)s AND expires_at > now() ORDER BY created_at DESC, id
"""
_END = "DELETE FROM access.sessions WHERE operator_id = %(operator_id)s AND id = %(id)s"
_END_ALL = "DELETE FROM access.sessions WHERE operator_id = %(operator_id)s AND id IS DISTINCT FROM %(but)s"

# How programs name themselves, the telling ones first.
_PROGRAMS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
             ("curl/", "curl"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


class Client(NamedTuple):
    """Where a sign-in comes from: the kind of its address and of its program, neither in full."""

    address: str = ""
    agent: str = ""

    @classmethod
    def of(cls, address: str | None, agent: str | None) -> Client:
        """From an address and a User-Agent header: `public IPv4`, `Firefox on Linux`."""
        return cls(_kind_of(address or ""), _short(agent or ""))


class SessionRow(NamedTuple):
    """A session as it is listed; `last_seen_at` is true to a minute."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


class Found(NamedTuple):
    """Whose session a secret opens."""

    session_id: UUID
    operator_id: UUID
    username: str
    role: str
    disabled: bool
    temporary: bool
    version: int


class Sessions:
    """The sessions in the database, each call one statement."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def open(self, operator_id: UUID, hours: int, client: Client) -> str:
        """Opens a session and clears away those that ended; gives its secret."""
        secret = new_secret()
        told = {"hash": digest(secret), "operator_id": operator_id, "hours": hours, **client._asdict()}
        with self._pool.connection() as connection:
            connection.execute(_OPEN, told)
        return secret

    def find(self, secret: str) -> Found | None:
        """Whose session this is, unless it ended or they were shut out; notes once a minute that it was seen."""
        asked = {"hash": digest(secret), "precision": PRECISION}
        with self._pool.connection() as connection:
            row = connection.execute(_FIND, asked).fetchone()
        if row is None:
            return None
        session_id, is_stale, *operator = row
        if is_stale:  # where nothing can be written, what was asked is answered all the same
            with suppress(psycopg.Error), self._pool.connection() as connection:
                connection.execute(_SEEN, {"id": session_id, "precision": PRECISION})
        return Found(session_id, *operator)

    def of(self, operator_id: UUID) -> list[SessionRow]:
        """An operator's sessions, the newest first."""
        with self._pool.connection() as connection, connection.cursor(row_factory=class_row(SessionRow)) as cursor:
            return cursor.execute(_LIST, {"operator_id": operator_id}).fetchall()

    def end(self, operator_id: UUID, session_id: UUID) -> bool:
        """Ends one of an operator's sessions; whether there was such a one."""
        with self._pool.connection() as connection:
            return connection.execute(_END, {"operator_id": operator_id, "id": session_id}).rowcount == 1

    def end_all(self, operator_id: UUID, but: UUID | None = None) -> None:
        """Ends all of an operator's sessions, but one where it is told."""
        with self._pool.connection() as connection:
            connection.execute(_END_ALL, {"operator_id": operator_id, "but": but})


def _kind_of(address: str) -> str:
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    kind = "loopback" if known.is_loopback else "public" if known.is_global else "private"
    return f"{kind} IPv{known.version}"


def _short(agent: str) -> str:
    """A program and a system by their names alone."""
    program = next((name for sign, name in _PROGRAMS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " on ".join(part for part in (program or "another program", system) if part) if agent else ""
