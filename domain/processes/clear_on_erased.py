"""Has what stands outside the log cleared of a person who was forgotten: files, messages of providers, mail keys."""

from __future__ import annotations

from domain.customers import CustomerForgotten
from domain.processes.process import Effect, Process, Reaction, Trigger

NAME = "clear_on_erased"


def react(trigger: Trigger) -> Reaction:
    """One look through all of it."""
    event = trigger.event
    payload: dict[str, str | int] = {
        "customer_id": str(event.originator_id),
        "second": int(event.timestamp.timestamp()) + 1,
    }
    return Reaction(effects=(Effect(kind="person.clear", payload=payload),))


CLEAR_ON_ERASED = Process(NAME, (CustomerForgotten,), react)
