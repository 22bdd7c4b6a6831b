"""Who may come in: operators' passwords and programs' tokens."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from domain.events import Context
from domain.operators import Operator
from domain.roles import permissions
from domain.tokens import MakerRevoked, RevokeToken, Token
from projections.access.passwords import (
    ONE_TIME_LASTS,
    OneTimePasswordEnded,
    digest,
    new_secret,
    password_fits,
    secret_fits,
)
from projections.desk.desk import Desk, TransactionHook
from projections.log import Connection, Session

TOKEN_PREFIX = "carnet"  # noqa: S105 - names the kind, is no secret
BELIEVED = 1.0
PRECISION = timedelta(minutes=1)  # with which it is known when a token was used last
MOST_BELIEVED = 1_000

_ISSUED = """
    token_id, name, t.role, scopes, expires_at, issued_at, issued_by, t.version, last_used_at, account,
    o.role AS account_role
    FROM access.tokens t LEFT JOIN access.operators o ON o.operator_id = t.account
"""
_USED = """
    UPDATE access.tokens SET last_used_at = date_trunc('minute', now())
    WHERE token_id = %s AND coalesce(last_used_at < now() - %s, true)
"""


class OperatorRow(NamedTuple):
    """An operator's account as it stands."""

    operator_id: UUID
    username: str
    role: str
    disabled: bool
    temporary: bool
    version: int


class TokenRow(NamedTuple):
    """A token as it stands, without its secret.

    `last_used_at` is true to a minute. `account` is the operator by whom, or by whose token, it was made, and
    `account_role` what they are now; None for one made on this machine.
    """

    token_id: UUID
    name: str
    role: str
    scopes: list[str]
    expires_at: datetime | None
    issued_at: datetime
    issued_by: str
    version: int
    last_used_at: datetime | None
    account: UUID | None = None
    account_role: str | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What it may do now: what it was given, and no more than its operator may."""
        given = permissions(self.role, tuple(self.scopes))
        return given & permissions(self.account_role) if self.account_role else given


class Maker(NamedTuple):
    """Whom a new token hangs on: an operator, and the token by which it is made; nobody on this machine."""

    account: UUID | None = None
    token: UUID | None = None


ON_THIS_MACHINE = Maker()


def usernames(connection: Connection) -> frozenset[str]:
    """The names of all operators."""
    return frozenset(name for (name,) in connection.execute("SELECT username FROM access.operators"))


def active_usernames(connection: Connection) -> list[str]:
    """The names of the operators who may come in, in order."""
    statement = "SELECT username FROM access.operators WHERE NOT disabled ORDER BY username"
    return [name for (name,) in connection.execute(statement)]


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
        # allowed secret-compared: the prefix is the same for every token; the secret part is compared as a hash
        if len(parts) != 3 or parts[0] != TOKEN_PREFIX or not parts[1].isalnum() or not parts[1].isascii():
            return None
        select = f"""
            SELECT hash, coalesce(last_used_at < now() - %s, true), {_ISSUED}
            WHERE lookup = %s AND (t.expires_at IS NULL OR t.expires_at > now())
                AND (t.account IS NULL OR NOT o.disabled)
        """
        with self.pool.connection() as connection:
            row = connection.execute(select, (PRECISION, parts[1]), prepare=True).fetchone()
            if row is None or not secret_fits(parts[2], row[0]):
                return None
            found = TokenRow(*row[2:])
        if row[1]:
            self._note(_USED, found.token_id)
        return found

    def _note(self, statement: str, identifier: object) -> None:
        """Notes when something was used last; where nothing can be written, what was asked is answered all the same."""
        with suppress(psycopg.Error), self.pool.connection() as connection:
            connection.execute(statement, (identifier, PRECISION))

    def sign_in(self, username: str, password: str) -> OperatorRow | None:
        """The operator when the password fits; as slow when there is no such operator.

        A one-time password is used up by it; raises `OneTimePasswordEnded` where it was before, or is too old.
        """
        select = """
            SELECT password_hash, operator_id, username, role, disabled, temporary, version
            FROM access.operators WHERE username = %s
        """
        with self.pool.connection() as connection:
            row = connection.execute(select, (username,)).fetchone()
        if not password_fits(password, row[0] if row else None) or row is None:
            return None
        operator = OperatorRow(*row[1:])
        if operator.disabled:
            return None
        if operator.temporary:
            self._use_up(operator.operator_id, row[0])
        return operator

    def _use_up(self, operator_id: UUID, hashed: str) -> None:
        """Takes note that a one-time password was used, once."""
        update = """
            UPDATE access.operators SET password_used_at = now()
            WHERE operator_id = %s AND password_hash = %s AND password_used_at IS NULL AND password_ends_at > now()
        """
        with self.pool.connection() as connection:
            if connection.execute(update, (operator_id, hashed)).rowcount != 1:
                raise OneTimePasswordEnded

    def knows(self, username: str, password: str) -> bool:
        """Whether this is the operator's password."""
        with self.pool.connection() as connection:
            select = "SELECT password_hash FROM access.operators WHERE username = %s"
            row = connection.execute(select, (username,)).fetchone()
        return password_fits(password, row[0] if row else None)

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
        select = f"SELECT {_ISSUED} WHERE token_id = %s"
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(TokenRow)) as cursor:
            return cursor.execute(select, (token_id,)).fetchone()

    def tokens(self, after: str, limit: int) -> list[TokenRow]:
        """Tokens by name, from the one after."""
        select = f"SELECT {_ISSUED} WHERE name > %s ORDER BY name LIMIT %s"
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
        """
        UPDATE access.operators SET
            password_hash = %(hash)s, temporary = %(temporary)s, password_used_at = NULL,
            password_ends_at = CASE WHEN %(temporary)s THEN now() + %(lasts)s END
        WHERE operator_id = %(id)s
        """,
        {"hash": hashed, "temporary": temporary, "lasts": ONE_TIME_LASTS, "id": operator.id},
    )
    _beside(session).execute("DELETE FROM access.sessions WHERE operator_id = %s", (operator.id,))


def keep_token(
    session: Session, token: Token, text: str, issued_at: datetime, issued_by: str, maker: Maker = ON_THIS_MACHINE
) -> None:
    """Writes the hash of a new token; raises `MakerRevoked` where the token that makes it is no more."""
    _, lookup, secret = text.split("_", 2)
    connection = _beside(session)
    if maker.token:
        held = "SELECT FROM access.tokens WHERE token_id = %s FOR SHARE"
        if connection.execute(held, (maker.token,)).fetchone() is None:
            raise MakerRevoked
    connection.execute(
        """
        INSERT INTO access.tokens
            (token_id, name, lookup, hash, role, scopes, expires_at, issued_at, issued_by, version, account, parent)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (token.id, token.name, lookup, digest(secret), token.role, list(token.scopes), token.expires_at, issued_at,
         issued_by, token.version, maker.account, maker.token),
    )  # fmt: skip


def dropping(desk: Desk, context: Context) -> TransactionHook:
    """What takes a revoked token's hash away, and revokes along with it every token that was made by it."""

    def drop(session: Session, token: Token) -> None:
        connection = _beside(session)
        connection.execute("SELECT FROM access.tokens WHERE token_id = %s FOR UPDATE", (token.id,))
        made = made_by(connection, token.id)
        for token_id in made:
            desk.handle_within(session, RevokeToken(token_id=token_id, context=context))
        connection.execute("DELETE FROM access.tokens WHERE token_id = ANY(%s)", ([token.id, *made],))

    return drop


def made_by(connection: Connection, token_id: UUID) -> list[UUID]:
    """The tokens that were made by a token, and by those in turn."""
    select = """
        WITH RECURSIVE made AS (
            SELECT token_id FROM access.tokens WHERE parent = %s
            UNION
            SELECT t.token_id FROM access.tokens t JOIN made ON t.parent = made.token_id
        )
        SELECT token_id FROM made
    """
    return [made for (made,) in connection.execute(select, (token_id,))]


def _beside(session: Session) -> Connection:
    """The connection of a save, within its transaction."""
    session.begin()
    return session.connection
