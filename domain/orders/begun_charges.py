"""Charges that customers began at a provider by a link: called off there, or paid when the link no longer counted."""

from __future__ import annotations

from domain.events import Event
from domain.orders.order import Order, OrderCommand
from domain.orders.payment_links import promised
from domain.orders.payments import due
from domain.settings import Shop


def link_counts(order: Order, link: str, amount: int) -> bool:
    """Whether a link asks for what is due: it is the newest, of this very amount, and no other payment promises it."""
    return bool(link) and link == order.payment_link and due(order) == amount and promised(order) < amount


class WriteVoidedCharge(OrderCommand, frozen=True, kw_only=True):
    """A provider called off a charge that a customer began by a link."""

    link: str
    amount: int
    provider: str
    reference: str


class WriteLateCharge(OrderCommand, frozen=True, kw_only=True):
    """A provider took money for a charge whose link no longer counts; the payment is written down beside."""

    link: str
    amount: int
    provider: str
    reference: str


class ChargeVoided(Event, frozen=True, kw_only=True):
    """A charge that was begun by a link was called off at its provider: it can no longer be paid."""

    TOPIC = "order.charge-voided"

    link: str
    amount: int
    provider: str
    reference: str

    def apply(self, order: Order) -> None:
        order.commands.add(self.metadata.cause)


class ChargePaidLate(Event, frozen=True, kw_only=True):
    """A charge was paid although its link was replaced, or what it asked for was no longer due.

    `reference` is the provider's name of the payment, which follows as every other does.
    """

    TOPIC = "order.charge-paid-late"

    link: str
    amount: int
    provider: str
    reference: str

    def apply(self, order: Order) -> None:
        order.late_charges = (*order.late_charges, self.reference)


def write_voided_charge(order: Order, command: WriteVoidedCharge, shop: Shop) -> None:
    """Writes down once that a charge was called off."""
    if command.context.command_id not in order.commands:
        order.record(
            ChargeVoided,
            command.context,
            link=command.link,
            amount=command.amount,
            provider=command.provider,
            reference=command.reference,
        )


def write_late_charge(order: Order, command: WriteLateCharge, shop: Shop) -> None:
    """Writes down once, before the payment itself, that it came too late."""
    known = order.payment_by(command.provider, command.reference)
    if known is None and command.reference not in order.late_charges:
        order.record(
            ChargePaidLate,
            command.context,
            link=command.link,
            amount=command.amount,
            provider=command.provider,
            reference=command.reference,
        )


EVENTS: tuple[type[Event], ...] = (ChargeVoided, ChargePaidLate)

HANDLERS = {WriteVoidedCharge: write_voided_charge, WriteLateCharge: write_late_charge}
