"""Lets an order begin the sequences that wait for what happened to it."""

from __future__ import annotations

from domain.enrolments import StartEnrolment
from domain.orders.creation import OrderCreated
from domain.orders.order import Order
from domain.processes.process import NOTHING, Process, Reaction, Trigger
from domain.sequences import SEQUENCES_ID, Sequences
from domain.sequences.matching import TOPICS, beginnings, card_of, matches

NAME = "enrol_on_order"


def react(trigger: Trigger) -> Reaction:
    """One enrolment for each sequence that the order begins and whose mail, if any, its customer agreed to."""
    running = trigger.load(Sequences, SEQUENCES_ID).running(trigger.event.timestamp)
    if not running:
        return NOTHING
    order = _order(trigger)
    if not beginnings(trigger.event, order):
        return NOTHING
    customer = card_of(trigger.load, order.customer_id)
    begun = matches(running, trigger.event, order, customer)
    return Reaction(
        commands=tuple(
            StartEnrolment(
                context=trigger.context(str(match.sequence.id)),
                sequence_id=match.sequence.id,
                sequence_version=match.sequence.version,
                order_id=order.id,
                customer_id=customer.id if customer else None,
            )
            for match in begun
            if match.verdict == "enrolled"
        )
    )


def _order(trigger: Trigger) -> Order:
    """The order after the event; a new one with the lines and the customer that were stored along with it."""
    if isinstance(trigger.event, OrderCreated):
        return trigger.load(Order, trigger.event.originator_id)
    return trigger.order()


ENROL_ON_ORDER = Process(NAME, TOPICS, react)
