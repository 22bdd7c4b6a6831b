"""An order in a sequence: begun at most once, step by step in the version it began with, until the end or an exit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from domain.customers import Customer
from domain.errors import NotFound
from domain.events import Aggregate, Command, Event
from domain.orders.order import Order
from domain.sequences.definition import Definition
from domain.sequences.matching import consents
from domain.settings import Shop

Outcome = Literal["done", "no-consent", "no-customer"]
Reason = Literal["completed", "refunded", "cancelled", "unsubscribed"]


class EnrolmentNotFound(NotFound):
    """There is no such enrolment."""

    code = "enrolment-not-found"


class Enrolment(Aggregate):
    """One order's way through one sequence; `step` is the number of the last step taken."""

    TOPIC = "enrolment"

    def clear(self) -> None:
        self.sequence_id = self.id
        self.sequence_version = 0
        self.order_id = self.id
        self.customer_id: UUID | None = None
        self.step = 0
        self.outcomes: dict[int, str] = {}
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.reason = ""

    @property
    def is_under_way(self) -> bool:
        """Whether steps are still to come."""
        return self.started_at is not None and self.ended_at is None


class EnrolmentCommand(Command, frozen=True, kw_only=True):
    """Something asked of one enrolment."""

    enrolment_id: UUID


class StartEnrolment(Command, frozen=True, kw_only=True):
    """Let an order begin a sequence, in the version that holds now."""

    sequence_id: UUID
    sequence_version: int
    order_id: UUID
    customer_id: UUID | None = None

    @property
    def enrolment_id(self) -> UUID:
        """The id that belongs to the sequence and the order."""
        return enrolment_id_of(self.sequence_id, self.order_id)


class CompleteStep(EnrolmentCommand, frozen=True, kw_only=True):
    """Say that a step was taken, or why it was passed over."""

    step: int
    outcome: Outcome = "done"


class EndEnrolment(EnrolmentCommand, frozen=True, kw_only=True):
    """End an enrolment: all steps are taken, or one of the exits came first."""

    reason: Reason


class EnrolmentStarted(Event, frozen=True, kw_only=True):
    """An order began a sequence."""

    TOPIC = "enrolment.started"
    BEGINS = True

    sequence_id: UUID
    sequence_version: int
    order_id: UUID
    customer_id: UUID | None = None

    def apply(self, enrolment: Enrolment) -> None:
        enrolment.sequence_id = self.sequence_id
        enrolment.sequence_version = self.sequence_version
        enrolment.order_id = self.order_id
        enrolment.customer_id = self.customer_id
        enrolment.started_at = self.timestamp


class StepDone(Event, frozen=True, kw_only=True):
    """A step was taken, or passed over for a reason."""

    TOPIC = "enrolment.step-done"

    step: int
    outcome: str

    def apply(self, enrolment: Enrolment) -> None:
        enrolment.step = self.step
        enrolment.outcomes[self.step] = self.outcome


class EnrolmentEnded(Event, frozen=True, kw_only=True):
    """No further step will be taken."""

    TOPIC = "enrolment.ended"

    reason: str

    def apply(self, enrolment: Enrolment) -> None:
        enrolment.ended_at = self.timestamp
        enrolment.reason = self.reason


def enrolment_id_of(sequence_id: UUID, order_id: UUID) -> UUID:
    """The id of an order's one enrolment in a sequence."""
    return uuid5(sequence_id, str(order_id))


def exit_reason(definition: Definition, order: Order, customer: Customer | None) -> Reason | None:
    """Why an order leaves a sequence before its next step, or None."""
    reasons: dict[Reason, bool] = {
        "refunded": order.refunded > 0,
        "cancelled": order.is_cancelled,
        "unsubscribed": definition.sends_mail and not consents(customer),
    }
    return next((reason for reason, holds in reasons.items() if holds and reason in definition.exits), None)


def start_enrolment(enrolment: Enrolment, command: StartEnrolment, shop: Shop) -> None:
    """Begins once; an order that was in the sequence before does not begin again."""
    if not enrolment.exists:
        enrolment.record(
            EnrolmentStarted,
            command.context,
            sequence_id=command.sequence_id,
            sequence_version=command.sequence_version,
            order_id=command.order_id,
            customer_id=command.customer_id,
        )


def complete_step(enrolment: Enrolment, command: CompleteStep, shop: Shop) -> None:
    """Notes a step once; after the end none counts any more."""
    if enrolment.is_under_way and command.step > enrolment.step:
        enrolment.record(StepDone, command.context, step=command.step, outcome=command.outcome)


def end_enrolment(enrolment: Enrolment, command: EndEnrolment, shop: Shop) -> None:
    """Ends once."""
    if enrolment.is_under_way:
        enrolment.record(EnrolmentEnded, command.context, reason=command.reason)


EVENTS: tuple[type[Event], ...] = (EnrolmentStarted, StepDone, EnrolmentEnded)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    StartEnrolment: start_enrolment,
    CompleteStep: complete_step,
    EndEnrolment: end_enrolment,
}
