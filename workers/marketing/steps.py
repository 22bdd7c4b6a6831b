"""Does `sequence.step`: takes one step of an enrolment, unless it has left the sequence by then."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

from domain.customers import TagCustomer
from domain.enrolments import CompleteStep, EndEnrolment, Outcome, exit_reason
from domain.errors import StaleVersion
from domain.messages import RequestMessage
from domain.orders.notes import SetTags
from domain.orders.order import Order
from domain.processes.process import Effect
from domain.sequences import CallWebhook, PutTags, SendMail, Step
from domain.sequences.matching import consents
from projections.access.unsubscribing import PATH, unsubscribe_token
from projections.log import Session
from projections.work import effects
from workers.marketing.enrolled import Enrolled, enrolled_of
from workers.tools import GiveUp, Job, Performer, Retry, Tools


def take_step(tools: Tools, job: Job) -> None:
    """One step, once; its exits are looked at anew before."""
    found, number = enrolled_of(tools, job), int(job.payload["step"])
    enrolment = found.enrolment
    if not enrolment.is_under_way or number <= enrolment.step:
        return
    reason = exit_reason(found.definition, found.order, found.customer)
    if reason:
        context = tools.context(job, "end")
        tools.handle(EndEnrolment(enrolment_id=enrolment.id, context=context, reason=reason))
        return
    step = found.definition.steps[number - 1]
    outcome = TAKEN[type(step)](tools, job, found, step)
    context = tools.context(job, "done")
    tools.handle(CompleteStep(enrolment_id=enrolment.id, context=context, step=number, outcome=outcome))


def _send_mail(tools: Tools, job: Job, found: Enrolled, step: SendMail) -> Outcome:
    """Asks for the mail, with the link by which the customer leaves; none without consent."""
    enrolment, order = found.enrolment, found.order
    if found.customer is None or not consents(found.customer):
        return "no-consent"
    if tools.settings.smtp_url and not tools.settings.public_url:
        raise GiveUp("public-url-missing")  # no mail leaves without a way out
    number = job.payload["step"]
    link = tools.settings.public_url.rstrip("/") + PATH + unsubscribe_token(tools.runtime.log.keys, enrolment.id)
    tools.handle(
        RequestMessage(
            message_id=step_id(enrolment.id, number),
            context=tools.context(job, "mail"),
            template=f"sequence:{enrolment.sequence_id}:{enrolment.sequence_version}:{number}",
            purpose="sequence",
            order_id=order.id,
            customer_id=found.customer.id,
            locale=order.locale,
            facts={"unsubscribe": link},
        )
    )
    return "done"


def _put_tags(tools: Tools, job: Job, found: Enrolled, step: PutTags) -> Outcome:
    if step.owner == "order":
        return _tag_order(tools, job, found.order, step)
    if found.customer is None or not found.customer.exists or found.customer.erased_at:
        return "no-customer"
    context = tools.context(job, "tag")
    tools.handle(TagCustomer(customer_id=found.customer.id, context=context, tags=step.tags))
    return "done"


def _tag_order(tools: Tools, job: Job, order: Order, step: PutTags) -> Outcome:
    """Puts tags behind those the order has; when they were changed at the same moment, later."""
    tags = tuple(dict.fromkeys((*order.tags, *step.tags)))
    command = SetTags(order_id=order.id, context=tools.context(job, "tag"), tags=tags)
    try:
        tools.runtime.desk.handle(command, expected_version=order.version)
    except StaleVersion:
        raise Retry("order-changed") from None
    return "done"


def _ask_for_call(tools: Tools, job: Job, found: Enrolled, step: CallWebhook) -> Outcome:
    """Asks for the call as work of its own: one that fails does not hold up the next step."""
    enrolment_id, number = found.enrolment.id, job.payload["step"]
    payload = {"enrolment_id": str(enrolment_id), "step": number}
    call = Effect(kind="sequence.webhook", payload=payload, order_id=found.order.id)

    def asked(session: Session, _: object) -> None:
        effects.put(session, call, step_id(enrolment_id, number), job.position)

    command = CompleteStep(enrolment_id=enrolment_id, context=tools.context(job, "done"), step=int(number))
    tools.runtime.desk.handle(command, beside=asked)
    return "done"


def step_id(enrolment_id: UUID, number: int) -> UUID:
    """The id of what a step asks for: the same step never asks twice."""
    return uuid5(enrolment_id, str(number))


TAKEN: dict[type[Step], Callable[..., Outcome]] = {
    SendMail: _send_mail,
    PutTags: _put_tags,
    CallWebhook: _ask_for_call,
}

TAKE_STEP = Performer(take_step, repeatable=True, attempts=20)
