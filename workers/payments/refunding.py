"""Refunds that a provider is asked for."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from domain.orders.order import Order
from domain.orders.refunds import ConfirmRefund, FailRefund, provider_refund
from projections.payments.provider import Giving, ProviderRefused
from workers.payments.asking import asked, key_of, provider_of
from workers.tools import Job, Tools


def send_refund(tools: Tools, job: Job) -> None:
    """Asks the provider to give money back, once; one that is pending is told of later by a webhook."""
    order = tools.runtime.log.load(Order, UUID(job.payload["order_id"]))
    refund = provider_refund(order, str(job.payload["refund"]))
    if refund.state != "requested":
        return
    payment = order.payments[refund.payment]
    provider = provider_of(tools, payment.provider)
    key = key_of(order.id, f"refund/{refund.id}")
    giving = Giving(key, order.id, refund.id, payment.reference, refund.amount, order.currency)
    context = tools.context(job)
    try:
        known = asked(tools, job, partial(provider.find_given, giving), partial(provider.refund, giving))
    except ProviderRefused as refusal:
        tools.handle(FailRefund(order_id=order.id, context=context, refund=refund.id, failure=refusal.code))
        return
    if known.state == "succeeded":
        tools.handle(ConfirmRefund(order_id=order.id, context=context, refund=refund.id, reference=known.reference))
    elif known.state == "failed":
        tools.handle(FailRefund(order_id=order.id, context=context, refund=refund.id, failure=known.failure))
