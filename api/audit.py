"""What auditors look for in the log: events by who, what, whose, when and why, and questions that are asked again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.events import SealsQuery
from api.events import audit as audit
from api.lists import ShopMoment, instant_of, zone_of
from api.personal import sees_persons
from api.requests import respond, runtime
from api.schemas import Body, Choices, Code, Text, instant
from domain import texts
from printing.exports.found_events import event_lines, event_table
from projections.log.questions import QUESTIONS, Span, answers
from projections.published.searching import EventFilters, search
from projections.views.orders import orders_by_number

_REASONS = {"present": True, "missing": False}
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


class RecordedQuery(SealsQuery):
    """From after which position, and what of that was recorded in a period."""

    recorded_from = ShopMoment("The first moment of recording, included")
    recorded_to = ShopMoment("The last moment of recording, not included; a bare date is")

    class Loaded(SealsQuery.Loaded, frozen=True, kw_only=True):
        recorded_from: date | None = None
        recorded_to: date | None = None


class QuestionQuery(RecordedQuery):
    """Which question is asked, of what period."""

    question = fields.String(required=True, validate=validate.OneOf(tuple(QUESTIONS)))

    class Loaded(RecordedQuery.Loaded, frozen=True, kw_only=True):
        question: str


class EventSearchQuery(RecordedQuery):
    """What must be so of an event. `number` is an order's; `format` csv or jsonl gives the page as a file."""

    topic = Choices(Code())
    actor = Choices(Text(texts.LINE, filled=True))
    stream = Choices(fields.UUID())
    number = Choices(Code())
    import_id = fields.UUID()
    reason = fields.String(validate=validate.OneOf(tuple(_REASONS)))
    occurred_from = ShopMoment("The first moment, included")
    occurred_to = ShopMoment("The last moment, not included; a bare date is")
    format = fields.String(validate=validate.OneOf(("json", *_TYPES)))

    class Loaded(RecordedQuery.Loaded, frozen=True, kw_only=True):
        topic: tuple[str, ...] | None = None
        actor: tuple[str, ...] | None = None
        stream: tuple[UUID, ...] | None = None
        number: tuple[str, ...] | None = None
        import_id: UUID | None = None
        reason: str | None = None
        occurred_from: date | None = None
        occurred_to: date | None = None
        format: str = "json"


class FoundEventAnswer(Body):
    """An event that was looked for, personal fields opened; where it cannot be read: `{"unreadable": true}`."""

    position = fields.Integer(required=True)
    occurred_at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)
    topic = fields.String(required=True)
    stream = fields.UUID(required=True)
    version = fields.Integer(required=True)
    actor = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    import_id = fields.UUID(required=True, allow_none=True)
    event = fields.Dict(required=True)


class FoundEventsAnswer(Body):
    """Events in order; `next` is what to ask for as `after` the next time, until it has reached `head`, the log's end.

    Before that a page may hold fewer than asked for, or none: where no stream and no number is told, one answer takes
    in a part of the log.
    """

    items = fields.List(fields.Nested(FoundEventAnswer), required=True)
    next = fields.Integer(required=True)
    head = fields.Integer(required=True)
    epoch = fields.String(required=True)


class AnswerAnswer(Body):
    """One place in the log that answers a question; `number` is the order's, or the document's where gaps are."""

    position = fields.Integer(required=True)
    stream = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    occurred_at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)
    topic = fields.String(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class AnswersAnswer(Body):
    """What answers a question, in order; `next` is what to ask for as `after` the next time, null at the end."""

    question = fields.String(required=True)
    items = fields.List(fields.Nested(AnswerAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


@audit.get("/events")
@needs("audit:read")
@audit.arguments(EventSearchQuery, location="query")
@audit.response(200, FoundEventsAnswer)
def get_audit_events(query: EventSearchQuery.Loaded) -> Response:
    """Events by topic, actor, stream, an order's number, import, reason and period, in the order they were recorded.

    What repeats: any of them will do. Without `personal:read` what tells of a person reads `{"withheld": true}`.
    """
    page = search(runtime().log, _filters(query), query.after, query.limit, personal=sees_persons())
    epoch = runtime().log.epoch(page.incarnation).id
    if query.format == "json":
        items = [one.told for one in page.events]
        return respond({"items": items, "next": page.next, "head": page.head, "epoch": epoch})
    content = event_table(page.events) if query.format == "csv" else event_lines(page.events)
    headers = {"X-Next": str(page.next), "X-Head": str(page.head), "X-Epoch": epoch}
    return Response(content, headers=headers, content_type=_TYPES[query.format])


@audit.get("/questions")
@needs("audit:read")
@audit.arguments(QuestionQuery, location="query")
@audit.response(200, AnswersAnswer)
def get_audit_question(query: QuestionQuery.Loaded) -> Response:
    """One of the questions that auditors ask again and again, answered by where it happened, who did it, and why."""
    span = Span(query.after, _moment(query.recorded_from), _moment(query.recorded_to, ends=True))
    found = answers(runtime().log, query.question, span, query.limit)
    items = [
        one._asdict() | {"occurred_at": instant(one.occurred_at), "recorded_at": instant(one.recorded_at)}
        for one in found
    ]
    more = found[-1].position if len(found) == query.limit else None
    return respond({"question": query.question, "items": items, "next": more})


def _filters(asked: EventSearchQuery.Loaded) -> EventFilters:
    """The filters of a query: an order's number stands for its stream, moments are the shop's."""
    streams = list(asked.stream) if asked.stream else None
    if asked.number is not None:
        with runtime().reading() as connection:
            found = [order_id for number in asked.number for order_id in orders_by_number(connection, number)]
        streams = [*(streams or ()), *found]
    return EventFilters(
        streams=streams,
        topics=asked.topic,
        actors=asked.actor,
        import_id=asked.import_id,
        has_reason=None if asked.reason is None else _REASONS[asked.reason],
        recorded_from=_moment(asked.recorded_from),
        recorded_to=_moment(asked.recorded_to, ends=True),
        occurred_from=_moment(asked.occurred_from),
        occurred_to=_moment(asked.occurred_to, ends=True),
    )


def _moment(told: date | None, *, ends: bool = False) -> datetime | None:
    return None if told is None else instant_of(told, zone_of(runtime().desk.shop()), whole_day=ends)
