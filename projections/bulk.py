"""Many orders stored in one transaction: what is known stays, what is refused never takes its neighbours down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.customers import Customer, TakeBillingData, check_email, normalised_email, take_billing_data
from domain.errors import DomainError
from domain.orders.creation import Buyer, CreateOrder, create_order
from domain.orders.order import Order
from domain.settings import Shop
from projections.desk import Desk
from projections.log import CustomerClaim, EventLog, Session, VersionConflict

ATTEMPTS = 20


class Created(NamedTuple):
    """The order is stored; `total` and `refunded` in minor units of its currency."""

    order_id: UUID
    currency: str
    total: int
    refunded: int


class Known(NamedTuple):
    """The order was stored before; `changed` when what it was made from differs."""

    order_id: UUID
    changed: bool
    currency: str
    total: int
    refunded: int


class Refused(NamedTuple):
    """The order was not stored, and why."""

    order_id: UUID
    error: DomainError


Result = Created | Known | Refused


class Bulk:
    """Stores orders of the past by the hundred."""

    def __init__(self, log: EventLog, desk: Desk) -> None:
        self._log = log
        self._desk = desk

    def save(self, commands: Sequence[CreateOrder], *, dry: bool = False) -> list[Result]:
        """Decides and stores the orders in one transaction, and tells what became of each, in their order.

        `dry`: the same decisions, nothing stored.
        """
        shop = self._desk.shop()
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(commands, shop, dry)
            except VersionConflict:
                continue
        return self._attempt(commands, shop, dry)

    def _attempt(self, commands: Sequence[CreateOrder], shop: Shop, dry: bool) -> list[Result]:
        with self._log.session() as session:
            opening = session.open(streams=[command.order_id for command in commands])
            known = {order_id for order_id, events in opening.events.items() if events}
            fresh = [command for command in commands if command.order_id not in known]
            cards = _Cards(session, fresh)
            saved: dict[UUID, Result] = {}
            results: list[Result] = []
            for command in commands:
                order_id = command.order_id
                if order_id in known:
                    results.append(_known(session.load(Order, order_id), command))
                elif order_id in saved:
                    results.append(_known_again(saved[order_id]))
                else:
                    saved[order_id] = _decided(session, cards, command, shop)
                    results.append(saved[order_id])
            session.save(*cards.touched())
            if not dry:
                session.commit()
            return results


class _Cards:
    """The customers' cards of a batch: claimed, read and made keys for all at once."""

    def __init__(self, session: Session, commands: Sequence[CreateOrder]) -> None:
        emails = {_email(command) for command in commands} - {None}
        self._claims: dict[str, CustomerClaim] = session.customers_for([email for email in emails if email])
        known = [claim.customer_id for claim in self._claims.values() if not claim.created]
        numbered = {command.buyer.id for command in commands if command.buyer and _email(command) is None}
        session.open(streams=[*known, *numbered])
        self._cards = {
            claim.customer_id: session.load_or_blank(Customer, claim.customer_id)
            if not claim.created
            else Customer.blank(claim.customer_id)
            for claim in self._claims.values()
        }
        self._cards |= {number: session.load_or_blank(Customer, number) for number in numbered}
        others = [command for command in commands if _email(command) is None and not command.buyer]
        strangers = [_stranger(command) for command in others if command.billing_address]
        self._cards |= {stranger: Customer.blank(stranger) for stranger in strangers}
        kept = {number for number in numbered if not self._cards[number].erased_at}
        orphans = [command.order_id for command in commands if self.card(command) is None]
        if subjects := [*strangers, *kept, *orphans]:
            session.ensure_subjects(subjects)

    def card(self, command: CreateOrder) -> Customer | None:
        """The card of an order's customer, told by e-mail address, by `buyer`, or by the billing data alone.

        None for an order that names nobody, or a buyer who was forgotten.
        """
        email = _email(command)
        if email:
            return self._cards[self._claims[email].customer_id]
        if command.buyer:
            card = self._cards[command.buyer.id]
            return None if card.erased_at else card
        return self._cards[_stranger(command)] if command.billing_address else None

    def touched(self) -> list[Customer]:
        """The cards on which something was written."""
        return [card for card in self._cards.values() if card.pending_events]


def _decided(session: Session, cards: _Cards, command: CreateOrder, shop: Shop) -> Result:
    """The order decided and queued, its card written; a refused one leaves no trace."""
    order = Order.blank(command.order_id)
    billing = command.billing_address
    try:
        if billing.email:
            check_email(billing.email, "/billing_address/email")
        card = cards.card(command)
        buyer = None
        if card:
            name = billing.name or card.value("name")
            buyer = Buyer(id=card.id, name=name, email=billing.email or card.value("email"))
        create_order(order, replace(command, buyer=buyer), shop)
    except DomainError as error:
        return Refused(command.order_id, error)
    if card:
        follow = TakeBillingData(
            customer_id=card.id, context=command.context, order_id=command.order_id, billing=billing
        )
        take_billing_data(card, follow, shop)
    result = Created(order.id, order.currency, order.price.total, order.refunded)
    session.save(order)
    return result


def _email(command: CreateOrder) -> str | None:
    """The normalised e-mail address that names the customer, where it is one at all."""
    try:
        check_email(command.billing_address.email, "")
    except DomainError:
        return None
    return normalised_email(command.billing_address.email)


def _stranger(command: CreateOrder) -> UUID:
    return uuid5(command.order_id, "customer")


def _known(order: Order, command: CreateOrder) -> Known:
    was = order.imported.content_hash if order.imported else ""
    now = command.past.imported.content_hash if command.past else ""
    return Known(order.id, was != now, order.currency, order.price.total, order.refunded)


def _known_again(result: Result) -> Result:
    if isinstance(result, Created):
        return Known(result.order_id, False, result.currency, result.total, result.refunded)
    return result
