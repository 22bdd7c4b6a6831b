"""The columns of an export: what kind of value each holds, and rows of the database made into such values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.money import amount_text
from projections.views.pages import Amount, PersonalText

# `decimal` is text with exactly its decimals, `quantity` the same where its unit has some, else a whole number;
# `instant` is in UTC; the others are what Python calls them. All may be None.
Kind = Literal["text", "id", "integer", "quantity", "decimal", "boolean", "instant", "date", "list"]
# Rows as they travel: for each column its values, in the order of the rows.
Chunk = Sequence[Sequence[Any]]

Stored = Literal["plain", "money", "rate"]


class Column(NamedTuple):
    """A column: its name, the kind of its values, and what it is in SQL.

    `stored` says how a decimal stands there: minor units of the row's currency, or hundredths of a percent.
    `personal`: it tells of a person.
    """

    name: str
    kind: Kind
    sql: str
    stored: Stored = "plain"
    personal: bool = False


def text(name: str, sql: str = "") -> Column:
    """A column of text, of one's own or of others."""
    return Column(name, "text", sql or name)


def person(name: str, sql: str = "") -> Column:
    """A column of text that tells of a person."""
    return Column(name, "text", sql or name, personal=True)


def identity(name: str, sql: str = "") -> Column:
    """A column of ids."""
    return Column(name, "id", sql or name)


def integer(name: str, sql: str = "") -> Column:
    """A column of whole numbers."""
    return Column(name, "integer", sql or name)


def quantity(name: str, sql: str = "") -> Column:
    """A column of quantities: whole numbers, and text with all its decimals where a unit has some."""
    return Column(name, "quantity", sql or name)


def percent(name: str, sql: str = "") -> Column:
    """A column of tax rates in percent, exact."""
    return Column(name, "decimal", sql or name)


def boolean(name: str, sql: str = "") -> Column:
    """A column of yes and no."""
    return Column(name, "boolean", sql or name)


def instant(name: str, sql: str = "") -> Column:
    """A column of instants."""
    return Column(name, "instant", sql or name)


def day(name: str, sql: str = "") -> Column:
    """A column of days."""
    return Column(name, "date", sql or name)


def several(name: str, sql: str = "") -> Column:
    """A column that holds several texts a row."""
    return Column(name, "list", sql or name)


def money(name: str, sql: str = "") -> Column:
    """A column of amounts in the row's currency."""
    return Column(name, "decimal", sql or name, "money")


def rate(name: str, sql: str = "") -> Column:
    """A column of percentages."""
    return Column(name, "decimal", sql or name, "rate")


_OF_TYPES: Mapping[Any, Callable[[str], Column]] = {
    str: text,
    Literal: text,
    PersonalText: person,
    Amount: money,
    UUID: identity,
    int: integer,
    bool: boolean,
    datetime: instant,
    date: day,
    Sequence: several,
}


def of_head(
    head: Any, *, without: Collection[str] = (), after: Mapping[str, Column] | None = None
) -> tuple[Column, ...]:
    """A column for every field of the rows that a list shows, of its type; computed ones come after those they name."""
    columns: list[Column] = []
    for name, type_ in get_type_hints(head, include_extras=True).items():
        columns += [] if name in without else [_of_type(name, type_)]
        columns += [after[name]] if after and name in after else []
    return tuple(columns)


def _of_type(name: str, kind: Any) -> Column:
    """A column of a field's type; one that may be null has the type of its other values."""
    if type(None) in get_args(kind):
        [kind] = (one for one in get_args(kind) if one is not type(None))
    return _OF_TYPES[get_origin(kind) if get_origin(kind) in (Literal, Sequence) else kind](name)


def with_values(columns: Sequence[Column], stored: Chunk) -> Chunk:
    """The values of the columns; `stored` are theirs as the database has them, and behind them the currencies."""
    currencies = stored[len(columns)]
    return [_values(column, values, currencies) for column, values in zip(columns, stored, strict=False)]


def _values(column: Column, values: Sequence[Any], currencies: Sequence[str]) -> Sequence[Any]:
    match column.stored:
        case "money":
            pairs = zip(values, currencies, strict=True)
            return [None if minor is None else amount_text(minor, currency) for minor, currency in pairs]
        case "rate":
            return [None if value is None else f"{value // 100}.{value % 100:02d}" for value in values]
    return values
