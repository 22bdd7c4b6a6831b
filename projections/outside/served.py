"""What a view from outside serves, as its file declares it and its table has it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from projections.engine.tables import Connection

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# The types by which rows can be sorted and told from one another, and what their values are here.
SORTABLE: Mapping[str, Any] = {
    "bigint": int, "boolean": bool, "date": date, "integer": int, "numeric": Decimal, "smallint": int, "text": str,
    "timestamp with time zone": datetime, "uuid": UUID,
}  # fmt: skip
# The types whose values are answered as they are; others are answered as their text.
PLAIN = frozenset({*SORTABLE, "double precision", "jsonb", "json", "real", "text[]", "bigint[]", "integer[]"})

_COLUMNS = """
    SELECT attname::text, format_type(atttypid, NULL), attnotnull FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


class Refused(Exception):
    """A file from outside that is no view: its message says why, in words for who wrote it."""


class ServedColumn(Struct, frozen=True, kw_only=True):
    """A column and its PostgreSQL type; whether rows may be filtered and sorted by it."""

    name: str
    type: str
    filter: bool
    sort: bool


class Served(Struct, frozen=True, kw_only=True):
    """The table that is read over HTTP: its columns in order, and its key."""

    table: str
    key: tuple[str, ...]
    columns: tuple[ServedColumn, ...]

    def column(self, name: str) -> ServedColumn | None:
        """The column of a name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


def served_of(
    connection: Connection, schema: str, table: str, key: tuple[str, ...], filters: Collection[str],
    sorts: Collection[str],
) -> Served:  # fmt: skip
    """What a table serves; raises `Refused` where what is declared of it cannot be."""
    rows = connection.execute(_COLUMNS, (sql.Identifier(schema, table).as_string(None),)).fetchall()
    known = {name: (kind, not_null or name in key) for name, kind, not_null in rows}
    for name in (*key, *filters, *sorts):
        if name not in known:
            raise Refused(f"The table {table} has no column {name}.")
    for name in filters:
        if known[name][0] not in SORTABLE:
            raise Refused(f"Column {name} of {table} ({known[name][0]}) is not of a type that can be filtered by.")
    for name in (*key, *sorts):
        kind, not_null = known[name]
        if kind not in SORTABLE or not not_null:
            raise Refused(f"Column {name} of {table} ({kind}) is sorted by: it has to be NOT NULL, and of one of the"
                          f" types {', '.join(SORTABLE)}.")  # fmt: skip
    columns = (
        ServedColumn(name=name, type=kind, filter=name in filters, sort=name in sorts)
        for name, (kind, _) in known.items()
    )
    return Served(table=table, key=key, columns=tuple(columns))
