"""Does `sequence.withdrawal`: ends the enrolments of a customer who wants no more mail, and keeps back what waits."""

from __future__ import annotations

from uuid import UUID

from domain.customers import Customer
from domain.enrolments import EndEnrolment, exit_reason
from domain.messages import Message, RefuseMessage
from domain.sequences import SendMail
from domain.sequences.matching import consents
from projections.engine.freshness import TooFarBehind
from projections.views.enrolments import EnrolmentFilters, EnrolmentHead, list_enrolments
from workers.marketing.enrolled import Enrolled, enrolled
from workers.marketing.steps import step_id
from workers.tools import Job, Performer, Retry, Tools

PAGE = 500
_NOT_YET_SENT = ("requested", "rendered")


def end_enrolments(tools: Tools, job: Job) -> None:
    """Ends those that leave for this reason, unless the customer has consented again by now."""
    customer_id = UUID(job.payload["customer_id"])
    if consents(tools.runtime.log.load(Customer, customer_id)):
        return
    for head in _enrolments(tools, customer_id, job.position):
        found = enrolled(tools, head.id)
        _keep_back(tools, job, found)
        reason = exit_reason(found.definition, found.order, found.customer)
        if found.enrolment.is_under_way and reason == "unsubscribed":
            context = tools.context(job, str(head.id))
            tools.handle(EndEnrolment(enrolment_id=head.id, context=context, reason=reason))


def _keep_back(tools: Tools, job: Job, found: Enrolled) -> None:
    """Refuses the mails that were asked for and have not left yet."""
    for number, step in enumerate(found.definition.steps, start=1):
        if not isinstance(step, SendMail) or found.enrolment.outcomes.get(number) != "done":
            continue
        message_id = step_id(found.enrolment.id, number)
        if tools.runtime.log.load(Message, message_id).state in _NOT_YET_SENT:
            context = tools.context(job, str(message_id))
            tools.handle(RefuseMessage(message_id=message_id, context=context, code="no-consent"))


def _enrolments(tools: Tools, customer_id: UUID, position: int) -> list[EnrolmentHead]:
    """The customer's latest enrolments as the view shows them once it knows of the withdrawal."""
    try:
        tools.runtime.views.wait_for("enrolments", position)
    except TooFarBehind:
        raise Retry("view-behind") from None
    with tools.runtime.reading() as connection:
        return list_enrolments(connection, EnrolmentFilters(customer_id=customer_id), limit=PAGE).items


END_ENROLMENTS = Performer(end_enrolments, repeatable=True, attempts=12)
