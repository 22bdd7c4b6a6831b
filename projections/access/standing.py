"""What somebody may do at this moment, whoever works for them: what waits is not done for who may no longer ask."""

from __future__ import annotations

from domain.errors import Rejected
from domain.roles import PERMISSIONS, permissions
from projections.engine.tables import Connection

_OPERATOR = "SELECT role FROM access.operators WHERE username = %s AND NOT disabled"
_ISSUED = """
SELECT t.role, t.scopes, o.role FROM access.tokens t LEFT JOIN access.operators o ON o.operator_id = t.account
WHERE t.name = %s AND (t.expires_at IS NULL OR t.expires_at > now()) AND (t.account IS NULL OR NOT o.disabled)
"""


class NoLongerAllowed(Rejected):
    """Who asked for this may not do it any more: they lack {missing}. Somebody who may can let it go on."""

    code = "no-longer-allowed"


def permissions_now(connection: Connection, actor: str) -> frozenset[str]:
    """What an actor of events may do: an operator, a token, or a process of this machine, which may do everything."""
    kind, _, name = actor.partition(":")
    if kind == "operator":
        row = connection.execute(_OPERATOR, (name,)).fetchone()
        return permissions(row[0]) if row else frozenset()
    if kind == "token":
        row = connection.execute(_ISSUED, (name,)).fetchone()
        if row is None:
            return frozenset()
        given = permissions(row[0], tuple(row[1]))
        return given & permissions(row[2]) if row[2] else given
    return PERMISSIONS


def require_allowed(connection: Connection, actor: str, needed: frozenset[str]) -> None:
    """Raises `NoLongerAllowed` where the actor lacks one of the permissions now."""
    missing = sorted(needed - permissions_now(connection, actor))
    if missing:
        raise NoLongerAllowed(missing=", ".join(missing))
