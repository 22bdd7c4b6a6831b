"""The catalogue over HTTP: searched while an order is taken, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid4

import msgspec
from flask import Response
from marshmallow import fields, post_load, validate
from msgspec import Struct

from api.access import caller, needs
from api.bodies import Resource
from api.jobs import JobAnswer, accepted
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.orders.answers import TaxAnswer
from api.orders.cart_forms import ReasonForm, TaxRate, tax_list, taxes_of
from api.orders.line_answers import tax_answers, taxes_rate
from api.requests import context, fresh, handle, respond, runtime, shop
from api.schemas import Body, Code, Many, Money, MoneyAnswer, MoneyForm, Text, Whole, instant, money, page_form
from domain import texts
from domain.products import (
    MAX_OPTIONS,
    MAX_PRICES,
    MAX_VALUES,
    MAX_WEIGHT,
    AddProduct,
    ChangeProduct,
    Product,
    ProductFacts,
    ProductName,
    ProductNotFound,
    ProductOption,
    ProductPrice,
    RestoreProduct,
    RetireProduct,
    product_id_of,
)
from domain.shop import LOCALES, Shop
from domain.units import UNITS
from projections.engine.tables import Connection
from projections.exports.catalogue import written
from projections.log import NothingRecorded, Session
from projections.views.products import LISTING, SORTS, ProductFilters, ProductHead
from projections.views.stock import Available, available
from projections.work.products import ask_for_learning

products = Resource("products", __name__, url_prefix="/products", description="What is sold, by SKU")
ACTIVE = {"true": True, "false": False, "all": None}


class ProductsQuery(ListQuery):
    """Words of names, SKU and barcode, or parts of them; retired products only where asked for."""

    q = Text(texts.NAME, filled=True, metadata={"description": "Name, SKU or barcode, or a part; accents do not count"})
    barcode = Code(metadata={"description": "Exactly this barcode, as a scanner reads it"})
    active = fields.String(validate=validate.OneOf(tuple(ACTIVE)), metadata={"description": "Left out: true"})
    currency = Text(validate=validate.Length(equal=3), metadata={"description": "Of `unit_price`", "maxLength": 3})
    locale = fields.String(validate=validate.OneOf(LOCALES), metadata={"description": "Of `name`"})
    sort = sorts(SORTS)

    class Filters(Struct, frozen=True, kw_only=True):
        q: str | None = None
        barcode: str | None = None
        active: str = "true"
        currency: str | None = None
        locale: str | None = None


class ProductOptionForm(Body):
    """What can be chosen, and of what."""

    name = Text(texts.CODE, filled=True, required=True)
    values = Many(Text(texts.NAME, filled=True), required=True, validate=validate.Length(min=1, max=MAX_VALUES))

    Loaded = ProductOption


class ProductFactsForm(ReasonForm):
    """What is known of a product, all of it; without `tax_rate` and `taxes` it bears what the shop charges."""

    names = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LOCALES)),
        values=Text(texts.NAME, filled=True),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "By language", "example": {"en": "Blue cup", "fr": "Tasse bleue"}},
    )
    prices = Many(fields.Nested(MoneyForm), validate=validate.Length(max=MAX_PRICES))
    options = Many(fields.Nested(ProductOptionForm), validate=validate.Length(max=MAX_OPTIONS))
    tax_rate = TaxRate()
    taxes = tax_list()
    unit = Text(texts.CODE, filled=True, metadata={"enum": list(UNITS)})
    weight = Whole(0, MAX_WEIGHT, metadata={"description": "Of one unit, in grams"})
    barcode = Text(48)
    picture = Text(texts.LINE, metadata={"description": "Its address; the server never fetches it"})

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        facts: ProductFacts

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The facts, beside what else is told."""
        names: dict[str, str] = facts.pop("names")
        prices: tuple[Money, ...] = facts.pop("prices", ())
        taxes = taxes_of(facts.pop("tax_rate", None), facts.pop("taxes", None))
        beside = {name: facts.pop(name) for name in self.Loaded.__struct_fields__ if name in facts}
        product = ProductFacts(
            names=tuple(ProductName(locale, names[locale]) for locale in LOCALES if locale in names),
            prices=tuple(ProductPrice(price.currency, price.minor) for price in prices),
            taxes=taxes,
            **facts,
        )
        return self.Loaded(facts=product, **beside)


class ProductForm(ProductFactsForm):
    """A product to take into the catalogue."""

    sku = Code(required=True)

    class Loaded(ProductFactsForm.Loaded, frozen=True, kw_only=True):
        sku: str


class ProductRowAnswer(Body):
    """A product as it is picked: no `unit_price` where it has none in the currency asked for.

    `available` is what can be promised of it now; null where its stock is not tracked.
    """

    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit_price = fields.Nested(MoneyAnswer, required=True, allow_none=True)
    tax_rate = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True)
    barcode = fields.String(required=True)
    picture = fields.String(required=True)
    active = fields.Boolean(required=True)
    available = fields.Integer(required=True, allow_none=True)
    low = fields.Boolean(required=True)


class ProductOptionAnswer(Body):
    """What can be chosen, and of what."""

    name = fields.String(required=True)
    values = fields.List(fields.String(), required=True)


class ProductAnswer(Body):
    """A product in full; no `taxes` where it bears those that the shop charges."""

    sku = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    prices = fields.List(fields.Nested(MoneyAnswer), required=True)
    options = fields.List(fields.Nested(ProductOptionAnswer), required=True)
    tax_rate = fields.String(required=True, allow_none=True)
    taxes = fields.List(fields.Nested(TaxAnswer), required=True, allow_none=True)
    unit = fields.String(required=True)
    weight = fields.Integer(required=True, allow_none=True)
    barcode = fields.String(required=True)
    picture = fields.String(required=True)


class _Shown(NamedTuple):
    """A product of the list, and its stock."""

    row: ProductHead
    stock: Available | None


@products.get("")
@needs("stock:read")
@products.arguments(ProductsQuery, location="query")
@products.response(200, page_form(ProductRowAnswer, counted=True))
def get_products(query: ListRequest[ProductsQuery.Filters]) -> Response:
    """The catalogue, searched by name, SKU or barcode, with what can be promised of each product."""
    fresh("products", anywhere=True)
    asked = query.filters
    filters = ProductFilters(q=asked.q, barcode=asked.barcode, is_active=ACTIVE[asked.active])
    shown = shop()
    currency, locale = asked.currency or shown.defaults.currency, asked.locale or shown.defaults.locale
    return page_answer(query, LISTING, filters, lambda one: _row(one, shown, currency, locale), join=_with_stock)


@products.get("/catalogue.csv")
@needs("stock:read")
@products.response(200)
def get_catalogue() -> Response:
    """The whole catalogue as CSV, as `POST /imports?kind=products` takes it in."""
    fresh("products")
    headers = {"Content-Disposition": 'attachment; filename="catalogue.csv"'}
    return Response(written(runtime()), headers=headers, content_type="text/csv; charset=utf-8")


@products.post("")
@needs("stock:write")
@products.arguments(ProductForm)
@products.response(201, ProductAnswer)
def add_product(form: ProductForm.Loaded) -> Response:
    """Take a product into the catalogue."""
    command = AddProduct(context=context(form.reason), sku=form.sku, facts=form.facts)
    return handle(command, render=product_answer, status=201, location=_location)


@products.post("/learn")
@needs("stock:write")
@products.response(202, JobAnswer)
def learn_products() -> Response:
    """Take in every SKU that past orders name, as it was sold last, by a job; what is in the catalogue stays as it is.

    Its `outcome` tells how many were `added`, were `known` and were `refused`, and why.
    """

    def ask(session: Session) -> UUID:
        job_id = uuid4()
        ask_for_learning(session, job_id, caller().actor)
        return job_id

    return accepted(ask)


@products.get("/<string:sku>")
@needs("stock:read")
@products.response(200, ProductAnswer)
def get_product(sku: str) -> Response:
    """One product by its SKU."""
    try:
        product = runtime().log.load(Product, product_id_of(sku))
    except NothingRecorded:
        raise ProductNotFound from None
    return respond(product_answer(product), version=product.version)


@products.put("/<string:sku>")
@needs("stock:write")
@products.arguments(ProductFactsForm)
@products.response(200, ProductAnswer)
def change_product(form: ProductFactsForm.Loaded, sku: str) -> Response:
    """Tell other facts of a product, all of them; orders keep the price and the rate that they took."""
    command = ChangeProduct(product_id=product_id_of(sku), context=context(form.reason), facts=form.facts)
    return handle(command, render=product_answer)


@products.delete("/<string:sku>")
@needs("stock:write")
@products.arguments(ReasonForm)
@products.response(200, ProductAnswer)
def retire_product(form: ReasonForm.Loaded, sku: str) -> Response:
    """Sell a product no longer; it keeps its history, and can be sold again."""
    command = RetireProduct(product_id=product_id_of(sku), context=context(form.reason))
    return handle(command, render=product_answer)


@products.post("/<string:sku>/restore")
@needs("stock:write")
@products.arguments(ReasonForm)
@products.response(200, ProductAnswer)
def restore_product(form: ReasonForm.Loaded, sku: str) -> Response:
    """Sell a retired product again."""
    command = RestoreProduct(product_id=product_id_of(sku), context=context(form.reason))
    return handle(command, render=product_answer)


def _location(product: Product) -> str:
    """Where a product is read; a SKU may be in any script."""
    return f"/api/v1/products/{quote(product.sku, safe='')}"


def product_answer(product: Product, _shop: Shop | None = None) -> dict[str, Any]:
    """A product in full as the API shows it."""
    facts = product.facts
    return {
        "sku": product.sku,
        "version": product.version,
        "active": product.is_active,
        "created_at": instant(product.created_at),
        "names": {one.locale: one.name for one in facts.names},
        "prices": [money(price.amount, price.currency) for price in facts.prices],
        "options": [{"name": option.name, "values": list(option.values)} for option in facts.options],
        "tax_rate": None if facts.taxes is None else taxes_rate(facts.taxes),
        "taxes": None if facts.taxes is None else tax_answers(facts.taxes),
        "unit": facts.unit,
        "weight": facts.weight,
        "barcode": facts.barcode,
        "picture": facts.picture,
    }


def _with_stock(connection: Connection, rows: list[ProductHead]) -> list[_Shown]:
    stock = available(connection, [row.sku for row in rows])
    return [_Shown(row, stock.get(row.sku)) for row in rows]


def _row(shown: _Shown, shop: Shop, currency: str, locale: str) -> Mapping[str, Any]:
    facts = msgspec.convert(shown.row.facts, ProductFacts)
    price = facts.price(currency)
    taxes = shop.defaults.taxes if facts.taxes is None else facts.taxes
    return {
        "sku": shown.row.sku,
        "name": facts.name(locale),
        "unit_price": None if price is None else money(price, currency),
        "tax_rate": None if taxes is None else taxes_rate(taxes),
        "unit": facts.unit,
        "barcode": facts.barcode,
        "picture": facts.picture,
        "active": shown.row.is_active,
        "available": shown.stock.available if shown.stock else None,
        "low": shown.stock.is_low if shown.stock else False,
    }
