"""Messages over HTTP: what was sent to whom, what became of it, and sending it again."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID, uuid4, uuid5

from flask import Response
from marshmallow import fields, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.mail_looks import look
from api.requests import context, fresh, handle, idempotency_key, respond, runtime
from api.schemas import PERSONAL, Body, Text, instant, page_form
from domain import texts
from domain.customers import EMAIL_LIMIT
from domain.events import Erased
from domain.messages import Message, MessageNotFound, ReportBounce, sent_again
from domain.messages.message import Purpose, State
from domain.settings import Shop
from projections.log import NothingRecorded
from projections.views.messages import (
    LISTING,
    SORTS,
    MessageFilters,
    MessageHead,
)

messages = Resource("messages", __name__, url_prefix="/messages", description="Mails and what became of them")
STATES: tuple[State, ...] = get_args(State)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class MessagesQuery(ListQuery):
    """The order or customer, the state and the purpose."""

    order_id = fields.UUID()
    customer_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    purpose = fields.String(validate=validate.OneOf(PURPOSES))
    sort = sorts(SORTS)

    Filters = MessageFilters


class ResendForm(Body):
    """Where the message goes this time; nothing told: to the order's or customer's address as it is now."""

    to = Text(EMAIL_LIMIT, filled=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        to: str | None = None


class BounceForm(Body):
    """What the other side said when it sent the message back."""

    code = Text(texts.CODE)
    reply = Text(texts.NOTE, lines=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        code: str = ""
        reply: str = ""


class MessageRowAnswer(Body):
    """A message as the list shows it; `template_version` 0 came with the program, null: not written yet."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    order_id = fields.UUID(required=True, allow_none=True)
    customer_id = fields.UUID(required=True, allow_none=True)
    template = fields.String(required=True)
    template_version = fields.Integer(required=True, allow_none=True)
    purpose = fields.String(required=True)
    locale = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    code = fields.String(required=True)
    resend_of = fields.UUID(required=True, allow_none=True)
    requested_at = fields.DateTime(required=True)


class MessageAnswer(MessageRowAnswer):
    """A message with the copy that was sent; null where nothing is known or the customer was forgotten."""

    recipient = fields.String(required=True, allow_none=True, metadata=PERSONAL)
    subject = fields.String(required=True, allow_none=True, metadata=PERSONAL)
    html = fields.String(required=True, allow_none=True, metadata=PERSONAL)
    text = fields.String(required=True, allow_none=True, metadata=PERSONAL)
    reply = fields.String(required=True, allow_none=True, metadata=PERSONAL)


def _row_answer(row: MessageHead | Message) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "version": row.version,
        "order_id": str(row.order_id) if row.order_id else None,
        "customer_id": str(row.customer_id) if row.customer_id else None,
        "template": row.template,
        "purpose": row.purpose,
        "locale": row.locale,
        "state": row.state,
        "code": row.code,
        "resend_of": str(row.resend_of) if row.resend_of else None,
        "requested_at": instant(row.requested_at),
    }


def _head_answer(row: MessageHead) -> dict[str, Any]:
    return {**_row_answer(row), "template_version": row.template_version}


def message_answer(message: Message, shop: Shop | None = None) -> dict[str, Any]:
    """A message as the API shows it."""
    copy = message.copy
    return {
        **_row_answer(message),
        "template_version": copy.template_version if copy else None,
        "recipient": _told(copy.recipient if copy else message.to),
        "subject": _told(copy.subject) if copy else None,
        "html": _told(copy.html) if copy else None,
        "text": _told(copy.text) if copy else None,
        "reply": _told(message.reply),
    }


def _told(value: str | Erased | None) -> str | None:
    return None if isinstance(value, Erased) else value


def _message(message_id: UUID) -> Message:
    try:
        return runtime().log.load(Message, message_id)
    except NothingRecorded:
        raise MessageNotFound from None


@messages.get("")
@needs("messages:read")
@messages.arguments(MessagesQuery, location="query")
@messages.response(200, page_form(MessageRowAnswer, counted=True))
def get_messages(query: ListRequest[MessageFilters]) -> Response:
    """All messages, the newest first."""
    fresh("messages", anywhere=True)
    return page_answer(query, LISTING, query.filters, _head_answer)


@messages.get("/<uuid:message_id>")
@needs("messages:read")
@messages.response(200, MessageAnswer)
def get_message(message_id: UUID) -> Response:
    """One message with the copy that was sent."""
    message = _message(message_id)
    return respond(message_answer(message), version=message.version)


@messages.get("/<uuid:message_id>/look")
@needs("messages:read", personal=True)
@messages.response(200)
def look_at_message(message_id: UUID) -> Response:
    """The mail as it was sent, as a page of its own that can do nothing: for a sandboxed frame."""
    copy = _message(message_id).copy
    return look((_told(copy.html) if copy else None) or "")


@messages.post("/<uuid:message_id>/resend")
@needs("messages:write", personal=True)
@messages.arguments(ResendForm)
@messages.response(201, MessageAnswer)
def resend_message(form: ResendForm.Loaded, message_id: UUID) -> Response:
    """Send a message again as it was written, also to a corrected address."""
    first, said = _message(message_id), context()
    again = uuid5(message_id, str(said.command_id)) if idempotency_key() else uuid4()
    command = sent_again(first, again, said, form.to)
    return handle(command, render=message_answer, status=201, location=lambda message: f"/api/v1/messages/{message.id}")


@messages.post("/<uuid:message_id>/bounce")
@needs("messages:write")
@messages.arguments(BounceForm)
@messages.response(200, MessageAnswer)
def report_bounce(form: BounceForm.Loaded, message_id: UUID) -> Response:
    """Note that a message came back."""
    return handle(
        ReportBounce(message_id=message_id, context=context(), code=form.code, reply=form.reply), render=message_answer
    )
