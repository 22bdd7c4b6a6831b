"""A line of an order as one row tells it, by the fields of a mapping."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from importers.drafts import DraftLine
from importers.faults import Fault
from importers.mapping.line_cells import options_in, quantity_in, taxes_in, unit_in
from importers.mapping.mapping import CsvMapping
from importers.mapping.told import discounted
from importers.reading.cells import Cells

PERCENT = 100


class ReadLine(Struct, frozen=True, kw_only=True):
    """A line, what all its units cost before its discount (None: not told), and its tax where that is an amount."""

    line: DraftLine
    amount: Decimal | None
    tax: Decimal | None

    @property
    def charged(self) -> Decimal:
        """What it costs after its discount."""
        return (self.amount or Decimal(0)) - self.line.discount


def read_line(row: Cells, mapping: CsvMapping, currency: str, *, is_credit_note: bool) -> ReadLine | None:
    """The row's line; a row without name, SKU and price tells only of the order."""
    try:
        return _read(row, mapping, currency, sign=-1 if is_credit_note else 1)
    except Fault as fault:
        raise fault.at(row.line) from None


def given_back(line: ReadLine, *, includes_tax: bool) -> Decimal:
    """The money of goods that came back: their row tells a quantity below zero."""
    tax = Decimal(0) if includes_tax else abs(line.tax or Decimal(0))
    return abs(line.amount or Decimal(0)) - line.line.discount + tax


def _read(row: Cells, mapping: CsvMapping, currency: str, *, sign: int) -> ReadLine | None:
    columns = mapping.columns
    name, sku = row.text(columns.name), row.text(columns.sku)
    price, total = row.amount(columns.unit_price, currency), row.amount(columns.line_total, currency)
    if not name and not sku and price is None and total is None:
        return None
    unit = unit_in(row, columns.unit)
    quantity = sign * quantity_in(row, columns.quantity, unit) if columns.quantity else 1
    if price is None and total is not None:
        if total < 0 < quantity:
            message = "This line costs less than nothing, and its quantity is above zero: nobody knows what came back."
            raise Fault("line-total-below-zero", message, column=columns.line_total)
        price = abs(total / quantity) if quantity else total
    amount = None if price is None else price * quantity
    line = DraftLine(
        line=row.line,
        sku=sku,
        name=name or sku,
        quantity=quantity,
        unit=unit,
        options=options_in(row, columns.options),
        unit_price=price,
        taxes=taxes_in(row, columns),
        exemption=row.text(columns.exemption),
    )
    discount = _discount(row, mapping, currency, amount)
    return ReadLine(line=replace(line, discount=discount), amount=amount, tax=row.amount(columns.line_tax, currency))


def _discount(row: Cells, mapping: CsvMapping, currency: str, amount: Decimal | None) -> Decimal:
    """The line's discount: as an amount, or as a part of what it costs."""
    columns = mapping.columns
    told = row.amount(columns.line_discount, currency)
    if told is not None:
        return discounted(told, columns.line_discount, negative=mapping.discounts == "negative")
    percent = row.percent(columns.line_discount_percent)
    if percent is None or amount is None:
        return Decimal(0)
    return abs(amount) * discounted(percent, columns.line_discount_percent, negative=percent < 0) / PERCENT
