"""How a charge that was begun ends: called off at its provider, or paid, late or not; each is written on its order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid5

from domain.errors import NotFound
from domain.events import Context
from domain.orders.begun_charges import WriteLateCharge, WriteVoidedCharge, link_counts
from domain.orders.order import Order
from domain.orders.payments import AuthorizePayment, RecordPayment
from projections.payments import charges
from projections.payments.charges import BegunCharge
from projections.payments.provider import KnownPayment, Provider, ProviderRefused
from projections.runtime import Runtime

Told = Callable[[str], Context]


def context_of(charge: BegunCharge, actor: str) -> Told:
    """The contexts of what is written down of a charge: the same whoever writes it, so that it is written once."""
    return lambda name: Context(command_id=uuid5(charge.id, name), actor=actor, at=datetime.now(UTC))


def void(runtime: Runtime, provider: Provider, charge: BegunCharge, actor: str) -> bool:
    """Calls a charge off; False where it was paid, which is written down, or where its payment is still on its way.

    One that the provider may not have heard of is asked for again, under the same key, to learn its name; where that is
    refused nothing was begun. Raises the provider's `Troubled`.
    """
    reference = charge.reference
    if reference is None:
        try:
            begun = provider.begin(charge.asked)
        except ProviderRefused:
            with runtime.pool.connection() as connection:
                charges.settle(connection, charge, "voided")
            return True
        reference = begun.reference
        with runtime.pool.connection() as connection:
            charges.opened(connection, charge, reference, begun.url)
    known = provider.end(reference, f"{charge.id}/end")
    if known.state in ("captured", "authorized"):
        write_payment(runtime, charge, known, context_of(charge, actor))
    if known.state in ("voided", "failed"):
        write_voided(runtime, charge, reference, actor)
    return known.state in ("voided", "failed")


def write_voided(runtime: Runtime, charge: BegunCharge, reference: str, actor: str) -> None:
    """Writes down that a charge can no longer be paid."""
    command = WriteVoidedCharge(
        order_id=charge.order_id,
        context=context_of(charge, actor)("voided"),
        link=charge.link,
        amount=charge.amount,
        provider=charge.provider,
        reference=reference,
    )
    with suppress(NotFound):  # the order was taken back with its import: nothing is left to write on
        runtime.desk.handle(command)
    with runtime.pool.connection() as connection:
        charges.settle(connection, charge, "voided")


def write_payment(runtime: Runtime, charge: BegunCharge, known: KnownPayment, told: Told) -> None:
    """Writes down the payment of a charge; before it, that it came too late where its link no longer counts."""
    order = runtime.log.load(Order, charge.order_id)
    if charge.state == "voided" or not link_counts(order, charge.link, charge.amount):
        runtime.desk.handle(
            WriteLateCharge(
                order_id=charge.order_id,
                context=context_of(charge, "worker")("late"),
                link=charge.link,
                amount=known.amount,
                provider=charge.provider,
                reference=known.reference,
            )
        )
    taken = RecordPayment if known.state == "captured" else AuthorizePayment
    runtime.desk.handle(
        taken(
            order_id=charge.order_id,
            context=told("paid"),
            currency=known.currency,
            method=charge.method,
            amount=known.amount,
            reference=known.reference,
            provider=charge.provider,
        )
    )
    with runtime.pool.connection() as connection:
        charges.settle(connection, charge, "paid")
