"""The sessions that are open: listed, and ended one by one or all, one's own and, for administrators, others'."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import Caller, caller, needs, sessions
from api.bodies import Resource
from api.operators import operators, require_grantable_account
from api.problems import Problem
from api.requests import respond
from api.schemas import Body, instant, page_form
from domain.errors import NotFound
from projections.access.sessions import SessionRow

open_sessions = Resource("sessions", __name__, url_prefix="/sessions", description="The sessions that are open")


class SessionNotFound(NotFound):
    """There is no such session, or it has ended."""

    code = "session-not-found"


class SessionAnswer(Body):
    """A session: the kind of its address and program, when it was seen last (to the minute), whether it is this one."""

    id = fields.UUID(required=True)
    created_at = fields.DateTime(required=True)
    last_seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    address = fields.String(required=True, metadata={"example": "public IPv4"})
    agent = fields.String(required=True, metadata={"example": "Firefox on Linux"})
    current = fields.Boolean(required=True)


class EndingQuery(Body):
    """Whether the session that asks stays."""

    others = fields.Boolean(truthy={"true"}, falsy={"false"}, metadata={"description": "true: this one stays"})

    class Loaded(Struct, frozen=True, kw_only=True):
        others: bool = False


def _own() -> tuple[Caller, UUID, UUID | None]:
    """The caller, their account and the session that asks."""
    who = caller()
    if who.operator_id is None:
        raise Problem(403, "operators-only", "Only an operator who is signed in has sessions.")
    found = sessions().find(who.session) if who.session else None
    return who, who.operator_id, found.session_id if found else None


def _listed(rows: list[SessionRow], current: UUID | None) -> Response:
    moments = ("created_at", "last_seen_at", "expires_at")
    items: list[dict[str, Any]] = [
        {**row._asdict(), **{name: instant(getattr(row, name)) for name in moments}, "current": row.id == current}
        for row in rows
    ]
    return respond({"items": items, "next": None})


def _end(operator_id: UUID, session_id: UUID) -> Response:
    if not sessions().end(operator_id, session_id):
        raise SessionNotFound
    return respond(None, status=204)


@open_sessions.get("")
@needs()
@open_sessions.response(200, page_form(SessionAnswer))
def get_sessions() -> Response:
    """My sessions, the newest first."""
    _, operator_id, current = _own()
    return _listed(sessions().of(operator_id), current)


@open_sessions.delete("")
@needs()
@open_sessions.arguments(EndingQuery, location="query")
@open_sessions.response(204)
def end_sessions(query: EndingQuery.Loaded) -> Response:
    """End all my sessions; with `others=true` all but this one."""
    _, operator_id, current = _own()
    sessions().end_all(operator_id, current if query.others else None)
    return respond(None, status=204)


@open_sessions.delete("/<uuid:session_id>")
@needs()
@open_sessions.response(204)
def end_session(session_id: UUID) -> Response:
    """End one of my sessions."""
    _, operator_id, _ = _own()
    return _end(operator_id, session_id)


@operators.get("/<uuid:identifier>/sessions")
@needs("operators:write")
@operators.response(200, page_form(SessionAnswer))
def get_operator_sessions(identifier: UUID) -> Response:
    """An operator's sessions, the newest first."""
    require_grantable_account(identifier)
    return _listed(sessions().of(identifier), None)


@operators.delete("/<uuid:identifier>/sessions")
@needs("operators:write")
@operators.response(204)
def end_operator_sessions(identifier: UUID) -> Response:
    """End all of an operator's sessions."""
    require_grantable_account(identifier)
    sessions().end_all(identifier)
    return respond(None, status=204)


@operators.delete("/<uuid:identifier>/sessions/<uuid:session_id>")
@needs("operators:write")
@operators.response(204)
def end_operator_session(identifier: UUID, session_id: UUID) -> Response:
    """End one of an operator's sessions."""
    require_grantable_account(identifier)
    return _end(identifier, session_id)
