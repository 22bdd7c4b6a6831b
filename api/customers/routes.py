"""Customer cards over HTTP: found, read with where each field came from, put right, forgotten."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Response, request
from marshmallow import validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.customers.forms import (
    CardAnswer,
    CardForm,
    CardRowAnswer,
    CardWithWorthAnswer,
    ConsentForm,
    CustomerReasonForm,
    ErasureAnswer,
    MergeForm,
    ReachAnswer,
    TellCard,
    WithdrawalQuery,
)
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.orders.collection import kept_at
from api.past_lists import past_of
from api.points_in_time import Moment, PointInTimeQuery, passed_point, point_of
from api.requests import context, fresh, handle, respond, runtime
from api.schemas import PERSONAL, Code, Many, Text, instant, money, page_form
from domain import texts
from domain.addresses import Address
from domain.customers import (
    Consent,
    CreateCustomer,
    Customer,
    CustomerNotFound,
    EraseCustomer,
    GiveConsent,
    MergeCustomers,
    TagCustomer,
    UndoMerge,
    UntagCustomer,
    UpdateCustomer,
    WithdrawConsent,
)
from domain.customers.remains import REACHED, STAYS
from domain.events import Erased
from domain.identifiers import time_ordered_id
from domain.points_in_time import NOW, PointInTime
from domain.settings import Shop
from domain.statuses import CANCELLED
from projections.engine.freshness import TooFarBehind
from projections.engine.passing import PASSING
from projections.engine.tables import Connection
from projections.log import NothingRecorded
from projections.views.customers import (
    LISTING,
    SORTS,
    CustomerFilters,
    CustomerHead,
    CustomerOrder,
    CustomerWorth,
    card_ids,
    customer_streams,
    put_orders,
    worth_of,
)
from projections.views.orders import OrderHead
from projections.views.orders.past_listing import OrdersThen

customers = Resource("customers", __name__, url_prefix="/customers", description="Customer cards")
CARD = Address.FIELDS


class CustomersQuery(ListQuery, PointInTimeQuery):
    """Words of name, company, e-mail, phone, postcode or city; one e-mail address; a country; tags, all of them."""

    q = Text(texts.NAME, filled=True, metadata=PERSONAL)
    email = Text(254, filled=True, metadata=PERSONAL)
    country = Text(2, filled=True)
    tag = Many(Code(), validate=validate.Length(max=20))
    sort = sorts(SORTS, ("name",))

    class Filters(Struct, frozen=True, kw_only=True):
        q: str | None = None
        email: str | None = None
        country: str | None = None
        tag: tuple[str, ...] = ()

    class Loaded(ListRequest[Filters], frozen=True, kw_only=True):
        as_of: Moment | None = None
        known_at: Moment | None = None


def erasure_answer(customer: Customer, shop: Shop) -> dict[str, Any]:
    """What became of a person's data."""
    return {
        "id": str(customer.id),
        "erased_at": instant(customer.erased_at),
        **_reach(),
    }


def _reach() -> dict[str, Any]:
    return {"reached": list(REACHED), "stays": [remains._asdict() for remains in STAYS]}


def customer_answer(customer: Customer, shop: Shop | None = None) -> dict[str, Any]:
    """A card: its fields, and where each came from."""
    return {
        "id": str(customer.id),
        "version": customer.version,
        "created_at": instant(customer.created_at),
        "erased_at": instant(customer.erased_at),
        **{name: customer.value(name) for name in CARD},
        "emails": customer.emails,
        "phones": customer.phones,
        "origins": {
            name: {
                "origin": field.origin,
                "order_id": str(field.order_id) if field.order_id else None,
                "at": instant(field.at),
            }
            for name, field in customer.fields.items()
        },
        "tags": list(customer.tags),
        "merged_into": str(customer.merged_into) if customer.merged_into else None,
        "absorbed": [str(merged) for merged in customer.absorbed],
        "consent": _consent_answer(customer.consent) if customer.consent else None,
    }


def _consent_answer(consent: Consent) -> dict[str, Any]:
    return {
        "given": consent.given,
        "channel": consent.channel,
        "source": consent.source,
        "proof": None if isinstance(consent.proof, Erased) else consent.proof or None,
        "at": instant(consent.at),
    }


def customer_filters(asked: CustomersQuery.Filters) -> CustomerFilters:
    """The filters of a query."""
    return CustomerFilters(q=asked.q, email=asked.email, country=asked.country, tags=asked.tag)


@customers.get("")
@needs("customers:read")
@customers.arguments(CustomersQuery, location="query")
@customers.response(200, page_form(CardRowAnswer, counted=True))
def get_customers(query: CustomersQuery.Loaded) -> Response:
    """List and search customers; as they were at a point in time, folded from their cards."""
    point, filters = passed_point(query), customer_filters(query.filters)
    if point == NOW:
        fresh("customers", anywhere=True)
        return page_answer(query, LISTING, filters, _row_answer, join=_with_worth)
    with past_of("customers", point, customer_streams) as (connection, schema):
        join = partial(_with_worth_then, point=point, schema=schema)
        return page_answer(query, LISTING, filters, _row_answer, join=join, schema=schema, connection=connection)


def _with_worth(connection: Connection, rows: list[CustomerHead]) -> list[tuple[CustomerHead, list[CustomerWorth]]]:
    """Customers, each with what their orders come to."""
    worth = worth_of(connection, [row.id for row in rows])
    return [(row, worth[row.id]) for row in rows]


def _with_worth_then(
    connection: Connection, rows: list[CustomerHead], *, point: PointInTime, schema: str
) -> list[tuple[CustomerHead, list[CustomerWorth]]]:
    """The same at a point in time; nothing is told of orders where their past is not kept."""
    ids = [row.id for row in rows]
    then = OrdersThen.of(point)
    if schema == PASSING and then and kept_at("orders", point):
        placed = then.orders_of(connection, card_ids(connection, ids, schema))
        put_orders(connection, [_worth_of_order(order) for order in placed if order.placed_at], schema)
    worth = worth_of(connection, ids, schema)
    return [(row, worth[row.id]) for row in rows]


def _worth_of_order(order: OrderHead) -> CustomerOrder:
    return CustomerOrder(
        order_id=order.id,
        customer_id=cast("UUID", order.customer_id),
        currency=order.currency,
        worth=order.paid - order.refunded,
        counts=order.stage != CANCELLED,
        placed_at=cast("datetime", order.placed_at),
    )


def _row_answer(one: tuple[CustomerHead, list[CustomerWorth]]) -> dict[str, Any]:
    row, worth = one
    names = ("id", "version", "name", "email", "company", "phone", "postcode", "city", "country", "tags")
    answer = {name: getattr(row, name) for name in names} | {"created_at": instant(row.created_at)}
    return {**answer, "lifetime": [_worth_answer(one) for one in worth]}


def _worth_answer(worth: CustomerWorth) -> dict[str, Any]:
    return {
        "orders": worth.orders,
        "worth": money(worth.worth, worth.currency),
        "last_order_at": instant(worth.last_order_at),
    }


@customers.get("/erasure")
@needs("customers:erase")
@customers.response(200, ReachAnswer)
def get_erasure() -> Response:
    """What forgetting a customer reaches, and what stays and why: to be read before."""
    return respond(_reach())


@customers.get("/<uuid:customer_id>")
@needs("customers:read")
@customers.arguments(PointInTimeQuery, location="query")
@customers.response(200, CardWithWorthAnswer)
def get_customer(query: PointInTimeQuery.Loaded, customer_id: UUID) -> Response:
    """One card, and what the customer's orders come to; of a point in time the card alone."""
    point = point_of(query)
    if "X-Min-Position" in request.headers:
        fresh("customers")
    try:
        customer = runtime().log.load(Customer, customer_id, point=point)
    except NothingRecorded:
        raise CustomerNotFound from None
    lifetime = _lifetime(customer_id) if point == NOW else None
    return respond({**customer_answer(customer), "lifetime": lifetime}, version=customer.version)


def _lifetime(customer_id: UUID) -> list[dict[str, Any]] | None:
    """What the customer's orders come to; None while the view that knows it is not built."""
    try:
        runtime().views.wait_for("customers")
    except TooFarBehind:
        return None
    with runtime().reading() as connection:
        return [_worth_answer(one) for one in worth_of(connection, [customer_id])[customer_id]]


@customers.post("")
@needs("customers:write", personal=True)
@customers.arguments(CardForm)
@customers.response(201, CardAnswer)
def create_customer(form: TellCard) -> Response:
    """Make a card by hand; 409 when an e-mail address has one."""
    customer_id = time_ordered_id(datetime.now(UTC), os.urandom(10))
    command = CreateCustomer(customer_id=customer_id, context=context(form.reason), card=form.card)
    return handle(
        command, render=customer_answer, status=201, location=lambda customer: f"/api/v1/customers/{customer.id}"
    )


@customers.patch("/<uuid:customer_id>")
@needs("customers:write", personal=True)
@customers.arguments(CardForm)
@customers.response(200, CardAnswer)
def update_customer(form: TellCard, customer_id: UUID) -> Response:
    """Put a card right; mails of orders that were billed to an e-mail address it had go to the one it has."""
    command = UpdateCustomer(customer_id=customer_id, context=context(form.reason), card=form.card)
    return handle(command, render=customer_answer)


@customers.delete("/<uuid:customer_id>")
@needs("customers:erase")
@customers.arguments(CustomerReasonForm)
@customers.response(200, ErasureAnswer)
def erase_customer(form: CustomerReasonForm.Loaded, customer_id: UUID) -> Response:
    """Forget a person: their key is deleted, what they ordered and paid stays. Needs If-Match; cannot be undone.

    The answer names what the erasure reaches, and what stays in the clear. The reason does: write why, not who.
    """
    command = EraseCustomer(customer_id=customer_id, context=context(form.reason))
    return handle(command, render=erasure_answer, require_match=True)


@customers.put("/<uuid:customer_id>/consent")
@needs("customers:write", personal=True)
@customers.arguments(ConsentForm)
@customers.response(200, CardAnswer)
def give_consent(form: ConsentForm.Loaded, customer_id: UUID) -> Response:
    """Write down that the customer agreed to marketing, with the proof."""
    given = context(form.reason)
    command = GiveConsent(
        customer_id=customer_id, context=given, channel=form.channel, proof=form.proof, source=form.source
    )
    return handle(command, render=customer_answer)


@customers.delete("/<uuid:customer_id>/consent")
@needs("customers:write", personal=True)
@customers.arguments(WithdrawalQuery, location="query")
@customers.arguments(CustomerReasonForm)
@customers.response(200, CardAnswer)
def withdraw_consent(query: WithdrawalQuery.Loaded, form: CustomerReasonForm.Loaded, customer_id: UUID) -> Response:
    """Write down that the customer wants no marketing any more."""
    command = WithdrawConsent(customer_id=customer_id, context=context(form.reason), source=query.source)
    return handle(command, render=customer_answer)


@customers.put("/<uuid:customer_id>/tags/<string:tag>")
@needs("customers:write", personal=True)
@customers.arguments(CustomerReasonForm)
@customers.response(200, CardAnswer)
def tag_customer(form: CustomerReasonForm.Loaded, customer_id: UUID, tag: str) -> Response:
    """Put a tag on the card."""
    given = context(form.reason)
    return handle(TagCustomer(customer_id=customer_id, context=given, tags=(tag,)), render=customer_answer)


@customers.delete("/<uuid:customer_id>/tags/<string:tag>")
@needs("customers:write", personal=True)
@customers.arguments(CustomerReasonForm)
@customers.response(200, CardAnswer)
def untag_customer(form: CustomerReasonForm.Loaded, customer_id: UUID, tag: str) -> Response:
    """Take a tag off the card."""
    given = context(form.reason)
    return handle(UntagCustomer(customer_id=customer_id, context=given, tags=(tag,)), render=customer_answer)


@customers.post("/<uuid:customer_id>/merge")
@needs("customers:write", personal=True)
@customers.arguments(MergeForm)
@customers.response(200, CardAnswer)
def merge_customer(form: MergeForm.Loaded, customer_id: UUID) -> Response:
    """Make this card part of another, whose orders and value it joins. Needs If-Match; can be undone."""
    given = context(form.reason)
    command = MergeCustomers(customer_id=customer_id, context=given, into=form.into, into_version=form.into_version)
    return handle(command, render=customer_answer, require_match=True)


@customers.delete("/<uuid:customer_id>/merge")
@needs("customers:write", personal=True)
@customers.arguments(CustomerReasonForm)
@customers.response(200, CardAnswer)
def undo_merge(form: CustomerReasonForm.Loaded, customer_id: UUID) -> Response:
    """Let a merged card stand by itself again; orders placed meanwhile stay with the survivor."""
    command = UndoMerge(customer_id=customer_id, context=context(form.reason))
    return handle(command, render=customer_answer, require_match=True)
