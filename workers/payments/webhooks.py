"""Webhooks to follow: whatever order they come in, the ledger ends as the provider's does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from domain.errors import DomainError, NotFound
from domain.events import Command
from domain.orders.disputes import CloseDispute, OpenDispute
from domain.orders.order import Order
from domain.orders.payments import AuthorizePayment, RecordPayment
from domain.orders.provider_payments import ConfirmVoid
from domain.orders.refunds import ConfirmRefund, FailRefund
from projections.payments import charges, webhooks
from projections.payments.provider import KnownPayment, Provider, ProviderReport, State, Troubled
from projections.payments.settling import write_payment, write_voided
from workers.payments.asking import provider_of
from workers.tools import GiveUp, Job, Retry, Tools

TOO_EARLY = timedelta(seconds=5)


def process_webhook(tools: Tools, job: Job) -> None:
    """Does what a webhook tells; one that came before what it is about waits."""
    name, event_id = str(job.payload["provider"]), str(job.payload["event_id"])
    with tools.runtime.reading() as connection:
        body = webhooks.find(connection, tools.runtime.log.keys.webhooks, name, event_id)
    if body is None:
        raise GiveUp("webhook-gone")
    provider = provider_of(tools, name)
    told = provider.trust(body)
    order_id = told.order_id or _order_of(provider, told.reference)
    if order_id is None:
        return
    try:
        _follow(tools, job, name, told, order_id)
    except NotFound as error:
        raise Retry(error.code, TOO_EARLY) from None
    except DomainError as error:
        raise GiveUp(error.code) from None


def _order_of(provider: Provider, reference: str) -> UUID | None:
    """The order of a payment that the provider knows by this reference; None when it is not the shop's."""
    try:
        known = provider.fetch(reference)
    except Troubled as trouble:
        raise Retry(trouble.code) from None
    return known.order_id if known else None


def _follow(tools: Tools, job: Job, provider: str, told: ProviderReport, order_id: UUID) -> None:
    """Writes down what became of a charge that was begun by a link, else what was told of anything else."""
    with tools.runtime.reading() as connection:
        charge = charges.find(connection, told.charge)
    if charge is None or charge.order_id != order_id:
        if told.kind != "expired":
            tools.handle(_command(tools, job, provider, told, order_id))
    elif told.kind == "authorized" and charge.state == "voided":
        return  # the promise was let go when its page was closed, which is written down
    elif told.kind in ("captured", "authorized"):
        state: State = "captured" if told.kind == "captured" else "authorized"
        known = KnownPayment(told.reference, order_id, "", state, told.amount, told.currency)
        write_payment(tools.runtime, charge, known, partial(tools.context, job))
    elif told.kind == "expired" or (told.kind == "voided" and not _is_known(tools, provider, told.reference, order_id)):
        write_voided(tools.runtime, charge, charge.reference or told.reference, "worker")
    else:
        tools.handle(_command(tools, job, provider, told, order_id))


def _is_known(tools: Tools, provider: str, reference: str, order_id: UUID) -> bool:
    """Whether the order has the payment; a page that closes unpaid ends one that it never heard of."""
    return tools.runtime.log.load(Order, order_id).payment_by(provider, reference) is not None


def _command(tools: Tools, job: Job, provider: str, told: ProviderReport, order_id: UUID) -> Command:
    facts: dict[str, Any] = {"order_id": order_id, "context": tools.context(job)}
    if told.kind in ("captured", "authorized"):
        order = tools.runtime.log.load(Order, order_id)
        known = order.payments.get(told.subject) or order.payment_by(provider, told.reference)
        taken = RecordPayment if told.kind == "captured" else AuthorizePayment
        return taken(
            **facts,
            currency=told.currency,
            method=known.method if known else order.payment_link_method,
            amount=told.amount,
            reference=told.reference,
            provider=provider,
            payment=told.subject,
        )
    if told.kind == "voided":
        return ConfirmVoid(**facts, provider=provider, reference=told.reference)
    if told.kind == "refunded":
        return ConfirmRefund(**facts, refund=told.subject, reference=told.reference)
    if told.kind == "refund-failed":
        return FailRefund(**facts, refund=told.subject, failure="told-by-provider")
    facts |= {
        "dispute": told.subject,
        "provider": provider,
        "reference": told.reference,
        "amount": told.amount,
    }
    if told.kind == "dispute-opened":
        return OpenDispute(**facts)
    return CloseDispute(**facts, won=told.kind == "dispute-won")
