"""A file as rows of cells with their line numbers, one at a time; what breaks a row is told beside it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from importers.faults import Problem, UnusableFile
from importers.reading.encodings import BROKEN, detect_encoding
from importers.reading.preambles import DELIMITERS, LOOKED_AT, preamble

LONGEST_LINE = 1 << 20  # characters; a longer line is passed over, never held
LONGEST_CELL = 1 << 17
MOST_COLUMNS = 1_000
FILE = 1 << 40  # a row's line is its line in the file and, where there are several, so many times the file's number
BROKEN_ROW = "broken-row"
GUARDED = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # what a formula may begin with
ADDED_COLUMNS = ("error_row", "error_column", "error_code", "error_message", "error_fix")

_MARK = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.IGNORECASE)


class Row(Struct, frozen=True, array_like=True):
    """A record of a file, the line it begins on, and what is wrong with it as a row.

    `kind` counts the kinds of files of a table, as its headers do.
    """

    line: int
    cells: list[str]
    problem: Problem | None = None
    kind: int = 0


def unguarded(cells: Sequence[str]) -> list[str]:
    """The cells without what keeps a spreadsheet from working on them: `="0300"`, `'=1+1`, `'+49 30`."""
    return [_bare(cell) if cell[:1] in ("=", "'") else cell for cell in cells]


def _bare(cell: str) -> str:
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"')
    return cell[1:] if cell[0] == "'" and cell[1:2] in GUARDED else cell


def place_of(line: int) -> str:
    """Where a row stands, for a person to read: its line, behind the file's number where there are several files."""
    file, number = divmod(line, FILE)
    return f"{file}:{number}" if file else str(number)


def header_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of a header's columns, without those that an error file added."""
    names = [name.strip() for name in cells]
    while names and (not names[-1] or names[-1] in ADDED_COLUMNS):
        names.pop()
    return tuple(names)


def row_of(line: int, cells: list[str], width: int, added: int) -> Row:
    """A record as a row of so many columns, and so many more that an error file added; wrong where it has others."""
    if len(cells) == width:
        text = "".join(cells)
        if problem := _wrong_text(text):
            return Row(line, cells, problem)
        return Row(line, unguarded(cells) if '="' in text or "'" in text else cells)
    if len(cells) > width and (len(cells) <= width + added or not any(cells[width:])):
        return row_of(line, cells[:width], width, 0)
    return Row(line, cells, _wrong_width(len(cells), width))


class _Lines:
    """The lines of a text, none of them longer than the limit, with those that were cut remembered."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self.record: list[str] = []
        self.cut = False

    def begin(self) -> None:
        """A new record begins with the next line."""
        self.record = []
        self.cut = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            self.cut = True
            while (more := self._file.readline(LONGEST_LINE)) and not more.endswith(("\n", "\r")):
                pass
            line = line[:200].replace('"', "") + "\n"
        self.record.append(line)
        return line


class Sheet:
    """An open file of rows: its header's names, how it is written, and what its reader must be warned of."""

    def __init__(
        self,
        file: TextIO,
        path: Path,
        encoding: str,
        delimiter: str,
        warnings: Sequence[str],
        *,
        is_marked: bool = False,
        before: int = 0,
    ) -> None:
        self.path = path
        self.encoding = encoding
        self.delimiter = delimiter
        self.warnings = tuple(warnings)
        self.size = path.stat().st_size
        self._file = file
        self._before = before + is_marked
        self._width = 0
        header = self._behind_mark()
        if header is None or not any(header.cells):
            raise UnusableFile("The file has no header line.")
        names = header_names(header.cells)
        if len(names) > MOST_COLUMNS:
            raise UnusableFile(f"The header has {len(names)} columns; at most {MOST_COLUMNS} are read.")
        self.name = ""
        self.header = names
        self._width = len(header.cells)
        self._added = self._width - len(names)

    def rewind(self) -> None:
        """Goes back behind the header."""
        self._file.seek(0)
        self._behind_mark()

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return min(self.size, self._file.buffer.tell())

    def rows(self) -> Iterator[Row]:
        """Every record after the header; blank lines are no records."""
        width = len(self.header)
        for row in self._records():
            yield row if row.problem else row_of(row.line, row.cells, width, self._added)

    def _behind_mark(self) -> Row | None:
        """Begins with the header, which comes first but for Excel's line that tells the delimiter, and for what a file
        says of itself before."""
        self._begin()
        rows = (row for row in self._records() if not row.problem)
        return next(islice(rows, self._before, None), None)

    def _begin(self) -> None:
        self._lines = _Lines(self._file)
        self._reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)

    def _records(self) -> Iterator[Row]:
        lines = self._lines
        while True:
            lines.begin()
            begins = lines.number + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                if not (plain := self._plain_rows(begins)):
                    yield Row(begins, ["".join(lines.record)[:LONGEST_CELL]], _broken_row(begins, lines.number))
                yield from plain
                continue
            if len(lines.record) > 1 and (plain := self._plain_rows(begins)):
                yield from plain
            elif lines.cut:
                yield Row(begins, cells, _LINE_TOO_LONG)
            elif any(cells):
                yield Row(begins, cells)

    def _plain_rows(self, begins: int) -> list[Row]:
        """The record's lines as rows of their own where tabs alone cut each of them into the header's columns.

        Platforms that write tabs put no quotes around cells: a mark there is an inch, or a title's own.
        """
        if self.delimiter != "\t" or self._lines.cut:
            return []
        cut = [line.rstrip("\r\n").split("\t") for line in self._lines.record]
        if any(len(cells) != self._width for cells in cut):
            return []
        return [Row(begins + place, cells) for place, cells in enumerate(cut)]


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """The file, opened as its encoding and delimiter say; raises `UnusableFile` when it holds no table."""
    csv.field_size_limit(LONGEST_CELL)
    if not path.is_file():
        raise UnusableFile(f"{path.name} is not a file.")
    encoding = detect_encoding(path)
    with path.open(encoding=encoding.name, newline="", errors="replace") as file:
        start = file.readline(LONGEST_LINE)
        while start and not start.strip():
            start = file.readline(LONGEST_LINE)
        if not start.endswith(("\n", "\r")) and len(start) == LONGEST_LINE:
            raise UnusableFile("The first line is too long to be a header.")
        file.seek(0)
        warnings = [encoding.warning] if encoding.warning else []
        delimiter, is_marked = _delimiter(start)
        before = 0
        if not is_marked:
            delimiter, before = preamble(_first_lines(file), delimiter)
        if before:
            warnings.append(f"{before} lines before the header were passed over.")
        yield Sheet(file, path, encoding.name, delimiter, warnings, is_marked=is_marked, before=before)


def _first_lines(file: TextIO) -> list[str]:
    """The first lines, from which the file then begins anew."""
    lines = [file.readline(LONGEST_LINE) for _ in range(LOOKED_AT)]
    file.seek(0)
    return [line for line in lines if line.strip()]


def _delimiter(start: str) -> tuple[str, bool]:
    """The sign that cuts the header into the most names, or the one that Excel's line before it tells (`sep=;`)."""
    if told := _MARK.fullmatch(start.rstrip("\r\n")):
        return told[1], True
    try:
        return max(DELIMITERS, key=lambda sign: len(next(csv.reader([start], delimiter=sign), []))), False
    except csv.Error:
        raise UnusableFile("The first line cannot be cut into names: one of them has no end.") from None


def _wrong_text(text: str) -> Problem | None:
    """What no text may hold."""
    return _BROKEN_TEXT if BROKEN in text else _ZERO_BYTE if "\0" in text else None


def _wrong_width(count: int, width: int) -> Problem:
    return Problem(
        code="wrong-column-count",
        message=f"This row has {count} cells where the header has {width}.",
        fix="Add or remove delimiters, or put quotes around the cell that holds one.",
    )


def _broken_row(first: int, last: int) -> Problem:
    lines = f", lines {first} to {last}," if last > first else ""
    return Problem(
        code=BROKEN_ROW,
        message=f"This row{lines} cannot be cut into cells: a quotation mark is missing or out of place, or a cell is "
        "too long.",
        fix="Put the quotation marks right: a mark inside a cell is written twice.",
    )


_LINE_TOO_LONG = Problem(
    code="line-too-long",
    message=f"This line is longer than {LONGEST_LINE} characters; only its beginning is repeated here.",
    fix="Shorten the line.",
)
UNREADABLE = frozenset({BROKEN_ROW, _LINE_TOO_LONG.code})  # no cell of such a row can be trusted
_BROKEN_TEXT = Problem(
    code="broken-text",
    message="This row holds bytes that are no characters of the file's encoding.",
    fix="Save the file as UTF-8 again from where it came from.",
)
_ZERO_BYTE = Problem(
    code="broken-text",
    message="This row holds a zero byte, which is no character.",
    fix="Take it out, or save the file again from where it came from.",
)
