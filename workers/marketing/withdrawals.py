"""Does `sequence.withdrawal`: ends the enrolments of a customer who wants no more mail."""

from __future__ import annotations

from uuid import UUID

from domain.customers import Customer
from domain.enrolments import EndEnrolment, exit_reason
from domain.sequences.matching import consents
from projections.enrolments import UNDER_WAY, EnrolmentFilters, EnrolmentHead, list_enrolments
from projections.views import TooFarBehind
from workers.marketing.enrolled import enrolled
from workers.tools import Job, Performer, Retry, Tools

MOST = 500


def end_enrolments(tools: Tools, job: Job) -> None:
    """Ends those that leave for this reason, unless the customer has consented again by now."""
    customer_id = UUID(job.payload["customer_id"])
    if consents(tools.runtime.log.load(Customer, customer_id)):
        return
    for head in _under_way(tools, customer_id, job.position):
        found = enrolled(tools, head.id)
        if exit_reason(found.definition, found.order, found.customer) == "unsubscribed":
            context = tools.context(job, str(head.id))
            tools.handle(EndEnrolment(enrolment_id=head.id, context=context, reason="unsubscribed"))


def _under_way(tools: Tools, customer_id: UUID, position: int) -> list[EnrolmentHead]:
    """The customer's enrolments as the view shows them once it knows of the withdrawal."""
    try:
        tools.runtime.views.wait_for("enrolments", position)
    except TooFarBehind:
        raise Retry("view-behind") from None
    filters = EnrolmentFilters(customer_id=customer_id, state=UNDER_WAY)
    with tools.runtime.reading() as connection:
        return list_enrolments(connection, filters, limit=MOST).items


END_ENROLMENTS = Performer(end_enrolments, repeatable=True, attempts=12)
