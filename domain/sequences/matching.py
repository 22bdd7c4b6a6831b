"""Whom a sequence is for: decided from an event, its order and its customer alone, also over events long past."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple
from uuid import UUID

from domain.customers import Customer
from domain.events import Event
from domain.orders.creation import OrderCreated
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order
from domain.orders.payments import PaymentCaptured, PaymentRecorded
from domain.sequences.definition import Beginning, Definition, Filter
from domain.sequences.sequence import Sequence
from domain.sku_patterns import matches as is_sku_of
from domain.statuses import CANCELLED, DRAFT

TOPICS: tuple[type[Event], ...] = (
    OrderCreated,
    OrderPlaced,
    OrderStatusChanged,
    OrderStatusForced,
    PaymentRecorded,
    PaymentCaptured,
)

Verdict = Literal["enrolled", "no-consent"]


class Match(NamedTuple):
    """A sequence that an event begins for its order, unless the customer has not consented to the mail it sends."""

    sequence: Sequence
    verdict: Verdict


def beginnings(event: Event, order: Order) -> tuple[Beginning, ...]:
    """What an event begins; `order` is as it was after it."""
    match event:
        case OrderCreated():
            return (Beginning(on="created"),)
        case OrderPlaced() | OrderStatusChanged() | OrderStatusForced():
            begun = [Beginning(on="status", status=event.status)]
            if isinstance(event, OrderPlaced) or _places_by_force(event, order):
                free = order.payment_status == "paid" and not order.paid
                begun += [Beginning(on=on) for on in (("placed", "paid") if free else ("placed",))]
            return tuple(begun)
        case PaymentRecorded() | PaymentCaptured():
            balance = order.price.balance
            is_settled = balance <= 0 < balance + event.amount
            return (Beginning(on="paid"),) if is_settled and not order.refunded else ()
    return ()


def _places_by_force(event: OrderStatusChanged | OrderStatusForced, order: Order) -> bool:
    forced = isinstance(event, OrderStatusForced) and event.stage_was in (DRAFT, CANCELLED)
    return forced and order.placed_at == event.timestamp


def matches(sequences: Iterable[Sequence], event: Event, order: Order, customer: Customer | None) -> tuple[Match, ...]:
    """The sequences that an event begins for its order."""
    begun = beginnings(event, order)
    return tuple(
        Match(sequence, verdict(sequence.definition, customer))
        for sequence in sequences
        if sequence.definition.beginning in begun and passes(sequence.definition.filter, order, customer)
    )


def verdict(definition: Definition, customer: Customer | None) -> Verdict:
    """Only a customer who consented begins a sequence that sends mail."""
    return "enrolled" if not definition.sends_mail or consents(customer) else "no-consent"


def consents(customer: Customer | None) -> bool:
    """Whether a customer may be written to about more than their orders."""
    return bool(customer and not customer.erased_at and customer.consent and customer.consent.given)


def card_of(load: Callable[[type[Customer], UUID], Customer], customer_id: UUID | None) -> Customer | None:
    """The card that speaks for a customer: the one it was merged into, where it was."""
    card = load(Customer, customer_id) if customer_id else None
    return load(Customer, card.merged_into) if card and card.merged_into else card


def passes(told: Filter, order: Order, customer: Customer | None) -> bool:
    """Whether a filter lets an order pass."""
    return all(rule(told, order, customer) for rule in RULES)


def _tag(told: Filter, order: Order, customer: Customer | None) -> bool:
    return not told.tag or told.tag in order.tags or bool(customer and told.tag in customer.tags)


def _source(told: Filter, order: Order, customer: Customer | None) -> bool:
    return not told.source or told.source == order.source


def _product(told: Filter, order: Order, customer: Customer | None) -> bool:
    return not told.sku or any(is_sku_of(told.sku, item.sku) for item in order.items.values())


def _first_order(told: Filter, order: Order, customer: Customer | None) -> bool:
    """The first order is the one that made the customer's card."""
    return not told.first_order or bool(customer and customer.created_at == order.created_at)


def _total(told: Filter, order: Order, customer: Customer | None) -> bool:
    if told.total_min is None and told.total_max is None:
        return True
    total = order.price.total
    least, most = told.total_min or 0, total if told.total_max is None else told.total_max
    return order.currency == told.currency and least <= total <= most


RULES: tuple[Callable[[Filter, Order, Customer | None], bool], ...] = (_tag, _source, _product, _first_order, _total)
