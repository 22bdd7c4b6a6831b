"""The lives of orders as an object-centric event log (OCEL 2.0): what happened, and to which objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from domain.events import Event
from domain.orders.histories import OrderStatusTold
from domain.orders.moves import OrderPlaced, OrderStatusChanged, OrderStatusForced
from domain.orders.order import Order

ValueType = Literal["string", "integer", "float", "boolean"]
Value = str | int | float | bool | None

ORDERS, ITEMS, PAYMENTS, PARCELS, CUSTOMERS = "orders", "items", "payments", "parcels", "customers"
OBJECT_TYPES: Mapping[str, Mapping[str, ValueType]] = {
    ORDERS: {
        "number": "string", "currency": "string", "source": "string", "status": "string", "stage": "string",
        "payment_status": "string", "fulfilment_status": "string", "total": "integer", "paid": "integer",
    },
    ITEMS: {"sku": "string", "name": "string", "unit": "string", "quantity": "float", "unit_price": "integer"},
    PAYMENTS: {
        "method": "string", "provider": "string", "currency": "string", "amount": "integer", "state": "string",
    },
    PARCELS: {"carrier": "string", "state": "string"},
    CUSTOMERS: {},
}  # fmt: skip
QUALIFIERS = {ORDERS: "order", ITEMS: "line", PAYMENTS: "payment", PARCELS: "parcel", CUSTOMERS: "customer"}

OF_ANY: Mapping[str, ValueType] = {"position": "integer", "actor": "string", "imported": "boolean"}
OF_MOVES: Mapping[str, ValueType] = {**OF_ANY, "stage": "string", "forced": "boolean"}
OF_MONEY: Mapping[str, ValueType] = {**OF_ANY, "amount": "integer", "currency": "string"}
Move = OrderPlaced | OrderStatusChanged | OrderStatusForced


class OcelEvent(NamedTuple):
    """An event with what its type declares, and the objects it is about, each with what it is to the event."""

    id: str
    type: str
    at: datetime
    declares: Mapping[str, ValueType]
    attributes: Mapping[str, Value]
    objects: tuple[tuple[str, str], ...]


class OcelObject(NamedTuple):
    """An object as it began."""

    id: str
    type: str
    attributes: Mapping[str, Value]


class OcelChange(NamedTuple):
    """An attribute of an object that became another."""

    object: str
    type: str
    at: datetime
    attribute: str
    value: Value


class OcelLink(NamedTuple):
    """An object that has to do with another."""

    source: str
    target: str
    qualifier: str


OcelRecord = OcelEvent | OcelObject | OcelChange | OcelLink


def life(order: Order, recorded: Iterable[tuple[int, Event, datetime]]) -> Iterator[OcelRecord]:
    """All that an order's whole history tells, in the order it was recorded; `order` is blank.

    A move, here or elsewhere, is called by the status that was reached, any other event by its topic. Amounts are
    integers of the minor unit; nothing of persons is told but the customer's id.
    """
    known: dict[str, OcelObject] = {}
    links: set[OcelLink] = set()
    for position, event, _ in recorded:
        order.take(event)
        touched: list[str] = []
        for now in _objects(order):
            before = known.get(now.id)
            if before is None:
                yield now
            elif now.attributes != before.attributes:
                yield from _changes(before, now, event.timestamp)
            if before != now:
                touched.append(now.id)
                known[now.id] = now
        fresh = set(_links(order)) - links
        yield from sorted(fresh)
        links |= fresh
        yield _event(order, position, event, [*touched, *_named(order, event)], known)


def _changes(before: OcelObject, now: OcelObject, at: datetime) -> Iterator[OcelChange]:
    for name, value in now.attributes.items():
        if value != before.attributes[name]:
            yield OcelChange(now.id, now.type, at, name, value)


def _event(
    order: Order, position: int, event: Event, touched: Iterable[str], known: Mapping[str, OcelObject]
) -> OcelEvent:
    attributes: dict[str, Value] = {
        "position": position,
        "actor": event.metadata.actor,
        "imported": event.metadata.import_id is not None,
    }
    kind, declares, amount = event.TOPIC, OF_ANY, getattr(event, "amount", None)
    if isinstance(event, OrderStatusTold):
        kind, declares = event.status, OF_MOVES
        attributes |= {"actor": event.by or event.metadata.actor, "forced": False}
    elif isinstance(event, Move):
        kind, declares = event.status, OF_MOVES
        attributes |= {"stage": event.stage, "forced": isinstance(event, OrderStatusForced)}
    elif isinstance(amount, int):
        declares = OF_MONEY
        attributes |= {"amount": amount, "currency": order.currency}
    ids = dict.fromkeys((str(order.id), *(one for one in touched if one in known)))
    objects = tuple((one, QUALIFIERS[known[one].type]) for one in ids)
    return OcelEvent(str(event.metadata.event_id), kind, event.timestamp, declares, attributes, objects)


def _named(order: Order, event: Event) -> Iterator[str]:
    """The objects that an event names, whether or not it changes them; a placed order is all that is in it."""
    told: Any = event
    for field, kind in (("item", ITEMS), ("payment", PAYMENTS), ("shipment", PARCELS)):
        if name := getattr(told, field, None):
            yield _part(order.id, kind, name)
    for field in ("items", "lines"):
        for line in getattr(told, field, ()):
            yield _part(order.id, ITEMS, line.item)
    if isinstance(event, OrderPlaced):
        yield from (_part(order.id, ITEMS, item) for item in order.items)
        if order.customer_id:
            yield str(order.customer_id)


def _objects(order: Order) -> Iterator[OcelObject]:
    """The objects of an order as they are now."""
    yield OcelObject(str(order.id), ORDERS, {
        "number": order.number, "currency": order.currency, "source": order.source, "status": order.status,
        "stage": order.stage, "payment_status": order.payment_status, "fulfilment_status": order.fulfilment_status,
        "total": order.price.total, "paid": order.paid,
    })  # fmt: skip
    for item in order.items.values():
        yield OcelObject(_part(order.id, ITEMS, item.id), ITEMS, {
            "sku": item.sku, "name": item.name, "unit": item.unit.code,
            "quantity": item.quantity / 10**item.unit.decimals, "unit_price": item.unit_price,
        })  # fmt: skip
    for payment in order.payments.values():
        yield OcelObject(_part(order.id, PAYMENTS, payment.id), PAYMENTS, {
            "method": payment.method, "provider": payment.provider, "currency": order.currency,
            "amount": payment.amount, "state": payment.state,
        })  # fmt: skip
    for parcel in order.shipments.values():
        attributes = {"carrier": parcel.carrier, "state": parcel.state}
        yield OcelObject(_part(order.id, PARCELS, parcel.number), PARCELS, attributes)
    if order.customer_id:
        yield OcelObject(str(order.customer_id), CUSTOMERS, {})


def _links(order: Order) -> Iterator[OcelLink]:
    """What the objects of an order have to do with each other."""
    order_id = str(order.id)
    yield from (OcelLink(order_id, _part(order.id, ITEMS, item), "has line") for item in order.items)
    yield from (OcelLink(order_id, _part(order.id, PAYMENTS, payment), "has payment") for payment in order.payments)
    for number, parcel in order.shipments.items():
        yield OcelLink(order_id, _part(order.id, PARCELS, number), "has parcel")
        for line in parcel.items:
            yield OcelLink(_part(order.id, PARCELS, number), _part(order.id, ITEMS, line.item), "holds")
    if order.customer_id:
        yield OcelLink(str(order.customer_id), order_id, "ordered")


def _part(order_id: UUID, kind: str, name: object) -> str:
    return f"{order_id}/{kind}/{name}"
