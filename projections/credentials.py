"""Who may come in: operators' passwords, programs' tokens, console sessions and the brake on guessing."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from domain.operators import Operator
from domain.tokens import Token
from projections.log import Connection, Session
from projections.passwords import digest, new_secret, password_fits, secret_fits

TOKEN_PREFIX = "carnet"  # noqa: S105 - names the kind, is no secret
WINDOW = timedelta(minutes=15)
BELIEVED = 1.0
MOST_BELIEVED = 1_000


class OperatorRow(NamedTuple):
    """An operator's account as it stands."""

    operator_id: UUID
    username: str
    role: str
    disabled: bool
    temporary: bool
    version: int


class TokenRow(NamedTuple):
    """A token as it stands, without its secret."""

    token_id: UUID
    name: str
    role: str
    scopes: list[str]
    expires_at: datetime | None
    issued_at: datetime
    issued_by: str
    version: int


class Credentials:
    """Reads of who may come in, each one statement."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool
        self._believed: dict[bytes, tuple[TokenRow, float]] = {}

    def token(self, text: str) -> TokenRow | None:
        """The token with this secret, unless it is unknown, revoked or expired.

        One that was looked up is believed for BELIEVED seconds: a token that another process revoked ends within them.
        """
        mark, now = sha256(text.encode()).digest(), time.monotonic()
        row, until = self._believed.get(mark, (None, 0.0))
        if until < now:
            row = self._look_up(text)
            if len(self._believed) >= MOST_BELIEVED:
                self._believed = {}
            if row is not None:
                self._believed[mark] = row, now + BELIEVED
        expired = row is not None and row.expires_at is not None and row.expires_at <= datetime.now(UTC)
        return None if expired else row

    def forget_tokens(self) -> None:
        """Looks every token up again: one was revoked."""
        self._believed = {}

    def _look_up(self, text: str) -> TokenRow | None:
        parts = text.split("_", 2)
        if len(parts) != 3 or parts[0] != TOKEN_PREFIX or not parts[1].isalnum() or not parts[1].isascii():
            return None
        select = """
            SELECT hash, token_id, name, role, scopes, expires_at, issued_at, issued_by, version FROM access.tokens
            WHERE lookup = %s AND (expires_at IS NULL OR expires_at > now())
        """
        with self.pool.connection() as connection:
            row = connection.execute(select, (parts[1],), prepare=True).fetchone()
        if row is None or not secret_fits(parts[2], row[0]):
            return None
        return TokenRow(*row[1:])

    def session(self, secret: str) -> OperatorRow | None:
        """The operator who is signed in with this session, unless it ended or they were shut out."""
        select = """
            SELECT operator_id, username, role, disabled, temporary, version
            FROM access.sessions JOIN access.operators USING (operator_id)
            WHERE hash = %s AND expires_at > now() AND NOT disabled
        """
        with self.pool.connection() as connection:
            row = connection.execute(select, (digest(secret),)).fetchone()
        return OperatorRow(*row) if row else None

    def sign_in(self, username: str, password: str, hours: int) -> tuple[OperatorRow, str] | None:
        """The operator and a new session's secret when the password fits; as slow when there is no such operator."""
        select = """
            SELECT password_hash, operator_id, username, role, disabled, temporary, version
            FROM access.operators WHERE username = %s
        """
        with self.pool.connection() as connection:
            row = connection.execute(select, (username,)).fetchone()
        if not password_fits(password, row[0] if row else None) or row is None:
            return None
        operator = OperatorRow(*row[1:])
        return None if operator.disabled else (operator, self._open_session(operator.operator_id, hours))

    def knows(self, username: str, password: str) -> bool:
        """Whether this is the operator's password."""
        with self.pool.connection() as connection:
            select = "SELECT password_hash FROM access.operators WHERE username = %s"
            row = connection.execute(select, (username,)).fetchone()
        return password_fits(password, row[0] if row else None)

    def _open_session(self, operator_id: UUID, hours: int) -> str:
        """Opens a session and clears away those that ended."""
        secret = new_secret()
        with self.pool.connection() as connection:
            connection.execute(
                """
                WITH ended AS (DELETE FROM access.sessions WHERE expires_at <= now())
                INSERT INTO access.sessions (hash, operator_id, expires_at)
                VALUES (%s, %s, now() + make_interval(hours => %s))
                """,
                (digest(secret), operator_id, hours),
            )
        return secret

    def sign_out(self, secret: str) -> None:
        """Ends a session."""
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM access.sessions WHERE hash = %s", (digest(secret),))

    def attempts(self, keys: Sequence[str]) -> list[int]:
        """Counts one more attempt under each key; how many there were in the running quarter of an hour."""
        hashed = [sha256(key.encode()).digest() for key in sorted(set(keys))]
        with self.pool.connection() as connection:
            connection.execute(
                """
                DELETE FROM access.attempts WHERE key IN (
                    SELECT key FROM access.attempts WHERE began_at < now() - %s FOR UPDATE SKIP LOCKED
                )
                """,
                (WINDOW,),
            )
            rows = connection.execute(
                """
                INSERT INTO access.attempts AS known (key, began_at, count)
                SELECT key, now(), 1 FROM unnest(%(keys)s::bytea[]) AS key
                ON CONFLICT (key) DO UPDATE SET
                    count = CASE WHEN known.began_at < now() - %(window)s THEN 1 ELSE known.count + 1 END,
                    began_at = CASE WHEN known.began_at < now() - %(window)s THEN now() ELSE known.began_at END
                RETURNING key, count
                """,
                {"window": WINDOW, "keys": hashed},
            ).fetchall()
        counts = {bytes(key): count for key, count in rows}
        return [counts[sha256(key.encode()).digest()] for key in keys]

    def forget_attempts(self, key: str) -> None:
        """Clears one key's count, after it turned out to be the right person."""
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM access.attempts WHERE key = %s", (sha256(key.encode()).digest(),))

    def operator(self, operator_id: UUID) -> OperatorRow | None:
        """One operator's account."""
        select = """
            SELECT operator_id, username, role, disabled, temporary, version
            FROM access.operators WHERE operator_id = %s
        """
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(OperatorRow)) as cursor:
            return cursor.execute(select, (operator_id,)).fetchone()

    def operators(self, after: str, limit: int) -> list[OperatorRow]:
        """Accounts by username, from the one after."""
        select = """
            SELECT operator_id, username, role, disabled, temporary, version
            FROM access.operators WHERE username > %s ORDER BY username LIMIT %s
        """
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(OperatorRow)) as cursor:
            return cursor.execute(select, (after, limit)).fetchall()

    def token_row(self, token_id: UUID) -> TokenRow | None:
        """One token, without its secret."""
        select = """
            SELECT token_id, name, role, scopes, expires_at, issued_at, issued_by, version
            FROM access.tokens WHERE token_id = %s
        """
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(TokenRow)) as cursor:
            return cursor.execute(select, (token_id,)).fetchone()

    def tokens(self, after: str, limit: int) -> list[TokenRow]:
        """Tokens by name, from the one after."""
        select = """
            SELECT token_id, name, role, scopes, expires_at, issued_at, issued_by, version
            FROM access.tokens WHERE name > %s ORDER BY name LIMIT %s
        """
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(TokenRow)) as cursor:
            return cursor.execute(select, (after, limit)).fetchall()


def new_token() -> str:
    """A token's whole text: what it is, under what it is found, and its secret."""
    return f"{TOKEN_PREFIX}_{secrets.token_hex(8)}_{new_secret()}"


def keep_operator(session: Session, operator: Operator) -> None:
    """Writes an operator's name, role and state beside the events that changed them; who is shut out loses sessions."""
    _beside(session).execute(
        """
        INSERT INTO access.operators (operator_id, username, role, disabled, version)
        VALUES (%(id)s, %(username)s, %(role)s, %(disabled)s, %(version)s)
        ON CONFLICT (operator_id) DO UPDATE SET
            role = excluded.role, disabled = excluded.disabled, version = excluded.version
        """,
        {
            "id": operator.id,
            "username": operator.username,
            "role": operator.role,
            "disabled": operator.disabled,
            "version": operator.version,
        },
    )
    if operator.disabled:
        _beside(session).execute("DELETE FROM access.sessions WHERE operator_id = %s", (operator.id,))


def keep_password(session: Session, operator: Operator, hashed: str, *, temporary: bool) -> None:
    """Writes the hash of an operator's new password and ends every session begun with the old one."""
    keep_operator(session, operator)
    _beside(session).execute(
        "UPDATE access.operators SET password_hash = %s, temporary = %s WHERE operator_id = %s",
        (hashed, temporary, operator.id),
    )
    _beside(session).execute("DELETE FROM access.sessions WHERE operator_id = %s", (operator.id,))


def keep_token(session: Session, token: Token, text: str, issued_at: datetime, issued_by: str) -> None:
    """Writes the hash of a new token."""
    _, lookup, secret = text.split("_", 2)
    _beside(session).execute(
        """
        INSERT INTO access.tokens
            (token_id, name, lookup, hash, role, scopes, expires_at, issued_at, issued_by, version)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (token.id, token.name, lookup, digest(secret), token.role, list(token.scopes), token.expires_at, issued_at,
         issued_by, token.version),
    )  # fmt: skip


def drop_token(session: Session, token: Token) -> None:
    """Takes a revoked token's hash away."""
    _beside(session).execute("DELETE FROM access.tokens WHERE token_id = %s", (token.id,))


def _beside(session: Session) -> Connection:
    """The connection of a save, within its transaction."""
    session.begin()
    return session.connection
