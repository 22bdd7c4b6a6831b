"""XLSX: real numbers, dates and instants (in UTC, as spreadsheets know no zones); text stays text, whatever it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from projections.exports import Chunk, Column

MOST_ROWS = 1_048_576  # of one sheet, by the format
LONGEST_TEXT = 32_767
FIRST_DAY = date(1900, 1, 1)
BLOCK = 1 << 16
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_FORMATS = {"instant": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd"}


def workbook(columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """The rows on as many sheets as they need; nothing comes before the last row is there, as the format has it."""
    with TemporaryDirectory() as folder, TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {**_OPTIONS, "tmpdir": folder})
        _fill(book, columns, chunks)
        book.close()
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _fill(book: xlsxwriter.Workbook, columns: Sequence[Column], chunks: Iterable[Chunk]) -> None:
    cells = _Cells(book)
    sheet, number = _sheet(book, columns), 1
    for chunk in chunks:
        for row in zip(*chunk, strict=True):
            if number == MOST_ROWS:
                sheet, number = _sheet(book, columns), 1
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                if value is not None:
                    cells.write[column.kind](sheet, number, place, value)
            number += 1


def _sheet(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name)
    return sheet


class _Cells:
    """What writes a value of each kind into a cell."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._formats = {kind: book.add_format({"num_format": told}) for kind, told in _FORMATS.items()}
        self._decimals = {places: book.add_format({"num_format": f"0.{'0' * places}"}) for places in (2, 3, 4)}
        self.write: Mapping[str, Callable[[Worksheet, int, int, Any], None]] = {
            "text": self._text,
            "id": self._text,
            "list": lambda sheet, row, place, value: self._text(sheet, row, place, ", ".join(value)),
            "integer": lambda sheet, row, place, value: sheet.write_number(row, place, value),
            "quantity": self._quantity,
            "decimal": self._decimal,
            "boolean": lambda sheet, row, place, value: sheet.write_boolean(row, place, value),
            "instant": self._instant,
            "date": self._date,
        }

    @staticmethod
    def _text(sheet: Worksheet, row: int, place: int, value: object) -> None:
        text = str(value)
        if text:
            sheet.write_string(row, place, text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…")

    def _decimal(self, sheet: Worksheet, row: int, place: int, value: str) -> None:
        form = self._decimals.get(len(value.partition(".")[2]))
        sheet.write_number(row, place, float(value), form)

    def _quantity(self, sheet: Worksheet, row: int, place: int, value: int | str) -> None:
        if isinstance(value, str):
            self._decimal(sheet, row, place, value)
        else:
            sheet.write_number(row, place, value)

    def _instant(self, sheet: Worksheet, row: int, place: int, value: datetime) -> None:
        """What lies before the first day that a spreadsheet knows is text."""
        if value.date() < FIRST_DAY:
            self._text(sheet, row, place, value.isoformat())
        else:
            sheet.write_datetime(row, place, value.astimezone(UTC), self._formats["instant"])

    def _date(self, sheet: Worksheet, row: int, place: int, value: date) -> None:
        if value < FIRST_DAY:
            self._text(sheet, row, place, value.isoformat())
        else:
            sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), self._formats["date"])
