"""Imports of small files into an order book in memory, and what came of them."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from domain.addresses import Address
from domain.events import Erased
from domain.findings import Finding
from domain.settings import Shop
from importers.findings import found
from importers.forms import opened_profile
from importers.guessing.guess import guess
from importers.guessing.text import mapping_text
from importers.intakes import ImportRequest, Opened, unused_columns
from importers.mapping.mapping import CsvMapping, parsed_mapping
from importers.orders import Origin
from importers.profile import Choices
from importers.reading.table import open_table
from importers.report import ErrorFile, Totals
from importers.run import Run
from importers.taking import OrdersIntake
from tests.importers.standin import OrderBook

RUN_ID = UUID("11111111-2222-5333-8444-555555555555")
SAMPLES = Path(os.environ.get("SAMPLES_DIR", Path(__file__).parents[3] / "shared" / "data"))


@dataclass
class Imported:
    """The control totals, the book, and the error report's rows."""

    totals: Totals
    book: OrderBook
    report: Path
    delimiter: str

    @property
    def errors(self) -> list[dict[str, str]]:
        """The rows of the error report, none where there is no report."""
        if not self.report.exists():
            return []
        with self.report.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=self.delimiter))

    @property
    def codes(self) -> list[str]:
        """Why each row was refused."""
        return [row["error_code"] for row in self.errors]

    @property
    def faults(self) -> list[list[tuple[str, str]]]:
        """For each refused row the columns at fault and why."""
        told = [(row["error_column"].split("\n"), row["error_code"].split("\n")) for row in self.errors]
        return [list(zip(columns, codes, strict=True)) for columns, codes in told]


def import_file(
    *files: Path,
    mapping: CsvMapping | None = None,
    book: OrderBook | None = None,
    choices: Choices | None = None,
    source: str = "",
    report: Path | None = None,
) -> Imported:
    """Imports a file, or several together; `book` may know orders already. Refused rows go beside the first."""
    book = book or OrderBook()
    report = report or files[0].with_name(f"{files[0].stem}-errors.csv")
    with open_table(files) as table:
        profile = opened_profile(table, mapping, choices or Choices()).profile
        origin = Origin(source=source or profile.source, profile=profile.name, import_id=RUN_ID)
        errors = ErrorFile(report, table.report_header, table.delimiter)
        run = Run(profile, origin, Shop(), book.save, errors)
        return Imported(run.take(table), book, report, table.delimiter)


def clear(address: Address | Erased) -> Address:
    """An address that is not erased."""
    assert isinstance(address, Address)
    return address


def write(folder: Path, *lines: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
    """A file of these lines."""
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding=encoding)
    return file


def findings_of(*files: Path, mapping: CsvMapping | None = None, choices: Choices | None = None) -> dict[str, Finding]:
    """What looks wrong in files before anything of them is stored, by its name."""
    with open_table(files) as table:
        profile = opened_profile(table, mapping, choices or Choices()).profile
        origin = Origin(source=profile.source, profile=profile.name, import_id=RUN_ID)
        intake = OrdersIntake(profile, origin, Shop(), lambda commands, beside: [], table.headers)
        asked = ImportRequest(files=(), unused=unused_columns(table, profile))
        opened = Opened(table, intake, profile.name, origin.source, asked, reads=profile.reads)
        return {finding.name: finding for finding in found(opened)}


def proposed(file: Path) -> CsvMapping:
    """The mapping that is guessed for a file, as it is; raises `UnusableFile` where it cannot be used so."""
    return parsed_mapping(mapping_text(guess(file)), "guess")
