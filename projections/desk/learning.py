"""What past orders tell of the goods that were sold: each SKU as it was sold last, in each currency."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple
from uuid import uuid4

import msgspec

from domain.events import Context
from domain.products import AddProduct, Product, ProductFacts, ProductName, ProductPrice, product_id_of
from domain.taxes import Taxes
from domain.units import PIECE, Unit
from projections.engine.tables import Connection
from projections.log import NothingRecorded
from projections.runtime import Runtime

# Form 2 of a line's event tells its taxes as a product keeps them; lines of form 1 are told by later ones, or not.
_SOLD = """
SELECT DISTINCT ON (line.state->>'sku', begun.state->>'currency')
    line.state->>'sku' AS sku, begun.state->>'currency', (line.state->>'unit_price')::bigint, line.state->>'name',
    line.state->'taxes', line.state->'unit', coalesce(begun.state->>'locale', ''), line.position
FROM log.events AS line
JOIN log.events AS begun ON begun.originator_id = line.originator_id AND begun.originator_version = 1
WHERE line.topic = 'order.item-added' AND line.version = 2 AND begun.topic = 'order.created'
    AND line.state->>'sku' <> '' AND (line.state->>'unit_price')::bigint >= 0
ORDER BY line.state->>'sku', begun.state->>'currency', line.position DESC
"""


class Sold(NamedTuple):
    """A SKU in a currency as it was sold last."""

    sku: str
    currency: str
    price: int
    name: str
    taxes: Any
    unit: Any
    locale: str
    position: int


def learned(connection: Connection, locale: str) -> Iterator[tuple[str, ProductFacts]]:
    """The products that past orders tell of, by SKU; `locale` is the language of names that tell none."""
    found = [Sold(*row) for row in connection.execute(_SOLD)]
    for sku, sales in groupby(found, lambda sale: sale.sku):
        told = list(sales)
        last = max(told, key=lambda sale: sale.position)
        unit = msgspec.convert(last.unit, Unit) if last.unit else PIECE
        yield (
            sku,
            ProductFacts(
                names=(ProductName(last.locale or locale, last.name),),
                prices=tuple(ProductPrice(sale.currency, sale.price) for sale in told),
                taxes=msgspec.convert(last.taxes or [], Taxes),
                unit=unit.code,
            ),
        )


def take_in(
    runtime: Runtime, sku: str, facts: ProductFacts, actor: str, *, dry_run: bool = False
) -> Literal["added", "known"]:
    """Takes a product into the catalogue unless it is there; raises the domain's error where it is refused."""
    try:
        runtime.log.load(Product, product_id_of(sku))
    except NothingRecorded:
        pass
    else:
        return "known"
    if not dry_run:
        said = Context(command_id=uuid4(), actor=actor, at=datetime.now(UTC))
        runtime.desk.handle(AddProduct(context=said, sku=sku, facts=facts))
    return "added"
