"""The run itself: rows to groups, groups to drafts, drafts to commands, and batches of these to whoever stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from domain.errors import DomainError
from domain.orders.creation import CreateOrder
from domain.settings import Shop
from importers import grouping
from importers.drafts import Draft
from importers.faults import Fault, Problem, UnusableFile
from importers.generic import Generic
from importers.grouping import Group
from importers.mapping import CsvMapping
from importers.orders import Built, Origin, build
from importers.profile import Choices, Profile
from importers.reading import Row, Sheet
from importers.report import ErrorFile, Totals
from importers.shopify import Shopify
from projections.bulk import Created, Known, Refused, Result

BATCH = 300

Save = Callable[[Sequence[CreateOrder]], Sequence[Result]]
"""Stores a batch of orders and answers for each, in their order; a refused one leaves the others alone."""

FIXES = {
    "quantity-out-of-bounds": "Write a whole number from 1.",
    "text-missing": "Fill in the cell.",
    "text-too-long": "Shorten the text.",
    "bad-email": "Correct the e-mail address, or leave it empty.",
    "refund-above-paid": "Correct the refunded amount: no more can go back than was paid.",
    "too-many-items": "Split the order.",
}


class _Pending(Struct, frozen=True):
    group: Group
    draft: Draft
    built: Built


def choose_profile(sheet: Sheet, mapping: CsvMapping | None, choices: Choices) -> Profile:
    """The mapping's profile, else the one that knows the file's header; raises `UnusableFile` when none does."""
    if mapping:
        return Generic(mapping, sheet.header, choices)
    if Shopify.knows(sheet.header):
        return Shopify(sheet.header, choices)
    raise UnusableFile(
        "No profile knows this header. Explain its columns in a mapping and say --map mapping.toml; "
        f"the columns are: {', '.join(sheet.header)[:2000]}."
    )


class Run:
    """One import: what it takes to turn the rows of a file into orders, and what has come of them so far."""

    def __init__(
        self,
        profile: Profile,
        origin: Origin,
        shop: Shop,
        save: Save,
        errors: ErrorFile,
        progress: Callable[[Totals], None] = lambda totals: None,
    ) -> None:
        self.totals = Totals()
        self._profile = profile
        self._origin = origin
        self._shop = shop
        self._save = save
        self._errors = errors
        self._progress = progress
        self._seen: set[int] = set()  # hashes: the numbers themselves would fill the memory
        self._pending: list[_Pending] = []

    def take(self, rows: Iterable[Row]) -> Totals:
        """Takes in every row; raises `UnusableFile` when there is none, `RowsUnaccounted` when one got lost."""
        for group in self._profile.groups(self._counted(rows)):
            try:
                self._pending.append(self._prepared(group))
            except Fault as fault:
                self._refuse(group, fault.problem, fault.line)
            except DomainError as error:
                self._refuse(group, self._problem(error), None)
            if len(self._pending) >= BATCH:
                self._flush()
        self._flush()
        self._errors.close()
        if not self.totals.rows:
            raise UnusableFile("The file has a header and no rows.")
        self.totals.check()
        return self.totals

    def _counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.totals.rows += 1
            yield row

    def _prepared(self, group: Group) -> _Pending:
        """The group's command, unless its rows are broken, unnumbered, too many, or of an order met before."""
        repeated = hash(group.key) in self._seen
        self._seen.add(hash(group.key))  # even when it is refused, or the rest of its rows would pass for an order
        for row in group.rows:
            if row.problem:
                problem = row.problem
                raise Fault(problem.code, problem.message, fix=problem.fix, line=row.line)
        if not group.key:
            raise Fault("number-missing", "This row has no order number.", column=self._number, fix="Fill in the cell.")
        if repeated:
            message = "This order's number was met before in this file, with other rows between."
            raise Fault("duplicate-order", message, column=self._number, fix="Put all rows of an order together.")
        if len(group.rows) >= grouping.MOST_ROWS:
            message = f"An order of {grouping.MOST_ROWS} rows or more cannot be held."
            raise Fault("too-many-rows", message, column=self._number, fix="Split the order.")
        draft = self._profile.draft(group)
        return _Pending(group, draft, build(draft, self._origin, self._shop))

    @property
    def _number(self) -> str:
        return self._profile.columns["number"]

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if pending:
            results = self._save([one.built.command for one in pending])
            for one, result in zip(pending, results, strict=True):
                self._count(one, result)
        self._progress(self.totals)

    def _count(self, one: _Pending, result: Result) -> None:
        totals = self.totals
        match result:
            case Created():
                totals.new += 1
            case Known(changed=False):
                totals.known += 1
            case Known():
                totals.changed += 1
            case Refused(error=error):
                self._refuse(one.group, self._problem(error), _line_of(error, one.draft))
                return
        totals.accept(len(one.group.rows), one.built.figures)

    def _refuse(self, group: Group, problem: Problem, line: int | None) -> None:
        """Refuses all rows of an order; the one at fault says why, the others that they belong to it."""
        self.totals.refused += 1
        self.totals.refused_rows += len(group.rows)
        for row in group.rows:
            told = row.problem or (problem if line in (None, row.line) else _sibling(line))
            self.totals.reasons[told.code] += 1
            self._errors.add(row, told)

    def _problem(self, error: DomainError) -> Problem:
        """The domain's refusal in the words of the file: the column for the pointer, a fix for the code."""
        columns = self._profile.columns
        parts = [part for part in error.pointer.split("/") if part and not part.isdigit()]
        column = columns.get("/".join(parts)) or columns.get(error.code, "")
        return Problem(code=error.code, message=str(error), column=column, fix=FIXES.get(error.code, _CORRECT))


_CORRECT = "Correct the cell and load the error file."


def _sibling(line: int | None) -> Problem:
    message = f"The row on line {line} of the same order was refused, and an order comes in as a whole or not at all."
    return Problem(code="order-refused", message=message, fix="Nothing is wrong with this row: keep it with the other.")


def _line_of(error: DomainError, draft: Draft) -> int | None:
    """The row that the refusal speaks of: the line item's own, else the first."""
    parts = error.pointer.split("/")
    if parts[1:2] == ["items"] and len(parts) > 2 and parts[2].isdigit() and int(parts[2]) < len(draft.lines):
        return draft.lines[int(parts[2])].line
    return draft.line
