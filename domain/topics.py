"""The one list of everything that is stored: each event's topic, and the aggregate it belongs to."""

from __future__ import annotations

from eventsourcing.utils import register_topic

from domain import coupons, customers, operators, settings, tokens
from domain.events import Aggregate, Event
from domain.orders import cart, creation, details, moves, notes, payments, shipments
from domain.orders.order import Order

AGGREGATES: dict[type[Aggregate], tuple[type[Event], ...]] = {
    Order: (
        *creation.EVENTS,
        *cart.EVENTS,
        *details.EVENTS,
        *moves.EVENTS,
        *payments.EVENTS,
        *shipments.EVENTS,
        *notes.EVENTS,
    ),
    customers.Customer: customers.EVENTS,
    coupons.Coupon: coupons.EVENTS,
    settings.Settings: settings.EVENTS,
    operators.Operator: operators.EVENTS,
    tokens.Token: tokens.EVENTS,
    tokens.Token: tokens.EVENTS,
}
EVENTS: tuple[type[Event], ...] = tuple(event for events in AGGREGATES.values() for event in events)

for _event in EVENTS:
    register_topic(_event.TOPIC, _event)
