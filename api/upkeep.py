"""Looking after the views and the log over HTTP: a view built anew, events taken after all, the proof asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Response
from marshmallow import fields

from api.access import caller, needs
from api.bodies import Resource
from api.jobs import JobAnswer, accepted
from api.requests import respond, runtime
from api.schemas import Body, instant, page_form
from domain.errors import Conflict, NotFound
from projections.engine import dead_letters
from projections.engine.tables import Connection
from projections.engine.target import NotBuilt, Target
from projections.faults import name_of
from projections.log import Session
from projections.views import PROJECTIONS
from projections.work.upkeep import ask_for_proof, ask_for_rebuild

upkeep = Resource("upkeep", __name__, url_prefix="/projections", description="Looking after the views")
proofs = Resource("proofs", __name__, url_prefix="/audit", description="The proof that nothing was changed")


class ViewNotFound(NotFound):
    """There is no such view."""

    code = "view-not-found"


class ViewNotBuilt(Conflict):
    """This view has no rows of its present form; build it anew."""

    code = "view-not-built"


class DeadLetterAnswer(Body):
    """An event that a view could not take; `error` is `HeldBack` where it waits behind another one of its stream."""

    projection = fields.String(required=True)
    position = fields.Integer(required=True)
    topic = fields.String(required=True)
    stream = fields.UUID(required=True)
    error = fields.String(required=True)
    at = fields.DateTime(required=True)


class RetriedAnswer(Body):
    """What became of a stream whose events were parked: how many were taken, or why they still cannot be."""

    stream = fields.UUID(required=True)
    events = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)


@upkeep.get("/dead-letters")
@needs("projections:read")
@upkeep.response(200, page_form(DeadLetterAnswer))
def get_dead_letters() -> Response:
    """Every event that a view could not take and that is set aside."""
    with runtime().pool.connection() as connection:
        found = dead_letters.every(connection)
    items = [
        {
            "projection": one.projection,
            "position": one.position,
            "topic": one.topic,
            "stream": str(one.originator_id),
            "error": one.error,
            "at": instant(one.at),
        }
        for one in found
    ]
    return respond({"items": items, "next": None})


@upkeep.post("/<string:name>/dead-letters/retry")
@needs("projections:manage")
@upkeep.response(200, page_form(RetriedAnswer))
def retry_dead_letters(name: str) -> Response:
    """Let a view take its parked events after all, stream by stream; those that still cannot be taken stay parked."""
    projection = PROJECTIONS.get(name)
    if projection is None:
        raise ViewNotFound
    target = Target(projection, runtime().log)
    with runtime().pool.connection() as connection:
        try:
            target.open(connection)
        except NotBuilt:
            raise ViewNotBuilt from None
        streams = sorted(dead_letters.held_keys(connection, name, target.schema))
        items = [_retried(target, connection, stream) for stream in streams]
    return respond({"items": items, "next": None})


@upkeep.post("/<string:name>/rebuild")
@needs("projections:manage")
@upkeep.response(202, JobAnswer)
def rebuild_view(name: str) -> Response:
    """Build a view anew beside the one that serves, and swap it in, by a job; readers are served all the while."""
    if name not in PROJECTIONS:
        raise ViewNotFound

    def ask(session: Session) -> UUID:
        job_id = uuid4()
        ask_for_rebuild(session, job_id, name, caller().actor)
        return job_id

    return accepted(ask)


@proofs.post("/verify")
@needs("audit:read")
@proofs.response(202, JobAnswer)
def verify_log() -> Response:
    """Recompute every seal from what is stored, by a job; its `outcome` tells whether all hold, and what does not."""

    def ask(session: Session) -> UUID:
        job_id = uuid4()
        ask_for_proof(session, job_id, caller().actor)
        return job_id

    return accepted(ask)


def _retried(target: Target, connection: Connection, stream: UUID) -> dict[str, Any]:
    try:
        return {"stream": str(stream), "events": target.retry(connection, stream), "error": None}
    except Exception as fault:  # whatever a fold raises: the view goes on, and this one stays parked
        return {"stream": str(stream), "events": 0, "error": name_of(fault)}
