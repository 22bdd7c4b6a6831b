"""Asks for the mails that tell a customer of a payment that was received, and of money that was given back."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from domain.messages import RequestMessage
from domain.orders.order import EXCHANGE, Order, Payment, Refund
from domain.orders.payments import PaymentCaptured, PaymentRecorded
from domain.orders.refunded import OrderRefunded
from domain.processes.process import NOTHING, Process, Reaction, Trigger
from domain.templates import PAYMENT_RECEIVED, REFUND_MADE

NAME = "mail_on_money"


def react(trigger: Trigger) -> Reaction:
    """One message to the order's customer, where the shop has them sent; goods in exchange are no money."""
    order = trigger.order()
    moved = _moved(trigger, order)
    if moved is None or moved.method == EXCHANGE or not order.mails_to:
        return NOTHING
    facts: dict[str, Any] = (
        {"template": PAYMENT_RECEIVED, "purpose": "payment", "facts": {"payment": moved.id}}
        if isinstance(moved, Payment)
        else {"template": REFUND_MADE, "purpose": "refund", "facts": {"refund": moved.id}}
    )
    message = RequestMessage(
        message_id=uuid5(trigger.event.metadata.event_id, NAME),
        context=trigger.context(),
        order_id=order.id,
        customer_id=order.customer_id,
        locale=order.locale,
        **facts,
    )
    return Reaction(commands=(message,))


def _moved(trigger: Trigger, order: Order) -> Payment | Refund | None:
    """The payment or refund that customers are told of; None where this shop does not tell them."""
    match trigger.event:
        case PaymentRecorded(payment=payment) | PaymentCaptured(payment=payment):
            return order.payments.get(payment) if trigger.shop.payment_received else None
        case OrderRefunded(refund=refund) if trigger.shop.refund_made:
            return next((one for one in order.refunds if one.id == refund), None)
    return None


MAIL_ON_MONEY = Process(NAME, (PaymentRecorded, PaymentCaptured, OrderRefunded), react)
