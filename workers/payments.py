"""Work with payment providers: refunds to send, webhooks to follow, and the sandbox's own webhooks."""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from domain.errors import DomainError, NotFound
from domain.events import Command
from domain.orders.disputes import CloseDispute, OpenDispute
from domain.orders.order import Order
from domain.orders.payments import AuthorizePayment, RecordPayment
from domain.orders.refunds import ConfirmRefund, FailRefund, provider_refund
from projections.payments import sandbox, webhooks
from projections.payments.provider import Told
from projections.payments.providers import PROVIDERS, address
from projections.payments.sandbox import Sandbox
from workers.tools import GiveUp, Job, Performer, Retry, Tools

PATH = "/api/v1/webhooks/sandbox"
PATIENCE = 10  # seconds
TOO_EARLY = timedelta(seconds=5)


def send_refund(tools: Tools, job: Job) -> None:
    """Asks the provider to give money back, under a key that makes asking again harmless."""
    order_id, refund_id = UUID(job.payload["order_id"]), str(job.payload["refund"])
    order = tools.runtime.log.load(Order, order_id)
    refund = provider_refund(order, refund_id)
    if refund.state != "requested":
        return
    payment = order.payments[refund.payment]
    provider = PROVIDERS[payment.provider](tools.runtime)
    tools.act(job)
    result = provider.refund(payment.reference, refund.amount, str(uuid5(order_id, f"refund/{refund_id}")))
    context = tools.context(job)
    if result.state == "succeeded":
        tools.handle(ConfirmRefund(order_id=order_id, context=context, refund=refund_id, reference=result.reference))
    elif result.state == "failed":
        tools.handle(FailRefund(order_id=order_id, context=context, refund=refund_id, failure=result.failure))


def process_webhook(tools: Tools, job: Job) -> None:
    """Does what a webhook tells; one that came before what it is about waits."""
    name, event_id = str(job.payload["provider"]), str(job.payload["event_id"])
    with tools.runtime.reading() as connection:
        body = webhooks.find(connection, tools.runtime.log.keys.webhooks, name, event_id)
    if body is None:
        raise GiveUp("webhook-gone")
    told = PROVIDERS[name](tools.runtime).trust(body)
    try:
        tools.handle(_command(tools, job, name, told))
    except NotFound as error:
        raise Retry(error.code, TOO_EARLY) from None
    except DomainError as error:
        raise GiveUp(error.code) from None


def _command(tools: Tools, job: Job, provider: str, told: Told) -> Command:
    context, order_id = tools.context(job), told.order_id
    if told.kind in ("captured", "authorized"):
        order = tools.runtime.log.load(Order, order_id)
        taken = RecordPayment if told.kind == "captured" else AuthorizePayment
        return taken(
            order_id=order_id,
            context=context,
            currency=told.currency,
            method=order.payment_link_method,
            amount=told.amount,
            reference=told.reference,
            provider=provider,
        )
    if told.kind == "refunded":
        return ConfirmRefund(order_id=order_id, context=context, refund=told.subject, reference=told.reference)
    if told.kind == "refund-failed":
        return FailRefund(order_id=order_id, context=context, refund=told.subject, failure="told-by-provider")
    facts: dict[str, Any] = {
        "dispute": told.subject,
        "provider": provider,
        "reference": told.reference,
        "amount": told.amount,
    }
    if told.kind == "dispute-opened":
        return OpenDispute(order_id=order_id, context=context, **facts)
    return CloseDispute(order_id=order_id, context=context, won=told.kind == "dispute-won", **facts)


def tell_payment(tools: Tools, job: Job) -> None:
    """Tells the shop of a payment as an outside provider would: by a signed webhook over HTTP."""
    charge_id = str(job.payload["charge_id"])
    with tools.runtime.reading() as connection:
        sandbox.choose(connection, charge_id, "pay")
        charge = sandbox.find_charge(connection, charge_id)
    if charge is None:
        raise GiveUp("charge-gone")
    target = urlsplit(address(tools.runtime))
    body = sandbox.captured(charge)
    signer = Sandbox(tools.runtime.pool, tools.runtime.log.keys.sandbox, "")
    headers = {"Content-Type": "application/json", sandbox.SIGNATURE: signer.sign(body)}
    calling = HTTPSConnection if target.scheme == "https" else HTTPConnection
    client = calling(target.netloc, timeout=PATIENCE)
    try:
        client.request("POST", target.path + PATH, body, headers)
        status = client.getresponse().status
    except (OSError, HTTPException) as fault:
        raise Retry(type(fault).__name__) from None
    finally:
        client.close()
    if status >= 300:
        raise Retry(f"answered-{status}")


def forget_webhooks(tools: Tools, job: Job) -> None:
    """Deletes what providers told us longer ago than it is kept."""
    with tools.runtime.pool.connection() as connection:
        webhooks.forget_old(connection)


PAYMENTS = {
    "refund.send": Performer(send_refund, repeatable=True),
    "webhook.process": Performer(process_webhook, repeatable=True),
    "webhooks.forget": Performer(forget_webhooks, repeatable=True),
    "sandbox.tell": Performer(tell_payment, repeatable=True),
}
