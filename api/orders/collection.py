"""Storing, quoting, listing and reading orders."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.lists import ListQuery, ShopMoment, instant_of, page_answer, sorts, zone_of
from api.orders.answers import OrderAnswer, OrderRowAnswer, QuoteAnswer
from api.orders.blueprint import location, order_then, orders
from api.orders.forms import OrderForm
from api.orders.rendering import order_answer, quote_answer, row_answer
from api.points_in_time import PointInTimeQuery, point_of
from api.problems import Problem
from api.requests import context, fresh, handle, respond, runtime, shop
from api.schemas import PERSONAL, Body, Code, Count, Text, page_form
from domain import texts
from domain.coupons import CouponNoLongerHolds
from domain.customers import Customer
from domain.errors import DomainError
from domain.events import Erased
from domain.identifiers import time_ordered_id
from domain.money import minor_units
from domain.orders.creation import CreateOrder
from domain.orders.order import Order
from domain.points_in_time import NOW, PointInTime
from domain.shop import Shop
from domain.statuses import STAGES
from projections.credentials import usernames
from projections.desk.coupons import QuoteOutdated
from projections.generations import LIVE
from projections.log import EventLog, NothingRecorded
from projections.orders import LISTING, SORTS, OrderFilters, has_order_with

PAYMENT_STATUSES = ("unpaid", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "overpaid")
FILTERS = (
    "q", "number", "customer_id", "currency", "payment_status", "status", "stage", "fulfilment_status",
    "return_status", "payment_method", "shipping_method", "operator", "source", "created_from", "created_to", "sku",
)  # fmt: skip
ARCHIVED = {"false": False, "true": True, "all": None}
FULFILMENT_STATUSES = ("unfulfilled", "partially_shipped", "shipped", "delivered", "returned")
RETURN_STATUSES = ("none", "requested", "received", "settled")


class WhenQuery(PointInTimeQuery):
    """Which past of an order is asked for, also a version of it; nothing told: the present."""

    version = Count(1, 2**31 - 1)


class OrderListForm(Body):
    """What the list is filtered and sorted by; `total_min` and `total_max` are amounts in `currency`."""

    q = Text(
        texts.NAME,
        filled=True,
        metadata={"description": "Number, customer, e-mail, tracking code or SKU, or a part", **PERSONAL},
    )
    number = Code()
    customer_id = fields.UUID()
    total_min = Text(20)
    total_max = Text(20)
    currency = Text(validate=validate.Length(equal=3), metadata={"maxLength": 3})
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
    created_from = ShopMoment("The first moment, included")
    created_to = ShopMoment("The last moment, not included; a bare date is")
    sku = Code()
    archived = fields.String(validate=validate.OneOf(tuple(ARCHIVED)), metadata={"description": "Left out: false"})
    sort = sorts(tuple(SORTS), ("customer",))


class OrdersQuery(OrderListForm, ListQuery, PointInTimeQuery):
    """Which page of the list, filtered and sorted; of the present, or of a point in time for which it was built."""


@orders.post("")
@needs("orders:write", personal=True)
@orders.arguments(OrderForm)
@orders.response(201, OrderAnswer)
def create_order(told: dict[str, Any]) -> Response:
    """Store an order: a draft, or placed; one that its quote no longer holds for is a 409 with the new quote."""
    command = _creation(told)
    try:
        return handle(command, render=order_answer, status=201, location=location)
    except (CouponNoLongerHolds, QuoteOutdated) as error:
        error.details["quote"] = quote_answer(*runtime().desk.quote(command, error))
        raise


@orders.post("/quote")
@needs("orders:write", personal=True)
@orders.arguments(OrderForm)
@orders.response(200, QuoteAnswer)
def quote_order(told: dict[str, Any]) -> Response:
    """Price a cart without storing anything: the live total, and which coupons it could not have, with why."""
    return respond(quote_answer(*runtime().desk.quote(_creation(told))))


def _creation(told: dict[str, Any]) -> CreateOrder:
    given = context(told.pop("reason", None))
    return CreateOrder(order_id=time_ordered_id(given.at, os.urandom(10)), context=given, **told)


@orders.get("")
@needs("orders:read")
@orders.arguments(OrdersQuery, location="query")
@orders.response(200, page_form(OrderRowAnswer, counted=True))
def get_orders(told: dict[str, Any]) -> Response:
    """List and search orders."""
    fresh("orders", anywhere=not told.keys() & {"as_of", "known_at"})
    shown = shop()
    filters = order_filters(told, shown, runtime().log)
    schema = schema_at(point_of(told), "orders")
    return page_answer(told, LISTING, filters, lambda row: row_answer(row, shown), schema=schema)


def schema_at(point: PointInTime, view: str) -> str:
    """Where a view stands: the live one, or that of a point in time for which it was built."""
    if point == NOW:
        return LIVE
    schema = runtime().views.schema_of(point, view)
    if schema is None:
        options = " ".join(f"--{name.replace('_', '-')} {at}" for name, at in point.told().items())
        detail = (
            f"The list of that point in time is not built: carnet projections rebuild {view} {options}. "
            "A job exports it of any: POST /exports."
        )
        raise Problem(409, "as-of-not-built", detail)
    return schema


def order_filters(told: Mapping[str, Any], shop: Shop, log: EventLog) -> OrderFilters:
    """The filters of a query: totals in minor units of their currency, moments in the shop's zone, archived orders only
    where asked for. Raises a 422 problem for a choice that nothing knows."""
    facts = {name: told[name] for name in FILTERS if name in told}
    _require_known(told, shop, log)
    zone = zone_of(shop)
    if "created_from" in told:
        facts["created_from"] = instant_of(told["created_from"], zone)
    if "created_to" in told:
        facts["created_to"] = instant_of(told["created_to"], zone, whole_day=True)
    facts["archived"] = ARCHIVED[told.get("archived", "false")]
    if "tag" in told:
        facts["tags"] = tuple(told["tag"])
    if "customer_id" in told and (merged := _merged_into(log, told["customer_id"])):
        facts["customer_ids"] = (facts.pop("customer_id"), *merged)
    for name in ("total_min", "total_max"):
        if name in told:
            facts["currency"] = told.get("currency", shop.defaults.currency)
            facts[name] = _amount(name, told[name], facts["currency"])
    return OrderFilters(**facts)


def _require_known(told: Mapping[str, Any], shop: Shop, log: EventLog) -> None:
    """Refuses a status, a way to pay or to send, or an operator that neither the shop nor any order knows."""
    choices: dict[str, Collection[str]] = {
        "status": shop.statuses,
        "payment_method": shop.payment_methods,
        "shipping_method": shop.shipping_methods,
        "operator": (),
    }
    for name, known in choices.items():
        if name in told and told[name] not in known and not _occurs(log, name, told[name]):
            listed = ", ".join(known) or ", ".join(_operators(log))
            detail = f"There is no {name.replace('_', ' ')} {told[name]}; known: {listed or 'none'}."
            fault = {"parameter": name, "code": "unknown-choice", "detail": detail}
            raise Problem(422, "invalid-fields", detail, errors=[fault])


def _occurs(log: EventLog, name: str, value: str) -> bool:
    with log.pool.connection() as connection:
        return has_order_with(connection, name, value) or (name == "operator" and value in usernames(connection))


def _operators(log: EventLog) -> list[str]:
    with log.pool.connection() as connection:
        return sorted(usernames(connection))


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
    """One order as it is now; by `as_of` as it was then, by `known_at` as it was known then, by `version` after one."""
    order = order_then(order_id, told.get("version"), point_of(told))
    answer = order_answer(order, runtime().desk.shop())
    if not {"version", "as_of", "known_at"} & told.keys():
        answer["mails_to"] = _written_to(order)
    return respond(answer, version=order.version)


def _written_to(order: Order) -> str | None:
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
