"""The blueprint of every route under /orders, and what they share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request

from api.bodies import Resource, read_json
from api.orders.rendering import order_answer
from api.requests import handle, runtime
from domain.orders.order import ForeignCurrency, Order, OrderCommand, OrderNotFound
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
    except ForeignCurrency as error:
        amounts = (name for name, told in read_json(request).items() if isinstance(told, dict) and "currency" in told)
        error.pointer = f"/{next(amounts, 'items/0/unit_price')}/currency"
        raise


def order_then(order_id: UUID, version: int | None = None, at: datetime | None = None) -> Order:
    """An order as it is, or as it was at a version or an instant."""
    try:
        order = runtime().log.load(Order, order_id, version=version, at=at)
    except NothingRecorded:
        raise OrderNotFound from None
    if not order.exists:
        raise OrderNotFound
    return order


def require_recorded(order_id: UUID) -> None:
    """Refuses an order that nothing is known of; one taken back with its import keeps its history."""
    if not runtime().log.stream(order_id, version=1):
        raise OrderNotFound


def about(order_id: UUID, **facts: Any) -> dict[str, Any]:
    """The facts of a command on this order, those that were told."""
    return {"order_id": order_id, **{name: value for name, value in facts.items() if value is not None}}
