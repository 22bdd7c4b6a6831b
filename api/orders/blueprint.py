"""The blueprint of every route under /orders, and what they share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from msgspec.structs import replace

from api.bodies import Resource, read_json
from api.orders.rendering import order_answer, quote_answer
from api.requests import handle, respond, runtime
from api.schemas import money
from domain.coupons import CouponNoLongerHolds
from domain.orders.moves import ChangeStatus, completes_with_due
from domain.orders.order import ForeignCurrency, Order, OrderCommand, OrderNotFound
from domain.orders.shipments import ShipOrder
from domain.points_in_time import NOW, PointInTime
from domain.shop import Shop
from domain.stock import StockItem
from domain.stock.following import APPLY, figures_of, figures_told
from projections.log import NothingRecorded

orders = Resource(
    "orders", "orders", url_prefix="/orders", description="Orders, from the first line to the last refund"
)


def location(order: Order) -> str:
    """Where an order is read."""
    return f"/api/v1/orders/{order.id}"


def change(command: OrderCommand, *, status: int = 200, require_match: bool = False) -> Response:
    """Handles a command on one order and answers with the order after it."""
    try:
        return handle(command, render=order_answer, status=status, require_match=require_match)
    except CouponNoLongerHolds as error:
        without = runtime().desk.without_coupon(command, error.details["coupon"])
        error.details["quote"] = quote_answer(without.after, without.shop)
        raise
    except ForeignCurrency as error:
        amounts = (name for name, told in read_json(request).items() if isinstance(told, dict) and "currency" in told)
        error.pointer = f"/{next(amounts, 'items/0/unit_price')}/currency"
        raise


def previewed(command: OrderCommand, moving: OrderCommand | None = None) -> Response:
    """What a command would make of an order and of stock: the same decision, nothing stored.

    `moving` is the command by which stock moves, where that is another one that follows.
    """
    desk = runtime().desk
    asks = isinstance(command, ChangeStatus | ShipOrder) and command.stock is None
    before, after, shop, touched = desk.preview(answered(command))
    if moving:
        touched = desk.preview(moving).touched
    moved = [figures_of(item) for item in touched if isinstance(item, StockItem)]
    body = {
        "stock": {
            "asks": asks and any(figures.on_hand[0] != figures.on_hand[1] for figures in moved),
            "items": [figures_told(figures) for figures in moved],
        },
        "balance": balance_asked(command, before, after, shop),
        "order": order_answer(after, shop),
    }
    return respond(body, version=before.version)


def answered(command: OrderCommand) -> OrderCommand:
    """The command with every answer that it lacks, so that a preview shows what it would do."""
    if isinstance(command, ChangeStatus):
        command = replace(command, balance="accept")
    if isinstance(command, ChangeStatus | ShipOrder):
        command = replace(command, stock=command.stock or APPLY)
    return command


def balance_asked(command: OrderCommand, before: Order, after: Order, shop: Shop) -> dict[str, Any]:
    """What the customer would owe after a command, and whether the request must say that it is accepted."""
    asks = isinstance(command, ChangeStatus) and command.balance is None
    return {
        "asks": asks and completes_with_due(before, shop.status(after.status)),
        "due": money(max(0, after.price.balance), after.currency),
    }


def order_then(order_id: UUID, version: int | None = None, point: PointInTime = NOW, *, personal: bool = True) -> Order:
    """An order as it is, or as it was at a version or a point in time; not `personal`: as if all were forgotten."""
    try:
        order = runtime().log.load(Order, order_id, version=version, point=point, personal=personal)
    except NothingRecorded:
        raise OrderNotFound from None
    if not order.exists:
        raise OrderNotFound
    return order


def require_recorded(order_id: UUID, point: PointInTime = NOW) -> None:
    """Refuses an order that nothing is known of at a point in time; one taken back with its import has its history."""
    if not runtime().log.stream(order_id, point=point):
        raise OrderNotFound


def about(order_id: UUID, **facts: Any) -> dict[str, Any]:
    """The facts of a command on this order, those that were told."""
    return {"order_id": order_id, **{name: value for name, value in facts.items() if value is not None}}
