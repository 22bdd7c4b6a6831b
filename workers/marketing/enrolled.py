"""What a step looks at: the enrolment, the version it goes by, its order and its customer."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from domain.customers import Customer
from domain.enrolments import Enrolment
from domain.orders.order import Order
from domain.sequences import SEQUENCES_ID, Definition, Sequences
from domain.sequences.matching import card_of
from projections.log import NothingRecorded
from workers.tools import GiveUp, Job, Tools


class Enrolled(NamedTuple):
    """An enrolment and all that its next step depends on, as of now."""

    enrolment: Enrolment
    book: Sequences
    definition: Definition
    order: Order
    customer: Customer | None


def enrolled(tools: Tools, enrolment_id: UUID) -> Enrolled:
    """The enrolment with all that belongs to it."""
    with tools.runtime.log.session() as session:
        enrolment = session.load(Enrolment, enrolment_id)
        book = session.load(Sequences, SEQUENCES_ID)
        order = session.load(Order, enrolment.order_id)
        customer = card_of(session.load_or_blank, order.customer_id)
    definition = book.definition(enrolment.sequence_id, enrolment.sequence_version)
    return Enrolled(enrolment, book, definition, order, customer)


def enrolled_of(tools: Tools, job: Job) -> Enrolled:
    """The enrolment that a job is about."""
    try:
        return enrolled(tools, UUID(job.payload["enrolment_id"]))
    except NothingRecorded:
        raise GiveUp("enrolment-not-found") from None
