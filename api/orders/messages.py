"""The mail an order would send, without sending it."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import needs
from api.mail_looks import look
from api.orders.blueprint import order_then, orders
from api.requests import respond, runtime
from api.schemas import Body, Code, Text
from api.trying import turn
from domain.orders.order import Order
from domain.settings import LOCALES, UnknownLocale
from domain.texts import CODE
from printing.mail import Written, order_facts, source_for, write


class MessagePreviewForm(Body):
    """The status whose mail to show, and its language; the order's own where nothing is told."""

    status = Code()
    locale = Text(5, filled=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        status: str | None = None
        locale: str | None = None


class WrittenAnswer(Body):
    """A mail as it would be sent."""

    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)


def written_answer(written: Written) -> dict[str, str]:
    """A mail as the API shows it."""
    return written._asdict()


def _locale(form: MessagePreviewForm.Loaded, order: Order) -> str:
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
