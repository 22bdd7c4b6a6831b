"""The one list of everything that is stored: each event's topic, and the aggregate it belongs to."""

from __future__ import annotations

from eventsourcing.utils import register_topic

from domain import (
    coupons,
    customers,
    enrolments,
    imports,
    mappings,
    messages,
    operators,
    papers,
    sequences,
    settings,
    stock,
    tag_rules,
    templates,
    tokens,
)
from domain.events import Aggregate, Event
from domain.orders import (
    archive,
    cart,
    creation,
    details,
    disputes,
    documents,
    exchanges,
    moves,
    notes,
    payment_links,
    payments,
    prints,
    provider_payments,
    refunds,
    returns,
    shipments,
    stuck,
)
from domain.orders import imports as orders_imports
from domain.orders.order import Order

AGGREGATES: dict[type[Aggregate], tuple[type[Event], ...]] = {
    Order: (
        *creation.EVENTS,
        *cart.EVENTS,
        *details.EVENTS,
        *moves.EVENTS,
        *payments.EVENTS,
        *payment_links.EVENTS,
        *provider_payments.EVENTS,
        *stuck.EVENTS,
        *refunds.EVENTS,
        *disputes.EVENTS,
        *shipments.EVENTS,
        *returns.EVENTS,
        *exchanges.EVENTS,
        *notes.EVENTS,
        *archive.EVENTS,
        *documents.EVENTS,
        *prints.EVENTS,
        *orders_imports.EVENTS,
    ),
    customers.Customer: customers.EVENTS,
    coupons.Coupon: coupons.EVENTS,
    stock.StockItem: stock.EVENTS,
    messages.Message: messages.EVENTS,
    settings.Settings: (
        *settings.EVENTS,
        *templates.EVENTS,
        *tag_rules.EVENTS,
        *papers.EVENTS,
        *mappings.EVENTS,
    ),
    sequences.Sequences: sequences.EVENTS,
    enrolments.Enrolment: enrolments.EVENTS,
    imports.Import: imports.EVENTS,
    operators.Operator: operators.EVENTS,
    tokens.Token: tokens.EVENTS,
}
EVENTS: tuple[type[Event], ...] = tuple(event for events in AGGREGATES.values() for event in events)

for _event in EVENTS:
    register_topic(_event.TOPIC, _event)
