"""Lets the enrolments of a customer who withdrew consent be found and ended."""

from __future__ import annotations

from domain.customers import ConsentWithdrawn
from domain.processes.process import Effect, Process, Reaction, Trigger

NAME = "exit_on_withdrawal"


def react(trigger: Trigger) -> Reaction:
    """One look for all of the customer's enrolments; none sends anything in the meantime."""
    payload: dict[str, str | int] = {"customer_id": str(trigger.event.originator_id)}
    return Reaction(effects=(Effect(kind="sequence.withdrawal", payload=payload),))


EXIT_ON_WITHDRAWAL = Process(NAME, (ConsentWithdrawn,), react)
