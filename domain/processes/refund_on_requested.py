"""Lets the provider give back every refund that is asked of it."""

from __future__ import annotations

from typing import cast

from domain.orders.refunds import RefundRequested
from domain.processes.process import Effect, Process, Reaction, Trigger

NAME = "refund_on_requested"


def react(trigger: Trigger) -> Reaction:
    """The refund to send."""
    requested = cast("RefundRequested", trigger.event)
    payload: dict[str, str | int] = {"order_id": str(requested.originator_id), "refund": requested.refund}
    return Reaction(effects=(Effect(kind="refund.send", payload=payload, order_id=requested.originator_id),))


REFUND_ON_REQUESTED = Process(NAME, (RefundRequested,), react)
