"""What past orders tell of the goods that were sold: each SKU as it was sold last, in each currency."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from domain.products import ProductFacts, ProductName, ProductPrice
from domain.taxes import Taxes
from domain.units import PIECE, Unit
from projections.engine.tables import Connection

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
