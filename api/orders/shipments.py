"""Parcels of an order over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.answers_history import GoodsPreviewAnswer
from api.orders.blueprint import about, change, orders, previewed
from api.orders.forms import ShipmentChangeForm, ShipmentForm
from api.problems import Problem, pointed
from api.requests import context
from domain.orders.moves import ChangeStatus
from domain.orders.order import OrderCommand
from domain.orders.shipments import (
    CancelShipment,
    CorrectTracking,
    DeliverShipment,
    Parcel,
    ShipLine,
    ShipOrder,
)

STATES: dict[str, type[DeliverShipment] | type[CancelShipment]] = {
    "delivered": DeliverShipment,
    "cancelled": CancelShipment,
}


def parcel(body: dict[str, Any]) -> Parcel:
    """The parcel that a form tells."""
    return Parcel(
        carrier=body["carrier"],
        tracking_code=body.get("tracking_code", ""),
        lines=tuple(ShipLine(item=line["item"], quantity=line["quantity"]) for line in body.get("items", ())),
    )


def _shipping(body: dict[str, Any], order_id: UUID) -> OrderCommand:
    """A parcel alone, or the move to a status that it is sent with."""
    sent, given = parcel(body), context(body.get("reason"))
    notify = tuple(body["notify"]) if "notify" in body else None
    if "status" in body:
        return ChangeStatus(
            **about(order_id, stock=body.get("stock"), balance=body.get("balance"), notify=notify),
            context=given,
            status=body["status"],
            parcel=sent,
        )
    return ShipOrder(
        **about(order_id, stock=body.get("stock")),
        context=given,
        carrier=sent.carrier,
        tracking_code=sent.tracking_code,
        lines=sent.lines,
        tells="customer" in (notify or ()),
    )


@orders.post("/<uuid:order_id>/shipments")
@needs("orders:write")
@orders.arguments(ShipmentForm)
@orders.response(201, OrderAnswer)
def ship_order(told: dict[str, Any], order_id: UUID) -> Response:
    """Send a parcel with a carrier of the list or any other, all that is left or some units; with a status if wanted.

    Units that were refunded before they were sent stay. What leaves is taken off the shelf unless it left it before:
    where that would move tracked stock, `stock` must say so (409 with the figures).
    """
    return change(_shipping(told, order_id), status=201)


@orders.post("/<uuid:order_id>/shipments/preview")
@needs("orders:write")
@orders.arguments(ShipmentForm)
@orders.response(200, GoodsPreviewAnswer)
def preview_shipment(told: dict[str, Any], order_id: UUID) -> Response:
    """What the parcel would do: the same decision, nothing stored."""
    return previewed(_shipping(told, order_id))


@orders.patch("/<uuid:order_id>/shipments/<int:shipment>")
@needs("orders:write")
@orders.arguments(ShipmentChangeForm)
@orders.response(200, OrderAnswer)
def change_shipment(told: dict[str, Any], order_id: UUID, shipment: int) -> Response:
    """Correct a parcel's carrier or tracking code and have the customer told, or write down that it arrived or was
    called back: goods that had left the shelf with it are on it again.
    """
    facts: dict[str, Any] = {"order_id": order_id, "context": context(told.get("reason")), "shipment": shipment}
    tracking = {name: told[name] for name in ("carrier", "tracking_code") if name in told}
    if "state" in told and (tracking or "notify" in told):
        detail = "A parcel is corrected or moved on, one at a time."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/state", "one-at-a-time", detail)])
    if "state" in told:
        return change(STATES[told["state"]](**facts))
    return change(CorrectTracking(**facts, **tracking, tells=bool(told.get("notify"))))
