"""Jobs over HTTP: how far each came, what became of each item, the file it made, and stopping and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, send_file
from marshmallow import fields, validate
from msgspec.structs import replace

from api.access import caller, needs, require
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.requests import perform, respond, runtime
from api.schemas import Body, Text, instant, page_form
from domain import texts
from domain.personal import PERMISSION
from projections.engine.tables import Connection
from projections.log import Session
from projections.work import job_files
from projections.work.jobs import (
    ACTIONS,
    ENDED,
    JOBS,
    OUTCOMES,
    RESULTS,
    SORTS,
    STATES,
    JobFilters,
    JobNotFound,
    JobRow,
    ResultFilters,
    ResultRow,
    change,
    find,
    undo,
)

jobs = Resource("jobs", __name__, url_prefix="/jobs", description="Long work: progress, results, and stopping it")
OF_PERSONS = frozenset({"orders.print", "orders.export", "exports"})  # jobs whose file tells of persons unless told


class JobsQuery(ListQuery):
    """The state and the kind of jobs."""

    state = fields.String(validate=validate.OneOf(STATES))
    kind = Text(texts.NAME, filled=True)
    sort = sorts(SORTS)

    Filters = JobFilters


class ResultsQuery(ListQuery):
    """Results of one outcome alone."""

    outcome = fields.String(validate=validate.OneOf(OUTCOMES))

    Filters = ResultFilters


class ProgressAnswer(Body):
    """How many items a job has and what became of those it has come to."""

    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


class JobAnswer(Body):
    """A job: `outcome` tells what it made, `error` why it failed, `actions` what may be asked of it now."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    parameters = fields.Dict(keys=fields.String(), required=True)
    progress = fields.Nested(ProgressAnswer, required=True)
    outcome = fields.Dict(keys=fields.String(), required=True)
    error = fields.String(required=True, allow_none=True)
    undoes = fields.UUID(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    created_at = fields.DateTime(required=True)
    created_by = fields.String(required=True)
    changed_at = fields.DateTime(required=True)
    changed_by = fields.String(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class ResultAnswer(Body):
    """What became of one item; `code` is that of the problem for which it was refused."""

    item = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    code = fields.String(required=True, allow_none=True)
    facts = fields.Dict(keys=fields.String(), required=True)


def job_answer(row: JobRow) -> dict[str, Any]:
    """A job as the API shows it."""
    actions = [action for action, (before, _) in ACTIONS.items() if row.state in before]
    if row.undo_kind and row.state in ENDED:
        actions.append("undo")
    return {
        "id": str(row.id),
        "kind": row.kind,
        "state": row.state,
        "parameters": row.parameters,
        "progress": {"total": row.total, "done": row.done, "refused": row.refused, "unchanged": row.unchanged},
        "outcome": row.outcome,
        "error": row.error,
        "undoes": str(row.undoes) if row.undoes else None,
        "actions": actions,
        "created_at": instant(row.created_at),
        "created_by": row.created_by,
        "changed_at": instant(row.changed_at),
        "changed_by": row.changed_by,
        "ended_at": instant(row.ended_at),
    }


def location(job_id: UUID) -> dict[str, str]:
    """Where a job is read, as a header."""
    return {"Location": f"/api/v1/jobs/{job_id}"}


def accepted(ask: Callable[[Session], UUID]) -> Response:
    """Answers 202 with the job that `ask` makes in the transaction of the request."""

    def made(session: Session) -> dict[str, Any]:
        row = find(session.connection, ask(session))
        return job_answer(row) if row else {}

    return perform(made, status=202, headers=lambda body: location(body["id"]))


def visible(connection: Connection, job_id: UUID) -> JobRow:
    """A job the caller may look at: their own, or anybody's with `jobs:read`; any other is not there for them."""
    row = find(connection, job_id)
    if row is None or not {row.created_by, "jobs:read"} & {caller().actor, *caller().permissions}:
        raise JobNotFound
    require(row.permission)
    return row


def _own(connection: Connection, job_id: UUID) -> JobRow:
    """A job the caller may act on: their own, or anybody's with `jobs:write`."""
    row = visible(connection, job_id)
    if row.created_by != caller().actor:
        require("jobs:write")
    return row


@jobs.get("")
@needs()
@jobs.arguments(JobsQuery, location="query")
@jobs.response(200, page_form(JobAnswer, counted=True))
def get_jobs(query: ListRequest[JobFilters]) -> Response:
    """Jobs, newest first: all with the permission `jobs:read`, else the caller's own."""
    own = None if "jobs:read" in caller().permissions else caller().actor
    return page_answer(query, JOBS, replace(query.filters, created_by=own), job_answer)


@jobs.get("/<uuid:job_id>")
@needs()
@jobs.response(200, JobAnswer)
def get_job(job_id: UUID) -> Response:
    """One job and how far it came."""
    with runtime().reading() as connection:
        return respond(job_answer(visible(connection, job_id)))


@jobs.get("/<uuid:job_id>/results")
@needs()
@jobs.arguments(ResultsQuery, location="query")
@jobs.response(200, page_form(ResultAnswer, counted=True))
def get_results(query: ListRequest[ResultFilters], job_id: UUID) -> Response:
    """What became of each item, in the job's order."""
    with runtime().reading() as connection:
        visible(connection, job_id)
    return page_answer(query, RESULTS, replace(query.filters, job_id=job_id), _result_answer)


@jobs.get("/<uuid:job_id>/file")
@needs()
@jobs.response(200)
def get_job_file(job_id: UUID) -> Response:
    """The file that a job made: for its maker, and with `jobs:write` for others; the job's `outcome` describes it."""
    with runtime().reading() as connection:
        row = _own(connection, job_id)
    if row.parameters.get("personal", row.kind in OF_PERSONS):
        require(PERMISSION)
    path, told = job_files.found(runtime().settings, job_id, row.outcome)
    response = send_file(
        path.resolve(), told.media_type, as_attachment=True, download_name=told.name, etag=told.sha256, max_age=0
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@jobs.post("/<uuid:job_id>/cancel")
@needs()
@jobs.response(200, JobAnswer)
def cancel_job(job_id: UUID) -> Response:
    """Stop it for good; what is done stays done."""
    return _change(job_id, "cancel")


@jobs.post("/<uuid:job_id>/pause")
@needs()
@jobs.response(200, JobAnswer)
def pause_job(job_id: UUID) -> Response:
    """Stop it until it is resumed."""
    return _change(job_id, "pause")


@jobs.post("/<uuid:job_id>/resume")
@needs()
@jobs.response(200, JobAnswer)
def resume_job(job_id: UUID) -> Response:
    """Let a paused or failed job go on where it was."""
    return _change(job_id, "resume")


@jobs.post("/<uuid:job_id>/undo")
@needs()
@jobs.response(202, JobAnswer)
def undo_job(job_id: UUID) -> Response:
    """Take back what an ended job did, by a job of its own that leaves alone what was worked on since."""
    return accepted(lambda session: undo(session, _own(session.connection, job_id), caller().actor))


def _change(job_id: UUID, action: str) -> Response:
    def changed(session: Session) -> dict[str, Any]:
        row = _own(session.connection, job_id)
        change(session, job_id, action, caller().actor)
        return job_answer(find(session.connection, job_id) or row)

    return perform(changed)


def _result_answer(row: ResultRow) -> dict[str, Any]:
    return {"item": row.item, "outcome": row.outcome, "code": row.code, "facts": row.facts}
