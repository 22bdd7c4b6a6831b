"""What the sums of a file prove of its columns: lines, less discounts, with shipping and taxes, come to the totals.

Of all columns that by their names may be totals, prices, discounts, shipping and taxes, those are taken whose sums hold
in the most orders, and of these ways to read them the one that explains the most columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from msgspec import Struct

from importers.faults import Fault
from importers.guessing.choosing import Chosen
from importers.guessing.columns import Column
from importers.guessing.proposal import Guessed, Sums
from importers.reading.amounts import read_amount

MOST_ORDERS = 60
CLOSE = Decimal("0.021")
PERCENT = ("discount_percent", "line_discount_percent")
Told = Sequence[Decimal]  # an amount of each order


class Parts(Struct, frozen=True, kw_only=True):
    """One way to read the columns: each field's column (None: it takes no part), and whether taxes come on top."""

    total: Guessed
    line: Guessed
    line_off: Guessed | None
    discount: Guessed | None
    shipping: Guessed | None
    shipping_off: Guessed | None
    tax: Guessed | None


def proved(chosen: Chosen) -> tuple[Sums, Parts | None]:
    """What the sums hold for, and the way to read the columns that they prove; None where they prove none."""
    orders = _orders(chosen.keys)
    reader = _Reader(chosen, orders)
    best, merit = None, (-1, -1)
    for parts in _ways(chosen.possible, chosen.fields):
        if (found := (reader.held(parts), reader.explained(parts))) > merit:
            best, merit = parts, found
    if best is None or not orders:
        return Sums(), None
    sums = Sums(orders=len(orders), held=merit[0], includes_tax=best.tax is None)
    return sums, best if sums.prove else None


def _orders(keys: Sequence[str]) -> list[list[int]]:
    """The rows of the first orders."""
    rows: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        if key in rows or len(rows) < MOST_ORDERS:
            rows[key].append(at)
    return [found for key, found in rows.items() if key]


def _ways(possible: Sequence[Guessed], fields: Mapping[str, Guessed]) -> Iterator[Parts]:
    """The ways to read the columns, the likeliest first; no column is two things."""

    def among(most: int, *names: str) -> list[Guessed]:
        found = sorted((one for one in possible if one.field in names), key=lambda one: -one.surely)
        return sorted(found, key=lambda one: fields.get(one.field) is not one)[:most]

    def optional(most: int, *names: str) -> list[Guessed | None]:
        return [*among(most, *names), None]

    ways = product(
        among(4, "total"),
        among(4, "unit_price", "line_total"),
        optional(2, "shipping_charge"),
        optional(1, "shipping_discount"),
        optional(2, "line_discount", "line_discount_percent"),
        optional(3, "discount", "discount_percent"),
        [None, *among(3, "tax", "line_tax")],
    )
    for total, line, shipping, shipping_off, line_off, discount, tax in ways:
        used = [one.column.name for one in (total, line, shipping, shipping_off, line_off, discount, tax) if one]
        if len(set(used)) == len(used):
            yield Parts(
                total=total,
                line=line,
                line_off=line_off,
                discount=discount,
                shipping=shipping,
                shipping_off=shipping_off,
                tax=tax,
            )


class _Reader:
    """Amounts of the columns, order by order, each read once."""

    def __init__(self, chosen: Chosen, orders: Sequence[Sequence[int]]) -> None:
        self._orders = orders
        self._summed = chosen.summed
        quantity = chosen.fields.get("quantity")
        self._quantities = _amounts(quantity.column) if quantity else None
        self._cells: dict[str, list[Decimal]] = {}
        self._known: dict[tuple[str, ...], Told] = {}

    def held(self, parts: Parts) -> int:
        """In how many orders the sums hold."""
        total = self._once(parts.total)
        lines = self._lines(parts.line)
        offs = [
            self._lines_off(parts.line, parts.line_off),
            self._order_off(parts, lines),
            self._once(parts.shipping_off),
        ]
        ons = [self._once(parts.shipping), self._once(parts.tax)]
        return sum(
            abs(lines[at] - sum(abs(off[at]) for off in offs) + sum(on[at] for on in ons) - total[at])
            <= CLOSE * max(1, len(rows) // 2)
            for at, rows in enumerate(self._orders)
        )

    def explained(self, parts: Parts) -> int:
        """How many columns that hold more than 0 take part: by chance the sums of few of them hold."""
        told = (parts.line_off, parts.discount, parts.shipping, parts.shipping_off, parts.tax)
        return sum(one is not None and any(self._rows(one)) for one in told)

    def _rows(self, one: Guessed) -> list[Decimal]:
        name = one.column.name
        if name not in self._cells:
            self._cells[name] = _amounts(one.column, percent=one.field in PERCENT)
        return self._cells[name]

    def _once(self, one: Guessed | None) -> Told:
        """The amount of each order: of all its rows together where each tells a part, else the one that it tells."""
        if one is None:
            return [Decimal(0)] * len(self._orders)
        key = ("once", one.field, one.column.name)
        if key not in self._known:
            cells = self._rows(one)
            each = (one.field, one.column.name) in self._summed or one.field == "line_tax"
            self._known[key] = [
                sum((cells[at] for at in rows), Decimal(0))
                if each
                else next((cells[at] for at in rows if cells[at]), Decimal(0))
                for rows in self._orders
            ]
        return self._known[key]

    def _line_amounts(self, one: Guessed) -> list[Decimal]:
        cells = self._rows(one)
        if one.field == "line_total" or self._quantities is None:
            return cells
        return [amount * quantity for amount, quantity in zip(cells, self._quantities, strict=True)]

    def _lines(self, one: Guessed) -> Told:
        key = ("lines", one.field, one.column.name)
        if key not in self._known:
            amounts = self._line_amounts(one)
            self._known[key] = [sum((amounts[at] for at in rows), Decimal(0)) for rows in self._orders]
        return self._known[key]

    def _lines_off(self, line: Guessed, off: Guessed | None) -> Told:
        if off is None:
            return [Decimal(0)] * len(self._orders)
        cells = [abs(cell) for cell in self._rows(off)]
        if off.field in PERCENT:
            cells = [amount * cell / 100 for amount, cell in zip(self._line_amounts(line), cells, strict=True)]
        return [sum((cells[at] for at in rows), Decimal(0)) for rows in self._orders]

    def _order_off(self, parts: Parts, lines: Told) -> Told:
        off = self._once(parts.discount)
        if parts.discount and parts.discount.field in PERCENT:
            return [amount * percent / 100 for amount, percent in zip(lines, off, strict=True)]
        return off


def _amounts(column: Column, *, percent: bool = False) -> list[Decimal]:
    decimal = column.decimal
    return [_amount(cell.removesuffix("%").rstrip() if percent else cell, decimal) for cell in column.cells]


def _amount(text: str, decimal: str) -> Decimal:
    try:
        return read_amount(text, decimal) if text else Decimal(0)
    except Fault:
        return Decimal(0)
