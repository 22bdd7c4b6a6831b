"""What takes an action on an order back, as a request: told with the answer to the action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from marshmallow import fields, validate

from api.schemas import Body, money
from domain.events import Event
from domain.orders.archive import OrderArchived, OrderUnarchived
from domain.orders.cart import ItemAdded
from domain.orders.charges import CouponApplied, CouponRemoved, DiscountSet
from domain.orders.details import OperatorAssigned, PaymentMethodChosen, ShippingMethodChosen, SourceSet
from domain.orders.line_changes import ItemPriceChanged, ItemQuantityChanged
from domain.orders.moves import OrderStatusChanged, refusal
from domain.orders.notes import NoteAdded, OrderTagged, OrderUntagged
from domain.orders.order import Order
from domain.orders.payments import PaymentRecorded
from domain.orders.quantities import quantity_shown
from domain.orders.shipments import OrderShipped
from domain.shop import Shop


class UndoAnswer(Body):
    """The request that takes the action back; it holds while nobody worked on: send the answer's ETag as If-Match."""

    method = fields.String(required=True, validate=validate.OneOf(("POST", "PUT", "PATCH", "DELETE")))
    path = fields.String(required=True)
    body = fields.Dict(required=True)


class _Undo(NamedTuple):
    method: str
    place: str
    body: dict[str, Any]


_Opposite = Callable[[Any, Order, Shop], _Undo | None]


def undo_of(order: Order, recorded: Sequence[Event], shop: Shop) -> dict[str, Any] | None:
    """What takes back the action that has recorded these events last; None where nothing does so exactly."""
    undo = _tags(order, recorded)
    if undo is None and len(recorded) == 1:
        opposite = OPPOSITES.get(type(recorded[0]))
        undo = opposite(recorded[0], order, shop) if opposite else None
    if undo is None:
        return None
    return {"method": undo.method, "path": f"/api/v1/orders/{order.id}/{undo.place}", "body": undo.body}


def _tags(order: Order, recorded: Sequence[Event]) -> _Undo | None:
    """Tags are set all at once: those that came go, and those that went come back."""
    if not recorded or not all(isinstance(event, OrderTagged | OrderUntagged) for event in recorded):
        return None
    came = {tag for event in recorded if isinstance(event, OrderTagged) for tag in event.tags}
    went = [tag for event in recorded if isinstance(event, OrderUntagged) for tag in event.tags]
    return _Undo("PUT", "tags", {"tags": [*(tag for tag in order.tags if tag not in came), *went]})


def _method(place: str) -> _Opposite:
    """A method goes back to the one before, if there was one."""
    return lambda event, order, shop: _Undo("PUT", place, {"method": event.was}) if event.was else None


def _quantity(event: ItemQuantityChanged, order: Order, shop: Shop) -> _Undo | None:
    if order.refunds:  # a quantity is told without the units that were refunded
        return None
    return _Undo("PATCH", f"items/{event.item}", {"quantity": quantity_shown(order, event.item, event.was)})


def _price(event: ItemPriceChanged, order: Order, shop: Shop) -> _Undo | None:
    if event.was is None:
        return None
    body = {"unit_price": money(event.was, order.currency), "discount": money(event.discount_was, order.currency)}
    return _Undo("PATCH", f"items/{event.item}", body)


def _payment(event: PaymentRecorded, order: Order, shop: Shop) -> _Undo | None:
    return None if event.provider else _Undo("DELETE", f"payments/{event.payment}", {})


def _status(event: OrderStatusChanged, order: Order, shop: Shop) -> _Undo | None:
    """Back to the status before, where the table allows it and no stock was moved; nobody is told."""
    before = shop.statuses.get(event.was)
    moved = event.stock == "apply" or before is None or before.deducts_stock or before.restores_stock
    if before is None or moved or refusal(order, before, shop):
        return None
    return _Undo("POST", "status", {"status": before.code, "notify": []})


OPPOSITES: Mapping[type[Event], _Opposite] = {
    OrderArchived: lambda event, order, shop: _Undo("POST", "unarchive", {}),
    OrderUnarchived: lambda event, order, shop: _Undo("POST", "archive", {}),
    OperatorAssigned: lambda event, order, shop: _Undo("PUT", "operator", {"operator": event.was or None}),
    SourceSet: lambda event, order, shop: _Undo("PUT", "source", {"source": event.was or None}),
    PaymentMethodChosen: _method("payment-method"),
    ShippingMethodChosen: _method("shipping-method"),
    DiscountSet: lambda event, order, shop: _Undo("PUT", "discount", {"amount": money(event.was, order.currency)}),
    ItemAdded: lambda event, order, shop: _Undo("DELETE", f"items/{event.item}", {}),
    ItemQuantityChanged: _quantity,
    ItemPriceChanged: _price,
    NoteAdded: lambda event, order, shop: _Undo("DELETE", f"notes/{event.note}", {}),
    CouponApplied: lambda event, order, shop: _Undo("DELETE", f"coupons/{event.terms.code}", {}),
    CouponRemoved: lambda event, order, shop: _Undo("POST", "coupons", {"code": event.coupon}),
    PaymentRecorded: _payment,
    OrderShipped: lambda event, order, shop: _Undo("PATCH", f"shipments/{event.shipment}", {"state": "cancelled"}),
    OrderStatusChanged: _status,
}
