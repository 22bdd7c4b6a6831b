"""What the run asks of a profile: how a kind of file is told by its header, and how its rows become drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from hashlib import sha256
from typing import Literal, Protocol

from msgspec import Struct

from domain.money import UnknownCurrency, decimals
from importers.drafts import Draft
from importers.faults import Fault
from importers.reading.cells import Cells, Columns
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row

LONGEST_CODE = 64


class Choices(Struct, frozen=True, kw_only=True):
    """What the caller says where the file does not: currency, time zone, decimal sign and form of dates.

    `decimal` is `.` or `,`; `dates` is `day-first`, `month-first` or a format of strptime, empty for ISO forms alone;
    `years_from` is the first year that two digits may mean, 0 where only recent ones are taken for granted.
    """

    currency: str = ""
    zone: tzinfo | None = None
    decimal: str = ""
    dates: str = ""
    years_from: int = 0


ReadAs = Literal["text", "person", "amount", "quantity", "date", "country", "packed"]
"""What a column is read as; `person` is text that tells of a person, `packed` a cell that holds several values."""


class Profile(Protocol):
    """A kind of file, opened on the headers of its files."""

    @property
    def name(self) -> str:
        """The profile's name, which every event names as its actor."""
        ...

    @property
    def source(self) -> str:
        """The source that ids are made of, unless the caller says another."""
        ...

    @property
    def columns(self) -> Mapping[str, str]:
        """For a field of the command (`items/quantity`) or a refusal's code, the column at fault."""
        ...

    @property
    def reads(self) -> Mapping[str, ReadAs]:
        """The columns that are read, and what each is read as."""
        ...

    @property
    def decimal(self) -> str:
        """The decimal sign that this kind of file has by itself, empty where its amounts must prove it."""
        ...

    @property
    def dates(self) -> str:
        """The form of dates that this kind of file has by itself, empty where its dates must be ISO or prove it."""
        ...

    @property
    def follows(self) -> Key | None:
        """What tells a row's order where the rows of an order must follow each other; None where they may lie apart."""
        ...

    @property
    def heads(self) -> Heads | None:
        """What knows the one row that tells of an order as a whole; None where each row may."""
        ...

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order together."""
        ...

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell; raises `Fault` at the first thing that is wrong."""
        ...


def content_hash(group: Group, columns: Columns) -> str:
    """SHA-256 over what the order's rows say, whatever the order of the columns and the space around the cells."""
    return sha256("\x1e".join(columns.normalised(row.cells) for row in group.rows).encode()).hexdigest()


def currency_of(cells: Cells, column: str, otherwise: str) -> str:
    """The currency told in the cell, else the one told for the whole file."""
    currency = cells.text(column).upper() or otherwise
    if not currency:
        fix = "Say the currency, like --currency EUR."
        raise Fault("currency-unknown", "No currency is told.", column=column, fix=fix)
    try:
        decimals(currency)
    except UnknownCurrency as error:
        fix = "Write an ISO 4217 code, like EUR."
        raise Fault(error.code, "This is no active currency.", column=column, fix=fix) from None
    return currency


def same_in_all(cells: Sequence[Cells], columns: Iterable[str], currency: str) -> None:
    """Refuses an order whose rows tell one of these columns differently; an empty cell says nothing."""
    for column in columns:
        told = ""
        for row in cells:
            text = row.text(column)
            if text and told and text != told:
                code, what = ("mixed-currencies", "currencies") if column == currency else ("mixed-values", "values")
                message = f"The rows of this order tell different {what} here."
                raise Fault(code, message, column=column, fix="Make them alike.", line=row.line)
            told = told or text
