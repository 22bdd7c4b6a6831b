"""Files that are taken in together as one table: the parts of one export, or files that belong together.

Files with the same columns are of one kind; a row tells its kind, and its line tells its file. Refused rows of several
kinds go into one error file, whose columns are named `1.id` or `2.price` after the kind; it is read as all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path

from domain.imports import MOST_FILES
from importers.faults import Problem, UnusableFile
from importers.reading.grouping import Group, Heads, Key, merged, numbers_apart, regathered
from importers.reading.rows import FILE, Row, Sheet, open_sheet
from importers.reading.staged import StagedSheet, is_staged, open_staged

Header = tuple[str, ...]
AnySheet = Sheet | StagedSheet
_KIND = re.compile(r"([1-9])\.(.+)", re.DOTALL)


class Table:
    """The open files, the columns of each kind among them, and the rows of all."""

    def __init__(self, sheets: Sequence[AnySheet]) -> None:
        self._open(sheets)

    def _open(self, sheets: Sequence[AnySheet], left: Sequence[str] = ()) -> None:
        self.sheets = tuple(sheets)
        self.delimiter = sheets[0].delimiter
        several = len(sheets) > 1
        self.warnings = tuple(
            f"File {number}: {warning}" if several else warning
            for number, sheet in enumerate(sheets, 1)
            for warning in (*((f"It is the sheet {sheet.name}.",) if several and sheet.name else ()), *sheet.warnings)
        ) + tuple(left)
        self._parts = [split_header(sheet.header) for sheet in sheets]
        self.headers: Sequence[Header] = _kinds(chain.from_iterable(self._parts))
        self._readers = [
            _Reader(sheet, parts, self.headers, number if several else 0)
            for number, (sheet, parts) in enumerate(zip(sheets, self._parts, strict=True), 1)
        ]

    def choose(self, fits: Callable[[Header], bool]) -> bool:
        """Leaves out the sheets of workbooks whose columns are others, where those of one kind alone fit."""
        if len(self.headers) == 1 or not all(sheet.name for sheet in self.sheets):
            return False
        fitting = [header for header in self.headers if fits(header)]
        if len(fitting) != 1:
            return False
        kept = [sheet for sheet in self.sheets if sorted(sheet.header) == sorted(fitting[0])]
        left = [
            f"The sheet {sheet.name} is left out: it has other columns." for sheet in self.sheets if sheet not in kept
        ]
        self._open(kept, left)
        return True

    @property
    def position(self) -> int:
        """How many bytes of the files were read."""
        return sum(sheet.position for sheet in self.sheets)

    def rewind(self) -> None:
        """Begins every file anew, after some of its rows were looked at."""
        for sheet in self.sheets:
            sheet.rewind()

    def sample(self, most: int) -> list[list[str]]:
        """The cells of the first rows that can be read; the files then begin anew."""
        found = [row.cells for row in islice(self.rows(), most) if not row.problem]
        self.rewind()
        return found

    @property
    def report_header(self) -> Header:
        """The columns of an error file; those of several kinds side by side, each name with its kind before it."""
        if len(self.headers) == 1:
            return self.headers[0]
        return tuple(f"{kind}.{name}" for kind, header in enumerate(self.headers, 1) for name in header)

    def first_groups(
        self,
        cut: Callable[[Iterable[Row]], Iterator[Group]],
        most: int,
        follows: Key | None = None,
        heads: Heads | None = None,
    ) -> Iterator[Group]:
        """The orders of the first rows, without one that may go on behind them.

        Where an order's rows may lie apart, nobody knows it to be whole before the end: then all rows are looked at.
        """
        if len(self.sheets) > 1 or not follows:
            yield from self.groups(cut, follows, heads)
            return
        rows = list(islice(self.rows(), most))
        groups = regathered(cut(rows), numbers_apart(rows, follows), heads)
        yield from groups if len(rows) < most else list(groups)[:-1]

    def rows(self) -> Iterator[Row]:
        """The rows of every file, one file after the other."""
        for reader in self._readers:
            yield from reader.rows()

    def groups(
        self, cut: Callable[[Iterable[Row]], Iterator[Group]], follows: Key | None = None, heads: Heads | None = None
    ) -> Iterator[Group]:
        """The rows of each order together; where an export was cut in pieces, those from all of its pieces.

        Where an order's rows must follow each other, one file is looked through first for those that do not: they
        come last, so that no order comes in by halves. See `Profile` for `follows` and `heads`.
        """
        if len(self.headers) > 1:
            return cut(self.rows())
        if len(self.sheets) == 1:
            apart = frozenset[int]()
            if follows:
                apart = numbers_apart(self.rows(), follows)
                self.rewind()
            return regathered(cut(self.rows()), apart, heads)
        return merged(chain.from_iterable(cut(reader.rows()) for reader in self._readers))


class _Reader:
    """One file's rows as rows of their table."""

    def __init__(self, sheet: AnySheet, parts: Sequence[Header], headers: Sequence[Header], number: int) -> None:
        self._sheet = sheet
        self._file = number * FILE
        self._parts = [(_same(part, headers), len(part)) for part in parts]
        self._orders = [_order(part, headers[kind]) for part, (kind, _) in zip(parts, self._parts, strict=True)]

    def rows(self) -> Iterator[Row]:
        """The rows, each with its kind and its place in the table."""
        if len(self._parts) > 1:
            yield from map(self._split, self._sheet.rows())
            return
        (kind, _), order = self._parts[0], self._orders[0]
        if not kind and not self._file and not order:
            yield from self._sheet.rows()
            return
        for row in self._sheet.rows():
            cells = list(order(row.cells)) if order and not row.problem else row.cells
            yield Row(row.line + self._file, cells, row.problem, kind)

    def _split(self, row: Row) -> Row:
        """A row of an error file of several kinds: that kind's whose cells hold something."""
        begin, told = 0, list[tuple[int, list[str], Callable[[Sequence[str]], Sequence[str]] | None]]()
        for (kind, width), order in zip(self._parts, self._orders, strict=True):
            cells = row.cells[begin : begin + width]
            begin += width
            if any(cells):
                told.append((kind, cells, order))
        kind, cells, order = told[0] if told else (self._parts[0][0], row.cells[: self._parts[0][1]], None)
        problem = row.problem
        if len(told) > 1:
            problem = problem or _TWO_KINDS
            cells = row.cells
        elif problem:
            cells = cells + row.cells[begin:]
        elif order:
            cells = list(order(cells))
        return Row(row.line + self._file, cells, problem, kind)


@contextmanager
def open_table(paths: Sequence[Path]) -> Iterator[Table]:
    """The files, opened as one table; raises `UnusableFile` naming the file that cannot be read."""
    if len(paths) > MOST_FILES:
        raise UnusableFile(f"At most {MOST_FILES} files are taken in together; these are {len(paths)}.")
    with ExitStack() as stack:
        sheets: list[AnySheet] = []
        for number, path in enumerate(paths, 1):
            try:
                if is_staged(path):
                    sheets += stack.enter_context(open_staged(path))
                else:
                    sheets.append(stack.enter_context(open_sheet(path)))
            except UnusableFile as error:
                raise UnusableFile(f"File {number}: {error}" if len(paths) > 1 else str(error)) from None
        yield Table(sheets)


def split_header(header: Header) -> list[Header]:
    """The columns of each kind that an error file holds, the whole header where it is no such file."""
    told = [_KIND.fullmatch(name) for name in header]
    kinds = [match[1] for match in told if match]
    all_kinds = [str(kind) for kind in range(1, len(set(kinds)) + 1)]
    if len(kinds) < len(header) or kinds != sorted(kinds) or len(all_kinds) < 2 or sorted(set(kinds)) != all_kinds:
        return [header]
    return [tuple(match[2] for match in told if match and match[1] == kind) for kind in all_kinds]


def _kinds(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Each kind's columns once, whatever the order of files and columns."""
    by_names: dict[Header, Header] = {}
    for header in headers:
        names = tuple(sorted(header))
        by_names[names] = min(header, by_names.get(names, header))
    return tuple(header for _, header in sorted(by_names.items()))


def _same(part: Header, headers: Sequence[Header]) -> int:
    names = sorted(part)
    return next(kind for kind, header in enumerate(headers) if sorted(header) == names)


def _order(part: Header, header: Header) -> Callable[[Sequence[str]], Sequence[str]] | None:
    """What puts a file's cells in the order of its kind's columns, None where they are in it."""
    return None if part == header else itemgetter(*(part.index(name) for name in header))


_TWO_KINDS = Problem(
    code="row-of-two-files",
    message="This row holds cells of several files.",
    fix="Write an order and a line on rows of their own.",
)
