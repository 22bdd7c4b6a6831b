"""Object-centric event logs (OCEL 2.0) as files: the relational form in SQLite, and JSON made of that."""

from __future__ import annotations

import heapq
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import msgspec

from domain.ocel import (
    OBJECT_TYPES,
    OcelChange,
    OcelEvent,
    OcelLink,
    OcelObject,
    OcelRecord,
    Value,
    ValueType,
)

BEGAN = "1970-01-01T00:00:00.000000Z"  # from when on an object has what it began with
COLUMN_TYPES: Mapping[ValueType, str] = {
    "string": "TEXT",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "BOOLEAN",
}
_CORE = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),
    ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);
"""
_TAKEN = frozenset({"object", "maptype"})  # `event_object` and the like are tables of the form itself


class OcelDatabase:
    """A log in a new SQLite file; `close` ends it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # Nobody reads the file before it is whole: what a crash leaves of it is thrown away.
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _CORE + "BEGIN;")
        self._event_tables: dict[str, str] = {}
        self._object_tables: dict[str, str] = {}
        self._declared: dict[str, set[str]] = {}
        self.events = self.objects = 0
        for name, declares in OBJECT_TYPES.items():
            own = {"ocel_time": "TIMESTAMP NOT NULL", "ocel_changed_field": "TEXT"}
            columns = own | {attribute: COLUMN_TYPES[kind] for attribute, kind in declares.items()}
            self._declare("object", self._object_tables, name, columns)

    def add(self, record: OcelRecord) -> None:
        """Adds a record; objects come before what names them."""
        match record:
            case OcelEvent():
                self._add_event(record)
            case OcelObject():
                self._add_object(record)
            case OcelChange():
                facts = {"ocel_changed_field": record.attribute, record.attribute: record.value}
                self._insert(self._object_tables[record.type], record.object, _text(record.at), facts)
            case OcelLink():
                self._connection.execute("INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)", record)

    def close(self) -> None:
        """Ends the file, which is whole then."""
        self._connection.execute("COMMIT")
        self._connection.close()

    def _add_event(self, event: OcelEvent) -> None:
        columns = {attribute: COLUMN_TYPES[kind] for attribute, kind in event.declares.items()}
        known = self._declared.setdefault(event.type, set())
        if event.type not in self._event_tables:
            self._declare("event", self._event_tables, event.type, {"ocel_time": "TIMESTAMP NOT NULL"} | columns)
        elif not columns.keys() <= known:  # a status may be called as a topic is
            for attribute in columns.keys() - known:
                table = self._event_tables[event.type]
                # allowed sql: names of tables and columns are letters and digits, values are parameters
                self._connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{attribute}" {columns[attribute]}')
        known.update(columns)
        self._connection.execute("INSERT INTO event VALUES (?, ?)", (event.id, event.type))
        self._insert(self._event_tables[event.type], event.id, _text(event.at), event.attributes)
        related = [(event.id, *one) for one in event.objects]
        self._connection.executemany("INSERT OR IGNORE INTO event_object VALUES (?, ?, ?)", related)
        self.events += 1

    def _add_object(self, one: OcelObject) -> None:
        """Adds an object; a customer of many orders is there already."""
        if self._connection.execute("INSERT OR IGNORE INTO object VALUES (?, ?)", (one.id, one.type)).rowcount:
            self._insert(self._object_tables[one.type], one.id, BEGAN, one.attributes)
            self.objects += 1

    def _declare(self, kind: str, tables: dict[str, str], name: str, columns: Mapping[str, str]) -> None:
        """Makes the table of a type; its name is the type's without what tables are not called by."""
        plain = re.sub("[^A-Za-z0-9]", "", name) or "type"
        taken = {table.removeprefix(f"{kind}_").casefold() for table in tables.values()} | _TAKEN
        mapped, number = plain, 1
        while mapped.casefold() in taken:
            number += 1
            mapped = f"{plain}{number}"
        tables[name] = f"{kind}_{mapped}"
        told = ", ".join(f'"{column}" {definition}' for column, definition in columns.items())
        key = "PRIMARY KEY" if kind == "event" else "NOT NULL"
        # allowed sql: names of tables and columns are letters and digits, values are parameters
        self._connection.execute(
            f'CREATE TABLE "{tables[name]}" (ocel_id TEXT {key} REFERENCES {kind} (ocel_id), {told})'
        )
        # allowed sql: names of tables and columns are letters and digits, values are parameters
        self._connection.execute(f"INSERT INTO {kind}_map_type VALUES (?, ?)", (name, mapped))

    def _insert(self, table: str, ocel_id: str, at: str, facts: Mapping[str, Value]) -> None:
        columns = ", ".join(f'"{name}"' for name in ("ocel_id", "ocel_time", *facts))
        marks = ", ".join("?" * (len(facts) + 2))
        # allowed sql: names of tables and columns are letters and digits, values are parameters
        self._connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', (ocel_id, at, *facts.values()))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ocel_json(path: Path, file: IO[bytes]) -> None:
    """Writes the log that a SQLite file holds as JSON, events in the order they happened; some are held at a time."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        types = {kind: _types(connection, kind) for kind in ("event", "object")}
        for kind, head in (("event", b'{"eventTypes":'), ("object", b',"objectTypes":')):
            told = [{"name": name, "attributes": _told(declared)} for name, (_, declared) in types[kind].items()]
            file.write(head + msgspec.json.encode(told))
        for head, found in (
            (b',"events":[', _events(connection, types["event"])),
            (b'],"objects":[', _objects(connection, types["object"])),
        ):
            file.write(head)
            for number, one in enumerate(found):
                file.write((b",\n" if number else b"\n") + msgspec.json.encode(one))
        file.write(b"]}\n")
    finally:
        connection.close()


Types = dict[str, tuple[str, dict[str, ValueType]]]


def _types(connection: sqlite3.Connection, kind: str) -> Types:
    """For each type its table, and what it declares."""
    kinds = {column: declared for declared, column in COLUMN_TYPES.items()}
    found: Types = {}
    # allowed sql: names of tables and columns are letters and digits, values are parameters
    for name, mapped in connection.execute(f"SELECT ocel_type, ocel_type_map FROM {kind}_map_type ORDER BY 1"):
        table = f"{kind}_{mapped}"
        columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
        found[name] = table, {column: kinds[told] for column, told in columns if not column.startswith("ocel_")}
    return found


def _told(declared: Mapping[str, ValueType]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in declared.items()]


def _events(connection: sqlite3.Connection, types: Types) -> Iterator[dict[str, Any]]:
    def of(name: str, table: str) -> Iterator[tuple[str, int, str, sqlite3.Row]]:
        # allowed sql: names of tables and columns are letters and digits, values are parameters
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY ocel_time, position'):
            yield row["ocel_time"], row["position"], name, row

    for at, _, name, row in heapq.merge(*(of(name, table) for name, (table, _) in types.items())):
        yield {
            "id": row["ocel_id"],
            "type": name,
            "time": at,
            "attributes": [{"name": one, "value": value} for one, value in _values(row, types[name][1])],
            "relationships": _related(connection, "event_object", "ocel_event_id", "ocel_object_id", row["ocel_id"]),
        }


def _objects(connection: sqlite3.Connection, types: Types) -> Iterator[dict[str, Any]]:
    for name, (table, declared) in types.items():
        # allowed sql: names of tables and columns are letters and digits, values are parameters
        rows = connection.execute(f'SELECT * FROM "{table}" ORDER BY ocel_id, ocel_time, rowid')
        for ocel_id, standings in groupby(rows, lambda row: row["ocel_id"]):
            yield {
                "id": ocel_id,
                "type": name,
                "attributes": list(_standings(standings, declared)),
                "relationships": _related(connection, "object_object", "ocel_source_id", "ocel_target_id", ocel_id),
            }


def _standings(rows: Iterable[sqlite3.Row], declared: Mapping[str, ValueType]) -> Iterator[dict[str, Value]]:
    for row in rows:
        for attribute, value in _values(row, declared):
            yield {"name": attribute, "time": row["ocel_time"], "value": value}


def _values(row: sqlite3.Row, declared: Mapping[str, ValueType]) -> Iterator[tuple[str, Value]]:
    for name, kind in declared.items():
        if (value := row[name]) is not None:
            yield name, bool(value) if kind == "boolean" else value


def _related(
    connection: sqlite3.Connection, table: str, source: str, target: str, ocel_id: str
) -> list[dict[str, str]]:
    # allowed sql: names of tables and columns are letters and digits, values are parameters
    found = connection.execute(
        f"SELECT {target}, ocel_qualifier FROM {table} WHERE {source} = ? ORDER BY rowid", (ocel_id,)
    )
    return [{"objectId": other, "qualifier": qualifier} for other, qualifier in found]
