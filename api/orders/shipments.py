"""Parcels of an order over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.answers_history import GoodsPreviewAnswer
from api.orders.blueprint import change, orders, previewed
from api.orders.goods_forms import ParcelForm, ShipmentChangeForm, ShipmentForm
from api.problems import Problem, pointed
from api.requests import context
from domain.orders.moves import ChangeStatus
from domain.orders.order import OrderCommand
from domain.orders.shipments import (
    CancelShipment,
    CorrectTracking,
    DeliverShipment,
    Parcel,
    ParcelState,
    ShipLine,
    ShipOrder,
)

STATES: dict[ParcelState, type[DeliverShipment] | type[CancelShipment]] = {
    "delivered": DeliverShipment,
    "cancelled": CancelShipment,
}


def parcel(form: ParcelForm.Loaded) -> Parcel:
    """The parcel that a form tells."""
    lines = tuple(ShipLine(item=line.item, quantity=line.quantity) for line in form.items)
    return Parcel(carrier=form.carrier, tracking_code=form.tracking_code, lines=lines)


def _shipping(form: ShipmentForm.Loaded, order_id: UUID) -> OrderCommand:
    """A parcel alone, or the move to a status that it is sent with."""
    sent, given = parcel(form), context(form.reason)
    if form.status is not None:
        return ChangeStatus(
            order_id=order_id,
            context=given,
            status=form.status,
            stock=form.stock,
            balance=form.balance,
            notify=form.notify,
            parcel=sent,
        )
    return ShipOrder(
        order_id=order_id,
        context=given,
        carrier=sent.carrier,
        tracking_code=sent.tracking_code,
        lines=sent.lines,
        stock=form.stock,
        tells="customer" in (form.notify or ()),
    )


@orders.post("/<uuid:order_id>/shipments")
@needs("orders:write")
@orders.arguments(ShipmentForm)
@orders.response(201, OrderAnswer)
def ship_order(form: ShipmentForm.Loaded, order_id: UUID) -> Response:
    """Send a parcel with a carrier of the list or any other, all that is left or some units; with a status if wanted.

    Units that were refunded before they were sent stay. What leaves is taken off the shelf unless it left it before:
    where that would move tracked stock, `stock` must say so (409 with the figures).
    """
    return change(_shipping(form, order_id), status=201)


@orders.post("/<uuid:order_id>/shipments/preview")
@needs("orders:write")
@orders.arguments(ShipmentForm)
@orders.response(200, GoodsPreviewAnswer)
def preview_shipment(form: ShipmentForm.Loaded, order_id: UUID) -> Response:
    """What the parcel would do: the same decision, nothing stored."""
    return previewed(_shipping(form, order_id))


@orders.patch("/<uuid:order_id>/shipments/<int:shipment>")
@needs("orders:write")
@orders.arguments(ShipmentChangeForm)
@orders.response(200, OrderAnswer)
def change_shipment(form: ShipmentChangeForm.Loaded, order_id: UUID, shipment: int) -> Response:
    """Correct a parcel's carrier or tracking code and have the customer told, or write down that it arrived or was
    called back: goods that had left the shelf with it are on it again.
    """
    corrects = (form.carrier, form.tracking_code, form.notify) != (None, None, None)
    if form.state is not None and corrects:
        detail = "A parcel is corrected or moved on, one at a time."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/state", "one-at-a-time", detail)])
    given = context(form.reason)
    if form.state is not None:
        return change(STATES[form.state](order_id=order_id, context=given, shipment=shipment))
    command = CorrectTracking(
        order_id=order_id,
        context=given,
        shipment=shipment,
        carrier=form.carrier,
        tracking_code=form.tracking_code,
        tells=bool(form.notify),
    )
    return change(command)
