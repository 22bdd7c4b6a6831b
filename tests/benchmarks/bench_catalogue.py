"""Searching the catalogue at 100,000 products: a page and its stock, beside bare SQL of the same condition."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from domain.events import Metadata
from domain.products import Product, ProductAdded, ProductFacts, ProductName, ProductPrice, product_id_of
from projections.engine import generations
from projections.engine.tables import Connection
from projections.views import PROJECTIONS
from projections.views.products import ProductFilters, list_products, product_row
from projections.views.stock import available
from tests.benchmarks.bench_list import measure, quantile
from tests.benchmarks.stand import durable_server

PRODUCTS = int(os.environ.get("CARNET_BENCH_PRODUCTS", "100000"))
ROUNDS = 60
LIMIT = 20
MOST_MS = 20.0
KINDS = ("cup", "pot", "jug", "bowl", "plate", "lamp", "vase", "tray", "kettle", "spoon")
FRENCH = ("tasse", "pot", "cruche", "bol", "assiette", "lampe", "vase émaillé", "plateau", "bouilloire", "cuillère")
COLOURS = ("blue", "white", "red", "green", "black", "yellow", "grey", "brown", "golden", "silver")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
_COPY = "COPY views.products (id, sku, version, updated_at, is_active, name_order, barcode, facts, words) FROM STDIN"
_BARE = "SELECT sku, facts FROM views.products WHERE is_active AND words LIKE %s ORDER BY name_order, id LIMIT 21"


class Search(NamedTuple):
    """What is searched for, and the one condition that bare SQL has of it."""

    name: str
    filters: ProductFilters
    pattern: str

    def found(self, connection: Connection) -> int:
        """The page and its stock, as the API reads them."""
        rows = list_products(connection, self.filters, limit=LIMIT).items
        return len(available(connection, [row.sku for row in rows]))

    def bare(self, connection: Connection) -> int:
        """The page alone, by SQL written for it."""
        return len(connection.execute(_BARE, (self.pattern,), prepare=False).fetchall())


def run(products: int = PRODUCTS, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """One line for each search."""
    with durable_server() as server, psycopg.connect(server.url(), autocommit=True) as connection:
        for name in ("products", "stock"):
            generations.create(connection, PROJECTIONS[name])
        _fill(connection, products)
        for search in _searches(products):
            ours, bare = measure(rounds, partial(search.found, connection), partial(search.bare, connection))
            p95 = quantile(ours, 0.95)
            yield {
                "name": f"catalogue of {products}: {search.name}",
                "value": round(p95, 3),
                "unit": "ms p95",
                "p50": round(quantile(ours, 0.5), 3),
                "reference": "bare SQL of the page alone",
                "reference_value": round(quantile(bare, 0.95), 3),
                "target": f"<= {MOST_MS} ms",
                "passed": p95 <= MOST_MS,
            }


def _searches(products: int) -> list[Search]:
    def active(words: str) -> ProductFilters:
        return ProductFilters(q=words, is_active=True)

    number = products // 2
    return [
        Search("common word", active("tasse"), "%tasse%"),
        Search("two words", active("blue emaille"), "%blue%"),
        Search("common word at the list's end", active("yellow"), "%yellow%"),
        Search("SKU", active(f"sku-{number}"), f"%sku-{number}%"),
        Search("barcode", active(_barcode(number)), f"%{_barcode(number)}%"),
        Search("nothing found", active("unicorn"), "%unicorn%"),
        Search("everything", ProductFilters(is_active=True), "%"),
    ]


def _fill(connection: Connection, products: int) -> None:
    random = Random(1)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number in range(products):
            copy.write_row(product_row(_product(random, number)))
    connection.execute("ANALYZE views.products")


def _product(random: Random, number: int) -> Product:
    kind, colour = random.randrange(len(KINDS)), random.choice(COLOURS)
    sku = f"SKU-{number}"
    facts = ProductFacts(
        names=(ProductName("en", f"{colour} {KINDS[kind]} {number}"), ProductName("fr", f"{FRENCH[kind]} {number}")),
        prices=(ProductPrice("EUR", random.randrange(100, 100_000)),),
        barcode=_barcode(number),
    )
    product = Product.blank(product_id_of(sku))
    metadata = Metadata(event_id=UUID(int=number), actor="process:bench", cause=UUID(int=0))
    ProductAdded(
        originator_id=product.id, originator_version=1, timestamp=NOW, metadata=metadata, sku=sku, facts=facts
    ).mutate(product)
    return product


def _barcode(number: int) -> str:
    return f"40{number:011d}"
