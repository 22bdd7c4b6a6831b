"""What customers, stock and coupons have in common: columns of many names, a record of each row, and its decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, cast
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.errors import DomainError
from domain.events import Command, Context
from domain.imports import Choices as ImportChoices
from domain.orders.intake import Created, Known, Refused, Result, Updated
from importers.faults import Fault, UnusableFile
from importers.files import Staged
from importers.orders import IMPORTS
from importers.profile import Choices, ReadAs
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row
from importers.taking import Pending, require_readable
from projections.desk.bulk import BatchHook
from projections.runtime import Runtime


class TellRecord(Command, frozen=True, kw_only=True):
    """A file tells this of a record: what it says by field, and what it comes to."""

    key: str
    record: object


class RecordsIntake:
    """A CSV file of one record per row; each kind says its columns, reads a row and leads what is there to it."""

    KIND: ClassVar[str]
    NAMES: ClassVar[Mapping[str, tuple[str, ...]]]
    """What a column may be called, in small letters."""
    KEY: ClassVar[str]
    NEEDED: ClassVar[tuple[str, ...]] = ()
    READS: ClassVar[Mapping[str, ReadAs]] = {}
    POINTERS: ClassVar[Mapping[str, str]] = {}
    """For a field of a command or a refusal's code, the field of the row."""
    always_leads: ClassVar[bool] = False
    """Whether what is there is led on whatever `on_change` says."""

    follows: Key | None = None
    heads: Heads | None = None

    def __init__(
        self, header: Sequence[str], runtime: Runtime, asked: ImportChoices, choices: Choices, context: Context
    ) -> None:
        """`context` is the import's: by whom, and its id."""
        self.headers = (tuple(header),)
        self.named = named_columns(header, self.NAMES)
        if missing := [name for name in (self.KEY, *self.NEEDED) if name not in self.named]:
            told = ", ".join(header)[:2000]
            raise UnusableFile(f"The file has no column {', '.join(missing)}; it has {told}.")
        self.columns = dict(self.named)
        self.columns |= {pointer: self.named[field] for pointer, field in self.POINTERS.items() if field in self.named}
        self._table = Columns(header)
        self._table.require(*self.named.values())
        self._cell_format = CellFormat(
            decimal=choices.decimal, date_format=choices.dates, years_from=choices.years_from, zone=choices.zone or UTC
        )
        self._runtime = runtime
        self._asked = asked
        self._context = context

    @property
    def reads(self) -> dict[str, ReadAs]:
        """The columns of amounts and dates, whose forms the file must prove."""
        return {self.named[field]: kind for field, kind in self.READS.items() if field in self.named}

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each row by its key: one told twice is refused the second time."""
        at = self._table.index[self.named[self.KEY]]
        for row in rows:
            key = row.cells[at].strip() if at < len(row.cells) else ""
            yield Group(self.normalised(key), [row])

    def pending(self, staged: Staged) -> Pending:
        """What the rows tell of their record."""
        require_readable(staged.rows)
        if staged.repeated:
            fix = "Leave one row for each."
            column = self.named[self.KEY]
            raise Fault("told-before", "This was told before in this file.", column=column, fix=fix)
        record = self.record([Cells(row, self._table, self._cell_format) for row in staged.rows])
        texts = [self._table.normalised(row.cells) for row in staged.rows]
        told = uuid5(IMPORTS, "\x1f".join((self.KIND, str(self._context.import_id), staged.key, *texts)))
        context = replace(self._context, command_id=told, at=datetime.now(UTC))
        return Pending(staged.rows, TellRecord(context=context, key=staged.key, record=record))

    def check(self, staged: Staged) -> None:
        """What is wrong with the row by itself."""
        self.pending(Staged(staged.key, staged.rows))

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Decides each record in a transaction of its own; one that was decided before leads to nothing new."""
        results = [self._decided(cast("TellRecord", command)) for command in commands]
        with self._runtime.log.session() as session:
            session.begin()
            beside(session, results)
            session.commit()
        return results

    def normalised(self, key: str) -> str:
        """The key as it is compared."""
        return key

    def record(self, rows: Sequence[Cells]) -> object:
        """What the rows tell; raises `Fault` or `DomainError`."""
        raise NotImplementedError

    def lead(self, told: TellRecord) -> tuple[UUID, bool, list[Command]]:
        """The record's id, whether it is there, and what leads to what is told of it."""
        raise NotImplementedError

    def text(self, row: Cells, field: str) -> str:
        """The field's text, empty where the file has no such column."""
        return row.text(self.named.get(field, ""))

    def _decided(self, command: TellRecord) -> Result:
        record_id = command.context.command_id
        try:
            record_id, exists, steps = self.lead(command)
            if exists and (not steps or (self._asked.on_change == "report" and not self.always_leads)):
                return Known(record_id, bool(steps), "", 0, 0)
            self._do(steps)
        except DomainError as error:
            return Refused(record_id, error)
        return Updated(record_id, "", 0, 0) if exists else Created(record_id, "", 0, 0)

    def _do(self, steps: Sequence[Command]) -> None:
        """Handles the steps; a dry run looks at the first alone, for the others build on it."""
        if self._asked.dry_run:
            for step in steps[:1]:
                self._runtime.desk.preview(step)
            return
        for step in steps:
            self._runtime.desk.handle(step)


def step_of(context: Context, name: str) -> Context:
    """The context of one of several steps of a row."""
    return replace(context, command_id=uuid5(context.command_id, name))


def named_columns(header: Sequence[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """For each field the first column of the header that bears one of its names, in the order of the names."""
    spelt: dict[str, str] = {}
    for column in header:
        spelt.setdefault(" ".join(column.strip().casefold().replace("_", " ").split()), column)
    return {
        field: spelt[found] for field, told in names.items() if (found := next(filter(spelt.__contains__, told), ""))
    }
