"""Ends the enrolments of an order that was refunded or cancelled, where their sequence says so."""

from __future__ import annotations

from typing import cast

from domain.enrolments import EndEnrolment, Enrolment, Reason, enrolment_id_of
from domain.orders.moves import OrderStatusChanged, OrderStatusForced
from domain.orders.refunded import OrderRefunded
from domain.processes.process import NOTHING, Process, Reaction, Trigger
from domain.sequences import SEQUENCES_ID, Sequences
from domain.statuses import CANCELLED

NAME = "exit_on_order"


def react(trigger: Trigger) -> Reaction:
    """The end of every enrolment that is under way and leaves for this reason."""
    event = trigger.event
    if not isinstance(event, OrderRefunded) and cast("OrderStatusChanged", event).stage != CANCELLED:
        return NOTHING
    reason: Reason = "refunded" if isinstance(event, OrderRefunded) else "cancelled"
    book = trigger.load(Sequences, SEQUENCES_ID)
    ended = []
    for sequence in book.sequences.values():
        enrolment = trigger.load(Enrolment, enrolment_id_of(sequence.id, event.originator_id))
        if enrolment.is_under_way and reason in sequence.versions[enrolment.sequence_version - 1].exits:
            context = trigger.context(str(sequence.id))
            ended.append(EndEnrolment(enrolment_id=enrolment.id, context=context, reason=reason))
    return Reaction(commands=tuple(ended))


EXIT_ON_ORDER = Process(NAME, (OrderRefunded, OrderStatusChanged, OrderStatusForced), react)
