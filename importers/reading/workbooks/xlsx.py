"""XLSX and XLSM: the rows of each visible sheet, as their formulas' kept values tell them; macros are not looked at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from importers.faults import UnusableFile
from importers.reading.workbooks.archive import Archive, Attributes, XmlReader, named, parsed
from importers.reading.workbooks.rows import MOST_COLUMNS, NO_VALUE, RawRow, WorkbookSheet
from importers.reading.workbooks.values import date_text, format_code, is_date_format, number_text

WORKBOOK = "xl/workbook.xml"
BINARY = "xl/workbook.bin"
MOST_TEXT = 100_000_000  # characters of all texts of a workbook together

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _Style(NamedTuple):
    """How a number is shown."""

    is_date: bool
    code: str


class Xlsx:
    """A workbook of Excel's."""

    def __init__(self, archive: Archive) -> None:
        if archive.has(BINARY):
            raise UnusableFile("The workbook is in Excel's binary form: save it as XLSX or CSV.")
        self._archive = archive
        self._since_1904 = False
        self._named: list[tuple[str, str, bool]] = []
        parsed(archive, WORKBOOK, self._workbook, _nothing, _nothing)
        relations = _Relations(archive)
        self._strings = _strings(archive) if archive.has("xl/sharedStrings.xml") else []
        self._styles = _Styles(archive).styles
        self.sheets = [
            WorkbookSheet(name, hidden, partial(self._rows, relations.parts.get(key, "")))
            for name, key, hidden in self._named
        ]

    def _workbook(self, name: str, attributes: Attributes) -> None:
        told = named(attributes)
        if name == "workbookPr":
            self._since_1904 = told.get("date1904") in ("1", "true")
        elif name == "sheet":
            self._named.append((told.get("name", ""), told.get("id", ""), told.get("state", "visible") != "visible"))

    def _rows(self, part: str) -> Iterator[RawRow]:
        if not self._archive.has(part):
            return
        reader = _SheetReader(self._strings, self._styles, since_1904=self._since_1904)
        xml = XmlReader(reader.started, reader.ended, reader.read)
        for chunk in self._archive.chunks(part):
            xml.feed(chunk)
            yield from reader.taken()
        xml.feed(b"", last=True)
        yield from reader.taken()


class _SheetReader:
    """Builds the rows of a sheet from its XML."""

    def __init__(self, strings: list[str], styles: list[_Style], *, since_1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._since_1904 = since_1904
        self._done: list[RawRow] = []
        self._row = 0
        self._cells: dict[int, str] = {}
        self._column = -1
        self._type = ""
        self._style = 0
        self._text: list[str] = []
        self._reads = False
        self._is_formula = False
        self._phonetic = 0

    def taken(self) -> list[RawRow]:
        """The rows that are complete."""
        done, self._done = self._done, []
        return done

    def started(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._cells, self._column = {}, -1
        elif name == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _index(found[1]) if found else self._column + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s") or 0)
            self._text, self._is_formula = [], False
        elif name == "f":
            self._is_formula = True
        elif name == "rPh":
            self._phonetic += 1
        elif name in ("v", "t") and not self._phonetic:
            self._reads = True

    def read(self, text: str) -> None:
        """Text between elements."""
        if self._reads:
            self._text.append(text)

    def ended(self, name: str) -> None:
        """An element ends."""
        if name in ("v", "t"):
            self._reads = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "c":
            text = self._value("".join(self._text))
            if text:
                self._cells[min(self._column, MOST_COLUMNS)] = text
        elif name == "row" and self._cells:
            self._done.append(RawRow.of(self._row, self._cells))

    def _value(self, raw: str) -> str:
        if not raw:
            return NO_VALUE if self._is_formula and self._type != "str" else ""
        if self._type == "s":
            place = int(raw) if raw.isdigit() else -1
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        if self._type == "b":
            return "true" if raw == "1" else "false"
        if self._type == "d":
            return raw.replace("T", " ").removesuffix(" 00:00:00")
        if self._type != "n":
            return raw
        style = self._styles[self._style] if self._style < len(self._styles) else _Style(False, "")
        if style.is_date:
            return date_text(raw, since_1904=self._since_1904)
        return number_text(raw, style.code)


class _Relations:
    """Which part holds which sheet."""

    def __init__(self, archive: Archive) -> None:
        self.parts: dict[str, str] = {}
        parsed(archive, "xl/_rels/workbook.xml.rels", self._started, _nothing, _nothing)

    def _started(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            part = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            self.parts[attributes.get("Id", "")] = part


class _Styles:
    """How the styles of cells show numbers, by their place."""

    def __init__(self, archive: Archive) -> None:
        self.styles: list[_Style] = []
        self._codes: dict[int, str] = {}
        self._is_cells = False
        if archive.has("xl/styles.xml"):
            parsed(archive, "xl/styles.xml", self._started, self._ended, _nothing)

    def _started(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[int(attributes.get("numFmtId") or 0)] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_cells = True
        elif name == "xf" and self._is_cells:
            number = int(attributes.get("numFmtId") or 0)
            code = self._codes.get(number, "")
            self.styles.append(_Style(is_date_format(number, code), format_code(number, code)))

    def _ended(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cells = False


def _strings(archive: Archive) -> list[str]:
    """The texts that cells refer to."""
    found: list[str] = []
    text: list[str] = []
    state = {"reads": 0, "phonetic": 0, "size": 0}

    def started(name: str, attributes: Attributes) -> None:
        if name == "si":
            text.clear()
        state["phonetic"] += name == "rPh"
        state["reads"] = int(name == "t" and not state["phonetic"])

    def ended(name: str) -> None:
        state["reads"] = 0
        state["phonetic"] -= name == "rPh"
        if name == "si":
            found.append("".join(text))
            state["size"] += len(found[-1]) + 50
            if state["size"] > MOST_TEXT:
                raise UnusableFile("The workbook holds more text than is read of one: save it as CSV.")

    def read(part: str) -> None:
        if state["reads"]:
            text.append(part)

    parsed(archive, "xl/sharedStrings.xml", started, ended, read)
    return found


def _index(letters: str) -> int:
    """The place of a column, from 0, by its letters."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _nothing(*_: object) -> None:
    """Nothing is read."""
