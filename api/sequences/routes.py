"""Marketing sequences over HTTP: written, started and stopped, who is in them, and whom they would have touched."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any, get_args
from uuid import UUID, uuid5

from flask import Response
from marshmallow import fields, validate
from msgspec.structs import replace

from api.access import needs
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.requests import context, fresh, handle, respond, runtime
from api.schemas import Body, instant, page_form
from api.sequences.forms import SequenceAnswer, SequenceForm, sequence_answer
from api.spans import MOST_LOOKED_AT, MOST_SHOWN, SpanQuery
from domain.sequences import (
    SEQUENCES_ID,
    DefineSequence,
    Definition,
    ReviseSequence,
    Sequences,
    StartSequence,
    StopSequence,
)
from domain.sequences.targets import require_public_targets
from domain.shop import Shop
from projections.desk.simulation import Touched, simulate_sequence
from projections.views.enrolments import (
    LISTING,
    SORTS,
    EnrolmentFilters,
    EnrolmentHead,
    State,
)

sequences = Resource("sequences", __name__, url_prefix="/sequences", description="Marketing sequences")
enrolments = Resource("enrolments", __name__, url_prefix="/enrolments", description="Orders in marketing sequences")


STATES: tuple[State, ...] = get_args(State)


class EnrolmentsQuery(ListQuery):
    """Those of a sequence, an order or a customer, and those in a state."""

    sequence_id = fields.UUID()
    order_id = fields.UUID()
    customer_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    sort = sorts(SORTS)

    Filters = EnrolmentFilters


class EnrolmentAnswer(Body):
    """An order in a sequence; `step` is the last one taken, `outcome` what came of it."""

    id = fields.UUID(required=True)
    sequence_id = fields.UUID(required=True)
    sequence_version = fields.Integer(required=True)
    order_id = fields.UUID(required=True)
    customer_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    step = fields.Integer(required=True)
    outcome = fields.String(required=True)
    started_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class TouchedAnswer(Body):
    """An order that would have begun the sequence, or, `no-consent`, would have if its customer had consented."""

    order_id = fields.UUID(required=True)
    number = fields.String(required=True)
    customer_id = fields.UUID(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(("enrolled", "no-consent")))


class SimulationAnswer(Body):
    """How many would have begun, how many lacked consent, and the first thousand of both; nobody was touched."""

    enrolled = fields.Integer(required=True)
    no_consent = fields.Integer(required=True)
    items = fields.List(fields.Nested(TouchedAnswer), required=True)


ENROLMENTS = page_form(EnrolmentAnswer, counted=True)


def book() -> Sequences:
    """The book of the shop's sequences as it is now."""
    with runtime().log.session() as session:
        return session.load_or_blank(Sequences, SEQUENCES_ID)


def enrolment_answer(row: EnrolmentHead) -> dict[str, Any]:
    """An enrolment as the API shows it."""
    ids = {name: str(getattr(row, name)) for name in ("id", "sequence_id", "order_id")}
    instants = {name: instant(getattr(row, name)) for name in ("started_at", "changed_at", "ended_at")}
    return {**row._asdict(), **ids, **instants, "customer_id": str(row.customer_id) if row.customer_id else None}


@sequences.get("")
@needs("marketing:read")
@sequences.response(200, page_form(SequenceAnswer))
def get_sequences() -> Response:
    """All sequences, in the order they were written."""
    return respond({"items": [sequence_answer(one) for one in book().sequences.values()], "next": None})


@sequences.post("")
@needs("marketing:write")
@sequences.arguments(SequenceForm)
@sequences.response(201, SequenceAnswer)
def define_sequence(form: SequenceForm.Loaded) -> Response:
    """Write a sequence; it does nothing until it is started."""
    _check_targets(form.definition)
    said = context()
    sequence_id = uuid5(SEQUENCES_ID, str(said.command_id))
    command = DefineSequence(sequence_id=sequence_id, context=said, definition=form.definition, secrets=form.secrets)
    return _handle(command, status=201)


@sequences.get("/<uuid:sequence_id>")
@needs("marketing:read")
@sequences.response(200, SequenceAnswer)
def get_sequence(sequence_id: UUID) -> Response:
    """One sequence; its ETag is that of the book of all of them."""
    known = book()
    return respond(sequence_answer(known.find(sequence_id)), version=known.version)


@sequences.put("/<uuid:sequence_id>")
@needs("marketing:write")
@sequences.arguments(SequenceForm)
@sequences.response(200, SequenceAnswer)
def revise_sequence(form: SequenceForm.Loaded, sequence_id: UUID) -> Response:
    """Write a sequence anew; orders under way go on with the version they began with."""
    _check_targets(form.definition)
    command = ReviseSequence(
        sequence_id=sequence_id, context=context(), definition=form.definition, secrets=form.secrets
    )
    return _handle(command)


@sequences.post("/<uuid:sequence_id>/start")
@needs("marketing:write")
@sequences.response(200, SequenceAnswer)
def start_sequence(sequence_id: UUID) -> Response:
    """Let orders begin it from now on."""
    return _handle(StartSequence(sequence_id=sequence_id, context=context()))


@sequences.post("/<uuid:sequence_id>/stop")
@needs("marketing:write")
@sequences.response(200, SequenceAnswer)
def stop_sequence(sequence_id: UUID) -> Response:
    """Let no more orders begin it; those under way go on."""
    return _handle(StopSequence(sequence_id=sequence_id, context=context()))


@sequences.get("/<uuid:sequence_id>/enrolments")
@needs("marketing:read")
@sequences.arguments(EnrolmentsQuery(exclude=("sequence_id",)), location="query")
@sequences.response(200, ENROLMENTS)
def get_sequence_enrolments(query: ListRequest[EnrolmentFilters], sequence_id: UUID) -> Response:
    """The orders in one sequence, newest first."""
    book().find(sequence_id)
    return _enrolments(query, replace(query.filters, sequence_id=sequence_id))


@sequences.post("/<uuid:sequence_id>/simulate")
@needs("marketing:read")
@sequences.arguments(SpanQuery, location="query")
@sequences.response(200, SimulationAnswer)
def simulate(query: SpanQuery.Loaded, sequence_id: UUID) -> Response:
    """Whom the sequence would have touched in a span of the past, decided as it is decided now."""
    sequence = book().find(sequence_id)
    touched = list(islice(simulate_sequence(runtime().log, sequence, query.start, query.end), MOST_LOOKED_AT))
    verdicts = Counter(one.verdict for one in touched)
    items = [_touched_answer(one) for one in touched[:MOST_SHOWN]]
    return respond({"enrolled": verdicts["enrolled"], "no_consent": verdicts["no-consent"], "items": items})


@enrolments.get("")
@needs("marketing:read")
@enrolments.arguments(EnrolmentsQuery, location="query")
@enrolments.response(200, ENROLMENTS)
def get_enrolments(query: ListRequest[EnrolmentFilters]) -> Response:
    """All enrolments, newest first."""
    return _enrolments(query, query.filters)


def _check_targets(definition: Definition) -> None:
    if not runtime().settings.webhooks_private:
        require_public_targets(definition)


def _handle(command: DefineSequence | ReviseSequence | StartSequence | StopSequence, status: int = 200) -> Response:
    def render(known: Sequences, shop: Shop) -> dict[str, Any]:
        return sequence_answer(known.find(command.sequence_id))

    def location(_: Sequences) -> str:
        return f"/api/v1/sequences/{command.sequence_id}"

    return handle(command, render=render, status=status, location=location if status == 201 else None)


def _enrolments(query: ListRequest[EnrolmentFilters], filters: EnrolmentFilters) -> Response:
    fresh("enrolments", anywhere=True)
    return page_answer(query, LISTING, filters, enrolment_answer)


def _touched_answer(touched: Touched) -> dict[str, Any]:
    return {
        **touched._asdict(),
        "order_id": str(touched.order_id),
        "customer_id": str(touched.customer_id) if touched.customer_id else None,
        "at": instant(touched.at),
    }
