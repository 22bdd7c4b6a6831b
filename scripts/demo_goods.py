"""What the demonstration shop sells: goods in English and French, some of which are easily taken for one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.products import ProductFacts, ProductName, ProductPrice
from domain.taxes import single


class Good(NamedTuple):
    """Something in all colours: its price in cents, its rate in thousandths of a percent, its weight in grams.

    What is made to order is not counted on any shelf.
    """

    sku: str
    name: str
    french: str
    price: int
    rate: int
    weight: int
    to_order: bool = False


COLOURS = {"blue": "bleu", "green": "vert", "sand": "sable", "white": "blanc", "black": "noir"}
# What orders are made of.
GOODS = (
    Good("MUG", "Stoneware mug", "Mug en grès", 1490, 200_000, 380),
    Good("BOWL", "Stoneware bowl", "Bol en grès", 1890, 200_000, 520),
    Good("PLATE", "Dinner plate", "Assiette plate", 2190, 200_000, 740),
    Good("TEA", "Green tea, 100 g", "Thé vert, 100 g", 890, 55_000, 130),
    Good("COFFEE", "Ground coffee, 250 g", "Café moulu, 250 g", 1150, 55_000, 280),
    Good("HONEY", "Chestnut honey", "Miel de châtaignier", 950, 55_000, 410),
    Good("BOOK", "Cookery book", "Livre de cuisine", 2900, 55_000, 900, to_order=True),
    Good("APRON", "Linen apron", "Tablier en lin", 3900, 200_000, 320, to_order=True),
)
# What is sold beside them, and looks like them in a list.
LOOK_ALIKES = (
    Good("MUG-XL", "Stoneware mug, large", "Mug en grès, grand", 1890, 200_000, 510),
    Good("BOWL-S", "Stoneware bowl, small", "Bol en grès, petit", 1290, 200_000, 300),
    Good("PLATE-D", "Dessert plate", "Assiette à dessert", 1690, 200_000, 480),
    Good("TEA-200", "Green tea, 200 g", "Thé vert, 200 g", 1590, 55_000, 240),
)
FIRST_BARCODE = 200_000_000_000  # of the numbers that a shop may use as it likes


def products() -> Iterator[tuple[str, ProductFacts]]:
    """The whole catalogue, by SKU."""
    every = [(good, colour) for good in (*GOODS, *LOOK_ALIKES) for colour in COLOURS]
    for number, (good, colour) in enumerate(every):
        yield (
            sku_of(good, colour),
            ProductFacts(
                names=(
                    ProductName("en", f"{good.name}, {colour}"),
                    ProductName("fr", f"{good.french}, {COLOURS[colour]}"),
                ),
                prices=(ProductPrice("EUR", good.price),),
                taxes=single(good.rate),
                weight=good.weight,
                barcode=_with_check_digit(FIRST_BARCODE + number),
            ),
        )


def counted_skus() -> Iterator[str]:
    """The SKUs that lie on shelves."""
    for good in (*GOODS, *LOOK_ALIKES):
        if not good.to_order:
            yield from (sku_of(good, colour) for colour in COLOURS)


def sku_of(good: Good, colour: str) -> str:
    """The SKU of something in a colour."""
    return f"{good.sku}-{colour.upper()}"


def _with_check_digit(number: int) -> str:
    """Twelve digits as an EAN-13."""
    digits = [int(digit) for digit in f"{number:012d}"]
    return f"{number:012d}{-sum(digits[::2] + [3 * digit for digit in digits[1::2]]) % 10}"
