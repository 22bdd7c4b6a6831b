"""Cells of Carnet's own files that hold more than one thing: lines, taxes, coupons and lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import get_args

from domain.reductions import CouponKind, CouponTerms
from domain.taxes import Taxes, single
from domain.units import Quantity
from importers.drafts import DraftLine
from importers.faults import Fault
from importers.mapping.line_cells import options_in, quantity_in, tax_of, unit_in
from importers.reading.amounts import read_amount
from importers.reading.cells import Cells, minor_units

_GIVEN_BACK = re.compile(
    r"(?P<line>\S{1,20}) x (?P<units>\d{1,9}(?:\.\d{1,6})?)(?: unsent (?P<unsent>\d{1,9}(?:\.\d{1,6})?))?"
)


def line_in(row: Cells) -> DraftLine:
    """The line that a row tells; a fault names the row."""
    try:
        sku, name = row.text("sku"), row.text("name")
        unit = unit_in(row, "unit")
        return DraftLine(
            line=row.line,
            sku=sku,
            name=name or sku,
            quantity=quantity_in(row, "quantity", unit),
            unit_price=row.decimal("unit_price"),
            discount=row.decimal("discount") or Decimal(0),
            taxes=taxes_in(row, "taxes") or _rated(row),
            exemption=row.text("exemption"),
            unit=unit,
            options=options_in(row, "options"),
        )
    except Fault as fault:
        raise fault.at(row.line) from None


def taxes_in(row: Cells, column: str) -> Taxes:
    """Taxes as they are written: `GST 5.00%, QST 9.975% compound`."""
    return tuple(tax_of(part, column) for part in list_in(row, column))


def coupons_in(row: Cells, column: str, currency: str) -> tuple[CouponTerms, ...]:
    """Coupons as they are written: `TEN percent 10.00, FIVE amount 5.00, POST free_shipping`."""
    return tuple(_coupon(text, column, currency) for text in list_in(row, column))


def list_in(row: Cells, column: str) -> tuple[str, ...]:
    """The texts of a cell that commas part."""
    return tuple(part.strip() for part in row.text(column).split(", ") if part.strip())


def given_back(row: Cells, column: str, numbers: Mapping[str, int]) -> tuple[tuple[int, Quantity, Quantity], ...]:
    """The lines of a refund as they are written, by their numbers from 0: `1 x 2, 3 x 1 unsent 1`."""
    found = []
    for text in list_in(row, column):
        told = _GIVEN_BACK.fullmatch(text)
        number = numbers.get(told["line"]) if told else None
        if told is None or number is None:
            fix = "Write the number of a line and its units: 1 x 2, 3 x 1 unsent 1."
            raise Fault("refund-unreadable", "This is no line of the order.", column=column, fix=fix, line=row.line)
        found.append((number, _units(told["units"]), _units(told["unsent"] or "0")))
    return tuple(found)


def _units(text: str) -> Quantity:
    units = Decimal(text)
    return int(units) if units == int(units) else units


def _rated(row: Cells) -> Taxes:
    """The one rate of a line whose taxes are not told by name."""
    rate = (row.decimal("tax_rate") or Decimal(0)) * 10_000
    return single(int(rate)) if rate == int(rate) else ()


def _coupon(text: str, column: str, currency: str) -> CouponTerms:
    code, _, rest = text.partition(" ")
    kind, _, value = rest.partition(" ")
    if kind not in get_args(CouponKind):
        fix = "Write a code, a kind and a value: TEN percent 10.00, FIVE amount 5.00, POST free_shipping."
        raise Fault("coupon-unreadable", "This is no coupon.", column=column, fix=fix)
    amount = read_amount(value, ".", column) if value else Decimal(0)
    return CouponTerms(
        code, _kind(kind), int(amount * 100) if kind == "percent" else minor_units(amount, currency, column)
    )


def _kind(text: str) -> CouponKind:
    return next(kind for kind in get_args(CouponKind) if kind == text)
