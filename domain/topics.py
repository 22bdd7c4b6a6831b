"""The one list of everything that is stored: each event's topic, and the aggregate it belongs to."""

from __future__ import annotations

from eventsourcing.utils import register_topic

from domain import (
    closings,
    coupons,
    customers,
    enrolments,
    gaps,
    guide,
    import_answers,
    imports,
    mappings,
    messages,
    methods,
    operators,
    papers,
    products,
    sequences,
    settings,
    stock,
    tag_rules,
    templates,
    tokens,
    webhook_endpoints,
)
from domain.events import Aggregate, Event
from domain.orders import (
    archive,
    begun_charges,
    cart,
    charges,
    creation,
    details,
    disputes,
    documents,
    exchanges,
    histories,
    line_changes,
    moves,
    notes,
    pay_again,
    payment_links,
    payments,
    prints,
    provider_payments,
    refunded,
    refunds,
    returns,
    shipments,
    stuck,
    withdrawals,
)
from domain.orders import imports as orders_imports
from domain.orders.order import Order

_KINDS: dict[type[Aggregate], tuple[type[Event], ...]] = {
    Order: (
        *creation.EVENTS,
        *cart.EVENTS,
        *line_changes.EVENTS,
        *charges.EVENTS,
        *details.EVENTS,
        *moves.EVENTS,
        *payments.EVENTS,
        *payment_links.EVENTS,
        *begun_charges.EVENTS,
        *provider_payments.EVENTS,
        *stuck.EVENTS,
        *refunded.EVENTS,
        *refunds.EVENTS,
        *withdrawals.EVENTS,
        *pay_again.EVENTS,
        *disputes.EVENTS,
        *shipments.EVENTS,
        *returns.EVENTS,
        *exchanges.EVENTS,
        *notes.EVENTS,
        *histories.EVENTS,
        *archive.EVENTS,
        *documents.EVENTS,
        *prints.EVENTS,
        *orders_imports.EVENTS,
    ),
    customers.Customer: customers.EVENTS,
    coupons.Coupon: coupons.EVENTS,
    stock.StockItem: stock.EVENTS,
    products.Product: products.EVENTS,
    messages.Message: messages.EVENTS,
    settings.ShopSettings: (
        *settings.EVENTS,
        *methods.EVENTS,
        *templates.EVENTS,
        *tag_rules.EVENTS,
        *papers.EVENTS,
        *mappings.EVENTS,
        *guide.EVENTS,
    ),
    sequences.Sequences: sequences.EVENTS,
    enrolments.Enrolment: enrolments.EVENTS,
    imports.Import: (*imports.EVENTS, *import_answers.EVENTS),
    operators.Operator: operators.EVENTS,
    tokens.Token: tokens.EVENTS,
    webhook_endpoints.WebhookEndpoint: webhook_endpoints.EVENTS,
    closings.Books: closings.EVENTS,
}
AGGREGATES: dict[type[Aggregate], tuple[type[Event], ...]] = {
    aggregate: (*events, gaps.EVENTS[aggregate.TOPIC]) for aggregate, events in _KINDS.items()
}
EVENTS: tuple[type[Event], ...] = tuple(event for events in AGGREGATES.values() for event in events)

for _event in EVENTS:
    register_topic(_event.TOPIC, _event)
