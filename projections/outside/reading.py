"""The rows of a view from outside as a list: filtered and sorted by what its file declares, in pages or as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from msgspec import Struct

from domain.errors import Rejected
from projections.exports.columns import Column, Kind
from projections.outside.served import PLAIN, SORTABLE, Served, ServedColumn
from projections.views.pages import Conditions, Key, Listing

_CONDITION = re.compile(r"([a-z_][a-z0-9_]*)(<=|>=|!=|=|<|>)(.*)", re.DOTALL)
_KINDS: dict[str, Kind] = {
    "bigint": "integer", "boolean": "boolean", "date": "date", "integer": "integer", "numeric": "decimal",
    "smallint": "integer", "timestamp with time zone": "instant", "uuid": "id",
}  # fmt: skip


class NotFiltered(Rejected):
    """This view is not filtered by {where}: say a column, one of = != < <= > >=, and a value. Columns: {known}."""

    code = "not-filtered"


class NotSorted(Rejected):
    """This view cannot be sorted by {sort}; columns: {known}."""

    code = "not-sorted"


class Condition(NamedTuple):
    """A column, how it is compared, and with what."""

    column: ServedColumn
    operator: str
    value: str


class Filters(Struct, frozen=True, kw_only=True):
    """What the rows are narrowed by: all of these hold."""

    conditions: tuple[Condition, ...] = ()


def filters_of(served: Served, texts: Sequence[str]) -> Filters:
    """The filters that texts such as `day>=2026-03-01` tell; raises `NotFiltered`."""
    found = []
    for text in texts:
        told = _CONDITION.fullmatch(text)
        column = served.column(told[1]) if told else None
        if told is None or column is None or not column.filter:
            known = ", ".join(one.name for one in served.columns if one.filter)
            raise NotFiltered(where=text[:100], known=known or "none")
        found.append(Condition(column, told[2], told[3]))
    return Filters(conditions=tuple(found))


def listing(served: Served, sort: str = "") -> Listing[dict[str, Any], Filters]:
    """The list of a view's rows, sorted by its key unless told; raises `NotSorted`."""
    names = [column.name for column in served.columns]
    head = SimpleNamespace(
        _fields=tuple(_plain(column) for column in served.columns), _make=lambda row: dict(zip(names, row, strict=True))
    )
    sorts = {"": tuple(_key(served, name) for name in served.key)}
    for column in served.columns:
        if column.sort:
            rest = (name for name in served.key if name != column.name)
            sorts[column.name] = tuple(_key(served, name) for name in (column.name, *rest))
    if sort.removeprefix("-") not in sorts:
        raise NotSorted(sort=sort[:100], known=", ".join(name for name in sorts if name) or "none")
    return Listing(f'{{schema}}."{served.table}"', head, sorts, "", _conditions)


def columns_of(served: Served) -> list[Column]:
    """The columns as an export has them."""
    return [Column(column.name, _KINDS.get(column.type, "text"), _exported(column)) for column in served.columns]


def _conditions(filters: Filters) -> Conditions:
    told, values = [], {}
    for number, (column, operator, value) in enumerate(filters.conditions):
        told.append(f'"{column.name}" {operator} %(where_{number})s::{column.type}')
        values[f"where_{number}"] = value
    return told, values


def _key(served: Served, name: str) -> Key:
    kind = next(column.type for column in served.columns if column.name == name)
    return Key(f'"{name}"', SORTABLE[kind], f'"{name}"', f"{{}}::{kind}")


def _plain(column: ServedColumn) -> str:
    return f'"{column.name}"' if column.type in PLAIN else f'"{column.name}"::text'


def _exported(column: ServedColumn) -> str:
    """Files hold decimals as their text, and so whatever they have no kind for."""
    return f'"{column.name}"' if _KINDS.get(column.type, "decimal") != "decimal" else f'"{column.name}"::text'
