"""What an import came to: control totals that must account for every row, and the refused rows as a file to correct."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from domain.money import amount_text
from importers.faults import Problem, UnusableFile
from importers.orders import Figures
from importers.reading.rows import ADDED_COLUMNS, Row, place_of
from importers.reading.table import split_header
from printing.exports.delimited import harmless

if TYPE_CHECKING:
    from _csv import Writer

WIDEST = 24
_NUMBER = re.compile(r"[-+]?[0-9.,]+", re.ASCII)


class RowsUnaccounted(Exception):
    """The rows read are not those of the accepted orders and the refused rows together: a fault of Carnet's own."""


@dataclass(slots=True)
class Totals:
    """The control totals of one run; sums are those of all orders accepted, known ones among them."""

    rows: int = 0
    accepted_rows: int = 0
    refused_rows: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0
    updated: int = 0
    refused: int = 0
    with_difference: int = 0
    without_price: int = 0
    without_lines: int = 0
    unpaid: int = 0
    names_kept: int = 0
    adjustments: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)

    def accept(self, rows: int, figures: Figures | None) -> None:
        """Counts what is in the book now."""
        self.accepted_rows += rows
        if figures is None:
            return
        self.sums[figures.currency] += figures.total
        self.refunds[figures.currency] += figures.refunded
        self.with_difference += figures.difference != 0
        self.without_price += figures.without_price
        self.without_lines += figures.without_lines
        self.unpaid += figures.unpaid
        self.remarks.update(figures.remarks)
        if figures.difference:
            self.adjustments[figures.currency] += abs(figures.difference)

    def check(self, read: int) -> None:
        """Raises `RowsUnaccounted` unless every row read ended up somewhere."""
        if not read == self.rows == self.accepted_rows + self.refused_rows:
            raise RowsUnaccounted(f"{read} rows read, {self.accepted_rows} accepted, {self.refused_rows} refused")

    def copy(self) -> Totals:
        """The same figures, counted on by themselves."""
        return Totals.restored(self.stored())

    def add(self, more: Totals) -> None:
        """Adds what another part of the file came to."""
        for name, value in more.stored().items():
            setattr(self, name, getattr(self, name) + (Counter(value) if isinstance(value, dict) else value))

    def stored(self) -> dict[str, Any]:
        """All figures as plain numbers."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Totals:
        """The totals of which these were stored."""
        told: dict[str, Any] = {
            name: Counter(value) if isinstance(value, dict) else value for name, value in stored.items()
        }
        return cls(**told)

    def as_dict(self) -> dict[str, Any]:
        """The totals for a program to read; amounts are text with exactly the currency's decimals."""
        return {
            "rows": {"read": self.rows, "accepted": self.accepted_rows, "refused": self.refused_rows},
            "orders": {
                "new": self.new,
                "known": self.known,
                "changed": self.changed,
                "updated": self.updated,
                "refused": self.refused,
            },
            "totals": _amounts(self.sums),
            "refunded": _amounts(self.refunds),
            "orders_with_total_as_told": self.with_difference,
            "adjustments": _amounts(self.adjustments),
            "orders_without_line_prices": self.without_price,
            "orders_without_lines": self.without_lines,
            "orders_unpaid": self.unpaid,
            "customer_names_kept": self.names_kept,
            "remarks": dict(sorted(self.remarks.items())),
            "refusals": dict(sorted(self.reasons.items())),
        }

    def _looks_wrong(self, unused: Sequence[str]) -> list[tuple[str, str]]:
        """What an operator must know before trusting the rest."""
        found = [
            ("Orders without lines", self.without_lines, "their whole totals are adjustments"),
            (
                "Adjustments",
                self.with_difference,
                f"{_told_amounts(self.adjustments)}: their parts come to other totals",
            ),
            ("Orders unpaid", self.unpaid, "nothing in the file says that they were paid"),
            ("Customers' names kept", self.names_kept, "the file tells others; --customers update takes them"),
        ]
        lines = [(label, f"{count} orders, {what}") for label, count, what in found if count]
        lines += [("Remarked", f"{count} orders, {code}") for code, count in sorted(self.remarks.items())]
        return [*lines, ("Columns not used", ", ".join(unused))] if unused else lines

    def as_lines(self, unused: Sequence[str] = ()) -> list[str]:
        """The totals for a person to read, first what asks for a look; `unused` are columns that were not read."""
        lines = [
            *self._looks_wrong(unused),
            ("Rows read", f"{self.rows}: {self.accepted_rows} of accepted orders, {self.refused_rows} refused"),
            ("Orders new", str(self.new)),
            ("Orders known", str(self.known)),
            ("Orders changed since", f"{self.changed} (left as they are)" if self.changed else "0"),
            ("Orders updated", str(self.updated)),
            ("Orders refused", str(self.refused)),
            *(("Total", f"{amount} {currency}") for currency, amount in _amounts(self.sums).items()),
            *(("Refunded", f"{amount} {currency}") for currency, amount in _amounts(self.refunds).items()),
            ("Lines without a price", f"{self.without_price} orders; their totals are kept to the cent"),
            *((f"Refused: {code}", f"{count} rows") for code, count in sorted(self.reasons.items())),
        ]
        width = max(WIDEST, max(len(label) for label, _ in lines) + 2)
        return [f"{label:<{width}}{text}" for label, text in lines]


def _amounts(sums: Counter[str]) -> dict[str, str]:
    return {currency: amount_text(minor, currency) for currency, minor in sorted(sums.items())}


def _told_amounts(sums: Counter[str]) -> str:
    return " and ".join(f"{amount} {currency}" for currency, amount in _amounts(sums).items())


def guarded(cell: str) -> str:
    """A cell behind an apostrophe where a spreadsheet would take it for a formula; it is read without it."""
    return harmless(cell) if cell and not _NUMBER.fullmatch(cell) else cell


def error_cells(row: Row, problems: Sequence[Problem], widths: Sequence[int]) -> list[str]:
    """A refused row as it was under its kind's columns, what is wrong with it, and cells beyond the header.

    Each thing that is wrong has a line of its own in the cells that tell of it. `widths` counts the columns of each
    kind of file.
    """
    width = widths[row.kind]
    before, after = sum(widths[: row.kind]), sum(widths[row.kind + 1 :])
    told = [guarded(cell) for cell in row.cells]
    cells = told[:width] + [""] * (width - len(told))
    kind = f"{row.kind + 1}." if len(widths) > 1 else ""
    columns = [kind + one.column if one.column else "" for one in problems]
    texts = (columns, [one.code for one in problems], [one.message for one in problems], [one.fix for one in problems])
    why = [place_of(row.line), *map("\n".join, texts)]
    return [*[""] * before, *cells, *[""] * after, *why, *told[width:]]


class ErrorFile:
    """The refused rows as they were, with what is wrong added; it can be corrected and loaded again alone.

    It holds personal data as the file did: only its owner may read it. It is made when the first row is refused, and
    takes its name when it is complete.
    """

    def __init__(self, path: Path, header: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._partial = path.with_name(path.name + ".partial")
        self._header = header
        self._widths = [len(part) for part in split_header(tuple(header))]
        self._delimiter = delimiter
        self._file: TextIO | None = None
        self._writer: Writer | None = None

    def add(self, row: Row, problems: Sequence[Problem]) -> None:
        """Repeats a row, padded to the header's width, and says what is wrong with it."""
        self._open().writerow(error_cells(row, problems, self._widths))

    def close(self) -> None:
        """Gives the file its name."""
        if self._file:
            self._file.close()
            self._partial.replace(self.path)
            self._file = None

    def _open(self) -> Writer:
        if self._writer is None:
            try:
                descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            except OSError as error:
                raise UnusableFile(f"The error report cannot be written to {self.path}: {error.strerror}.") from None
            self._file = open(descriptor, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115 - closed with the report
            self._writer = csv.writer(self._file, delimiter=self._delimiter)
            self._writer.writerow([*self._header, *ADDED_COLUMNS])
        return self._writer
