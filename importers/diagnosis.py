"""All that is wrong with the rows of an order that is refused, so that one look at them is enough.

Reading stops at the first fault. So the cell at fault is emptied, or filled with what is right in some file, and the
rows are read again, until nothing more is found. What follows from such a filling is no fault of the file: behind the
first, only faults that a cell has by itself are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from importers.faults import Problem
from importers.files import Staged
from importers.reading.rows import Row

MOST = 40  # faults of one order
MOST_READ = 20_000  # rows, again and again
# What a cell may hold that is right; the first that is taken in its place does.
FILLINGS = (
    "", "1", "2000-01-01", "2000-01-01T12:00:00Z", "01/01/2000", "01.01.2000", "EUR", "FR", "paid",
    "completed", "pending", "a@example.com", "yes", "percent",
)  # fmt: skip
NO_NUMBER = "number-missing"  # of such a row nobody knows what else it must hold
MISSING = ("cell-missing", "text-missing", NO_NUMBER)
OF_THE_CELL = frozenset({
    *MISSING, "ambiguous-amount", "amount-out-of-bounds", "bad-email", "condition-unknown", "coupon-unreadable",
    "coupon-value-out-of-bounds", "currency-unknown", "unknown-coupon-kind", "wrong-coupon-code",
    "date-as-number", "date-form-unknown", "date-in-future", "date-out-of-range", "digits-lost",
    "discount-with-other-sign", "forbidden-character", "not-a-count", "not-a-date", "not-a-line-item", "not-a-time",
    "not-a-weight", "not-a-whole-number", "not-an-amount", "not-yes-or-no", "option-unreadable",
    "quantity-out-of-bounds", "quantity-too-fine", "refund-unreadable", "tax-rate-out-of-bounds", "tax-rate-too-fine",
    "tax-unreadable", "text-too-long", "time-missing", "time-twice", "unknown-balance-answer", "unknown-country",
    "unknown-currency", "unknown-fulfilment", "unknown-payment-status", "unknown-status", "unknown-stock-answer",
    "unknown-unit", "wrong-amount", "year-unclear", "zone-unknown",
})  # fmt: skip


# What several cells say together; the others may be wrong by themselves as well.
BETWEEN_CELLS = frozenset({
    "discount-above-goods", "discount-above-line", "line-amounts-differ", "mixed-currencies", "mixed-values",
    "order-not-found", "payment-unmatched", "refund-above-paid", "total-out-of-bounds", "total-unknown",
})  # fmt: skip


class Located(NamedTuple):
    """What is wrong, and the line of the row at fault (None: every row of the order)."""

    problem: Problem
    line: int | None


Read = Callable[[Staged], Located | None]
"""Reads the rows of an order, and tells the first thing that is wrong."""
_Place = tuple[int, int]  # of a row among those of its order, and of a cell in it


def all_faults(staged: Staged, first: Located, headers: Sequence[Sequence[str]], read: Read) -> tuple[Located, ...]:
    """The first fault and those behind it, each cell's once; where the rows are no order at all it is the only one."""
    cells = first.problem.code in OF_THE_CELL or first.problem.code in BETWEEN_CELLS
    if not cells or any(row.problem for row in staged.rows):
        return (first,)
    return tuple(_Reading(staged, headers, read).faults(first))


class _Reading:
    """The rows of an order, read again and again."""

    def __init__(self, staged: Staged, headers: Sequence[Sequence[str]], read: Read) -> None:
        self._staged = staged
        self._headers = headers
        self._read = read
        self._left = MOST_READ // len(staged.rows)
        self._filled: dict[_Place, str] = {}

    def faults(self, first: Located) -> Iterator[Located]:
        """The faults, the first one first."""
        fault: Located | None = self._named(first)
        told = {((fault or first).line, (fault or first).problem.column)}
        yield fault or first
        codes = OF_THE_CELL - set(MISSING) if first.problem.code == NO_NUMBER else OF_THE_CELL
        while fault and len(told) < MOST:
            cell = (fault.line, fault.problem.column)
            if fault.problem.code in codes and cell not in told:
                told.add(cell)
                yield fault
            fault = self._behind(fault)

    def _named(self, first: Located) -> Located | None:
        """The first fault; where its refusal names no cell, the same one as the rows by themselves tell it."""
        if self._place_of(first, self._staged.rows):
            return first
        found = self._read(self._staged)
        return found if found and found.problem.code == first.problem.code else None

    def _behind(self, fault: Located) -> Located | None:
        """What is found once the cell at fault is filled; None where nothing is, or no filling is taken.

        A filling that leads to what no cell has by itself is the last choice.
        """
        place = self._place_of(fault, self._rows())
        if place is None:
            return None
        tried = FILLINGS.index(self._filled[place]) + 1 if place in self._filled else 0
        kept: tuple[str, Located] | None = None
        for filling in FILLINGS[tried:]:
            if not self._left:
                break
            self._left -= 1
            self._filled[place] = filling
            rows = self._rows()
            found = self._read(replace(self._staged, rows=rows))
            if found is None or (found.problem.code in OF_THE_CELL and self._place_of(found, rows) != place):
                return found
            if kept is None and self._place_of(found, rows) != place:
                kept = (filling, found)
        if kept is None:
            return None
        self._filled[place] = kept[0]
        return kept[1]

    def _rows(self) -> list[Row]:
        """The rows with their fillings."""
        cells = [list(row.cells) for row in self._staged.rows]
        for (number, at), filling in self._filled.items():
            cells[number][at] = filling
        return [Row(row.line, filled, None, row.kind) for row, filled in zip(self._staged.rows, cells, strict=True)]

    def _place_of(self, fault: Located, rows: Sequence[Row]) -> _Place | None:
        """The cell that the fault is about: in its row, else in the first row that says something there."""
        all_rows = [(number, at) for number, row in enumerate(rows) if (at := self._column(row, fault)) is not None]
        its_own = [place for place in all_rows if rows[place[0]].line == fault.line]
        said = [(number, at) for number, at in (*its_own, *all_rows) if rows[number].cells[at].strip()]
        missing = [] if fault.problem.code in MISSING else said
        return next(iter((*missing, *its_own, *all_rows)), None)

    def _column(self, row: Row, fault: Located) -> int | None:
        header, column = self._headers[row.kind], fault.problem.column
        at = header.index(column) if column and column in header else None
        return at if at is not None and at < len(row.cells) else None
