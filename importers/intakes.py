"""The intake of an import as it was asked for: its files opened, its profile chosen, and what it stores by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from domain.imports import Choices as ImportChoices
from domain.imports import Kind
from importers.dates import zone_named
from importers.mapping import CsvMapping, read_mapping
from importers.orders import Origin
from importers.profile import Choices
from importers.profiles import choose_profile
from importers.reading import Row, Sheet, open_sheet
from importers.taking import Intake, OrdersIntake
from importers.updates import UpdatesIntake
from projections.bulk import Manner
from projections.runtime import Runtime
from projections.settings import Settings
from projections.work.import_files import folder_of


class Asked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked of an import: its files and its mapping (names in its folder, or whole paths), how to read them.

    `mapping` may also be the name of one that comes along.
    """

    files: tuple[str, ...]
    kind: Kind = "orders"
    source: str = ""
    mapping: str = ""
    currency: str = ""
    timezone: str = ""
    choices: ImportChoices = ImportChoices()

    def stored(self) -> dict[str, Any]:
        """As plain values."""
        told: dict[str, Any] = to_builtins(self)
        return told

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Asked:
        """What these values were."""
        return convert(stored, cls)

    def paths(self, settings: Settings, import_id: UUID) -> list[Path]:
        """Where its files are."""
        return [folder_of(settings, import_id) / name for name in self.files]

    def read_mapping(self, settings: Settings, import_id: UUID) -> CsvMapping | None:
        """The mapping, where there is one; raises `UnusableFile`."""
        if not self.mapping:
            return None
        own = folder_of(settings, import_id) / self.mapping
        return read_mapping(own if own.is_file() else Path(self.mapping))


class Opened:
    """An import's file open for reading, and the intake for its rows."""

    def __init__(self, sheet: Sheet, intake: Intake, profile: str, source: str) -> None:
        self.header = sheet.header
        self.delimiter = sheet.delimiter
        self.warnings = sheet.warnings
        self.intake = intake
        self.profile = profile
        self.source = source
        self._sheet = sheet

    def rows(self) -> Iterator[Row]:
        """The rows of the file."""
        return self._sheet.rows()

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return self._sheet.position


@contextmanager
def opened(runtime: Runtime, import_id: UUID, asked: Asked) -> Iterator[Opened]:
    """Opens the file of an import; raises `UnusableFile` when it cannot be read as was asked."""
    with open_sheet(asked.paths(runtime.settings, import_id)[0]) as sheet:
        if asked.kind == "orders":
            yield _orders(runtime, import_id, asked, sheet)
        else:
            intake = UpdatesIntake(sheet.header, runtime, import_id, asked.kind, asked.choices)
            yield Opened(sheet, intake, asked.kind, asked.source or asked.kind)


def _orders(runtime: Runtime, import_id: UUID, asked: Asked, sheet: Sheet) -> Opened:
    zone = zone_named(asked.timezone) if asked.timezone else None
    mapping = asked.read_mapping(runtime.settings, import_id)
    profile = choose_profile(sheet, mapping, Choices(currency=asked.currency, zone=zone))
    chosen = asked.choices
    origin = Origin(
        source=asked.source or profile.source, profile=profile.name, import_id=import_id, acts=chosen.automations
    )
    manner = Manner(dry=chosen.dry_run, stock=chosen.stock == "apply", update=chosen.on_change == "update")
    save = runtime.bulk.save
    intake = OrdersIntake(
        profile, origin, runtime.desk.shop(), lambda commands, beside: save(commands, manner=manner, beside=beside)
    )
    return Opened(sheet, intake, profile.name, origin.source)
