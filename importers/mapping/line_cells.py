"""Cells of a line that hold more than one thing, as lines are exported: taxes, options, quantities."""

from __future__ import annotations

import re
from decimal import Decimal

from domain.orders.items import Option
from domain.taxes import Tax, Taxes, single
from domain.units import PIECE, UNITS, Quantity
from importers.faults import Fault
from importers.mapping.mapping import OrderColumns
from importers.reading.cells import Cells

_TAX = re.compile(r"(?P<name>.*?)\s*(?P<rate>\d{1,3}(?:\.\d{1,4})?)%(?P<compound> compound)?(?::.*)?")


def taxes_in(row: Cells, columns: OrderColumns) -> Taxes:
    """The taxes of a line: `GST 5.00%: 1.25, QST 9.975% compound: 2.62`, else its one rate, else none."""
    text = row.text(columns.taxes)
    if text:
        return tuple(tax_of(part.strip(), columns.taxes) for part in text.split(","))
    rate = (row.percent(columns.tax_rate) or Decimal(0)) * 10_000
    if rate != int(rate):
        raise Fault("tax-rate-too-fine", "A tax rate has at most four decimals.", column=columns.tax_rate)
    return single(int(rate))


def tax_of(text: str, column: str) -> Tax:
    """One tax: its name, where it has one, and its rate, as in `GST 5.00%`."""
    found = _TAX.fullmatch(text)
    if found is None:
        fix = "Write a name and a rate, such as GST 5.00%, with commas between several."
        raise Fault("tax-unreadable", f"{text[:40]} is no tax.", column=column, fix=fix)
    rate = int(Decimal(found["rate"]) * 10_000)
    return Tax(rate, found["name"], compound=found["compound"] is not None)


def options_in(row: Cells, column: str) -> tuple[Option, ...]:
    """What of an article was chosen: `colour: blue; size: L`."""
    options = []
    for part in row.text(column).split(";") if row.text(column) else ():
        name, colon, value = part.partition(":")
        if not colon:
            fix = "Write a name and a value, such as colour: blue, with semicolons between several."
            raise Fault("option-unreadable", f"{part.strip()[:40]} is no option.", column=column, fix=fix)
        options.append(Option(name.strip(), value.strip()))
    return tuple(options)


def unit_in(row: Cells, column: str) -> str:
    """The code of the unit that a line counts in; pieces where nothing is told."""
    code = row.text(column) or PIECE.code
    if code not in UNITS:
        raise Fault("unknown-unit", f"There is no unit {code[:40]}.", column=column, fix=f"Known: {', '.join(UNITS)}.")
    return code


def quantity_in(row: Cells, column: str, unit: str) -> Quantity:
    """A quantity, with as many decimals as its unit may have; one where the file has no such column."""
    if not column:
        return 1
    places = UNITS[unit].decimals
    if not places:
        return row.whole(column)
    quantity = row.decimal(column)
    if quantity is None or quantity.scaleb(places) % 1:
        message = f"A quantity in {unit} is told with at most {places} decimals."
        raise Fault("quantity-too-fine", message, column=column)
    return quantity
