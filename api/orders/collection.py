"""Storing, quoting, listing and reading orders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.lists import ListQuery, instant_field, page_answer, sorts
from api.orders.answers import OrderAnswer, OrderRowAnswer, QuoteAnswer
from api.orders.blueprint import location, order_then, orders
from api.orders.forms import OrderForm
from api.orders.rendering import order_answer, row_answer
from api.problems import Problem
from api.requests import context, fresh, handle, respond, runtime, shop
from api.schemas import Body, Code, Count, Text, page_form
from domain import texts
from domain.customers import Customer
from domain.errors import DomainError
from domain.identifiers import time_ordered_id
from domain.money import minor_units
from domain.orders.creation import CreateOrder
from domain.statuses import STAGES
from projections.generations import LIVE
from projections.log import EventLog, NothingRecorded
from projections.orders import LISTING, SORTS, OrderFilters

PAYMENT_STATUSES = ("unpaid", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "overpaid")
FILTERS = (
    "q", "number", "customer_id", "currency", "payment_status", "status", "stage", "fulfilment_status",
    "return_status", "payment_method", "shipping_method", "operator", "source", "created_from", "created_to", "sku",
)  # fmt: skip
ARCHIVED = {"false": False, "true": True, "all": None}
FULFILMENT_STATUSES = ("unfulfilled", "partially_shipped", "shipped", "delivered", "returned")
RETURN_STATUSES = ("none", "requested", "received", "settled")


class WhenQuery(Body):
    """Which past of an order is asked for; nothing told: the present."""

    version = Count(1, 2**31 - 1)
    as_of = instant_field()


class OrderListForm(Body):
    """What the list is filtered and sorted by; `total_min` and `total_max` are amounts in `currency`."""

    q = Text(
        texts.NAME, filled=True, metadata={"description": "Number, customer, e-mail, tracking code or SKU, or a part"}
    )
    number = Code()
    customer_id = fields.UUID()
    total_min = Text(20)
    total_max = Text(20)
    currency = fields.String(validate=validate.Length(equal=3))
    payment_status = fields.String(validate=validate.OneOf(PAYMENT_STATUSES))
    status = Code()
    stage = fields.String(validate=validate.OneOf(STAGES))
    fulfilment_status = fields.String(validate=validate.OneOf(FULFILMENT_STATUSES))
    return_status = fields.String(validate=validate.OneOf(RETURN_STATUSES))
    payment_method = Code()
    shipping_method = Code()
    tag = fields.List(Code(), validate=validate.Length(max=20))
    operator = Code()
    source = Code()
    created_from = instant_field()
    created_to = instant_field()
    sku = Code()
    archived = fields.String(validate=validate.OneOf(tuple(ARCHIVED)), metadata={"description": "Left out: false"})
    sort = sorts(tuple(SORTS))


class OrdersQuery(OrderListForm, ListQuery):
    """Which page of the list, filtered and sorted; with `as_of` as it was at an instant."""

    as_of = instant_field()


@orders.post("")
@needs("orders:write")
@orders.arguments(OrderForm)
@orders.response(201, OrderAnswer)
def create_order(told: dict[str, Any]) -> Response:
    """Store an order: a draft, or placed."""
    return handle(_creation(told), render=order_answer, status=201, location=location)


@orders.post("/quote")
@needs("orders:write")
@orders.arguments(OrderForm)
@orders.response(200, QuoteAnswer)
def quote_order(told: dict[str, Any]) -> Response:
    """Price a cart without storing anything: the live total."""
    order, shop = runtime().desk.quote(_creation(told))
    answer = order_answer(order, shop)
    priced = ("currency", "prices_include_tax", "items", "coupons", "discount", "discount_total", "subtotal",
              "shipping_charge", "shipping_total", "taxes", "net", "tax", "total")  # fmt: skip
    return respond({name: answer[name] for name in priced})


def _creation(told: dict[str, Any]) -> CreateOrder:
    given = context()
    return CreateOrder(order_id=time_ordered_id(given.at, os.urandom(10)), context=given, **told)


@orders.get("")
@needs("orders:read")
@orders.arguments(OrdersQuery, location="query")
@orders.response(200, page_form(OrderRowAnswer, counted=True))
def get_orders(told: dict[str, Any]) -> Response:
    """List and search orders."""
    fresh("orders")
    shown = shop()
    filters = order_filters(told, shown.defaults.currency, runtime().log)
    schema = as_of_schema(told["as_of"]) if "as_of" in told else LIVE
    return page_answer(told, LISTING, filters, lambda row: row_answer(row, shown), schema=schema)


def as_of_schema(as_of: datetime, view: str = "orders") -> str:
    """Where a list stands as it was at an instant for which it was built."""
    schema = runtime().views.as_of_schema(as_of, view)
    if schema is None:
        detail = (
            f"The list as of {as_of.isoformat()} is not built: carnet projections rebuild {view} --as-of INSTANT. "
            "A job exports it as of any instant: POST /exports."
        )
        raise Problem(409, "as-of-not-built", detail)
    return schema


def order_filters(told: Mapping[str, Any], default_currency: str, log: EventLog) -> OrderFilters:
    """The filters of a query; totals in minor units of their currency, archived orders only where asked for."""
    facts = {name: told[name] for name in FILTERS if name in told}
    facts["archived"] = ARCHIVED[told.get("archived", "false")]
    if "tag" in told:
        facts["tags"] = tuple(told["tag"])
    if "customer_id" in told and (merged := _merged_into(log, told["customer_id"])):
        facts["customer_ids"] = (facts.pop("customer_id"), *merged)
    for name in ("total_min", "total_max"):
        if name in told:
            facts["currency"] = told.get("currency", default_currency)
            facts[name] = _amount(name, told[name], facts["currency"])
    return OrderFilters(**facts)


def _merged_into(log: EventLog, customer_id: UUID) -> tuple[UUID, ...]:
    """The cards that are part of a customer's; the list shows each order under the card it was placed with."""
    try:
        return log.load(Customer, customer_id).absorbed
    except NothingRecorded:
        return ()


def _amount(name: str, text: str, currency: str) -> int:
    try:
        return minor_units(text, currency)
    except DomainError as error:
        detail = str(error)
        raise Problem(
            422, "invalid-fields", detail, errors=[{"parameter": name, "code": error.code, "detail": detail}]
        ) from None


@orders.get("/<uuid:order_id>")
@needs("orders:read")
@orders.arguments(WhenQuery, location="query")
@orders.response(200, OrderAnswer)
def get_order(told: dict[str, Any], order_id: UUID) -> Response:
    """One order as it is now; `?version=` or `?as_of=` as it was."""
    order = order_then(order_id, told.get("version"), told.get("as_of"))
    return respond(order_answer(order, runtime().desk.shop()), version=order.version)
