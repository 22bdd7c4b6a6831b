"""Moving an order to another status, or seeing what the move would do."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.access import needs, require
from api.orders.answers import OrderAnswer
from api.orders.answers_history import PreviewAnswer
from api.orders.blueprint import answered, balance_asked, change, orders
from api.orders.goods_forms import MoveForm
from api.orders.rendering import order_answer, status_answer
from api.orders.shipments import parcel
from api.requests import context, respond, runtime
from domain.orders.moves import RECIPIENTS, ChangeStatus
from domain.statuses import MerchantStatus
from domain.stock import StockItem
from domain.stock.following import figures_of, figures_told


def _command(form: MoveForm.Loaded, order_id: UUID) -> ChangeStatus:
    if form.force:
        require("orders:force")
    return ChangeStatus(
        order_id=order_id,
        context=context(form.reason),
        status=form.status,
        force=form.force,
        stock=form.stock,
        balance=form.balance,
        notify=form.notify,
        parcel=parcel(form.shipment) if form.shipment else None,
    )


def _notified(command: ChangeStatus, to: MerchantStatus) -> dict[str, bool]:
    """Who would be told by mail."""
    if command.notify is not None:
        return {name: name in command.notify for name in RECIPIENTS}
    return {"customer": to.notifies_customer, "administrators": to.notifies_administrators}


@orders.post("/<uuid:order_id>/status")
@needs("orders:write")
@orders.arguments(MoveForm)
@orders.response(200, OrderAnswer)
def change_status(form: MoveForm.Loaded, order_id: UUID) -> Response:
    """Move the order to another status; out of the table by force, with If-Match, a reason and the permission."""
    command = _command(form, order_id)
    return change(command, require_match=command.force)


@orders.post("/<uuid:order_id>/status/preview")
@needs("orders:write")
@orders.arguments(MoveForm)
@orders.response(200, PreviewAnswer)
def preview_status(form: MoveForm.Loaded, order_id: UUID) -> Response:
    """What the move would do, stock included unless it is to be left: the same decision, nothing stored."""
    command = _command(form, order_id)
    before, after, shop, touched = runtime().desk.preview(answered(command))
    moved = [figures_of(item) for item in touched if isinstance(item, StockItem)]
    to = shop.status(after.status)
    return respond(
        {
            "from": status_answer(before.status, before.stage, shop),
            "to": status_answer(after.status, after.stage, shop),
            "placed": after.is_placed and not before.is_placed,
            "notifies": _notified(command, to),
            "stock": {
                "deducts": to.deducts_stock,
                "restores": to.restores_stock,
                "asks": any(figures.on_hand[0] != figures.on_hand[1] for figures in moved) and form.stock is None,
                "items": [figures_told(figures) for figures in moved],
            },
            "balance": balance_asked(command, before, after, shop),
            "order": order_answer(after, shop),
        },
        version=before.version,
    )
