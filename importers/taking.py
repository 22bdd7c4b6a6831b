"""What is done with the rows of each order: a command made of them, stored by the batch, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.errors import DomainError
from domain.events import Command
from domain.orders.creation import CreateOrder, create_order
from domain.orders.intake import Created, Known, Refused, Result, Updated
from domain.orders.order import Order
from domain.settings import Shop
from importers.diagnosis import Located, all_faults
from importers.drafts import Draft
from importers.faults import Fault, Problem
from importers.files import Staged
from importers.orders import Figures, Origin, build
from importers.profile import Profile
from importers.reading import grouping
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row, place_of
from importers.report import Totals
from projections.desk.bulk import BatchHook

FIXES = {
    "quantity-out-of-bounds": "Write a whole number from 1.",
    "text-missing": "Fill in the cell.",
    "text-too-long": "Shorten the text.",
    "bad-email": "Correct the e-mail address, or leave it empty.",
    "refund-above-paid": "Correct the refunded amount: no more can go back than was paid.",
    "too-many-items": "Split the order.",
    "out-of-stock": "Receive the stock first, or leave stock alone.",
    "order-not-found": "Correct the number: no order has it.",
    "tracking-missing": "Load the tracking codes first.",
}
DATE_IN_FUTURE = "date-in-future"
AHEAD = timedelta(days=1)  # by which clocks and zones may differ
UNNUMBERED = "-"  # the key of an order whose number is missing, while its other cells are looked at
_CORRECT = "Correct the cell and load the error file."


class Pending(Struct, frozen=True):
    """Rows that became a command, and what they add to the control totals."""

    rows: list[Row]
    command: Command
    figures: Figures | None = None
    draft: Draft | None = None


class RefusedGroup(Struct, frozen=True):
    """Rows that are refused before anything is decided, the first fault of theirs, and all that `diagnosed` finds."""

    staged: Staged
    fault: Located
    faults: tuple[Located, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The rows."""
        return self.staged.rows


Entry = Pending | RefusedGroup
Refuse = Callable[[Row, Sequence[Problem]], None]
"""What is done with a refused row and all that is wrong with it."""


class Intake(Protocol):
    """A kind of file: how its rows belong together, what command each group becomes and how these are stored."""

    @property
    def columns(self) -> dict[str, str]:
        """For a field of the command or a refusal's code, the column at fault."""
        ...

    @property
    def headers(self) -> Sequence[Sequence[str]]:
        """The columns of each kind of file."""
        ...

    @property
    def follows(self) -> Key | None:
        """See `Profile.follows`."""
        ...

    @property
    def heads(self) -> Heads | None:
        """See `Profile.heads`."""
        ...

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows that come in or are refused together."""
        ...

    def pending(self, staged: Staged) -> Pending:
        """The command; raises `Fault` or `DomainError`."""
        ...

    def check(self, staged: Staged) -> None:
        """Raises what is wrong with the cells of the rows, whatever else is known of them: `Fault` or `DomainError`."""
        ...

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Stores the commands together with what `beside` keeps of the results."""
        ...


class OrdersIntake:
    """Orders of the past, read by a profile."""

    def __init__(
        self,
        profile: Profile,
        origin: Origin,
        shop: Shop,
        save: Callable[[Sequence[CreateOrder], BatchHook], Sequence[Result]],
        headers: Sequence[Sequence[str]],
    ) -> None:
        self.headers = headers
        self.columns = {"total-unknown": profile.columns.get("amount", ""), **profile.columns}
        self.groups = profile.groups
        self.follows = profile.follows
        self.heads = profile.heads
        self._profile = profile
        self._origin = origin
        self._shop = shop
        self._save = save

    def pending(self, staged: Staged) -> Pending:
        """The group's command, unless its rows are broken, unnumbered, too many, or of an order met before."""
        number = self.columns["number"]
        require_readable(staged.rows)
        if not staged.key:
            raise Fault("number-missing", "This row has no order number.", column=number, fix="Fill in the cell.")
        if staged.repeated:
            message = "The rows of this number lie apart in the file, or were met before: one order, or one told twice."
            fix = "Leave each row of the order once: here they stand together, and this file can be loaded."
            raise Fault("duplicate-order", message, column=number, fix=fix)
        if len(staged.rows) >= grouping.MOST_ROWS:
            message = f"An order of {grouping.MOST_ROWS} rows or more cannot be held."
            raise Fault("too-many-rows", message, column=number, fix="Split the order.")
        draft = self._profile.draft(Group(staged.key, staged.rows))
        require_past(draft, self.columns, datetime.now(UTC) + AHEAD)
        built = build(draft, self._origin, self._shop)
        return Pending(staged.rows, built.command, built.figures, draft)

    def check(self, staged: Staged) -> None:
        """Reads the rows as one order, and decides it as if nothing else were known."""
        pending = self.pending(Staged(staged.key or UNNUMBERED, staged.rows))
        command = pending.command
        if isinstance(command, CreateOrder):
            try:
                create_order(Order.blank(command.order_id), command, self._shop)
            except DomainError as error:
                problem = problem_of(error, self.columns)
                raise Fault(
                    problem.code,
                    problem.message,
                    column=problem.column,
                    fix=problem.fix,
                    line=_line_of(error, pending.draft),
                ) from None

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Stores the orders in one transaction."""
        return self._save([command for command in commands if isinstance(command, CreateOrder)], beside)


def require_readable(rows: Sequence[Row]) -> None:
    """Refuses rows of which one could not be read."""
    for row in rows:
        if row.problem:
            raise Fault(row.problem.code, row.problem.message, fix=row.problem.fix, line=row.line)


def require_past(draft: Draft, columns: dict[str, str], latest: datetime) -> None:
    """Refuses an order of which something is told to have happened later than that: it is expected, or mistyped."""
    moments = [("created_at", draft.created_at), ("shipped_at", draft.ended_at)]
    moments += [("paid_at", one.at) for one in (draft.payment, *draft.payments) if one and one.at]
    moments += [("refunded_at", one.at) for one in draft.refunds if one.at] + [("refunded_at", draft.refunded_at)]
    moments += [("shipped_at", one.at) for one in (draft.parcel, *draft.parcels) if one and one.at]
    for field, moment in moments:
        if moment and moment > latest:
            message = "This is told to have happened, and lies in the future."
            fix = "Correct the date; leave out a column of what is only expected."
            raise Fault(DATE_IN_FUTURE, message, column=columns.get(field, ""), fix=fix, line=draft.line)


def judged(groups: Iterable[Group]) -> Iterator[Staged]:
    """The groups, each marked where its number was met before in this file."""
    seen: set[int] = set()  # hashes: the numbers themselves would fill the memory
    for group in groups:
        number = hash(group.key)
        yield Staged(group.key, group.rows, group.apart or number in seen)
        seen.add(number)  # even when it is refused, or the rest of its rows would pass for an order


def prepared(intake: Intake, staged: Staged) -> Entry:
    """The entry that a group becomes."""
    try:
        return intake.pending(staged)
    except Fault as fault:
        return RefusedGroup(staged, _located(fault, intake.columns))
    except DomainError as error:
        return RefusedGroup(staged, Located(problem_of(error, intake.columns), None))


def commands_of(entries: Sequence[Entry]) -> list[Command]:
    """The commands among the entries."""
    return [entry.command for entry in entries if isinstance(entry, Pending)]


def count(entries: Sequence[Entry], results: Sequence[Result], totals: Totals, refuse: Refuse, intake: Intake) -> None:
    """Counts what became of entries, in their order; `results` are those of their commands."""
    answers = iter(results)
    for entry in entries:
        totals.rows += len(entry.rows)
        if isinstance(entry, RefusedGroup):
            _refuse(entry.rows, entry.faults or (entry.fault,), totals, refuse)
            continue
        result = next(answers)
        if isinstance(result, Refused):
            fault = Located(problem_of(result.error, intake.columns), _line_of(result.error, entry.draft))
            staged = Staged(entry.draft.external_id if entry.draft else "", entry.rows)
            _refuse(entry.rows, _all_faults(intake, staged, fault), totals, refuse)
            continue
        _accept(entry, result, totals)


def diagnosed(intake: Intake, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with all that is wrong with those that are refused: before a transaction, for it takes a while."""
    return [
        replace(entry, faults=_all_faults(intake, entry.staged, entry.fault))
        if isinstance(entry, RefusedGroup)
        else entry
        for entry in entries
    ]


def _located(fault: Fault, columns: dict[str, str]) -> Located:
    """The fault, at the column that it is known to be about where it tells none."""
    problem = fault.problem
    return Located(problem if problem.column else replace(problem, column=columns.get(problem.code, "")), fault.line)


def _all_faults(intake: Intake, staged: Staged, first: Located) -> tuple[Located, ...]:
    """The fault that was found, and what else is wrong with the cells."""

    def read(filled: Staged) -> Located | None:
        try:
            intake.check(filled)
        except Fault as fault:
            return _located(fault, intake.columns)
        except DomainError as error:
            return Located(problem_of(error, intake.columns), None)
        return None

    return all_faults(staged, first, intake.headers, read)


def _accept(entry: Pending, result: Result, totals: Totals) -> None:
    match result:
        case Created():
            totals.new += 1
            totals.names_kept += result.name_kept
        case Updated():
            totals.updated += 1
        case Known(changed=True):
            totals.changed += 1
        case _:
            totals.known += 1
    totals.accept(len(entry.rows), entry.figures)


def _refuse(rows: Sequence[Row], faults: Sequence[Located], totals: Totals, refuse: Refuse) -> None:
    """Refuses all rows of an order; those at fault say why, the others that they belong to it."""
    totals.refused += 1
    totals.refused_rows += len(rows)
    for row in rows:
        own = [problem for problem, line in faults if line in (None, row.line)]
        told = [row.problem] if row.problem else own or [_sibling(faults[0].line)]
        totals.reasons.update({problem.code for problem in told})
        refuse(row, told)


def problem_of(error: DomainError, columns: dict[str, str]) -> Problem:
    """The domain's refusal in the words of the file: the column for the pointer, a fix for the code."""
    parts = [part for part in error.pointer.split("/") if part and not part.isdigit()]
    column = columns.get("/".join(parts)) or columns.get(error.code, "")
    return Problem(code=error.code, message=str(error), column=column, fix=FIXES.get(error.code, _CORRECT))


def _sibling(line: int | None) -> Problem:
    place = place_of(line or 0)
    message = f"The row on line {place} of the same order was refused, and an order comes in as a whole or not at all."
    return Problem(code="order-refused", message=message, fix="Nothing is wrong with this row: keep it with the other.")


def _line_of(error: DomainError, draft: Draft | None) -> int | None:
    """The row that the refusal speaks of: the line item's own, else the first."""
    parts = error.pointer.split("/")
    if draft is None:
        return None
    lines = draft.lines
    if parts[1:2] == ["items"] and len(parts) > 2 and parts[2].isdigit() and int(parts[2]) < len(lines):
        return lines[int(parts[2])].line
    return draft.line
