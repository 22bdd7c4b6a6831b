"""Stock over HTTP: what lies on the shelf of each SKU, every movement explained, receipts and counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.past_lists import past_of
from api.points_in_time import Moment, PointInTimeQuery, passed_point, point_of
from api.problems import CodedMessage
from api.requests import context, fresh, handle, read, respond, runtime
from api.schemas import PERSONAL, Body, PageQuery, Text, Whole, instant, page_form
from domain import texts
from domain.points_in_time import NOW, PointInTime
from domain.settings import Shop
from domain.stock import (
    AdjustStock,
    PlaceStock,
    ReceiveStock,
    SetStockPolicy,
    StockItem,
    StockItemNotFound,
    stock_id_of,
)
from domain.stock.item import MAX_UNITS, POLICIES
from projections.engine.tables import Connection
from projections.log import NothingRecorded
from projections.views import orders, stock_movements
from projections.views.orders import OrderFilters, OrderHead
from projections.views.stock import LISTING, SORTS, StockFilters, StockHead, stock_streams
from projections.views.stock_movements import MovementFilters, StockMovement

stock = Resource("stock", __name__, url_prefix="/stock", description="Stock of each SKU and its movements")
MOST_PROMISED = 1_000  # orders that one SKU's promises are told of


class StockQuery(ListQuery, PointInTimeQuery):
    """A part of the SKU, whether it is low, and what happens when it is used up; now, or at a point in time."""

    q = Text(texts.NAME, filled=True)
    low = fields.Boolean()
    policy = fields.String(validate=validate.OneOf(POLICIES))
    sort = sorts(SORTS)

    Filters = StockFilters

    class Loaded(ListRequest[StockFilters], frozen=True, kw_only=True):
        as_of: Moment | None = None
        known_at: Moment | None = None


class StockReceiptForm(Body):
    """Units that came in; a first receipt, of none even, begins to track the SKU."""

    quantity = Whole(0, MAX_UNITS, required=True)
    reference = Text(texts.CODE)
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        quantity: int
        reference: str = ""
        reason: str | None = None


class StockAdjustmentForm(Body):
    """By how many units the figure is wrong, or how many were counted."""

    change = Whole(-MAX_UNITS, MAX_UNITS)
    counted = Whole(0, MAX_UNITS)
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        change: int | None = None
        counted: int | None = None
        reason: str | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The adjustment, told in one of the two ways."""
        form = self.Loaded(**facts)
        if (form.change is None) == (form.counted is None):
            raise ValidationError({"change": [CodedMessage("Say either `change` or `counted`.", "one-of-both")]})
        return form


class StockPolicyForm(Body):
    """Whether more may be promised than is available, and at which figure stock is low; null: never."""

    policy = fields.String(required=True, validate=validate.OneOf(POLICIES))
    low_at = Whole(0, MAX_UNITS, allow_none=True)
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        policy: str
        low_at: int | None = None
        reason: str | None = None


class StockPlaceForm(Body):
    """Where it is picked from, such as `A-12-3`; empty: nowhere told."""

    place = Text(texts.CODE, required=True)
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        place: str
        reason: str | None = None


class StockItemAnswer(Body):
    """A SKU's figures: on the shelf, of it promised to orders, and what is left; `low` at or below `low_at`."""

    sku = fields.String(required=True)
    version = fields.Integer(required=True)
    policy = fields.String(required=True, validate=validate.OneOf(POLICIES))
    low_at = fields.Integer(required=True, allow_none=True)
    place = fields.String(required=True)
    on_hand = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    available = fields.Integer(required=True)
    low = fields.Boolean(required=True)
    updated_at = fields.DateTime(required=True)


class MovedAnswer(Body):
    """A figure before a movement, what the movement changed, and the figure after."""

    before = fields.Integer(required=True)
    change = fields.Integer(required=True)
    after = fields.Integer(required=True)


class MovedForAnswer(Body):
    """The order and its line that stock moved for."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    line = fields.String(required=True)


class PromisedAnswer(Body):
    """Units of a SKU that an order's line was promised and did not get yet."""

    order_id = fields.UUID(required=True)
    number = fields.String(required=True)
    line = fields.String(required=True)
    quantity = fields.Integer(required=True)
    customer_name = fields.String(required=True, metadata=PERSONAL)
    placed_at = fields.DateTime(required=True, allow_none=True)


class StockMovementAnswer(Body):
    """A movement: what it changed, when, by whom and why."""

    version = fields.Integer(required=True)
    position = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    topic = fields.String(required=True, metadata={"example": "stock.reserved"})
    on_hand = fields.Nested(MovedAnswer, required=True)
    reserved = fields.Nested(MovedAnswer, required=True)
    available = fields.Nested(MovedAnswer, required=True)
    cause = fields.String(required=True, metadata={"example": "placed"})
    reference = fields.String(required=True)
    order = fields.Nested(MovedForAnswer, required=True, allow_none=True)


def stock_answer(item: StockItem, shop: Shop | None = None) -> dict[str, Any]:
    """A SKU's stock as the API shows it."""
    return _shown(item, item.modified_on)


def _shown(item: StockItem | StockHead, at: datetime) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "version": item.version,
        "policy": item.policy,
        "low_at": item.low_at,
        "place": item.place,
        "on_hand": item.on_hand,
        "reserved": item.reserved,
        "available": item.available,
        "low": item.is_low,
        "updated_at": instant(at),
    }


@stock.get("")
@needs("stock:read")
@stock.arguments(StockQuery, location="query")
@stock.response(200, page_form(StockItemAnswer, counted=True))
def get_stock(query: StockQuery.Loaded) -> Response:
    """Every tracked SKU with its figures; as they were at a point in time, folded from its movements."""
    point = passed_point(query)

    def render(row: StockHead) -> dict[str, Any]:
        return _shown(row, row.updated_at)

    if point == NOW:
        fresh("stock", anywhere=True)
        return page_answer(query, LISTING, query.filters, render)
    with past_of("stock", point, stock_streams) as (connection, schema):
        return page_answer(query, LISTING, query.filters, render, schema=schema, connection=connection)


@stock.get("/<string:sku>")
@needs("stock:read")
@stock.arguments(PointInTimeQuery, location="query")
@stock.response(200, StockItemAnswer)
def get_stock_item(query: PointInTimeQuery.Loaded, sku: str) -> Response:
    """One SKU's figures as they are now, or were at a point in time."""
    item = _item(sku, point_of(query))
    return respond(stock_answer(item), version=item.version)


def _item(sku: str, point: PointInTime = NOW) -> StockItem:
    try:
        return runtime().log.load(StockItem, stock_id_of(sku), point=point)
    except NothingRecorded:
        raise StockItemNotFound from None


@stock.get("/<string:sku>/movements")
@needs("stock:read")
@stock.arguments(PageQuery, location="query")
@stock.response(200, page_form(StockMovementAnswer))
def get_movements(query: PageQuery.Loaded, sku: str) -> Response:
    """Every movement of one SKU, newest first: each figure explained by what changed it."""
    fresh("stock_movements", anywhere=True)
    stock_id = stock_id_of(_item(sku).sku)
    asked = ListRequest(filters=MovementFilters(stock_id=stock_id), limit=query.limit, cursor=query.cursor)
    return page_answer(asked, stock_movements.LISTING, asked.filters, _movement_answer)


def _movement_answer(row: StockMovement) -> dict[str, Any]:
    return {
        "version": row.version,
        "position": row.position,
        "at": instant(row.at),
        "actor": row.actor,
        "reason": row.reason,
        "topic": row.topic,
        "on_hand": _moved(row.on_hand, row.on_hand_change),
        "reserved": _moved(row.reserved, row.reserved_change),
        "available": _moved(row.on_hand - row.reserved, row.on_hand_change - row.reserved_change),
        "cause": row.cause,
        "reference": row.reference,
        "order": {"id": str(row.order_id), "number": row.order_number, "line": row.line} if row.order_id else None,
    }


def _moved(after: int, change: int) -> dict[str, int]:
    return {"before": after - change, "change": change, "after": after}


@stock.get("/<string:sku>/promised")
@needs("stock:read")
@stock.response(200, page_form(PromisedAnswer))
def get_promised(sku: str) -> Response:
    """To which orders units of a SKU are promised, the oldest first; at most the first thousand lines."""
    fresh("orders", anywhere=True)
    item = _item(sku)
    held = {place: line.reserved for place, line in item.lines.items() if line.reserved}
    ids = list({order_id for order_id, _ in held})[:MOST_PROMISED]
    heads = {head.id: head for head in read(lambda connection: _heads(connection, ids))}
    lines = [(heads[order_id], line, reserved) for (order_id, line), reserved in held.items() if order_id in heads]
    lines.sort(key=lambda one: (one[0].created_at, one[1]))
    return respond({"items": [_promised_answer(*one) for one in lines], "next": None})


def _heads(connection: Connection, ids: list[UUID]) -> list[OrderHead]:
    """The orders of these ids as the list has them."""
    return orders.LISTING.page(connection, OrderFilters(ids=tuple(ids)), limit=MOST_PROMISED).items


def _promised_answer(order: OrderHead, line: str, quantity: int) -> dict[str, Any]:
    return {
        "order_id": str(order.id),
        "number": order.number,
        "line": line,
        "quantity": quantity,
        "customer_name": order.customer_name,
        "placed_at": instant(order.placed_at),
    }


@stock.post("/<string:sku>/receipts")
@needs("stock:write")
@stock.arguments(StockReceiptForm)
@stock.response(201, StockItemAnswer)
def receive_stock(form: StockReceiptForm.Loaded, sku: str) -> Response:
    """Put units on the shelf; from the first receipt on the SKU is tracked."""
    command = ReceiveStock(
        context=context(form.reason),
        sku=sku,
        quantity=form.quantity,
        reference=form.reference,
    )
    return handle(command, render=stock_answer, status=201)


@stock.post("/<string:sku>/adjustments")
@needs("stock:write")
@stock.arguments(StockAdjustmentForm)
@stock.response(200, StockItemAnswer)
def adjust_stock(form: StockAdjustmentForm.Loaded, sku: str) -> Response:
    """Put the figure right: by so many units, or to what was counted."""
    command = AdjustStock(
        stock_id=stock_id_of(sku),
        context=context(form.reason),
        change=form.change,
        counted=form.counted,
    )
    return handle(command, render=stock_answer)


@stock.put("/<string:sku>/policy")
@needs("stock:write")
@stock.arguments(StockPolicyForm)
@stock.response(200, StockItemAnswer)
def set_stock_policy(form: StockPolicyForm.Loaded, sku: str) -> Response:
    """Say whether more may be promised than is available, and when stock is low."""
    command = SetStockPolicy(
        stock_id=stock_id_of(sku),
        context=context(form.reason),
        policy=form.policy,
        low_at=form.low_at,
    )
    return handle(command, render=stock_answer)


@stock.put("/<string:sku>/place")
@needs("stock:write")
@stock.arguments(StockPlaceForm)
@stock.response(200, StockItemAnswer)
def place_stock(form: StockPlaceForm.Loaded, sku: str) -> Response:
    """Say where it is picked from; picking lists are in the order of places."""
    command = PlaceStock(stock_id=stock_id_of(sku), context=context(form.reason), place=form.place)
    return handle(command, render=stock_answer)
