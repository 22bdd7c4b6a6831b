"""Payments that a provider is asked to take, to capture and to void."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from domain.orders.order import Order, Payment
from domain.orders.payments import AuthorizePayment, RecordPayment, payment_of
from domain.orders.provider_payments import Action, ConfirmVoid, FailPayment
from projections.payments.provider import KnownPayment, Provider, ProviderRefused, Taking
from workers.payments.asking import asked, key_of, provider_of
from workers.tools import Job, Tools


def take_payment(tools: Tools, job: Job) -> None:
    """Takes money by a token, or has it promised; what is not heard of yet is told later by a webhook."""
    order, payment = _asked_of(tools, job)
    if payment.state != "requested":
        return
    provider = provider_of(tools, payment.provider)
    taking = Taking(
        key=key_of(order.id, f"payment/{payment.id}"),
        order_id=order.id,
        payment=payment.id,
        number=order.number,
        amount=payment.amount,
        currency=order.currency,
        token=payment.token,
        capture=payment.asked == "take",
        asked_at=payment.at,
    )
    try:
        known = asked(tools, job, partial(provider.find_taken, taking), partial(provider.take, taking))
    except ProviderRefused as refusal:
        return _fail(tools, job, order, payment, "take", refusal.code)
    if known.state in ("failed", "voided"):
        return _fail(tools, job, order, payment, "take", known.failure or known.state)
    write_down(tools, job, order, payment, known)


def capture_payment(tools: Tools, job: Job) -> None:
    """Takes promised money."""
    order, payment = _asked_of(tools, job)
    if payment.asked != "capture":
        return
    provider = provider_of(tools, payment.provider)
    key = key_of(order.id, f"capture/{payment.id}/{job.position}")
    take = partial(provider.capture, payment.reference, payment.asked_amount, order.currency, key)
    try:
        known = asked(tools, job, partial(_no_longer_promised, provider, payment.reference), take)
    except ProviderRefused as refusal:
        return _fail(tools, job, order, payment, "capture", refusal.code)
    if known.state != "captured":
        return _fail(tools, job, order, payment, "capture", f"payment-{known.state}")
    write_down(tools, job, order, payment, known)


def void_payment(tools: Tools, job: Job) -> None:
    """Lets promised money go."""
    order, payment = _asked_of(tools, job)
    if payment.asked != "void":
        return
    provider = provider_of(tools, payment.provider)
    key = key_of(order.id, f"void/{payment.id}/{job.position}")
    try:
        known = asked(
            tools,
            job,
            partial(_no_longer_promised, provider, payment.reference),
            partial(provider.void, payment.reference, key),
        )
    except ProviderRefused as refusal:
        return _fail(tools, job, order, payment, "void", refusal.code)
    if known.state != "voided":
        return _fail(tools, job, order, payment, "void", f"payment-{known.state}")
    context = tools.context(job)
    tools.handle(
        ConfirmVoid(order_id=order.id, context=context, provider=payment.provider, reference=payment.reference)
    )


def write_down(tools: Tools, job: Job, order: Order, payment: Payment, known: KnownPayment) -> None:
    """Writes down money that came in or is promised; nothing of a payment that is still under way."""
    if known.state not in ("captured", "authorized"):
        return
    taken = RecordPayment if known.state == "captured" else AuthorizePayment
    tools.handle(
        taken(
            order_id=order.id,
            context=tools.context(job),
            currency=known.currency,
            method=payment.method,
            amount=known.amount,
            reference=known.reference,
            provider=payment.provider,
            payment=payment.id,
        )
    )


def _no_longer_promised(provider: Provider, reference: str) -> KnownPayment | None:
    """A payment that was settled already, at the first attempt or by somebody else."""
    known = provider.fetch(reference)
    if known is None:
        raise ProviderRefused("no-such-payment")
    return None if known.state in ("authorized", "open") else known


def _asked_of(tools: Tools, job: Job) -> tuple[Order, Payment]:
    order = tools.runtime.log.load(Order, UUID(job.payload["order_id"]))
    return order, payment_of(order, str(job.payload["payment"]))


def _fail(tools: Tools, job: Job, order: Order, payment: Payment, action: Action, failure: str) -> None:
    tools.handle(
        FailPayment(order_id=order.id, context=tools.context(job), payment=payment.id, action=action, failure=failure)
    )
