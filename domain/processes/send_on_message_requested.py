"""Sends every message that is asked for."""

from __future__ import annotations

from typing import cast

from domain.messages import MessageRequested
from domain.processes.process import Effect, Process, Reaction, Trigger

NAME = "send_on_message_requested"


def react(trigger: Trigger) -> Reaction:
    """The mail to send; those of one order leave in the order they were asked for."""
    requested = cast("MessageRequested", trigger.event)
    payload: dict[str, str | int] = {"message_id": str(requested.originator_id)}
    return Reaction(effects=(Effect(kind="mail.send", payload=payload, order_id=requested.order_id),))


SEND_ON_MESSAGE_REQUESTED = Process(NAME, (MessageRequested,), react)
