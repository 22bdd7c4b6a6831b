"""The list as a whole: what a selection of it comes to, and what stands beside an order in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate
from msgspec import Struct

from api.access import needs
from api.lists import ListRequest
from api.orders.blueprint import orders
from api.orders.bulk import filter_of
from api.orders.filters import OrderListForm, order_filters
from api.problems import Problem, pointed
from api.requests import fresh, read, respond, runtime, shop
from api.schemas import Body, CountAnswer, Many, MoneyAnswer, money
from domain.orders.bulk import MOST_ORDERS
from domain.orders.order import OrderNotFound
from projections.views.orders import OrderFilters
from projections.views.orders.neighbours import neighbours
from projections.views.orders.sums import sums


class SelectionForm(Body):
    """Orders picked one by one, or those that the list's own filter leaves."""

    ids = Many(fields.UUID(), validate=validate.Length(min=1, max=MOST_ORDERS))
    filter = fields.Dict(keys=fields.String(), metadata={"description": "As in the query of GET /orders"})

    class Loaded(Struct, frozen=True, kw_only=True):
        ids: tuple[UUID, ...] | None = None
        filter: Mapping[str, Any] | None = None


class SumAnswer(Body):
    """The orders of one currency."""

    currency = fields.String(required=True)
    count = fields.Integer(required=True)
    total = fields.Nested(MoneyAnswer, required=True)
    balance = fields.Nested(MoneyAnswer, required=True, metadata={"description": "Still due; negative to give back"})


class SummaryAnswer(Body):
    """What the orders come to; amounts of different currencies are not added."""

    count = fields.Integer(required=True)
    currencies = fields.List(fields.Nested(SumAnswer), required=True)


class NeighboursAnswer(Body):
    """The ids of the orders beside one, null at an end; its place from 1 on, and how many orders the list has.

    No place where the order is not in the list, or more than 10,000 stand before it.
    """

    previous = fields.UUID(required=True, allow_none=True)
    next = fields.UUID(required=True, allow_none=True)
    index = fields.Integer(required=True, allow_none=True)
    count = fields.Nested(CountAnswer, required=True)


@orders.post("/summary")
@needs("orders:read")
@orders.arguments(SelectionForm)
@orders.response(200, SummaryAnswer)
def get_summary(form: SelectionForm.Loaded) -> Response:
    """How many orders a selection has, and what they come to: totals and balances, currency by currency."""
    filters = selected(form)
    fresh("orders", anywhere=True)
    found = read(lambda connection: sums(connection, filters))
    currencies = [
        {
            "currency": one.currency,
            "count": one.orders,
            "total": money(one.total, one.currency),
            "balance": money(one.balance, one.currency),
        }
        for one in found
    ]
    return respond({"count": sum(one.orders for one in found), "currencies": currencies})


@orders.get("/<uuid:order_id>/neighbours")
@needs("orders:read")
@orders.arguments(OrderListForm, location="query")
@orders.response(200, NeighboursAnswer)
def get_neighbours(query: ListRequest[OrderListForm.Filters], order_id: UUID) -> Response:
    """The orders before and after one in the list that the query asks for, sorted as it is."""
    fresh("orders", anywhere=True)
    filters = order_filters(query.filters, shop(), runtime().log)
    found = read(lambda connection: neighbours(connection, filters, query.sort or "", order_id))
    if found is None:
        raise OrderNotFound
    beside = {"previous": found.previous, "next": found.next}
    return respond({**beside, "index": found.place, "count": found.among._asdict()})


def selected(form: SelectionForm.Loaded) -> OrderFilters:
    """The orders that a body means by `ids` or by `filter`; raises a 422 problem for both, neither or a wrong one."""
    if (form.ids is None) == (form.filter is None):
        detail = "Name the orders by `ids`, or by a `filter`."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/ids", "missing-field", detail)])
    if form.filter is None:
        return OrderFilters(ids=form.ids)
    query = filter_of(OrderListForm(), form.filter)
    return order_filters(query.filters, shop(), runtime().log)
