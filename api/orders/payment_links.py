"""Payment links over HTTP: made, made again, and mailed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import needs
from api.orders.blueprint import orders
from api.orders.payment_forms import pay_again
from api.requests import context, handle, runtime
from api.schemas import Body, Code, Flag, MoneyAnswer, Text, Whole, instant, money
from domain import texts
from domain.orders.order import Order
from domain.orders.pay_again import due
from domain.orders.payment_links import link_for, mail_with_link
from domain.shop import Shop
from projections.log import Session
from projections.payments.providers import link_address

HOURS = 72
MOST_HOURS = 24 * 90


class PaymentLinkForm(Body):
    """A link for all that is due; no method means the order's own, or the first with a provider."""

    method = Code()
    hours = Whole(1, MOST_HOURS)
    mail = Flag()
    pay_again = pay_again()
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        method: str = ""
        hours: int = HOURS
        mail: bool = False
        pay_again: bool
        reason: str | None = None


class PaymentLinkAnswer(Body):
    """A link; the order's older ones no longer work."""

    url = fields.String(required=True)
    amount = fields.Nested(MoneyAnswer, required=True)
    expires_at = fields.DateTime(required=True)


@orders.post("/<uuid:order_id>/payment-link")
@needs("orders:write")
@orders.arguments(PaymentLinkForm)
@orders.response(201, PaymentLinkAnswer)
def issue_payment_link(form: PaymentLinkForm.Loaded, order_id: UUID) -> Response:
    """Give the customer a link to pay what is due; with `mail` it is sent to them as well."""
    given = context(form.reason)
    command = link_for(order_id, given, form.hours, form.method, pay_again=form.pay_again)

    def render(order: Order, shop: Shop) -> dict[str, Any]:
        return {
            "url": link_address(runtime(), order, command),
            "amount": money(due(order), order.currency),
            "expires_at": instant(command.expires_at),
        }

    def mail(session: Session, order: Order) -> None:
        message = mail_with_link(order, command.context, link_address(runtime(), order, command))
        runtime().desk.handle_within(session, message)

    return handle(command, render=render, status=201, beside=mail if form.mail else None)
