"""ODS: the rows of each sheet of a workbook of LibreOffice's, as its cells' kept values tell them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import partial

from importers.reading.workbooks.archive import Archive, Attributes, XmlReader, named
from importers.reading.workbooks.rows import MOST_COLUMNS, NO_VALUE, RawRow, WorkbookSheet
from importers.reading.workbooks.values import number_text

CONTENT = "content.xml"
MOST_REPEATED = 10_000  # rows that are told once to stand so many times; more of them are no orders
_CELLS = frozenset({"table-cell", "covered-table-cell"})


class Ods:
    """A workbook of the OpenDocument format."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        names: list[str] = []

        def started(name: str, attributes: Attributes) -> None:
            if name == "table":
                names.append(named(attributes).get("name", ""))

        xml = XmlReader(started, _nothing, _nothing)
        for chunk in archive.chunks(CONTENT):
            xml.feed(chunk)
        xml.feed(b"", last=True)
        self.sheets = [WorkbookSheet(name, False, partial(self._rows, place)) for place, name in enumerate(names)]

    def _rows(self, place: int) -> Iterator[RawRow]:
        reader = _TableReader(place)
        xml = XmlReader(reader.started, reader.ended, reader.read)
        for chunk in self._archive.chunks(CONTENT):
            xml.feed(chunk)
            yield from reader.taken()
            if reader.is_past:
                return
        yield from reader.taken()


class _TableReader:
    """Builds the rows of one table from the XML of all."""

    def __init__(self, place: int) -> None:
        self._place = place
        self._table = -1
        self._done: list[RawRow] = []
        self._row = 0
        self._row_times = 1
        self._cells: dict[int, str] = {}
        self._column = 0
        self._cell: Attributes = {}
        self._paragraphs: list[str] = []
        self._depth = 0
        self._is_aside = 0

    @property
    def is_past(self) -> bool:
        """Whether the table is behind us."""
        return self._table > self._place

    def taken(self) -> list[RawRow]:
        """The rows that are complete."""
        done, self._done = self._done, []
        return done

    def started(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "table":
            self._table += 1
        if self._table != self._place:
            return
        if name == "table-row":
            self._row_times = _times(attributes, "number-rows-repeated")
            self._cells, self._column = {}, 0
        elif name in _CELLS:
            self._cell, self._paragraphs = named(attributes), []
        elif name == "annotation":
            self._is_aside += 1
        elif name == "p":
            self._depth += 1
            self._paragraphs.append("")
        elif self._depth and not self._is_aside:
            self._add({"s": " " * _times(attributes, "c"), "tab": "\t", "line-break": "\n"}.get(name, ""))

    def read(self, text: str) -> None:
        """Text between elements."""
        if self._depth and not self._is_aside:
            self._add(text)

    def ended(self, name: str) -> None:
        """An element ends."""
        if self._table != self._place:
            return
        if name == "annotation":
            self._is_aside -= 1
            self._paragraphs = []
        elif name == "p":
            self._depth -= 1
        elif name in _CELLS:
            times = _times(self._cell, "number-columns-repeated")
            if text := _value(self._cell, "\n".join(self._paragraphs)):
                for place in range(self._column, min(self._column + times, MOST_COLUMNS + 1)):
                    self._cells[place] = text
            self._column = min(self._column + times, MOST_COLUMNS)
        elif name == "table-row":
            if self._cells:
                times = min(self._row_times, MOST_REPEATED)
                self._done += [RawRow.of(self._row + number, self._cells) for number in range(1, times + 1)]
            self._row += self._row_times

    def _add(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1] += text


def _value(cell: Attributes, shown: str) -> str:
    kind = cell.get("value-type", "")
    if kind == "date":
        return cell.get("date-value", "").replace("T", " ").partition(".")[0].removesuffix(" 00:00:00")
    if kind == "boolean":
        return cell.get("boolean-value", "")
    if kind == "time":
        return shown
    if kind in ("float", "currency", "percentage"):
        return _number(cell.get("value", ""), kind, shown)
    if not shown and cell.get("formula"):
        return NO_VALUE if kind != "string" else ""
    return shown


def _number(value: str, kind: str, shown: str) -> str:
    """The number's digits, with the zeros before it that its format shows."""
    if kind == "percentage":
        try:
            return number_text(str(Decimal(value)), "0%")
        except InvalidOperation:
            return value
    text = number_text(value)
    return shown if shown.isdigit() and shown.lstrip("0") == text.lstrip("0") else text


def _times(attributes: Attributes, name: str) -> int:
    told = named(attributes).get(name, "1")
    return int(told) if told.isdigit() else 1


def _nothing(*_: object) -> None:
    """Nothing is read."""
