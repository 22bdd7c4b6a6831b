"""Asks for the mail that tells a customer with whom a parcel travels, where an operator wants it sent."""

from __future__ import annotations

from typing import cast
from uuid import uuid5

from domain.messages import RequestMessage
from domain.orders.shipments import TrackingTold
from domain.processes.process import NOTHING, Process, Reaction, Trigger

NAME = "mail_on_tracking_told"


def react(trigger: Trigger) -> Reaction:
    """One message to the order's customer, in the order's language."""
    told = cast("TrackingTold", trigger.event)
    order = trigger.order()
    if not order.mails_to:
        return NOTHING
    known = trigger.shop.carriers.get(told.carrier)
    message = RequestMessage(
        message_id=uuid5(told.metadata.event_id, NAME),
        context=trigger.context(),
        template="tracking",
        purpose="tracking",
        order_id=order.id,
        customer_id=order.customer_id,
        locale=order.locale,
        facts={
            "carrier": known.label if known else told.carrier,
            "tracking_code": told.tracking_code,
            "tracking_url": trigger.shop.tracking_url(told.carrier, told.tracking_code),
        },
    )
    return Reaction(commands=(message,))


MAIL_ON_TRACKING_TOLD = Process(NAME, (TrackingTold,), react)
