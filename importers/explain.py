"""What Carnet makes of files before it takes them in: their profile, how they are written, and each column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from importers.faults import UnusableFile
from importers.forms import OpenedProfile, date_form, opened_profile
from importers.mapping.mapping import CsvMapping
from importers.profile import Choices, Profile, ReadAs
from importers.profiles import choose_profile
from importers.reading.amounts import told_sign
from importers.reading.rows import Row
from importers.reading.table import Table

SAMPLES = 3
ANY = "EUR"  # for a profile that asks for a currency, only to see its columns
LONGEST_SAMPLE = 80
HIDDEN = frozenset({"person", ""})  # what such columns hold may be a person's; nobody knows what an ignored one holds


class ColumnRead(Struct, kw_only=True):
    """A column: the file's kind, what it is read as (empty: it is ignored), the forms seen, and samples of it."""

    kind: int
    column: str
    read_as: ReadAs | str
    filled: int = 0
    forms: dict[str, int] = {}
    samples: list[str] = []


class FileRead(Struct, frozen=True, kw_only=True):
    """How a file is written."""

    encoding: str
    delimiter: str
    columns: int
    bytes: int
    warnings: tuple[str, ...]


class Explanation(Struct, frozen=True, kw_only=True):
    """All that is made of the files; `asks` is what the caller must say before they can be read."""

    profile: str
    why: str
    source: str
    dates: str
    decimal: str
    asks: str
    rows: int
    whole: bool
    broken_rows: dict[str, int]
    files: tuple[FileRead, ...]
    columns: tuple[ColumnRead, ...]

    @property
    def ignored(self) -> list[str]:
        """The columns that nothing is read from."""
        return [one.column for one in self.columns if not one.read_as]

    def shown(self, *, persons: bool) -> dict[str, Any]:
        """As plain values; what may be a person's only where `persons` says so."""
        told: dict[str, Any] = to_builtins(self)
        for column in told["columns"]:
            if column["read_as"] in HIDDEN and not persons:
                column["samples"] = []
        return {**told, "ignored": self.ignored}


def explained(table: Table, mapping: CsvMapping | None, choices: Choices, most: int | None = None) -> Explanation:
    """What is made of a table of which at most so many rows are looked at; raises `UnusableFile` if no profile fits."""
    try:
        found, asks = opened_profile(table, mapping, choices), ""
    except UnusableFile as error:
        shown = replace(choices, zone=choices.zone or UTC, currency=choices.currency or ANY)
        found, asks = OpenedProfile.untold(choose_profile(table, mapping, shown), choices), str(error)
        table.rewind()
    return explanation_of(table, mapping, found, asks, most)


def explanation_of(
    table: Table, mapping: CsvMapping | None, found: OpenedProfile, asks: str = "", most: int | None = None
) -> Explanation:
    """The same for a profile that is open already."""
    profile = found.profile
    columns = [
        [ColumnRead(kind=kind, column=name, read_as=profile.reads.get(name, "")) for name in header]
        for kind, header in enumerate(table.headers, 1)
    ]
    rows, broken = _looked_at(table, columns, most)
    table.rewind()
    return Explanation(
        profile=profile.name,
        why=_why(profile, mapping, table),
        source=profile.source,
        dates=found.choices.dates or "iso",
        decimal=found.choices.decimal or profile.decimal,
        asks=asks,
        rows=rows,
        whole=most is None or rows < most,
        broken_rows=dict(broken),
        files=tuple(
            FileRead(
                encoding=sheet.encoding,
                delimiter=sheet.delimiter,
                columns=len(sheet.header),
                bytes=sheet.size,
                warnings=sheet.warnings,
            )
            for sheet in table.sheets
        ),
        columns=tuple(one for kind in columns for one in kind),
    )


def _why(profile: Profile, mapping: CsvMapping | None, table: Table) -> str:
    if mapping:
        return "The mapping names its columns."
    read = sum(name in profile.reads for header in table.headers for name in header)
    return f"Its columns are those of {profile.name}: {read} of {sum(map(len, table.headers))} are read."


def _looked_at(table: Table, columns: Sequence[Sequence[ColumnRead]], most: int | None) -> tuple[int, Counter[str]]:
    """Looks at the rows; gives how many there are, and how many cannot be read by what is wrong with them."""
    rows, broken = 0, Counter[str]()
    for row in table.rows():
        rows += 1
        if row.problem:
            broken[row.problem.code] += 1
        else:
            _see(row, columns[row.kind])
        if rows == most:
            break
    return rows, broken


def _see(row: Row, columns: Sequence[ColumnRead]) -> None:
    for cell, column in zip(row.cells, columns, strict=True):
        text = " ".join(cell.split()) if cell else ""
        if not text:
            continue
        column.filled += 1
        if len(column.samples) < SAMPLES and (sample := text[:LONGEST_SAMPLE]) not in column.samples:
            column.samples.append(sample)
        if form := _form(text, column.read_as):
            column.forms[form] = column.forms.get(form, 0) + 1


def _form(text: str, read_as: str) -> str:
    if read_as == "date":
        return date_form(text) or "other"
    if read_as == "amount":
        return told_sign(text) or ("whole" if text.lstrip("-").isdigit() else "other")
    return ""
