"""The tables of a view: their shape, the rows a fold gives, and the quick ways to write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from msgspec import json
from psycopg import sql

Key = tuple[Any, ...]
Row = tuple[Any, ...]
Connection = psycopg.Connection[Any]

_COLUMN_TYPES = """
    SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
_ORDERLINESS = "SELECT correlation FROM pg_stats WHERE schemaname = %s AND tablename = %s AND attname = %s"
ORDERLY = 0.98
_COPY = r"""COPY {} ({}) FROM STDIN (FORMAT csv, NULL 'null', QUOTE '"', ESCAPE '\')"""
_encoder = json.Encoder()
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)")
_CONTROL = re.compile(r"\\[nrtbfu]")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class ShapeMismatch(Exception):
    """The stored table lacks columns that this program's view has: it must be rebuilt."""


@dataclass(frozen=True)
class Sums:
    """What the rows of a table of sums add up.

    `source` is a SELECT over other tables of the view, in `{schema}`, with a row for each addend: the columns of the
    table of sums, of which those that are no key are bigint; the first of these is 1. `{only}` stands in its WHERE for
    the streams that are looked at, told by `stream`; their key is the first of the tables in `of`. A change of a row in
    one of `decided_by`, such as the shop's time zone, has everything added up anew.
    """

    of: tuple[str, ...]
    source: str
    stream: str
    decided_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of a view. `ddl` and `indexes` are SQL with `{schema}` where the schema's name belongs.

    `columns` are those a fold writes, in the order of its rows; generated ones stand in `ddl` alone. The primary key is
    made of `key`, after the rows in a rebuild, so `ddl` names none. A `jsonb` column takes JSON text, an array column a
    sequence. A rebuild lays rows down by `sorted_by`, which gets an index: who reads in that order reads fewer pages.
    No fold writes into a table of `sums`: its rows are shared by streams, and follow from those of other tables.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    ddl: str
    indexes: tuple[str, ...] = ()
    sorted_by: tuple[str, ...] = ()
    sums: Sums | None = None

    def __post_init__(self) -> None:
        if not set(self.key) <= set(self.columns):
            raise ValueError(f"the key of table {self.name} names columns that it does not have")
        if "PRIMARY KEY" in self.ddl.upper():
            raise ValueError(f"table {self.name}: the engine makes the primary key, of `key`")

    @property
    def added(self) -> tuple[str, ...]:
        """The columns that are no key: of a table of sums, those that are added up, the number of addends first."""
        return tuple(name for name in self.columns if name not in self.key)

    def create(self, connection: Connection, schema: str) -> None:
        """Makes the table, without its key and indexes."""
        connection.execute(_in_schema(self.ddl, schema))

    def index_statements(self, schema: str) -> list[bytes]:
        """What makes the indexes, each by itself; the primary key's is the first."""
        table = self.within(schema)
        key = sql.Identifier(f"{self.name}_pkey")
        made = [sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(key, table, _names(self.key))]
        if self.sorted_by:
            order = sql.Identifier(f"{self.name}_sorted")
            made.append(sql.SQL("CREATE INDEX {} ON {} ({})").format(order, table, _names(self.sorted_by)))
        return [*(one.as_bytes(None) for one in made), *(_in_schema(index, schema) for index in self.indexes)]

    def key_statement(self, schema: str) -> bytes:
        """What makes the first index the primary key; when the others are there, since it needs the table alone."""
        key = sql.Identifier(f"{self.name}_pkey")
        statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY USING INDEX {}")
        return statement.format(self.within(schema), key, key).as_bytes(None)

    def sort(self, connection: Connection, schema: str) -> None:
        """Writes the rows anew in their order, unless they were laid down so, as those of a log mostly are."""
        if not self.sorted_by:
            return
        first = self.sorted_by[0]
        analyze = sql.SQL("ANALYZE {} ({})").format(self.within(schema), sql.Identifier(first))
        connection.execute(analyze)
        found = connection.execute(_ORDERLINESS, (schema, self.name, first)).fetchone()
        if found is None or found[0] is None or found[0] < ORDERLY:
            connection.execute(self._sort_statement(schema))

    def _sort_statement(self, schema: str) -> bytes:
        """CLUSTER takes three times as long on a table without statistics."""
        names = {
            "table": self.within(schema),
            "filled": sql.Identifier(schema, f"{self.name}_filled"),
            "filled_name": sql.Identifier(f"{self.name}_filled"),
            "columns": _names(self.columns),
            "order": _names(self.sorted_by),
        }
        aside = sql.SQL("ALTER TABLE {table} RENAME TO {filled_name};").format(**names)
        back = sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {filled} ORDER BY {order}; DROP TABLE {filled}"
        ).format(**names)
        return aside.as_bytes(None) + _in_schema(self.ddl, schema) + b";" + back.as_bytes(None)

    def within(self, schema: str) -> sql.Identifier:
        """The table's full name."""
        return sql.Identifier(schema, self.name)


@dataclass
class Changes:
    """What a fold does to one table: deletes first, then upserts, then overwrites."""

    upserts: dict[Key, Row] = field(default_factory=dict)
    deletes: set[Key] = field(default_factory=set)
    leads: set[Any] = field(default_factory=set)
    overwrites: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)


class Rows:
    """What a fold does to the tables of its view. A row's key belongs to one stream of events: no two share it.

    What many streams make together stands in a table of `Sums` over such rows.
    """

    def __init__(self) -> None:
        self.tables: dict[str, Changes] = {}

    def put(self, table: str, key: Key, row: Row) -> None:
        """Inserts the row (values in the order of the table's columns) or replaces the one with this key."""
        changes = self.of(table)
        changes.upserts[key] = row
        changes.leads.add(key[0])

    def delete(self, table: str, key: Key) -> None:
        """Deletes the row with this key; a shorter key deletes every row whose key begins with it."""
        changes = self.of(table)
        changes.deletes.add(key)
        if key[0] in changes.leads:
            for gone in [known for known in changes.upserts if known[: len(key)] == key]:
                del changes.upserts[gone]

    def overwrite(self, table: str, column: str, value: Any, **values: Any) -> None:
        """Sets columns of every row that has this value in `column`, of whatever stream.

        A rebuild leaves these out: streams that it folds afterwards must give the overwritten values by themselves.
        """
        self.of(table).overwrites.append((column, value, values))

    def of(self, table: str) -> Changes:
        """The changes to one table."""
        changes = self.tables.get(table)
        if changes is None:
            changes = self.tables[table] = Changes()
        return changes


class TableWriter:
    """Writes rows into one table of one schema."""

    def __init__(self, connection: Connection, table: Table, schema: str) -> None:
        """Looks the columns' types up; raises `ShapeMismatch` when the table there is not of this shape."""
        self.table = table
        found = dict(connection.execute(_COLUMN_TYPES, (table.within(schema).as_string(None),)).fetchall())
        if missing := [name for name in table.columns if name not in found]:
            raise ShapeMismatch(f"{schema}.{table.name} lacks {', '.join(missing)}")
        self._types = {name: found[name] for name in table.columns}
        self._schema = schema
        self._lists = [index for index, name in enumerate(table.columns) if found[name].endswith("[]")]
        self._upsert = self._upsert_statement()
        self._copy = sql.SQL(_COPY).format(table.within(schema), _names(table.columns))

    def write(self, connection: Connection, changes: Changes) -> None:
        """Deletes, then inserts or replaces, one statement for each kind; then overwrites."""
        by_length: dict[int, list[Key]] = {}
        for key in changes.deletes:
            by_length.setdefault(len(key), []).append(key)
        for length, keys in by_length.items():
            names = self.table.key[:length]
            arrays = [_array(values) for values in zip(*keys, strict=True)]
            connection.execute(self._delete_statement(names), arrays, prepare=True)
        if changes.upserts:
            connection.execute(self._upsert, self._arrays(changes.upserts.values()), prepare=True)
        for column, value, values in changes.overwrites:
            connection.execute(self._overwrite_statement(column, values), [*values.values(), value])

    def copy(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Fills an empty table by COPY."""
        lines = _lines([self._with_lists(row) for row in rows] if self._lists else rows)
        with connection.cursor() as cursor, cursor.copy(self._copy) as copy:
            copy.write(lines)

    def _arrays(self, rows: Iterable[Row]) -> list[str]:
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for index in self._lists:
            columns[index] = [_list(value) for value in columns[index]]
        return [_array(column) for column in columns]

    def _with_lists(self, row: Row) -> list[Any]:
        values = list(row)
        for index in self._lists:
            values[index] = _list(values[index])
        return values

    def _upsert_statement(self) -> sql.Composed:
        """INSERT ... SELECT FROM unnest: an array column travels as text, since unnest would flatten it."""
        names = self.table.columns
        rest = self.table.added
        update = sql.SQL(", ").join(
            sql.SQL("{} = EXCLUDED.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in rest
        )
        statement = "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS fresh ({}) ON CONFLICT ({}) DO {}"
        return sql.SQL(statement).format(
            self.table.within(self._schema),
            _names(names),
            sql.SQL(", ").join(_cast(name, self._types[name]) for name in names),
            sql.SQL(", ").join(_placeholder(self._types[name]) for name in names),
            _names(names),
            _names(self.table.key),
            sql.SQL("UPDATE SET {}").format(update) if rest else sql.SQL("NOTHING"),
        )

    def _delete_statement(self, names: Sequence[str]) -> sql.Composed:
        same = [sql.SQL("kept.{} = gone.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in names]
        return sql.SQL("DELETE FROM {} AS kept USING unnest({}) AS gone ({}) WHERE {}").format(
            self.table.within(self._schema),
            sql.SQL(", ").join(_placeholder(self._types[name]) for name in names),
            _names(names),
            sql.SQL(" AND ").join(same),
        )

    def _overwrite_statement(self, column: str, values: Iterable[str]) -> sql.Composed:
        assignments = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
        return sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
            self.table.within(self._schema), sql.SQL(", ").join(assignments), sql.Identifier(column)
        )


def _array(values: Iterable[Any]) -> str:
    """PostgreSQL's text form of a one-dimensional array: JSON's, but for the brackets and the escapes of controls."""
    text = json.encode(list(values)).decode()
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return "{" + text[1:-1] + "}"


def _lines(rows: Iterable[Row | list[Any]]) -> str:
    """The rows as COPY reads them: JSON's arrays, but for brackets and the escapes of controls, are lines of CSV."""
    text = _encoder.encode_lines(rows).decode()[1:-2].replace("]\n[", "\n")
    return _ESCAPE.sub(_unescaped, text) if _CONTROL.search(text) else text


def _list(value: Sequence[Any] | None) -> str | None:
    """The value of an array column; most are empty."""
    if value:
        return _array(value)
    return None if value is None else "{}"


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    if escape in _CONTROLS:
        return _CONTROLS[escape]
    return chr(int(escape[1:], 16)) if len(escape) == 5 else found[0]


def _placeholder(kind: str) -> sql.SQL:
    # allowed sql: the type's name comes from PostgreSQL's own catalogue.
    return sql.SQL("%s::text[]") if kind.endswith("[]") else sql.SQL(f"%s::{kind}[]")


def _cast(name: str, kind: str) -> sql.Composed:
    cast = f"::{kind}" if kind.endswith("[]") else ""
    return sql.SQL("{}" + cast).format(sql.Identifier(name))


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _in_schema(statement: str, schema: str) -> bytes:
    return statement.replace("{schema}", sql.Identifier(schema).as_string(None)).encode()
