"""Tokens: the keys of programs, each with a role that scopes may cut down."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.roles import NAMESPACE, ROLES, check_name, check_role
from domain.settings import Shop

MAX_DAYS = 3660  # ten years
LASTS = timedelta(days=365)  # unless another end is told


class TokenNotFound(NotFound):
    """There is no such token."""

    code = "token-not-found"


class TokenNameTaken(Conflict):
    """There is a token of the name {name} already; revoke it first."""

    code = "token-name-taken"


class ScopeOutsideRole(Rejected):
    """The role {role} does not hold {scope}."""

    code = "scope-outside-role"


class ExpiryPassed(Rejected):
    """A token must expire later than it is made."""

    code = "expiry-passed"


class ExpiryTooFar(Rejected):
    """A token expires within {days} days (ten years) or never: write an earlier day, or leave it out."""

    code = "expiry-too-far"


class MakerRevoked(Conflict):
    """The token that this one was to be made by was revoked meanwhile."""

    code = "maker-revoked"


def token_id(name: str) -> UUID:
    """The id that a token's name stands for."""
    return uuid5(NAMESPACE, f"token:{name}")


class Token(Aggregate):
    """A program's key to the order book. Its secret is no part of its history."""

    TOPIC = "token"

    def clear(self) -> None:
        self.name = ""
        self.role = ""
        self.scopes: tuple[str, ...] = ()
        self.expires_at: datetime | None = None
        self.active = False


class TokenCommand(Command, frozen=True, kw_only=True):
    """Something asked of one token."""

    token_id: UUID


class IssueToken(TokenCommand, frozen=True, kw_only=True):
    """Give a program a token with a role, cut down to scopes where there are any."""

    name: str
    role: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


class RevokeToken(TokenCommand, frozen=True, kw_only=True):
    """Make a token worthless."""


class TokenIssued(Event, frozen=True, kw_only=True):
    """A program was given a token; its secret is nowhere in the log."""

    TOPIC = "token.issued"
    BEGINS = True
    name: str
    role: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None

    def apply(self, token: Token) -> None:
        token.name, token.role, token.scopes = self.name, self.role, self.scopes
        token.expires_at, token.active = self.expires_at, True


class TokenRevoked(Event, frozen=True, kw_only=True):
    """A token was made worthless."""

    TOPIC = "token.revoked"

    def apply(self, token: Token) -> None:
        token.active = False


def issue_token(token: Token, command: IssueToken, shop: Shop) -> None:
    """Issues a token; a name can be used again once its token was revoked."""
    check_name(command.name, "/name")
    check_role(command.role)
    if token.active:
        raise TokenNameTaken("/name", name=command.name)
    for index, scope in enumerate(command.scopes):
        if scope not in ROLES[command.role]:
            raise ScopeOutsideRole(f"/scopes/{index}", role=command.role, scope=scope)
    if command.expires_at and command.expires_at <= command.context.at:
        raise ExpiryPassed("/expires_at")
    if command.expires_at and command.expires_at - command.context.at > timedelta(days=MAX_DAYS):
        raise ExpiryTooFar("/expires_at", days=MAX_DAYS)
    token.record(
        TokenIssued,
        command.context,
        name=command.name,
        role=command.role,
        scopes=command.scopes,
        expires_at=command.expires_at,
    )


def revoke_token(token: Token, command: RevokeToken, shop: Shop) -> None:
    """Revokes a token; revoking it again changes nothing."""
    if not token.exists:
        raise TokenNotFound
    if token.active:
        token.record(TokenRevoked, command.context)


EVENTS: tuple[type[Event], ...] = (TokenIssued, TokenRevoked)

HANDLERS = {IssueToken: issue_token, RevokeToken: revoke_token}
