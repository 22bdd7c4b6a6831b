"""The intake of an import as it was asked for: its files opened, its profile chosen, and what it stores by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from domain.events import Context
from domain.imports import Choices as ImportChoices
from domain.imports import Kind
from domain.mappings import mappings_for
from domain.orders.creation import CreateOrder
from domain.orders.intake import IntakeRules, Result
from importers.explain import explanation_of
from importers.faults import UnusableFile
from importers.forms import OpenedProfile, opened_profile, proved
from importers.mapping.mapping import CsvMapping, parsed_mapping, read_mapping
from importers.orders import Origin
from importers.payments.forms import PaymentsReader
from importers.payments.intake import PaymentsIntake
from importers.products import ProductsIntake
from importers.profile import Choices, Profile, ReadAs
from importers.profiles import NoProfile, choose_profile
from importers.reading.dates import zone_named
from importers.reading.grouping import Group
from importers.reading.table import Table, open_table
from importers.records.coupons import CouponsIntake
from importers.records.customers import CustomersIntake
from importers.records.histories import HistoriesIntake
from importers.records.intake import RecordsIntake
from importers.records.stock import StockIntake
from importers.taking import Intake, OrdersIntake
from importers.updates import UpdatesIntake
from projections.desk.bulk import BatchHook
from projections.runtime import Runtime
from projections.settings import Settings
from projections.work.import_files import folder_of

MOST_UNUSED = 100  # columns that are named to the operator
LOOKED_AT = 40_000  # rows of a large file in which what looks wrong is looked for
RECORDS: Mapping[str, type[RecordsIntake]] = {kind.KIND: kind for kind in (CustomersIntake, StockIntake, CouponsIntake)}
EXPLAINED = 1_000  # rows that an import's own explanation looks at


class ImportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked of an import: its files and its mapping (names in its folder, or whole paths), how to read them.

    `mapping` may also be the name of one that comes along, or of one that the shop keeps: `mapping_text` is what that
    one said when the import began. `settled`: the forms of dates and amounts were looked at, and `unused` are the
    columns of the files that nothing is read from, at most a hundred.
    """

    files: tuple[str, ...]
    kind: Kind = "orders"
    source: str = ""
    mapping: str = ""
    mapping_text: str = ""
    currency: str = ""
    timezone: str = ""
    decimal: str = ""
    dates: str = ""
    years_from: int = 0
    settled: bool = False
    unused: tuple[str, ...] = ()
    choices: ImportChoices = ImportChoices()

    def stored(self) -> dict[str, Any]:
        """As plain values."""
        told: dict[str, Any] = to_builtins(self)
        return told

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> ImportRequest:
        """What these values were."""
        return convert(stored, cls)

    def paths(self, settings: Settings, import_id: UUID) -> list[Path]:
        """Where its files are."""
        return [folder_of(settings, import_id) / name for name in self.files]

    def read_mapping(self, settings: Settings, import_id: UUID) -> CsvMapping | None:
        """The mapping, where there is one; raises `UnusableFile`."""
        if not self.mapping:
            return None
        if self.mapping_text:
            return parsed_mapping(self.mapping_text, self.mapping)
        own = folder_of(settings, import_id) / Path(self.mapping).name
        return read_mapping(own if own.is_file() else Path(self.mapping))


class Opened:
    """An import's files open for reading, the intake for their rows, and what was asked with what the files proved."""

    def __init__(
        self,
        table: Table,
        intake: Intake,
        profile: str,
        source: str,
        asked: ImportRequest,
        explain: Callable[[], dict[str, Any]] = dict,
        reads: Mapping[str, ReadAs] | None = None,
    ) -> None:
        self.header = table.report_header
        self.delimiter = table.delimiter
        self.warnings = table.warnings
        self.intake = intake
        self.profile = profile
        self.source = source
        self.asked = asked
        self.explain = explain
        self.headers = table.headers
        self.reads = reads or {}
        self._table = table

    def groups(self) -> Iterator[Group]:
        """The rows of the files, those that come in or are refused together in one group."""
        if self.asked.kind == "orders":
            return self._table.groups(self.intake.groups, self.intake.follows, self.intake.heads)
        return self.intake.groups(self._table.rows())

    def first_groups(self) -> Iterator[Group]:
        """The orders of the first rows, as far as they are whole there; see `rewind`."""
        intake = self.intake
        return self._table.first_groups(intake.groups, LOOKED_AT, intake.follows, intake.heads)

    def rewind(self) -> None:
        """Begins the files anew, after some of their rows were looked at."""
        self._table.rewind()

    @property
    def size(self) -> int:
        """The bytes of the files."""
        return sum(sheet.size for sheet in self._table.sheets)

    @property
    def position(self) -> int:
        """How many bytes of the files were read."""
        return self._table.position


@contextmanager
def opened(runtime: Runtime, import_id: UUID, asked: ImportRequest) -> Iterator[Opened]:
    """Opens the files of an import; raises `UnusableFile` when they cannot be read as was asked."""
    with open_table(asked.paths(runtime.settings, import_id)) as table:
        if asked.kind == "orders":
            yield _orders(runtime, import_id, asked, table)
        elif len(table.headers) > 1:
            raise UnusableFile("These files have not the same columns.")
        elif asked.kind == "products":
            products = ProductsIntake(table.headers[0], runtime, asked.choices, _context(import_id, asked.kind))
            yield Opened(table, products, asked.kind, asked.source or asked.kind, asked)
        elif asked.kind == "payments":
            yield _payments(runtime, import_id, asked, table)
        elif asked.kind == "statuses" and HistoriesIntake.fits(table.headers[0]):
            yield _records(runtime, import_id, asked, table, HistoriesIntake)
        elif asked.kind in RECORDS:
            yield _records(runtime, import_id, asked, table, RECORDS[asked.kind])
        else:
            intake = UpdatesIntake(table.headers[0], runtime, import_id, asked.kind, asked.choices)
            yield Opened(table, intake, asked.kind, asked.source or asked.kind, asked)


def _payments(runtime: Runtime, import_id: UUID, asked: ImportRequest, table: Table) -> Opened:
    """A provider's list of payments, read in the forms that its columns prove."""
    choices, header = choices_of(asked), table.headers[0]
    told = proved(table, PaymentsReader(header, choices).reads, choices)
    intake = PaymentsIntake(PaymentsReader(header, told), runtime, import_id, asked.choices)
    settled = replace(asked, dates=told.dates, decimal=told.decimal)
    return Opened(table, intake, asked.kind, asked.source or asked.kind, settled)


def _records(
    runtime: Runtime, import_id: UUID, asked: ImportRequest, table: Table, intake: type[RecordsIntake]
) -> Opened:
    """Customers, stock, coupons or histories, read in the forms that their columns prove."""
    zone = asked.timezone or runtime.desk.shop().defaults.timezone
    choices, context = choices_of(replace(asked, timezone=zone)), _context(import_id, asked.kind)
    made = partial(intake, table.headers[0], runtime, asked.choices)
    told = proved(table, made(choices, context).reads, choices)
    settled = replace(asked, dates=told.dates, decimal=told.decimal)
    return Opened(table, made(told, context), asked.kind, asked.source or asked.kind, settled)


def _context(import_id: UUID, kind: str) -> Context:
    return Context(command_id=import_id, actor=f"import:{kind}", at=datetime.now(UTC), import_id=import_id)


def unused_columns(table: Table, profile: Profile) -> tuple[str, ...]:
    """The named columns of the files that nothing is read from, the first hundred of them."""
    names = (name for header in table.headers for name in header)
    return tuple(name for name in names if name.strip() and name not in profile.reads)[:MOST_UNUSED]


def choices_of(asked: ImportRequest) -> Choices:
    """What was asked about how the files are read."""
    zone = zone_named(asked.timezone) if asked.timezone else None
    return Choices(
        currency=asked.currency, zone=zone, decimal=asked.decimal, dates=asked.dates, years_from=asked.years_from
    )


def _orders(runtime: Runtime, import_id: UUID, asked: ImportRequest, table: Table) -> Opened:
    mapping = asked.read_mapping(runtime.settings, import_id)
    choices = choices_of(asked)
    if asked.settled:
        found = OpenedProfile.untold(choose_profile(table, mapping, choices), choices)
    else:
        found = _found(runtime, table, mapping, choices)
        asked = replace(
            asked,
            dates=found.choices.dates,
            decimal=found.choices.decimal,
            settled=True,
            unused=unused_columns(table, found.profile),
        )
    profile = found.profile
    chosen = asked.choices
    origin = Origin(
        source=asked.source or profile.source, profile=profile.name, import_id=import_id, acts=chosen.automations
    )
    rules = IntakeRules(
        stock=chosen.stock == "apply", update=chosen.on_change == "update", names=chosen.customers == "update"
    )
    save = partial(runtime.bulk.save, dry=chosen.dry_run, rules=rules)

    def store(commands: Sequence[CreateOrder], beside: BatchHook) -> Sequence[Result]:
        return save(commands, beside=beside)

    intake = OrdersIntake(profile, origin, runtime.desk.shop(), store, table.headers)

    def explain() -> dict[str, Any]:
        return explanation_of(table, mapping, found, most=EXPLAINED).shown(persons=False)

    return Opened(table, intake, profile.name, origin.source, asked, explain, profile.reads)


def _found(runtime: Runtime, table: Table, mapping: CsvMapping | None, choices: Choices) -> OpenedProfile:
    """The profile, or a refusal that names the mappings that the shop keeps for such a header."""
    try:
        return opened_profile(table, mapping, choices)
    except NoProfile as error:
        kept = mappings_for(runtime.desk.shop(), table.headers[0]) if len(table.headers) == 1 else []
        if not kept:
            raise
        names = ", ".join(kept)
        raise NoProfile(f"{error} A mapping that is kept fits these columns: {names}; say --map {kept[0]}.") from None
