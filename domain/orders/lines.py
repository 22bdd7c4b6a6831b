"""What a line of a cart may be: its bounds, and those of every charge beside it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from domain.errors import Rejected
from domain.money import MAX_MINOR_UNITS
from domain.orders.order import Item
from domain.pricing import WHOLE
from domain.texts import CODE, NAME, check_text

MAX_QUANTITY = 1_000_000
LARGEST = MAX_MINOR_UNITS // 1_000  # of one line or charge, in minor units


class QuantityOutOfBounds(Rejected):
    """A quantity is a whole number from 1 to {limit}; {quantity} is not."""

    code = "quantity-out-of-bounds"


class AmountOutOfBounds(Rejected):
    """This amount must lie between 0 and {limit} minor units."""

    code = "amount-out-of-bounds"


class DiscountAboveLine(Rejected):
    """A line's discount cannot be more than the line itself."""

    code = "discount-above-line"


class TaxRateOutOfBounds(Rejected):
    """A tax rate lies between 0 and 100 percent."""

    code = "tax-rate-out-of-bounds"


class NewItem(Struct, frozen=True, kw_only=True):
    """A line to be added; `unit_price` in minor units (None: not told by the import), `tax_rate` in basis points."""

    sku: str
    name: str
    quantity: int
    unit_price: int | None
    discount: int = 0
    tax_rate: int = 0


def line_amount(item: Item | NewItem) -> int:
    """What the units cost before any discount."""
    return item.quantity * (item.unit_price or 0)


def _known_quantity(item: NewItem) -> Rejected | None:
    if not 1 <= item.quantity <= MAX_QUANTITY:
        return QuantityOutOfBounds("/quantity", quantity=item.quantity, limit=MAX_QUANTITY)
    return None


def _price_in_bounds(item: NewItem) -> Rejected | None:
    if (item.unit_price or 0) < 0 or line_amount(item) > LARGEST:
        return AmountOutOfBounds("/unit_price", limit=LARGEST)
    return None


def _discount_within_line(item: NewItem) -> Rejected | None:
    if item.discount < 0:
        return AmountOutOfBounds("/discount", limit=line_amount(item))
    return DiscountAboveLine("/discount") if item.discount > line_amount(item) else None


def _tax_rate_in_bounds(item: NewItem) -> Rejected | None:
    return None if 0 <= item.tax_rate <= WHOLE else TaxRateOutOfBounds("/tax_rate")


ITEM_POLICIES: tuple[Callable[[NewItem], Rejected | None], ...] = (
    _known_quantity,
    _price_in_bounds,
    _discount_within_line,
    _tax_rate_in_bounds,
)


def check_item(item: NewItem, pointer: str = "") -> None:
    """Refuses a line that no cart may hold."""
    check_text(item.sku, CODE, f"{pointer}/sku")
    check_text(item.name, NAME, f"{pointer}/name", required=True)
    for policy in ITEM_POLICIES:
        if rejection := policy(item):
            rejection.pointer = pointer + rejection.pointer
            raise rejection


def check_charge(amount: int, pointer: str) -> None:
    """Refuses a discount or charge that is negative or beyond any order."""
    if not 0 <= amount <= LARGEST:
        raise AmountOutOfBounds(pointer, limit=LARGEST)


def check_tax_rate(rate: int, pointer: str) -> None:
    """Refuses a tax of less than nothing or more than all."""
    if not 0 <= rate <= WHOLE:
        raise TaxRateOutOfBounds(pointer)
