"""How a customer comes from a link to the provider's page: one page for a link, and none beside it for its order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid5

from domain.orders.begun_charges import link_counts
from domain.orders.order import Order
from domain.processes.process import Effect
from domain.processes.void_on_changed import KIND
from projections.payments import charges
from projections.payments.charges import BegunCharge
from projections.payments.provider import Provider, ProviderRefused
from projections.payments.settling import void
from projections.runtime import Runtime
from projections.work import effects
from projections.work.effects import EffectRequest

ACTOR = "payment-page"


class NoLongerAsked(Exception):
    """The order changed meanwhile: the link asks for something that is not due."""


class OnItsWay(Exception):
    """An earlier charge of the order was paid, or may have been: nothing else is begun beside it."""


def page_of(runtime: Runtime, providers: Mapping[str, Provider], wanted: BegunCharge, now: datetime) -> str:
    """The address where a link is paid: the page that was opened before, else a new one.

    Pages of other links of the order are closed first. Raises `NoLongerAsked`, `OnItsWay` or the provider's `Troubled`.
    """
    _close_others(runtime, providers, wanted, now)
    with runtime.pool.connection() as connection:
        charge = charges.begin(connection, wanted)
    if charge is None:
        raise OnItsWay
    # Looked at once the charge is kept: whoever changes the order from here on finds the charge, and calls it off.
    if not link_counts(runtime.log.load(Order, charge.order_id), charge.link, charge.amount):
        ask_to_void(runtime, charge)
        raise NoLongerAsked
    return charge.url or _open(runtime, providers[charge.provider], charge)


def _open(runtime: Runtime, provider: Provider, charge: BegunCharge) -> str:
    try:
        begun = provider.begin(charge.asked)
    except ProviderRefused:
        with runtime.pool.connection() as connection:
            charges.settle(connection, charge, "voided")
        raise
    with runtime.pool.connection() as connection:
        stands = charges.opened(connection, charge, begun.reference, begun.url)
    if not stands:
        raise NoLongerAsked
    return begun.url


def _close_others(runtime: Runtime, providers: Mapping[str, Provider], wanted: BegunCharge, now: datetime) -> None:
    with runtime.pool.connection() as connection:
        earlier = charges.unsettled(connection, wanted.order_id)
    for charge in earlier:
        provider = providers.get(charge.provider)
        if provider is None:
            _leave(runtime, charge, now)
        elif (charge.link != wanted.link or not charge.is_payable(now)) and not void(runtime, provider, charge, ACTOR):
            raise OnItsWay


def _leave(runtime: Runtime, charge: BegunCharge, now: datetime) -> None:
    """A page of a provider that is not set up any more can be paid until it closes by itself."""
    if charge.is_payable(now):
        raise OnItsWay
    with runtime.pool.connection() as connection:
        charges.settle(connection, charge, "voided")


def ask_to_void(runtime: Runtime, charge: BegunCharge) -> None:
    """Has the charges of its order looked at by a worker."""
    effect = Effect(kind=KIND, payload={"order_id": str(charge.order_id)}, order_id=charge.order_id)
    with runtime.pool.connection() as connection:
        effects.put_all(connection, (EffectRequest(uuid5(charge.id, "void"), effect, 0),))
    runtime.log.announce()
