"""Disputes: a payer who asks the provider for the money back, and how that ended."""

from __future__ import annotations

from domain.events import Event
from domain.orders.ledger import DisputeState
from domain.orders.order import Dispute, Order, OrderCommand
from domain.orders.payments import PaymentNotFound
from domain.settings import Shop
from domain.texts import CODE, check_text


class OpenDispute(OrderCommand, frozen=True, kw_only=True):
    """The payer of a provider's payment disputes it."""

    dispute: str
    provider: str
    reference: str
    amount: int


class CloseDispute(OrderCommand, frozen=True, kw_only=True):
    """The provider decided a dispute; `won` by the shop or not."""

    dispute: str
    provider: str
    reference: str
    amount: int
    won: bool


class DisputeOpened(Event, frozen=True, kw_only=True):
    """A payment is disputed."""

    TOPIC = "order.dispute-opened"

    dispute: str
    payment: str
    amount: int

    def apply(self, order: Order) -> None:
        order.disputes[self.dispute] = Dispute(id=self.dispute, payment=self.payment, amount=self.amount, state="open")


class DisputeClosed(Event, frozen=True, kw_only=True):
    """A dispute was decided."""

    TOPIC = "order.dispute-closed"

    dispute: str
    payment: str
    amount: int
    won: bool

    def apply(self, order: Order) -> None:
        state: DisputeState = "won" if self.won else "lost"
        order.disputes[self.dispute] = Dispute(id=self.dispute, payment=self.payment, amount=self.amount, state=state)


def open_dispute(order: Order, command: OpenDispute, shop: Shop) -> None:
    """Writes a dispute down, once; word of it that comes after its end changes nothing."""
    if command.dispute in order.disputes:
        return
    payment = _disputed(order, command)
    order.record(DisputeOpened, command.context, dispute=command.dispute, payment=payment, amount=command.amount)


def close_dispute(order: Order, command: CloseDispute, shop: Shop) -> None:
    """Writes down how a dispute ended, once, also where its beginning was not heard of."""
    known = order.disputes.get(command.dispute)
    if known and known.state != "open":
        return
    payment = _disputed(order, command)
    order.record(
        DisputeClosed,
        command.context,
        dispute=command.dispute,
        payment=payment,
        amount=command.amount,
        won=command.won,
    )


def _disputed(order: Order, command: OpenDispute | CloseDispute) -> str:
    check_text(command.dispute, CODE, "/dispute", required=True)
    payment = order.payment_by(command.provider, command.reference)
    if payment is None:
        raise PaymentNotFound("/reference", number=order.number, payment=command.reference[:CODE])
    return payment.id


EVENTS: tuple[type[Event], ...] = (DisputeOpened, DisputeClosed)

HANDLERS = {OpenDispute: open_dispute, CloseDispute: close_dispute}
