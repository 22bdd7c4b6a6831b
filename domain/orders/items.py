"""A line of an order, as it stands on it and as it is to be put there."""

from __future__ import annotations

from msgspec import Struct

from domain.pricing import CartLine, units_amount
from domain.taxes import Tax, Taxes, combined
from domain.units import PIECE, Quantity, Unit


class Option(Struct, frozen=True):
    """What of an article was chosen: `colour`, `blue`."""

    name: str
    value: str


class Item(Struct, frozen=True, kw_only=True):
    """A line of the cart; `quantity` is in its unit's smallest steps.

    `unit_price` is for one unit; None: an imported line whose price was not told; below zero: the line is a discount.
    `exemption` is why it bears no tax. `taxes_assumed`: nobody said what taxes it bears, and the shop
    has no defaults for that: none were taken.
    """

    id: str
    sku: str
    name: str
    quantity: int
    unit_price: int | None
    discount: int = 0
    taxes: Taxes = ()
    exemption: str = ""
    taxes_assumed: bool = False
    unit: Unit = PIECE
    options: tuple[Option, ...] = ()

    @property
    def is_discount(self) -> bool:
        """Whether it takes off what other lines cost, and is nothing that could be sent, refunded or returned."""
        return self.unit_price is not None and self.unit_price < 0

    @property
    def amount(self) -> int:
        """What the units cost before any discount."""
        return units_amount(self.quantity, self.unit_price or 0, self.unit.decimals)

    @property
    def priced(self) -> CartLine:
        """The line as a price sees it."""
        return CartLine(
            self.id,
            self.quantity,
            self.unit_price or 0,
            self.discount,
            self.taxes,
            self.sku,
            self.exemption,
            self.unit.decimals,
        )


class NewItem(Struct, frozen=True, kw_only=True):
    """A line to be added; `unit_price` in minor units (None: not told by the import), `quantity` in units.

    `taxes` None: those that the shop charges where none are told.
    """

    sku: str
    name: str
    quantity: Quantity
    unit_price: int | None
    discount: int = 0
    taxes: Taxes | None = None
    exemption: str = ""
    unit: str = PIECE.code
    options: tuple[Option, ...] = ()


def plain_taxes(taxes: tuple[Tax, ...]) -> Taxes:
    """The taxes as they are kept: one without a name and at nothing is none."""
    return () if len(taxes) == 1 and not taxes[0].name and not combined(taxes) else taxes
