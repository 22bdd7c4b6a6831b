"""Storing, quoting, listing and reading orders."""

from __future__ import annotations

import os
from uuid import UUID

from flask import Response

from api.access import needs
from api.lists import page_answer
from api.orders.answers import OrderAnswer, OrderRowAnswer, QuoteAnswer
from api.orders.blueprint import location, order_then, orders, written_to
from api.orders.cart_forms import new_item, taxes_of
from api.orders.filters import OrdersQuery, order_filters
from api.orders.forms import OrderForm
from api.orders.rendering import order_answer, quote_answer, row_answer
from api.points_in_time import PointInTimeQuery, passed_point, point_of
from api.problems import Problem
from api.requests import context, fresh, handle, respond, runtime, shop
from api.schemas import Count, minor_of, page_form
from domain.coupons import CouponNoLongerHolds
from domain.events import Context
from domain.identifiers import time_ordered_id
from domain.orders.coupon_uses import QuoteOutdated
from domain.orders.creation import CreateOrder
from domain.points_in_time import NOW, PointInTime
from projections.engine.generations import LIVE
from projections.views.orders import LISTING, OrderFilters, OrderHead
from projections.views.orders.past import OrdersPast
from projections.views.orders.past_listing import OrdersThen
from projections.views.pages import Listing


class WhenQuery(PointInTimeQuery):
    """Which past of an order is asked for, also a version of it; nothing told: the present."""

    version = Count(1, 2**31 - 1)

    class Loaded(PointInTimeQuery.Loaded, frozen=True, kw_only=True):
        version: int | None = None


@orders.post("")
@needs("orders:write", personal=True)
@orders.arguments(OrderForm)
@orders.response(201, OrderAnswer)
def create_order(form: OrderForm.Loaded) -> Response:
    """Store an order: a draft, or placed; one that its quote no longer holds for is a 409 with the new quote."""
    command = _creation(form)
    try:
        return handle(command, render=order_answer, status=201, location=location)
    except (CouponNoLongerHolds, QuoteOutdated) as error:
        error.details["quote"] = quote_answer(*runtime().desk.quote(command, error))
        raise


@orders.post("/quote")
@needs("orders:write", personal=True)
@orders.arguments(OrderForm)
@orders.response(200, QuoteAnswer)
def quote_order(form: OrderForm.Loaded) -> Response:
    """Price a cart without storing anything: the live total, and which coupons it could not have, with why."""
    return respond(quote_answer(*runtime().desk.quote(_creation(form))))


def _creation(form: OrderForm.Loaded) -> CreateOrder:
    given = context(form.reason)
    return creation(form, time_ordered_id(given.at, os.urandom(10)), given)


def creation(form: OrderForm.Loaded, order_id: UUID, given: Context) -> CreateOrder:
    """The command to store an order as a form tells it."""
    return CreateOrder(
        order_id=order_id,
        context=given,
        currency=form.currency,
        prices_include_tax=form.prices_include_tax,
        locale=form.locale,
        place=form.place,
        status=form.status,
        stock=form.stock,
        balance=form.balance,
        notify=form.notify,
        customer_id=form.customer_id,
        fill_addresses=form.fill_addresses,
        operator=form.operator,
        source=form.source,
        payment_method=form.payment_method,
        shipping_method=form.shipping_method,
        billing_address=form.billing_address,
        shipping_address=form.shipping_address,
        items=tuple(map(new_item, form.items)),
        coupon_codes=form.coupons,
        discount=form.discount.minor if form.discount else 0,
        shipping_charge=form.shipping_charge.minor if form.shipping_charge else 0,
        shipping_taxes=taxes_of(form.shipping_tax_rate, form.shipping_taxes),
        shipping_includes_tax=form.shipping_includes_tax,
        tags=form.tags,
        notes=form.notes,
        quoted_total=minor_of(form.quoted_total),
    )


@orders.get("")
@needs("orders:read")
@orders.arguments(OrdersQuery, location="query")
@orders.response(200, page_form(OrderRowAnswer, counted=True))
def get_orders(query: OrdersQuery.Loaded) -> Response:
    """List and search orders."""
    point, shown = passed_point(query), shop()
    fresh("orders", anywhere=point == NOW)
    filters = order_filters(query.filters, shown, runtime().log)
    listing, schema = listing_at(point)
    return page_answer(query, listing, filters, lambda row: row_answer(row, shown), schema=schema)


def listing_at(point: PointInTime) -> tuple[Listing[OrderHead, OrderFilters], str]:
    """The list of orders of a point in time and the schema it is read in; raises a 409 problem where neither the view
    of the past is kept nor that list was built."""
    then = OrdersThen.of(point)
    if then is None or not kept_at("orders", point):
        return LISTING, schema_at(point, "orders")
    return then.listing(), LIVE


def kept_at(view: str, point: PointInTime) -> bool:
    """Whether a list is kept as it was at every instant, and shows all that was recorded by now; 503 while it does
    not."""
    is_kept = view == "orders" and runtime().settings.orders_past and OrdersThen.of(point) is not None
    if is_kept:
        fresh(OrdersPast.name, upto=runtime().log.head())
    return is_kept


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
        if view == "orders" and not runtime().settings.orders_past:
            detail += " With CARNET_ORDERS_PAST=true the list is there at once, of any instant."
        raise Problem(409, "as-of-not-built", detail)
    return schema


@orders.get("/<uuid:order_id>")
@needs("orders:read")
@orders.arguments(WhenQuery, location="query")
@orders.response(200, OrderAnswer)
def get_order(query: WhenQuery.Loaded, order_id: UUID) -> Response:
    """One order as it is now; by `as_of` as it was then, by `known_at` as it was known then, by `version` after one."""
    point = point_of(query)
    order = order_then(order_id, query.version, point)
    answer = order_answer(order, runtime().desk.shop())
    if query.version is None and point == NOW:
        answer["mails_to"] = written_to(order)
    return respond(answer, version=order.version)
