"""Who is calling and what they may do: bearer tokens for programs, session cookies for the console, permissions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from functools import wraps
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast
from uuid import UUID

from flask import current_app, g, request

from api.limits import limit_caller
from api.parameters import refuse_foreign_parameters
from api.problems import Problem
from domain.personal import PERMISSION as PERSONAL
from domain.roles import permissions
from projections.access.credentials import ON_THIS_MACHINE, Credentials, Maker, OperatorRow, TokenRow
from projections.access.sessions import Found, Sessions

COOKIE = "carnet_session"
CSRF_HEADER = "X-CSRF-Token"
READING = frozenset({"GET", "HEAD", "OPTIONS"})

P = ParamSpec("P")
R = TypeVar("R")


class Caller(NamedTuple):
    """Who sent a request, as events name them, and what they may do; `session` is the console's cookie.

    `maker` is whom a token hangs on that they make, and `expires_at` when they themselves end.
    """

    actor: str
    role: str
    permissions: frozenset[str]
    operator_id: UUID | None = None
    session: str | None = None
    temporary: bool = False
    maker: Maker = ON_THIS_MACHINE
    expires_at: datetime | None = None

    @classmethod
    def of(cls, operator: OperatorRow | Found, session: str) -> Caller:
        """The operator whose session it is."""
        actor = f"operator:{operator.username}"
        return cls(
            actor, operator.role, permissions(operator.role), operator.operator_id, session, operator.temporary,
            Maker(operator.operator_id),
        )  # fmt: skip

    @classmethod
    def by(cls, token: TokenRow) -> Caller:
        """The program whose token it is."""
        maker = Maker(token.account, token.token_id)
        return cls(f"token:{token.name}", token.role, token.permissions, maker=maker, expires_at=token.expires_at)


def credentials() -> Credentials:
    """The credentials of this application."""
    return cast("Credentials", current_app.extensions["carnet.credentials"])


def sessions() -> Sessions:
    """The console's sessions of this application."""
    return Sessions(credentials().pool)


def caller() -> Caller:
    """Who sent this request; known once a route that needs it was entered."""
    return cast("Caller", g.caller)


def csrf_token(session: str) -> str:
    """What a write by cookie must repeat in its X-CSRF-Token header: only a page that was given it can."""
    return sha256(f"csrf:{session}".encode()).hexdigest()


def authenticate() -> Caller:
    """The caller by token or by session; raises a 401 problem for nobody, 403 for a write without the CSRF token."""
    header, session = request.headers.get("Authorization"), request.cookies.get(COOKIE)
    found = recognize(credentials(), header, session)
    if found is None and header is not None:
        challenge = 'Bearer realm="carnet", error="invalid_token"'
        raise _unknown("This token is unknown, was revoked or has expired.", challenge)
    if found is None:
        raise _unknown("Send a token as `Authorization: Bearer ...`, or sign in.", 'Bearer realm="carnet"')
    if found.session is None:
        return found
    given = request.headers.get(CSRF_HEADER, "").encode()
    if request.method not in READING and not compare_digest(given, csrf_token(found.session).encode()):
        raise Problem(403, "csrf-token-missing", f"A write by cookie must carry the session's token in {CSRF_HEADER}.")
    return found


def recognize(known: Credentials, header: str | None, session: str | None) -> Caller | None:
    """Who holds the token of an Authorization header or, where none is told, the session; None for nobody."""
    if header is not None:
        scheme, _, text = header.partition(" ")
        token = known.token(text.strip()) if scheme.lower() == "bearer" else None
        return Caller.by(token) if token else None
    operator = Sessions(known.pool).find(session) if session else None
    return Caller.of(operator, session) if operator and session else None


def _unknown(detail: str, challenge: str) -> Problem:
    return Problem(401, "not-authenticated", detail, headers={"WWW-Authenticate": challenge})


def require(permission: str) -> None:
    """Refuses a caller who does not hold the permission, naming it."""
    if permission not in caller().permissions:
        detail = f"This needs the permission {permission}."
        raise Problem(403, "permission-missing", detail, details={"permission": permission})


def require_all(permissions: Iterable[str]) -> None:
    """Refuses a caller who lacks one of the permissions, naming the first."""
    for permission in sorted(permissions):
        require(permission)


def require_grantable(granted: frozenset[str]) -> None:
    """Refuses a caller who would give away more than they hold themselves."""
    missing = sorted(granted - caller().permissions)
    if missing:
        detail = "Nobody gives more than they hold: this would also give " + ", ".join(missing) + "."
        raise Problem(403, "cannot-grant", detail, details={"permissions": missing})


def needs(
    permission: str | None = None, *, temporary: bool = False, personal: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lets only callers in who hold the permission (none named: anybody who is known).

    `personal`: what goes out or comes in tells of persons as a whole, so `personal:read` is needed besides.
    An operator whose password is one-time must change it first, unless the route allows `temporary` passwords. Stands
    right under the route, so that a stranger is turned away before anything they sent is read.
    """

    def decorator(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def entered(*args: P.args, **kwargs: P.kwargs) -> R:
            entering = g.caller = authenticate()
            limit_caller(entering.maker.token or entering.operator_id)
            if entering.temporary and not temporary:
                raise Problem(
                    403, "password-change-required", "Change your one-time password first: PUT /session/password."
                )
            if permission is not None:
                require(permission)
            if personal:
                require(PERSONAL)
            refuse_foreign_parameters()
            return view(*args, **kwargs)

        _document(entered, permission, personal)
        entered.permission = permission  # type: ignore[attr-defined]
        entered.personal = personal  # type: ignore[attr-defined]
        return entered

    return decorator


def _document(view: Any, permission: str | None, personal: bool) -> None:
    """Writes into the API's description how the route is entered and refused."""
    docs = deepcopy(getattr(view, "_apidoc", {}))
    manual = docs.setdefault("manual_doc", {})
    manual["security"] = [{"token": []}, {"session": []}]
    refusals = {401: "UNAUTHORIZED", 403: "FORBIDDEN", "default": "DEFAULT_ERROR"}
    manual["responses"] = manual.get("responses", {}) | refusals
    if permission is not None:
        manual["x-permission"] = permission
    if personal:
        manual["x-personal"] = True
    view._apidoc = docs
