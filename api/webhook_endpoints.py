"""Webhook endpoints: other programs that are told of events, what became of each call, and telling them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import Response
from marshmallow import fields, validate
from msgspec import Struct

from api.access import needs, require
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.lists import limit_of
from api.positions import require_epoch
from api.problems import Problem, pointed
from api.requests import context, handle, respond, runtime
from api.schemas import Body, Flag, Many, PageQuery, Text, Whole, instant, page_form, shown_once
from domain import texts
from domain.personal import PERMISSION as PERSONAL
from domain.sequences.targets import require_public_target
from domain.settings import Shop
from domain.webhook_endpoints import (
    LONGEST_KEEPING,
    MOST_TOPICS,
    ChangeWebhookEndpoint,
    DefineWebhookEndpoint,
    RemoveWebhookEndpoint,
    ReplayWebhooks,
    RotateWebhookSecret,
    WebhookEndpoint,
    WebhookEndpointNotFound,
    WebhookTerms,
)
from projections.log import Session
from projections.published.schemas import known_topics
from projections.work import webhook_endpoints as work
from projections.work.webhook_endpoints import Delivery, EndpointRow, State

PREFIX = "/api/v1/webhook-endpoints"
LARGEST = 2**63 - 1
KEEP_HOURS = 24
_IDS = UUID("3f8a51c2-6c1d-5b7e-8f0a-92d3a7c4be10")

endpoints = Resource(
    "webhook_endpoints", __name__, url_prefix="/webhook-endpoints", description="Programs that are told of events"
)


class WebhookEndpointForm(Body):
    """Where events are sent, and which: of these topics, or of every one where none is named."""

    url = Text(texts.LINE, required=True, filled=True, metadata={"example": "https://warehouse.example/carnet"})
    description = Text(texts.LINE)
    topics = Many(Text(filled=True), validate=validate.Length(max=MOST_TOPICS), metadata={"example": ["order.shipped"]})
    personal = Flag(metadata={"description": "With what is of persons; needs `personal:read`. Left out: without"})
    enabled = Flag(metadata={"description": "Left out: true"})

    class Loaded(Struct, frozen=True, kw_only=True):
        url: str
        description: str = ""
        topics: tuple[str, ...] = ()
        personal: bool = False
        enabled: bool = True

        @property
        def terms(self) -> WebhookTerms:
            """What the domain calls it."""
            topics = tuple(sorted(set(self.topics)))
            return WebhookTerms(
                url=self.url, description=self.description, topics=topics, personal=self.personal, enabled=self.enabled
            )


class WebhookEndpointAnswer(Body):
    """An endpoint: told of everything up to `position`; `attempts` calls about the event after that have failed.

    `state`: `sending`; `waiting` for `next_attempt_at`; `stopped`, for the reason in `stopped`, until it is changed or
    replayed; `disabled`. `previous_secret_until`: until then calls are signed with the secret before as well.
    """

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    url = fields.String(required=True)
    description = fields.String(required=True)
    topics = fields.List(fields.String(), required=True)
    personal = fields.Boolean(required=True)
    enabled = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("sending", "waiting", "stopped", "disabled")))
    position = fields.Integer(required=True)
    attempts = fields.Integer(required=True)
    next_attempt_at = fields.DateTime(required=True, allow_none=True)
    stopped = fields.String(required=True, allow_none=True, metadata={"example": "answered-410"})
    trouble = fields.String(required=True, allow_none=True, metadata={"example": "answered-503"})
    previous_secret_until = fields.DateTime(required=True, allow_none=True)
    made_by = fields.String(required=True)
    made_at = fields.DateTime(required=True)


class SecretAnswer(WebhookEndpointAnswer):
    """An endpoint and its new secret, as Standard Webhooks writes it, which is shown this once."""

    secret = fields.String(required=True, allow_none=True, metadata={"example": "whsec_Y2FybmV0"})
    secret_shown = shown_once()


class RotationForm(Body):
    """How long the secret before stays valid beside the new one."""

    keep_hours = Whole(0, LONGEST_KEEPING, metadata={"description": f"Left out: {KEEP_HOURS}"})

    class Loaded(Struct, frozen=True, kw_only=True):
        keep_hours: int = KEEP_HOURS


class ReplayForm(Body):
    """From after which position it is told; `epoch` is that of the answer which told the position."""

    after = Whole(0, LARGEST, required=True)
    epoch = fields.String(validate=validate.Length(1, 64))

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int
        epoch: str | None = None


class DeliveriesQuery(PageQuery):
    """Which deliveries: all, or those in one state."""

    state = fields.String(validate=validate.OneOf(("delivered", "failing", "refused", "failed")))

    class Loaded(PageQuery.Loaded, frozen=True, kw_only=True):
        state: State | None = None


class DeliveryAnswer(Body):
    """What became of the calls about one event; `status`, `error` and how its text began (`answer`) are the last one's.

    `failing`: tried again; `refused`: the endpoint takes this event never (400, 413, 415, 422); `failed`: given up.
    The text is kept of calls that failed, at endpoints that are told nothing of persons.
    """

    position = fields.Integer(required=True)
    message_id = fields.UUID(required=True, metadata={"description": "Its `webhook-id`: that of the event"})
    topic = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("delivered", "failing", "refused", "failed")))
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    milliseconds = fields.Integer(required=True)
    first_at = fields.DateTime(required=True)
    last_at = fields.DateTime(required=True)


@endpoints.get("")
@needs("webhooks:read")
@endpoints.response(200, page_form(WebhookEndpointAnswer))
def get_webhook_endpoints() -> Response:
    """All endpoints, the oldest first."""
    with runtime().reading() as connection:
        rows = work.every(connection)
    return respond({"items": [_answer(row) for row in rows], "next": None})


@endpoints.post("")
@needs("webhooks:write")
@endpoints.arguments(WebhookEndpointForm)
@endpoints.response(201, SecretAnswer)
def define_webhook_endpoint(form: WebhookEndpointForm.Loaded) -> Response:
    """Have another program told of what is recorded from now on; its secret is in this answer and nowhere else."""
    _check(form)
    said, secret = context(), work.new_secret()
    command = DefineWebhookEndpoint(endpoint_id=uuid5(_IDS, str(said.command_id)), context=said, terms=form.terms)

    def keep(session: Session, endpoint: WebhookEndpoint) -> None:
        work.add(session, runtime().log.keys, endpoint, secret, said.actor)

    return _handle(command, keep, status=201, secret=secret)


@endpoints.get("/<uuid:endpoint_id>")
@needs("webhooks:read")
@endpoints.response(200, WebhookEndpointAnswer)
def get_webhook_endpoint(endpoint_id: UUID) -> Response:
    """One endpoint, and how far it was told."""
    row = _find(endpoint_id)
    return respond(_answer(row), version=row.version)


@endpoints.put("/<uuid:endpoint_id>")
@needs("webhooks:write")
@endpoints.arguments(WebhookEndpointForm)
@endpoints.response(200, WebhookEndpointAnswer)
def change_webhook_endpoint(form: WebhookEndpointForm.Loaded, endpoint_id: UUID) -> Response:
    """Tell it something else, or elsewhere: it goes on where it was; one that was stopped is called again."""
    _check(form)
    return _handle(ChangeWebhookEndpoint(endpoint_id=endpoint_id, context=context(), terms=form.terms), work.change)


@endpoints.delete("/<uuid:endpoint_id>")
@needs("webhooks:write")
@endpoints.response(204)
def remove_webhook_endpoint(endpoint_id: UUID) -> Response:
    """Tell it nothing any more; what became of its calls is forgotten with it."""
    command = RemoveWebhookEndpoint(endpoint_id=endpoint_id, context=context())
    return handle(command, render=lambda endpoint, shop: None, status=204, beside=work.remove)


@endpoints.post("/<uuid:endpoint_id>/secret")
@needs("webhooks:write")
@endpoints.arguments(RotationForm)
@endpoints.response(200, SecretAnswer)
def rotate_webhook_secret(form: RotationForm.Loaded, endpoint_id: UUID) -> Response:
    """Give it a new secret; for some hours calls are signed with the one before as well."""
    _require_reading(endpoint_id)
    secret, keep = work.new_secret(), timedelta(hours=form.keep_hours)

    def rotate(session: Session, endpoint: WebhookEndpoint) -> None:
        work.rotate(session, runtime().log.keys, endpoint, secret, keep)

    command = RotateWebhookSecret(endpoint_id=endpoint_id, context=context(), keep_hours=form.keep_hours)
    return _handle(command, rotate, secret=secret)


@endpoints.post("/<uuid:endpoint_id>/replay")
@needs("webhooks:write")
@endpoints.arguments(ReplayForm)
@endpoints.response(200, WebhookEndpointAnswer)
def replay_webhooks(form: ReplayForm.Loaded, endpoint_id: UUID) -> Response:
    """Tell it everything after a position, at once, as if it had been told nothing of that; also to skip an event.

    A call about an event that it was told of before has the same `webhook-id`.
    """
    _require_reading(endpoint_id)
    incarnation, head = runtime().log.end()
    if form.epoch is not None:
        require_epoch(form.epoch, runtime().log.epoch(incarnation))
    if form.after > head:
        detail = f"The log ends at position {head}."
        raise Problem(422, "position-ahead", detail, errors=[pointed("/after", "position-ahead", detail)])

    def replay(session: Session, endpoint: WebhookEndpoint) -> None:
        work.replay(session, endpoint, form.after)

    return _handle(ReplayWebhooks(endpoint_id=endpoint_id, context=context(), after=form.after), replay)


@endpoints.get("/<uuid:endpoint_id>/deliveries")
@needs("webhooks:read")
@endpoints.arguments(DeliveriesQuery, location="query")
@endpoints.response(200, page_form(DeliveryAnswer))
def get_deliveries(query: DeliveriesQuery.Loaded, endpoint_id: UUID) -> Response:
    """What became of its calls, the newest event first."""
    _find(endpoint_id)
    limit = limit_of(query.limit)
    (before,) = read_cursor(query.cursor, "position", int) if query.cursor is not None else (LARGEST,)
    with runtime().reading() as connection:
        rows = work.deliveries(connection, endpoint_id, query.state, before, limit + 1)
    following = write_cursor("position", rows[limit - 1].position) if len(rows) > limit else None
    return respond({"items": [_delivery(row) for row in rows[:limit]], "next": following})


def _require_reading(endpoint_id: UUID) -> None:
    """Refuses a caller who may not read what the endpoint is told."""
    require("events:read")
    if _find(endpoint_id).personal:
        require(PERSONAL)


def _check(form: WebhookEndpointForm.Loaded) -> None:
    """Refuses topics that no event has, private addresses, and giving out more than the caller may read."""
    require("events:read")
    if form.personal:
        require(PERSONAL)
    known = known_topics()
    faults = [
        pointed(f"/topics/{index}", "unknown-topic", f"No event has the topic {topic}.")
        for index, topic in enumerate(form.topics)
        if topic not in known
    ]
    if faults:
        raise Problem(422, "unknown-topic", faults[0]["detail"], errors=faults)
    if not runtime().settings.webhooks_private:
        require_public_target(form.url, "/url")


def _handle(
    command: DefineWebhookEndpoint | ChangeWebhookEndpoint | RotateWebhookSecret | ReplayWebhooks,
    keep: Callable[[Session, WebhookEndpoint], None],
    *,
    status: int = 200,
    secret: str | None = None,
) -> Response:
    """Handles a command, writes what it changes beside the history, and answers with the endpoint as it stands then."""
    written: list[EndpointRow] = []

    def beside(session: Session, endpoint: WebhookEndpoint) -> None:
        keep(session, endpoint)
        row = work.find(session.connection, endpoint.id)
        written[:] = [row] if row else []

    def render(endpoint: WebhookEndpoint, shop: Shop) -> dict[str, Any]:
        return _answer(written[0])

    def location(endpoint: WebhookEndpoint) -> str:
        return f"{PREFIX}/{endpoint.id}"

    return handle(
        command,
        render=render,
        status=status,
        location=location if status == 201 else None,
        beside=beside,
        once={"secret": secret} if secret else None,
    )


def _find(endpoint_id: UUID) -> EndpointRow:
    with runtime().reading() as connection:
        row = work.find(connection, endpoint_id)
    if row is None:
        raise WebhookEndpointNotFound
    return row


def _answer(row: EndpointRow) -> dict[str, Any]:
    now, told = datetime.now(UTC), row._asdict()
    is_waiting = bool(row.attempts) and not row.stopped and row.enabled
    state = "disabled" if not row.enabled else "stopped" if row.stopped else "waiting" if is_waiting else "sending"
    previous = row.previous_until if row.previous_until and row.previous_until > now else None
    return {
        **{name: value for name, value in told.items() if name not in ("due_at", "previous_until")},
        "state": state,
        "next_attempt_at": instant(row.due_at) if is_waiting else None,
        "previous_secret_until": instant(previous),
        "made_at": instant(row.made_at),
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {**row._asdict(), "first_at": instant(row.first_at), "last_at": instant(row.last_at)}
