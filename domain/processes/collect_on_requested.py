"""Lets the provider take, capture or void every payment that is asked of it."""

from __future__ import annotations

from typing import cast

from domain.events import Event
from domain.orders.provider_payments import CaptureRequested, PaymentRequested, VoidRequested
from domain.processes.process import Effect, Process, Reaction, Trigger

NAME = "collect_on_requested"
KINDS: dict[type[Event], str] = {
    PaymentRequested: "payment.take",
    CaptureRequested: "payment.capture",
    VoidRequested: "payment.void",
}


def react(trigger: Trigger) -> Reaction:
    """What the provider is asked to do."""
    requested = cast("PaymentRequested | CaptureRequested | VoidRequested", trigger.event)
    payload: dict[str, str | int] = {"order_id": str(requested.originator_id), "payment": requested.payment}
    return Reaction(effects=(Effect(kind=KINDS[type(requested)], payload=payload, order_id=requested.originator_id),))


COLLECT_ON_REQUESTED = Process(NAME, tuple(KINDS), react)
