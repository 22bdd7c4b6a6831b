"""The mail an order would send, without sending it."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID, uuid4, uuid5

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import needs
from api.mail_looks import look
from api.messages import MessageAnswer, message_answer
from api.orders.blueprint import order_then, orders
from api.requests import context, handle, idempotency_key, respond, runtime
from api.schemas import Body, Code, Text
from api.trying import turn
from domain.customers import EMAIL_LIMIT
from domain.messages import RequestMessage
from domain.orders.order import Order
from domain.settings import LOCALES, UnknownLocale
from domain.templates import ADMINISTRATORS, OCCASIONS
from domain.texts import CODE
from printing.mail import Written, order_facts, source_for, write


class MessagePreviewForm(Body):
    """The status whose mail to show, and its language; the order's own where nothing is told."""

    status = Code()
    locale = Text(5, filled=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        status: str | None = None
        locale: str | None = None


class TestMailForm(Body):
    """Where the mail of a status, or of another occasion, is sent on trial, filled in with a real order."""

    status = Code(required=True)
    locale = Text(5, filled=True)
    to = Text(EMAIL_LIMIT, filled=True, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        status: str
        locale: str | None = None
        to: str


class WrittenAnswer(Body):
    """A mail as it would be sent."""

    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)


def written_answer(written: Written) -> dict[str, str]:
    """A mail as the API shows it."""
    return written._asdict()


def _locale(form: MessagePreviewForm.Loaded | TestMailForm.Loaded, order: Order) -> str:
    locale = form.locale or order.locale
    if locale not in LOCALES:
        raise UnknownLocale("/locale", locale=locale[:CODE])
    return locale


@orders.post("/<uuid:order_id>/messages/preview")
@needs("orders:read", personal=True)
@orders.arguments(MessagePreviewForm)
@orders.response(200, WrittenAnswer)
def preview_message(form: MessagePreviewForm.Loaded, order_id: UUID) -> Response:
    """The mail of a status as this order would send it; nothing is stored or sent."""
    return respond(written_answer(_written(order_id, form)))


@orders.get("/<uuid:order_id>/messages/look")
@needs("orders:read", personal=True)
@orders.arguments(MessagePreviewForm, location="query")
@orders.response(200)
def look_at_preview(query: MessagePreviewForm.Loaded, order_id: UUID) -> Response:
    """The same as a page of its own that can do nothing: for a sandboxed frame."""
    return look(_written(order_id, query).html)


def _written(order_id: UUID, form: MessagePreviewForm.Loaded) -> Written:
    order, shop = order_then(order_id), runtime().desk.shop()
    status, locale = shop.status(form.status or order.status).code, _locale(form, order)
    source, facts = source_for(shop, status, locale), order_facts(order, shop, status, locale)
    with nullcontext() if source.standard else turn():
        return write(source, facts)


@orders.post("/<uuid:order_id>/messages/test")
@needs("messages:write", personal=True)
@orders.arguments(TestMailForm)
@orders.response(201, MessageAnswer)
def send_test(form: TestMailForm.Loaded, order_id: UUID) -> Response:
    """Send the mail of a status as this order would, to an address of one's own; the customer gets nothing."""
    order, said = order_then(order_id), context()
    command = RequestMessage(
        message_id=uuid5(order_id, str(said.command_id)) if idempotency_key() else uuid4(),
        context=said,
        purpose="test",
        template=_template_of(form.status, order),
        order_id=order_id,
        customer_id=order.customer_id,
        to=form.to,
        locale=_locale(form, order),
        facts={name: f"({name})" for name in OCCASIONS.get(form.status, ())},
    )
    return handle(command, render=message_answer, status=201, location=lambda sent: f"/api/v1/messages/{sent.id}")


def _template_of(occasion: str, order: Order) -> str:
    """The template's name as messages bear it."""
    if occasion == ADMINISTRATORS:
        return f"{ADMINISTRATORS}:{order.status}"
    return occasion if occasion in OCCASIONS else f"status:{runtime().desk.shop().status(occasion).code}"
