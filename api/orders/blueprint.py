"""The blueprint of every route under /orders, and what they share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from msgspec.structs import replace

from api.bodies import Resource, read_json
from api.orders.rendering import order_answer, quote_answer
from api.orders.undo import undo_of
from api.requests import handle, respond, runtime
from api.schemas import money
from domain.coupons import CouponNoLongerHolds
from domain.customers import Customer
from domain.events import Erased, Event
from domain.orders.moves import RECIPIENTS, ChangeStatus, completes_with_due
from domain.orders.order import ForeignCurrency, Order, OrderCommand, OrderNotFound
from domain.orders.refunded import RefundOrder
from domain.orders.refunds import RequestRefund
from domain.orders.shipments import ShipOrder
from domain.points_in_time import NOW, PointInTime
from domain.shop import Shop
from domain.stock import StockItem
from domain.stock.following import APPLY, figures_of, figures_told
from projections.log import NothingRecorded, Recorded, Session

orders = Resource(
    "orders", "orders", url_prefix="/orders", description="Orders, from the first line to the last refund"
)


def location(order: Order) -> str:
    """Where an order is read."""
    return f"/api/v1/orders/{order.id}"


def change(command: OrderCommand, *, status: int = 200, require_match: bool = False) -> Response:
    """Handles a command on one order and answers with the order after it, and with what would take it back."""
    recorded: list[Event] = []

    def beside(session: Session, order: Order) -> None:
        recorded[:] = session.saved(order.id)

    def render(order: Order, shop: Shop) -> dict[str, Any]:
        undo = undo_of(order, recorded, shop)
        return {**order_answer(order, shop), "undo": undo} if undo else order_answer(order, shop)

    try:
        return handle(command, render=render, status=status, require_match=require_match, beside=beside)
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
        "cap": money(max(0, before.paid - before.refunded - before.refunds_requested), before.currency),
        "mail": mail_of(command, after, shop),
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


def written_to(order: Order) -> str | None:
    """Where a mail of the order would go now: an address that was corrected on the customer's card is not used."""
    address = order.mails_to
    if isinstance(address, Erased) or not address:
        return None
    if order.customer_id is None:
        return address
    try:
        return runtime().log.load(Customer, order.customer_id).corrected(address)
    except NothingRecorded:
        return address


def mail_of(command: OrderCommand, after: Order, shop: Shop) -> dict[str, Any]:
    """Who would be told by mail of what a command does, and the customer's address where a mail of the order goes."""
    told: tuple[str, ...] = ()
    match command:
        case ChangeStatus(notify=None):
            status = shop.status(after.status)
            told = tuple(name for name in RECIPIENTS if getattr(status, f"notifies_{name}"))
        case ChangeStatus(notify=notify) if notify is not None:
            told = notify
        case ShipOrder(tells=True):
            told = ("customer",)
        case RefundOrder() | RequestRefund() if shop.refund_made:
            told = ("customer",)
    to = written_to(after)
    return {"customer": "customer" in told and to is not None, "administrators": "administrators" in told, "to": to}


def order_then(order_id: UUID, version: int | None = None, point: PointInTime = NOW, *, personal: bool = True) -> Order:
    """An order as it is, or as it was at a version or a point in time; not `personal`: as if all were forgotten."""
    try:
        order = runtime().log.load(Order, order_id, version=version, point=point, personal=personal)
    except NothingRecorded:
        raise OrderNotFound from None
    if not order.exists:
        raise OrderNotFound
    return order


def recorded_of(
    order_id: UUID, version: int | None = None, point: PointInTime = NOW, *, personal: bool = True
) -> list[Recorded]:
    """What happened to an order up to a version, as a point in time shows it; also to one taken back with its import.

    Raises `OrderNotFound` where that is nothing, and where the id is that of something else.
    """
    stream = runtime().log.stream(order_id, version, point, personal=personal)
    if not stream or not Order.is_told_by(stream[0].event):
        raise OrderNotFound
    return stream
