"""Asks for the mails of a status: to the customer, to the administrators, as the status or the operator says."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID, uuid5

from domain.events import Erased
from domain.messages import RequestMessage
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order
from domain.processes.process import NOTHING, Process, Reaction, Trigger
from domain.shop import Shop
from domain.templates import ADMINISTRATORS

NAME = "mail_on_status"
_Moved = OrderPlaced | OrderStatusChanged | OrderStatusForced


def react(trigger: Trigger) -> Reaction:
    """One message for each recipient: the customer's in the order's language, one made for them to administrators."""
    moved = cast("_Moved", trigger.event)
    told = recipients(moved, trigger.shop)
    if not told:
        return NOTHING
    order = trigger.order()
    if isinstance(order.mails_to, Erased):
        return NOTHING
    messages = []
    if "customer" in told and order.mails_to:
        template = f"status:{moved.status}"
        messages.append(_message(trigger, order, "customer", template=template, purpose="status", locale=order.locale))
    if "administrators" in told:
        facts = {"template": f"{ADMINISTRATORS}:{moved.status}", "locale": trigger.shop.defaults.locale}
        messages += [
            _message(trigger, order, address, purpose="administrators", to=address, **facts)
            for address in trigger.shop.administrators
        ]
    return Reaction(commands=tuple(messages))


def recipients(moved: _Moved, shop: Shop) -> tuple[str, ...]:
    """Who is told: whom the operator ticked, else whom the status names."""
    if moved.notify is not None:
        return moved.notify
    status = shop.statuses.get(moved.status)
    if status is None:
        return ()
    named = {"customer": status.notifies_customer, "administrators": status.notifies_administrators}
    return tuple(name for name, wanted in named.items() if wanted)


def _message(trigger: Trigger, order: Order, name: str, **facts: Any) -> RequestMessage:
    message_id: UUID = uuid5(trigger.event.metadata.event_id, f"{NAME}/{name}")
    return RequestMessage(
        message_id=message_id,
        context=trigger.context(name),
        order_id=order.id,
        customer_id=order.customer_id,
        **facts,
    )


MAIL_ON_STATUS = Process(NAME, (OrderPlaced, OrderStatusChanged, OrderStatusForced), react)
