"""The roles of those who work the order book, what each may do, and how operators and tokens are named."""

from __future__ import annotations

import re
from uuid import UUID

from domain.errors import Rejected

NAMESPACE = UUID("6f2a3a0e-6c0f-5d0e-9a53-5a8f0a3b7d11")

_TAKING = frozenset({
    "documents:read", "documents:write",
    "orders:read", "orders:write", "orders:refund", "customers:read", "customers:write", "coupons:read",
    "settings:read", "stock:read", "effects:read", "marketing:read",
    "messages:read", "messages:write", "personal:read",
})  # fmt: skip
_LEADING = _TAKING | {
    "documents:void",
    "orders:force", "customers:erase", "coupons:write", "settings:write", "stock:write", "operators:read",
    "imports:read", "imports:write", "projections:read", "effects:write", "marketing:write",
    "jobs:read", "jobs:write",
}  # fmt: skip
_READING = frozenset({
    "documents:read",
    "orders:read", "customers:read", "coupons:read", "settings:read", "operators:read", "tokens:read", "events:read",
    "audit:read", "projections:read", "imports:read", "stock:read", "effects:read", "marketing:read",
    "messages:read", "jobs:read", "personal:read", "webhooks:read",
})  # fmt: skip
_FOLLOWING = frozenset({
    "documents:read",
    "orders:read", "customers:read", "coupons:read", "settings:read", "events:read", "projections:read",
    "projections:manage", "imports:read", "imports:write", "metrics:read", "stock:read", "stock:write",
    "effects:read", "marketing:read",
    "messages:read", "jobs:read", "personal:read", "webhooks:read", "webhooks:write", "views:read",
})  # fmt: skip
_COUNTING = frozenset({
    "orders:read", "customers:read", "coupons:read", "settings:read", "events:read", "projections:read", "metrics:read",
    "stock:read", "effects:read", "marketing:read", "imports:read", "jobs:read",
})  # fmt: skip

# What each role may do. A token may be given less than its role by scopes. Without `personal:read` nothing that tells
# of a person is shown, searched or sorted by.
ROLES: dict[str, frozenset[str]] = {
    "operator": _TAKING,
    "manager": _LEADING,
    "auditor": _READING,
    "data": _FOLLOWING,
    "analyst": _COUNTING,
    "admin": _LEADING | _READING | _FOLLOWING | {"operators:write", "tokens:write", "tokens:manage"},
}
PERMISSIONS = frozenset().union(*ROLES.values())

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


class WrongName(Rejected):
    """A name has 1 to 40 of a-z, 0-9, dot, dash and underscore, and begins and ends with a letter or digit."""

    code = "wrong-name"


class UnknownRole(Rejected):
    """There is no role {role}; the roles are: {known}."""

    code = "unknown-role"


def permissions(role: str, scopes: tuple[str, ...] = ()) -> frozenset[str]:
    """What a role may do, cut down to the scopes where there are any."""
    held = ROLES.get(role, frozenset())
    return held & frozenset(scopes) if scopes else held


def check_name(name: str, pointer: str) -> None:
    """Refuses a username or token name that could not stand in an event's actor."""
    if not NAME.fullmatch(name):
        raise WrongName(pointer)


def check_role(role: str) -> None:
    """Refuses a role that is not in the table."""
    if role not in ROLES:
        raise UnknownRole("/role", role=role, known=", ".join(ROLES))
