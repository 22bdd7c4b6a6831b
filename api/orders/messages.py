"""The mail an order would send, without sending it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from api.access import needs
from api.orders.blueprint import order_then, orders
from api.requests import respond, runtime
from api.schemas import Body, Code, Text
from domain.orders.order import Order
from domain.settings import LOCALES, UnknownLocale
from domain.texts import CODE
from printing.mail import Written, order_facts, source_for, write


class MessagePreviewForm(Body):
    """The status whose mail to show, and its language; the order's own where nothing is told."""

    status = Code()
    locale = Text(5, filled=True)


class WrittenAnswer(Body):
    """A mail as it would be sent."""

    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)


def written_answer(written: Written) -> dict[str, str]:
    """A mail as the API shows it."""
    return written._asdict()


def _locale(told: dict[str, Any], order: Order) -> str:
    locale: str = told.get("locale", order.locale)
    if locale not in LOCALES:
        raise UnknownLocale("/locale", locale=locale[:CODE])
    return locale


@orders.post("/<uuid:order_id>/messages/preview")
@needs("orders:read", personal=True)
@orders.arguments(MessagePreviewForm)
@orders.response(200, WrittenAnswer)
def preview_message(told: dict[str, Any], order_id: UUID) -> Response:
    """The mail of a status as this order would send it; nothing is stored or sent."""
    order, shop = order_then(order_id), runtime().desk.shop()
    status, locale = shop.status(told.get("status", order.status)).code, _locale(told, order)
    written = write(source_for(shop, status, locale), order_facts(order, shop, status, locale))
    return respond(written_answer(written))
