"""Files that belong together: one whose rows are orders, one whose rows are the lines of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from importers.faults import Fault, UnusableFile
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Key, joined
from importers.reading.rows import Row

Headers = Sequence[tuple[str, ...]]


class PairShape:
    """Which columns make a file one of orders or one of their lines, and where each tells an order's number."""

    def __init__(self, orders: tuple[str, ...], lines: tuple[str, ...], number: str, of_line: str) -> None:
        self.orders = frozenset(orders)
        self.lines = frozenset(lines)
        self.number = number
        self.of_line = of_line

    def fits(self, headers: Headers) -> bool:
        """Whether each of the headers is one of the two, and neither stands there twice."""
        told = [self._of_orders(header) for header in headers]
        return None not in told and len(told) == len(set(told)) > 0

    def _of_orders(self, header: tuple[str, ...]) -> bool | None:
        names = set(header)
        if self.lines <= names:
            return False
        return True if self.orders <= names else None

    def orders_at(self, headers: Headers) -> int:
        """The kind that tells the orders; raises `UnusableFile` where only lines are told."""
        for kind, header in enumerate(headers):
            if self._of_orders(header):
                return kind
        raise UnusableFile("These are lines of orders without the orders: give the file of the orders beside it.")


class Pair:
    """Two such files open, or that of the orders alone."""

    def __init__(self, shape: PairShape, headers: Headers, cell_format: CellFormat) -> None:
        self.orders = shape.orders_at(headers)
        self.columns = [Columns(header) for header in headers]
        self._shape = shape
        self._cell_format = cell_format
        for kind, columns in enumerate(self.columns):
            columns.require(*(shape.orders if kind == self.orders else shape.lines))

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each order with its lines, wherever they stand."""
        return joined(rows, [self._key(kind) for kind in range(len(self.columns))])

    def parted(self, group: Group) -> tuple[Cells, list[Cells]]:
        """The order's row and its lines' rows; raises `Fault` where the order's is missing, or there are more of it."""
        cells = [Cells(row, self.columns[row.kind], self._cell_format) for row in group.rows]
        headings = [one for one, row in zip(cells, group.rows, strict=True) if row.kind == self.orders]
        if not headings:
            fix = "Correct the number, or put the order's row beside it and load them with --update."
            raise Fault("order-missing", "No file tells the order of this line.", column=self._shape.of_line, fix=fix)
        if len(headings) > 1:
            message = "This order is told more than once."
            fix = "Leave one of its rows."
            raise Fault("duplicate-order", message, column=self._shape.number, fix=fix, line=headings[1].line)
        return headings[0], [one for one, row in zip(cells, group.rows, strict=True) if row.kind != self.orders]

    def content_hash(self, group: Group) -> str:
        """SHA-256 over what the rows say, whatever their order and that of the columns."""
        said = sorted(f"{row.kind}{self.columns[row.kind].normalised(row.cells)}" for row in group.rows)
        return sha256("\x1e".join(said).encode()).hexdigest()

    def _key(self, kind: int) -> Key:
        place = self.columns[kind].index[self._shape.number if kind == self.orders else self._shape.of_line]
        return lambda cells: cells[place].strip() if place < len(cells) else ""
