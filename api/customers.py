"""Customer cards over HTTP: found, read with where each field came from, put right, forgotten."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.bodies import Resource
from api.lists import ListQuery, page_answer, sorts
from api.requests import context, fresh, handle, respond, runtime
from api.schemas import Body, Text, instant, page_form
from domain import texts
from domain.customers import CreateCustomer, Customer, CustomerCard, CustomerNotFound, EraseCustomer, UpdateCustomer
from domain.identifiers import time_ordered_id
from domain.settings import Shop
from projections.customers import (
    NEWEST_FIRST,
    SORTS,
    CustomerFilters,
    CustomerHead,
    count_customers,
    cursor_types,
    list_customers,
)
from projections.log import NothingRecorded

customers = Resource("customers", __name__, url_prefix="/customers", description="Customer cards")
CARD = CustomerCard.__struct_fields__


class CardForm(Body):
    """What a card says; what is left out stays, an empty text clears."""

    name = Text()
    email = Text(254)
    phone = Text()
    company = Text()
    vat_number = Text()
    line1 = Text(texts.LINE)
    line2 = Text(texts.LINE)
    postcode = Text()
    city = Text()
    region = Text()
    country = Text(2, metadata={"description": "ISO 3166-1 alpha-2"})


class OriginAnswer(Body):
    """Where a field of a card came from: `billing` data of an order, an `operator`, an `import`."""

    origin = fields.String(required=True, validate=validate.OneOf(("billing", "operator", "import")))
    order_id = fields.UUID(required=True, allow_none=True)
    at = fields.DateTime(required=True)


class CardAnswer(Body):
    """A card: its fields, empty where nothing is known, and where each came from."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    erased_at = fields.DateTime(required=True, allow_none=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    company = fields.String(required=True)
    vat_number = fields.String(required=True)
    line1 = fields.String(required=True)
    line2 = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    country = fields.String(required=True)
    origins = fields.Dict(fields.String(), fields.Nested(OriginAnswer), required=True)


class CardRowAnswer(Body):
    """A card as the list shows it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    company = fields.String(required=True)
    phone = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)
    country = fields.String(required=True)


class CustomersQuery(ListQuery):
    """Words of name, company, e-mail, phone, postcode or city; one e-mail address; a country."""

    q = Text(texts.NAME, filled=True)
    email = Text(254, filled=True)
    country = Text(2, filled=True)
    sort = sorts(SORTS)


def customer_answer(customer: Customer, shop: Shop | None = None) -> dict[str, Any]:
    """A card: its fields, and where each came from."""
    return {
        "id": str(customer.id),
        "version": customer.version,
        "created_at": instant(customer.created_at),
        "erased_at": instant(customer.erased_at),
        **{name: customer.value(name) for name in CARD},
        "origins": {
            name: {
                "origin": field.origin,
                "order_id": str(field.order_id) if field.order_id else None,
                "at": instant(field.at),
            }
            for name, field in customer.fields.items()
        },
    }


@customers.get("")
@needs("customers:read")
@customers.arguments(CustomersQuery, location="query")
@customers.response(200, page_form(CardRowAnswer, counted=True))
def get_customers(told: dict[str, Any]) -> Response:
    """List and search customers."""
    fresh("customers")
    filters = CustomerFilters(**{name: told[name] for name in ("q", "email", "country") if name in told})
    sort = told.get("sort", NEWEST_FIRST)
    return page_answer(
        told,
        sort,
        cursor_types(sort),
        lambda connection, limit, after: list_customers(connection, filters, sort, limit, after),
        lambda connection, how: count_customers(connection, filters, how),
        _row_answer,
    )


def _row_answer(row: CustomerHead) -> dict[str, Any]:
    names = ("id", "version", "name", "email", "company", "phone", "postcode", "city", "country")
    return {name: getattr(row, name) for name in names} | {"created_at": instant(row.created_at)}


@customers.get("/<uuid:customer_id>")
@needs("customers:read")
@customers.response(200, CardAnswer)
def get_customer(customer_id: UUID) -> Response:
    """One card."""
    try:
        customer = runtime().log.load(Customer, customer_id)
    except NothingRecorded:
        raise CustomerNotFound from None
    return respond(customer_answer(customer), version=customer.version)


@customers.post("")
@needs("customers:write")
@customers.arguments(CardForm)
@customers.response(201, CardAnswer)
def create_customer(told: dict[str, Any]) -> Response:
    """Make a card by hand; 409 when the e-mail address has one."""
    command = CreateCustomer(
        customer_id=time_ordered_id(datetime.now(UTC), os.urandom(10)), context=context(), card=CustomerCard(**told)
    )
    return handle(
        command, render=customer_answer, status=201, location=lambda customer: f"/api/v1/customers/{customer.id}"
    )


@customers.patch("/<uuid:customer_id>")
@needs("customers:write")
@customers.arguments(CardForm)
@customers.response(200, CardAnswer)
def update_customer(told: dict[str, Any], customer_id: UUID) -> Response:
    """Put a card right."""
    command = UpdateCustomer(customer_id=customer_id, context=context(), card=CustomerCard(**told))
    return handle(command, render=customer_answer)


@customers.delete("/<uuid:customer_id>")
@needs("customers:erase")
@customers.response(204)
def erase_customer(customer_id: UUID) -> Response:
    """Forget a person: their key is deleted, what they ordered and paid stays. Needs If-Match; cannot be undone."""
    command = EraseCustomer(customer_id=customer_id, context=context())
    return handle(command, render=lambda *_: None, status=204, require_match=True)
