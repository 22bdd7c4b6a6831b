"""The lines of an order as its rows tell them, with whatever of price, amount, discount and tax they tell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from domain.orders.items import Option
from importers.faults import Fault
from importers.layouts.told import Told

PERCENT = Decimal(100)


class Line(Struct, frozen=True, kw_only=True):
    """A line in the currency's own units: its price, what was taken off the whole line, and its tax where it is told.

    `amount` is what the line comes to after its discount, None where neither that nor a price is told.
    """

    line: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal | None
    discount: Decimal = Decimal(0)
    tax: Decimal | None = None
    rate: Decimal | None = None
    options: tuple[Option, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """What the line comes to after its discount."""
        return None if self.unit_price is None else self.unit_price * self.quantity - self.discount


def lines_of(told: Told) -> list[Line]:
    """A line for each row that names one."""
    return [line for row in told.each() if (line := line_of(row))]


def line_of(row: Told) -> Line | None:
    """The row's line; a row without a name and a SKU tells only of the order."""
    sku, name = row.plain("sku"), row.text("name")
    if not sku and not name:
        return None
    try:
        quantity = row.quantity()
        price, discount = _price(row, quantity)
        return Line(
            line=row.line,
            sku=sku,
            name=name or sku,
            quantity=quantity,
            unit_price=price,
            discount=discount,
            tax=row.decimal("line_tax"),
            rate=row.decimal("tax_rate"),
            options=options_of(row.texts("option")),
        )
    except Fault as fault:
        raise fault.at(row.line) from None


def options_of(texts: Sequence[str]) -> tuple[Option, ...]:
    """What of an article was chosen, where it is told as a name and a value: `Size: L`."""
    options = []
    for text in texts:
        for part in text.replace("|", ",").split(","):
            name, colon, value = part.partition(":")
            if colon and name.strip() and value.strip():
                options.append(Option(name.strip(), value.strip()))
    return tuple(options)


def _price(row: Told, quantity: int) -> tuple[Decimal | None, Decimal]:
    """The price of one and the discount of all: by the price, or by what the line comes to before or after it."""
    price, gross, amount = row.decimal("unit_price"), row.decimal("line_gross"), row.decimal("line_amount")
    discount = abs(row.decimal("line_discount") or Decimal(0))
    if price is None and gross is None and amount is not None:
        gross = amount + discount
    if price is None and gross is not None and quantity:
        price = gross / quantity
    if price is None:
        return None, Decimal(0)
    if price < 0:
        column = row.column("unit_price") or row.column("line_gross") or row.column("line_amount")
        fix = "Correct the sign; what came back belongs into a refund."
        raise Fault("amount-out-of-bounds", "A line costs nothing or more.", column=column, fix=fix)
    percent = row.decimal("line_discount_percent")
    if percent and not discount:
        discount = price * quantity * percent / PERCENT
    if amount is not None and not discount:
        discount = max(Decimal(0), price * quantity - amount)
    return price, discount
