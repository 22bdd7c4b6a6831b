"""The catalogue as it is listed and searched: one row a product, found by any word of its names, its SKU or barcode."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, json
from psycopg import sql

from domain.products import Product
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Row, Rows, Table
from projections.views.pages import Conditions, Listing, equal, key, read
from projections.views.plain import patterns, plain_words

_DDL = """
    CREATE TABLE {schema}.products (
        id uuid NOT NULL,
        sku text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        is_active boolean NOT NULL,
        name_order text COLLATE "C" NOT NULL,
        barcode text NOT NULL,
        facts jsonb NOT NULL,
        words text COLLATE "C" NOT NULL
    )
"""
_INDEXES = (
    "CREATE INDEX products_sku ON {schema}.products (sku, id)",
    "CREATE INDEX products_name ON {schema}.products (name_order, id)",
    "CREATE INDEX products_barcode ON {schema}.products (barcode) WHERE barcode <> ''",
    "CREATE INDEX products_words ON {schema}.products USING gin (words gin_trgm_ops)",
)
_COLUMNS = ("id", "sku", "version", "updated_at", "is_active", "name_order", "barcode", "facts", "words")
_PICTURES = """
SELECT sku, facts ->> 'picture' FROM views.products WHERE sku = ANY(%s) AND facts ->> 'picture' <> ''
"""
NAME_KEY = 60  # characters by which names are sorted


class Products:
    """The view `products`."""

    name = "products"
    version = 1
    tables = (Table("products", _COLUMNS, ("id",), _DDL, _INDEXES),)
    aggregates = (Product,)
    topics = None

    def fold(self, batch: EventBatch) -> Rows:
        """Each product as its events leave it."""
        rows = Rows()
        for product_id, product in batch.aggregates(Product).items():
            rows.put("products", (product_id,), product_row(product))
        return rows


def product_row(product: Product) -> Row:
    """The row of a product."""
    facts = product.facts
    names = [one.name for one in facts.names]
    return (
        product.id,
        product.sku,
        product.version,
        product.modified_on,
        product.is_active,
        plain_words(names[0]).strip()[:NAME_KEY],
        facts.barcode,
        json.encode(facts).decode(),
        plain_words(product.sku, facts.barcode, *names),
    )


class ProductHead(NamedTuple):
    """A product as the list shows it; `facts` are a `ProductFacts` in plain values."""

    id: UUID
    sku: str
    version: int
    updated_at: datetime
    is_active: bool
    facts: dict[str, Any]


class ProductFilters(Struct, frozen=True, kw_only=True):
    """`q` are words of names, SKU and barcode, or parts of them, all of which must be found."""

    q: str | None = None
    barcode: str | None = None
    is_active: bool | None = None


# Words found in fewer products than this are looked up in their index, and sorted then.
FEW = 1_000
# Those found in more than this are met soon enough, wherever in the list one begins.
MANY = 15_000
# Between the two it depends on where in the list they stand: "white" may begin the last names of all.
FIRST = 2_000  # products that are looked through to see
ENOUGH = 20
_FIRST = (
    "SELECT count(*) FROM (SELECT FROM (SELECT words FROM {{schema}}.products ORDER BY name_order, id LIMIT {first}) "
    "AS first WHERE {conditions} LIMIT {enough}) AS found"
)


def _conditions(filters: ProductFilters) -> Conditions:
    found, told = equal(filters, ("is_active", "barcode"))
    words = {f"word_{number}": pattern for number, pattern in enumerate(patterns(filters.q or ""))}
    return [*found, *(f"words LIKE %({name})s" for name in words)], {**told, **words}


def _few(connection: Connection, filters: ProductFilters, schema: str) -> bool:
    if not filters.q:
        return False
    searched = ProductFilters(q=filters.q)
    expected = LISTING.count(connection, searched, "estimate", schema)
    if FEW <= expected <= MANY:
        conditions, words = _conditions(searched)
        look = _FIRST.format(first=FIRST, enough=ENOUGH, conditions=" AND ".join(conditions))
        [[met]] = read(connection, sql.SQL(look).format(schema=sql.Identifier(schema)), words)
        return bool(met < ENOUGH)
    return expected < FEW


LISTING: Listing[ProductHead, ProductFilters] = Listing(
    "{schema}.products",
    ProductHead,
    {
        "sku": (key("sku", str, "text"), key("id", UUID, "uuid")),
        "name": (key("name_order", str, "text"), key("id", UUID, "uuid")),
        "updated_at": (key("updated_at", datetime, "timestamptz"), key("id", UUID, "uuid")),
    },
    "name",
    _conditions,
    _few,
)
SORTS = tuple(LISTING.sorts)
list_products = LISTING.page


def pictures(connection: Connection, skus: list[str]) -> dict[str, str]:
    """The addresses of the pictures of these SKUs; those that have none are left out."""
    return dict(connection.execute(_PICTURES, (skus,)).fetchall())
