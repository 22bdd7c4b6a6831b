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

NAME = "mail_on_status"
_Moved = OrderPlaced | OrderStatusChanged | OrderStatusForced


def react(trigger: Trigger) -> Reaction:
    """One message for each recipient, in the order's language."""
    moved = cast(_Moved, trigger.event)
    told = recipients(moved, trigger.shop)
    if not told:
        return NOTHING
    order = trigger.order()
    if isinstance(order.customer_email, Erased):
        return NOTHING
    messages = []
    if "customer" in told and order.customer_email:
        messages.append(_message(trigger, order, moved.status, "customer", purpose="status"))
    if "administrators" in told:
        messages += [
            _message(trigger, order, moved.status, address, purpose="administrators", to=address)
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


def _message(trigger: Trigger, order: Order, status: str, name: str, **facts: Any) -> RequestMessage:
    message_id: UUID = uuid5(trigger.event.metadata.event_id, f"{NAME}/{name}")
    return RequestMessage(
        message_id=message_id,
        context=trigger.context(name),
        template=f"status:{status}",
        order_id=order.id,
        customer_id=order.customer_id,
        locale=order.locale,
        **facts,
    )


MAIL_ON_STATUS = Process(NAME, (OrderPlaced, OrderStatusChanged, OrderStatusForced), react)
