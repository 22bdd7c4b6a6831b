"""Asks for the next step of an enrolment, when its time comes."""

from __future__ import annotations

from datetime import timedelta

from domain.enrolments import EndEnrolment, Enrolment, EnrolmentStarted, StepDone
from domain.processes.process import NOTHING, Effect, Process, Reaction, Trigger
from domain.sequences import SEQUENCES_ID, Sequences, following

NAME = "advance_on_step"


def react(trigger: Trigger) -> Reaction:
    """The next step of the version it began with, after the waits before it; the end where none is left."""
    event = trigger.event
    enrolment = trigger.load(Enrolment, event.originator_id)
    if not enrolment.is_under_way:
        return NOTHING
    definition = trigger.load(Sequences, SEQUENCES_ID).definition(enrolment.sequence_id, enrolment.sequence_version)
    next_step = following(definition, event.step if isinstance(event, StepDone) else 0)
    if next_step is None:
        end = EndEnrolment(enrolment_id=enrolment.id, context=trigger.context(), reason="completed")
        return Reaction(commands=(end,))
    step, minutes = next_step
    effect = Effect(
        kind="sequence.step",
        payload={"enrolment_id": str(enrolment.id), "step": step},
        order_id=enrolment.order_id,
        due_at=event.timestamp + timedelta(minutes=minutes) if minutes else None,
        name=str(step),
    )
    return Reaction(effects=(effect,))


ADVANCE_ON_STEP = Process(NAME, (EnrolmentStarted, StepDone), react)
