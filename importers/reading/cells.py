"""One row's cells by the names of their columns, read as text, amounts, whole numbers, dates and countries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import compress
from operator import itemgetter

from msgspec import Struct

from domain.errors import DomainError
from domain.money import decimals, rounded_minor_units
from importers.faults import Fault, UnusableFile
from importers.reading.amounts import currency_in, read_amount, read_whole
from importers.reading.countries import country_code
from importers.reading.dates import joined, read_instant
from importers.reading.rows import Row

_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{1,3}", re.ASCII)  # 4.05E+12


class CellFormat(Struct, frozen=True, kw_only=True):
    """How a file writes its cells: decimal sign, form and zone of dates, names of countries, words for nothing.

    `years_from`: see `read_instant`. Amounts may be whole numbers of the currency's smallest unit.
    """

    decimal: str = ""
    date_format: str = ""
    years_from: int = 0
    zone: tzinfo | None = None
    countries: Mapping[str, str] = {}
    nothing: Mapping[str, Sequence[str]] = {}
    in_minor_units: bool = False


class Columns:
    """Where each column stands in the file, by name; a name that stands there twice cannot be used."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = tuple(header)
        self.index: dict[str, int] = {}
        self._twice: set[str] = set()
        for place, name in enumerate(header):
            if name in self.index:
                self._twice.add(name)
            self.index.setdefault(name, place)
        order = sorted(range(len(self.header)), key=self.header.__getitem__)
        self._sorted = [self.header[place] for place in order]
        self._in_order = itemgetter(*order, order[0])  # one more, or a single column would not give a tuple

    def require(self, *names: str) -> None:
        """Raises `UnusableFile` when one of the columns is missing, or stands there twice."""
        missing = [name for name in names if name and name not in self.index]
        if missing:
            raise UnusableFile(f"The file has no column {', '.join(missing)}; it has {', '.join(self.header)[:2000]}.")
        if twice := [name for name in names if name in self._twice]:
            raise UnusableFile(f"The column {', '.join(twice)} stands in the file more than once.")

    def normalised(self, cells: Sequence[str]) -> str:
        """What the row says, whatever the order of its columns."""
        texts = self._in_order(cells)
        told = compress(zip(self._sorted, texts, strict=False), texts)  # most cells of most rows are empty
        return "\x1f".join([f"{name}={stripped}" for name, text in told if (stripped := text.strip())])


class Cells:
    """One row, read by the names of its columns; a column that the file lacks reads as empty."""

    __slots__ = ("_cell_format", "_cells", "_index", "line")

    def __init__(self, row: Row, columns: Columns, cell_format: CellFormat) -> None:
        self.line = row.line
        self._cells = row.cells
        self._index = columns.index
        self._cell_format = cell_format

    def text(self, column: str) -> str:
        """The cell's text on one line without space around it, empty where it says nothing."""
        place = self._index.get(column)
        if place is None or not (text := self._cells[place]) or not (text := text.strip()):
            return ""
        if "E+" in text and _SHORTENED.fullmatch(text):
            message = "A spreadsheet has shortened this number: its last digits are lost."
            fix = "Load the file as it was exported, without opening it in a spreadsheet; or write all digits."
            raise Fault("digits-lost", message, column=column, fix=fix, line=self.line)
        if "\n" in text or "\r" in text:
            text = " ".join(text.split())
        nothing = self._cell_format.nothing
        return "" if nothing and text in nothing.get(column, ()) else text

    def lines(self, column: str) -> str:
        """The cell's text with the line breaks in it."""
        place = self._index.get(column)
        return "" if place is None else self._cells[place].strip()

    def required(self, column: str) -> str:
        """The cell's text, or a fault with `cell-missing`."""
        if text := self.text(column):
            return text
        if column not in self._index:
            message, fix = "The file has no such column, and it is needed.", "Add the column, and fill it in."
            raise Fault("cell-missing", message, column=column, fix=fix)
        raise Fault("cell-missing", "This must not be empty.", column=column, fix="Fill in the cell.")

    def decimal(self, column: str) -> Decimal | None:
        """The amount in the cell, None where it says nothing."""
        text = self.text(column)
        return read_amount(text, self._cell_format.decimal, column) if text else None

    def amount(self, column: str, currency: str) -> Decimal | None:
        """The amount of money in the cell in whole units of the currency, None where it says nothing."""
        amount = self.decimal(column)
        if amount is None or not self._cell_format.in_minor_units:
            return amount
        if amount % 1:
            message = "This is no whole number of the currency's smallest unit."
            raise Fault("not-a-whole-number", message, column=column, fix='Correct it, or leave amounts = "minor" out.')
        return amount.scaleb(-decimals(currency))

    def percent(self, column: str) -> Decimal | None:
        """The percentage in the cell, with or without its sign, None where it says nothing."""
        text = self.text(column).removesuffix("%").rstrip()
        return read_amount(text, self._cell_format.decimal, column) if text else None

    def minor(self, column: str, currency: str) -> int | None:
        """The amount in the cell in minor units, None where it says nothing; its sign must be the currency's own."""
        amount = self.amount(column, currency)
        if amount is not None and (told := currency_in(self.text(column))) and told != currency:
            message = f"This amount tells {told} in an order of {currency}."
            raise Fault("mixed-currencies", message, column=column, fix="Make them alike.")
        return None if amount is None else minor_units(amount, currency, column)

    def whole(self, column: str) -> int:
        """The whole number that must stand in the cell."""
        return read_whole(self.required(column), column)

    def instant(self, column: str) -> datetime | None:
        """The instant in the cell, None where it says nothing."""
        text = self.text(column)
        return self._instant(text, column) if text else None

    def required_instant(self, column: str) -> datetime:
        """The instant that must stand in the cell."""
        return self._instant(self.required(column), column)

    def joined_instant(self, date: str, time: str) -> datetime | None:
        """The instant of a date and a time of day in two columns, None where no date is told."""
        day, hour = self.text(date), self.text(time) if time else ""
        return self._instant(joined(day, hour, time) if hour else day, date) if day else None

    def instant_of(self, text: str, column: str, zone: tzinfo | None = None) -> datetime:
        """The instant of a text put together from cells, in the file's form; `zone` where the cells tell one."""
        cell_format = self._cell_format
        return read_instant(text, cell_format.date_format, zone or cell_format.zone, column, cell_format.years_from)

    def _instant(self, text: str, column: str) -> datetime:
        return self.instant_of(text, column)

    def country(self, column: str) -> str:
        """The country in the cell as its ISO code."""
        text = self.text(column)
        return country_code(text, self._cell_format.countries, column) if text else ""


def minor_units(amount: Decimal, currency: str, column: str) -> int:
    """The amount in minor units, rounded where it is told with more decimals than the currency has."""
    try:
        return rounded_minor_units(amount, currency)
    except DomainError as error:
        raise Fault(error.code, "This amount is beyond any order.", column=column) from None
