"""Parcels of an order over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import about, change, orders
from api.orders.forms import ShipmentChangeForm, ShipmentForm
from api.problems import Problem, pointed
from api.requests import context
from domain.orders.order import OrderCommand
from domain.orders.shipments import CancelShipment, CorrectTracking, DeliverShipment, ShipLine, ShipOrder

STATES: dict[str, type[DeliverShipment] | type[CancelShipment]] = {
    "delivered": DeliverShipment,
    "cancelled": CancelShipment,
}


@orders.post("/<uuid:order_id>/shipments")
@needs("orders:write")
@orders.arguments(ShipmentForm)
@orders.response(201, OrderAnswer)
def ship_order(told: dict[str, Any], order_id: UUID) -> Response:
    """Send a parcel with a carrier of the list or any other, all that is left or some units."""
    lines = tuple(ShipLine(item=line["item"], quantity=line["quantity"]) for line in told.get("items", ()))
    return change(
        ShipOrder(
            **about(order_id, tracking_code=told.get("tracking_code")),
            context=context(),
            carrier=told["carrier"],
            lines=lines,
        ),
        status=201,
    )


@orders.patch("/<uuid:order_id>/shipments/<int:shipment>")
@needs("orders:write")
@orders.arguments(ShipmentChangeForm)
@orders.response(200, OrderAnswer)
def change_shipment(told: dict[str, Any], order_id: UUID, shipment: int) -> Response:
    """Correct a parcel's carrier or tracking code, or write down that it arrived or was called back."""
    facts: dict[str, Any] = {"order_id": order_id, "context": context(told.get("reason")), "shipment": shipment}
    tracking = {name: told[name] for name in ("carrier", "tracking_code") if name in told}
    if "state" in told and tracking:
        detail = "A parcel is corrected or moved on, one at a time."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/state", "one-at-a-time", detail)])
    command: OrderCommand = STATES[told["state"]](**facts) if "state" in told else CorrectTracking(**facts, **tracking)
    return change(command)
