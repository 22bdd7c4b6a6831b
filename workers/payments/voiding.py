"""Charges that customers began by links which no longer count: called off at their providers."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from domain.orders.begun_charges import link_counts
from domain.orders.order import Order
from projections.payments import charges
from projections.payments.provider import Busy, Lost, ProviderRefused
from projections.payments.settling import void
from workers.payments.asking import provider_of
from workers.tools import GiveUp, Job, Retry, Tools

ON_ITS_WAY = timedelta(minutes=10)


def void_charges(tools: Tools, job: Job) -> None:
    """Closes the pages of an order whose links no longer ask for what is due; one that was paid is written down.

    Where the money is still on its way this is tried again: the provider tells by a webhook as well.
    """
    order = tools.runtime.log.load(Order, UUID(job.payload["order_id"]))
    with tools.runtime.pool.connection() as connection:
        begun = charges.unsettled(connection, order.id)
    over = [charge for charge in begun if not link_counts(order, charge.link, charge.amount)]
    if over:
        tools.act(job)
    for charge in over:
        try:
            ended = void(tools.runtime, provider_of(tools, charge.provider), charge, "worker")
        except (Busy, Lost) as trouble:
            raise Retry(trouble.code) from None
        except ProviderRefused as refusal:
            raise GiveUp(refusal.code) from None
        if not ended and _is_unsettled(tools, charge):
            raise Retry("payment-on-its-way", ON_ITS_WAY)


def _is_unsettled(tools: Tools, charge: charges.BegunCharge) -> bool:
    with tools.runtime.reading() as connection:
        known = charges.find(connection, str(charge.id))
    return known is not None and known.state in ("beginning", "open")
