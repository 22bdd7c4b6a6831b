"""A stock take: SKUs and what was counted of each, compared with the figures and put right once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.errors import DomainError
from domain.events import Command, Context
from domain.stock import AdjustStock, ReceiveStock, StockItem, stock_id_of
from domain.stock.item import MAX_UNITS
from domain.texts import CODE, check_text
from importers.faults import Fault, Problem, UnusableFile
from importers.reading.cells import Columns
from importers.reading.rows import Row, Sheet
from importers.report import ErrorFile

SKU, COUNTED = "sku", "counted"
TAKES = UUID("5c1de0a4-90f3-5d0b-8f43-1c7d2b6e9a10")
_LONGEST_NUMBER = len(str(MAX_UNITS))

Known = Callable[[str], StockItem]
Handle = Callable[[Command], object]


class CountDifference(NamedTuple):
    """What was expected of a SKU (None: it is not tracked yet) and what was counted."""

    sku: str
    expected: int | None
    counted: int


@dataclass(slots=True)
class Counts:
    """What a stock take came to: rows counted as told, SKUs put right or newly tracked, and rows refused."""

    rows: int = 0
    agreeing: int = 0
    refused: int = 0
    differences: list[CountDifference] = field(default_factory=list)


class StockTake:
    """One run over a file. `known` tells a SKU's stock, `handle` puts it right (None: a dry run)."""

    def __init__(
        self,
        sheet: Sheet,
        known: Known,
        handle: Handle | None,
        context: Context,
        errors: ErrorFile,
        *,
        track: bool = False,
    ) -> None:
        """The context's command id stands for the file: what one file counted is put right once, however often it runs.

        With `track` a SKU that is not tracked begins with what was counted.
        """
        self.counts = Counts()
        columns = Columns(sheet.header)
        columns.require(SKU, COUNTED)
        self._index = columns.index
        self._known = known
        self._handle = handle
        self._context = context
        self._errors = errors
        self._track = track
        self._seen: set[str] = set()

    def take(self, rows: Iterable[Row]) -> Counts:
        """Takes in every row; bad ones go to the error file."""
        for row in rows:
            self.counts.rows += 1
            try:
                self._count(*self._read(row))
            except Fault as fault:
                self._refuse(row, fault.problem)
            except DomainError as error:
                self._refuse(row, Problem(code=error.code, message=str(error)))
        self._errors.close()
        if not self.counts.rows:
            raise UnusableFile("The file has a header and no rows.")
        return self.counts

    def _read(self, row: Row) -> tuple[str, int]:
        if row.problem:
            raise Fault(row.problem.code, row.problem.message, fix=row.problem.fix)
        sku, counted = row.cells[self._index[SKU]].strip(), row.cells[self._index[COUNTED]].strip()
        check_text(sku, CODE, "/sku", required=True)
        if not (counted.isascii() and counted.isdigit() and len(counted) <= _LONGEST_NUMBER):
            raise Fault("not-a-count", f"A count is a whole number from 0 to {MAX_UNITS}.", column=COUNTED)
        if sku in self._seen:
            raise Fault("sku-repeated", "This SKU was counted before in this file.", column=SKU, fix="Add them up.")
        self._seen.add(sku)
        return sku, int(counted)

    def _count(self, sku: str, counted: int) -> None:
        item, context = self._known(sku), self._context_of(sku)
        if not item.exists and not self._track:
            raise Fault("not-tracked", "No stock of this SKU is tracked.", column=SKU, fix="Receive it first.")
        if context.command_id in item.commands:
            self.counts.agreeing += 1
            return
        if self._handle:
            self._handle(_command(item, sku, counted, context))
        if item.exists and item.on_hand == counted:
            self.counts.agreeing += 1
        else:
            self.counts.differences.append(CountDifference(sku, item.on_hand if item.exists else None, counted))

    def _context_of(self, sku: str) -> Context:
        context = self._context
        return Context(
            command_id=uuid5(context.command_id, sku), actor=context.actor, at=context.at, reason=context.reason
        )

    def _refuse(self, row: Row, problem: Problem) -> None:
        self.counts.refused += 1
        self._errors.add(row, [problem])


def _command(item: StockItem, sku: str, counted: int, context: Context) -> Command:
    if item.exists:
        return AdjustStock(stock_id=stock_id_of(sku), context=context, counted=counted)
    return ReceiveStock(context=context, sku=sku, quantity=counted, reference="stock take")


def differences_told(counts: Counts) -> Iterator[str]:
    """The differences for a person to read."""
    for sku, expected, counted in counts.differences:
        told = "not tracked before" if expected is None else f"expected {expected}, {counted - expected:+d}"
        yield f"{sku}: counted {counted} ({told})"
