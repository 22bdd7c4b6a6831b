"""Payment links over HTTP: made, made again, and mailed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import Response
from marshmallow import fields

from api.access import needs
from api.orders.blueprint import orders
from api.requests import context, handle, runtime
from api.schemas import Body, Code, Flag, MoneyAnswer, Whole, instant, money
from domain.messages import RequestMessage
from domain.orders.order import Order
from domain.orders.payment_links import IssuePaymentLink
from domain.orders.payments import due
from domain.shop import Shop
from projections.log import Session
from projections.payments.links import Link, link_token
from projections.payments.providers import address

HOURS = 72
MOST_HOURS = 24 * 90


class PaymentLinkForm(Body):
    """A link for all that is due; no method means the order's own, or the first with a provider."""

    method = Code()
    hours = Whole(1, MOST_HOURS)
    mail = Flag()


class PaymentLinkAnswer(Body):
    """A link; the order's older ones no longer work."""

    url = fields.String(required=True)
    amount = fields.Nested(MoneyAnswer, required=True)
    expires_at = fields.DateTime(required=True)


@orders.post("/<uuid:order_id>/payment-link")
@needs("orders:write")
@orders.arguments(PaymentLinkForm)
@orders.response(201, PaymentLinkAnswer)
def issue_payment_link(told: dict[str, Any], order_id: UUID) -> Response:
    """Give the customer a link to pay what is due; with `mail` it is sent to them as well."""
    asked = context()
    link = uuid5(asked.command_id, "payment-link")
    expires_at = (datetime.now(UTC) + timedelta(hours=told.get("hours", HOURS))).replace(microsecond=0)

    def url(order: Order) -> str:
        token = link_token(runtime().log.keys.payment_links, Link(order_id, link, due(order), expires_at))
        return f"{address(runtime())}/pay/{token}"

    def render(order: Order, shop: Shop) -> dict[str, Any]:
        return {
            "url": url(order),
            "amount": money(due(order), order.currency),
            "expires_at": instant(expires_at),
        }

    def mail(session: Session, order: Order) -> None:
        message = RequestMessage(
            message_id=uuid5(asked.command_id, "message"),
            context=asked,
            template="payment-link",
            purpose="payment-link",
            order_id=order.id,
            customer_id=order.customer_id,
            locale=order.locale,
            facts={"link": url(order)},
        )
        runtime().desk.handle_within(session, message)

    command = IssuePaymentLink(
        order_id=order_id, context=asked, link=link.hex, expires_at=expires_at, method=told.get("method", "")
    )
    return handle(command, render=render, status=201, beside=mail if told.get("mail") else None)
