"""Files that are no text of rows, put on disk once as rows of texts: the sheets of a workbook, and JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import msgspec

from importers.faults import Problem, UnusableFile
from importers.reading.json_lines import columns_of, is_json_lines, rows_of
from importers.reading.rows import MOST_COLUMNS, Row, Sheet, header_names, open_sheet, row_of
from importers.reading.workbooks.archive import Archive
from importers.reading.workbooks.ods import CONTENT, Ods
from importers.reading.workbooks.rows import NO_VALUE, RawRow, WorkbookSheet
from importers.reading.workbooks.values import is_error
from importers.reading.workbooks.xlsx import WORKBOOK, Xlsx

MOST_SHEETS = 50
MOST_ROWS = 5_000_000
DELIMITER = ","  # of the file of what was refused

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Row)


class StagedSheet:
    """Rows that wait on disk; the same to its reader as a file of text."""

    def __init__(self, path: Path, form: str, name: str, header: tuple[str, ...], rows: Iterable[Row]) -> None:
        self.path = path
        self.encoding = form
        self.delimiter = DELIMITER
        self.name = name
        self.header = header
        self.warnings: tuple[str, ...] = ()
        self.size = path.stat().st_size
        self._rows = rows
        self._file: IO[bytes] | None = None
        self._end = 0

    def rewind(self) -> None:
        """Begins with the first row anew."""
        if self._file:
            self._file.seek(0)

    @property
    def position(self) -> int:
        """How many bytes of the file were read, by the rows that were."""
        return self.size * self._file.tell() // self._end if self._file and self._end else 0

    def rows(self) -> Iterator[Row]:
        """Every row after the header; they are put on disk when the first of them is asked for."""
        file = self._file or self._staged()
        while size := file.read(4):
            yield _decoder.decode(file.read(int.from_bytes(size, "big")))

    def close(self) -> None:
        """Forgets the rows."""
        if self._file:
            self._file.close()

    def _staged(self) -> IO[bytes]:
        file = self._file = TemporaryFile()  # noqa: SIM115 - closed with the sheet
        for number, row in enumerate(self._rows, 1):
            packed = _encoder.encode(row)
            file.write(len(packed).to_bytes(4, "big") + packed)
            if number > MOST_ROWS:
                raise UnusableFile(f"The file has more than {MOST_ROWS} rows: divide it.")
        self._end = file.tell()
        file.seek(0)
        return file


def is_staged(path: Path) -> bool:
    """Whether a file is a workbook or JSON lines."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(64)
    return start.startswith(b"PK\x03\x04") or is_json_lines(start)


@contextmanager
def open_staged(path: Path) -> Iterator[list[StagedSheet | Sheet]]:
    """The sheets of a workbook, the tables of a ZIP archive of CSV files, or that of JSON lines.

    Raises `UnusableFile` where there is none.
    """
    with ExitStack() as stack:
        with path.open("rb") as file:
            is_archive = file.read(4) == b"PK\x03\x04"
        if is_archive:
            yield _sheets(path, stack)
        else:
            columns = columns_of(path)
            sheet = StagedSheet(path, "JSON lines", "", tuple(columns), rows_of(path, columns))
            stack.callback(sheet.close)
            yield [sheet]


def _sheets(path: Path, stack: ExitStack) -> list[StagedSheet | Sheet]:
    archive = Archive(path)
    stack.callback(archive.close)
    if tables := archive.named(".csv", ".tsv", ".txt"):
        return _unpacked(archive, tables, stack)
    form, told = _workbook(archive)
    if len(told) > MOST_SHEETS:
        raise UnusableFile(f"The workbook has {len(told)} sheets; at most {MOST_SHEETS} are read.")
    found: list[StagedSheet] = []
    left: list[str] = []
    for sheet in told:
        staged = None if sheet.is_hidden else _staged(path, form, sheet)
        if staged:
            stack.callback(staged.close)
            found.append(staged)
        else:
            left.append(f"The sheet {sheet.name} is left out: it is hidden, or holds no table.")
    if not found:
        raise UnusableFile("The workbook has no sheet with a header and rows.")
    found[0].warnings = tuple(left)
    for one in found:
        one.size //= len(found)
    return list(found)


def _unpacked(archive: Archive, tables: Sequence[str], stack: ExitStack) -> list[StagedSheet | Sheet]:
    """The CSV files of an archive, unpacked within bounds; those without rows are left out."""
    if len(tables) > MOST_SHEETS:
        raise UnusableFile(f"The archive has {len(tables)} files; at most {MOST_SHEETS} are read.")
    folder = Path(stack.enter_context(TemporaryDirectory()))
    found: list[StagedSheet | Sheet] = []
    for number, part in enumerate(tables):
        file = folder / f"{number}.csv"
        with file.open("wb") as unpacked:
            unpacked.writelines(archive.chunks(part))
        sheet = stack.enter_context(open_sheet(file))
        sheet.name = part
        found.append(sheet)
    return found


def _workbook(archive: Archive) -> tuple[str, list[WorkbookSheet]]:
    if archive.has(WORKBOOK) or archive.has("xl/workbook.bin"):
        return "XLSX", Xlsx(archive).sheets
    if archive.has(CONTENT) and archive.has("mimetype"):
        return "ODS", Ods(archive).sheets
    raise UnusableFile("The file is a ZIP archive: unpack it, and give the files that it holds.")


def _staged(path: Path, form: str, sheet: WorkbookSheet) -> StagedSheet | None:
    """The sheet, where it has a header of two names and a row."""
    rows = sheet.rows()
    header = next(rows, None)
    first = next(rows, None)
    if header is None or first is None:
        return None
    names = header_names(header.cells)
    if len(names) < 2:
        return None
    if len(names) > MOST_COLUMNS:
        raise UnusableFile(f"The header has {len(names)} columns; at most {MOST_COLUMNS} are read.")
    width = len(header.cells)
    return StagedSheet(path, form, sheet.name, names, (_row(raw, names, width) for raw in chain((first,), rows)))


def _row(raw: RawRow, names: tuple[str, ...], width: int) -> Row:
    """The row under the header's columns, with what is wrong with its cells."""
    cells = raw.cells + [""] * (len(names) - len(raw.cells))
    for place, text in enumerate(cells[: len(names)]):
        if text == NO_VALUE:
            cells[place] = ""
            return Row(raw.number, cells, _wrong(names[place], "formula-without-value", _UNKEPT))
        if text.startswith(("#", "Err:")) and is_error(text):
            return Row(raw.number, cells, _wrong(names[place], "formula-error", _FAILED))
    return row_of(raw.number, cells, len(names), width - len(names))


_UNKEPT = "The workbook does not keep the value of the formula in this cell."
_FAILED = "The formula in this cell gives an error."


def _wrong(column: str, code: str, message: str) -> Problem:
    return Problem(code=code, message=message, column=column, fix="Put the value itself into the cell.")
