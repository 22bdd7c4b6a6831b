"""Rows that many streams share: each is a sum over rows of other tables of the view, kept by what a batch changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import sql

from projections.engine.tables import Connection, Row, Rows, Sums, Table

FILL_MEMORY = "64MB"


class SharedOverwrite(Exception):
    """A fold overwrites rows that are added up: nobody could tell by how much the sums change."""


class SumsWriter:
    """Keeps one table of sums in step with the rows that it adds up, in the transaction that changes those.

    What the changed streams add is taken off before their rows are written and put on after it, so a sum is exact
    however often it is written, and whatever a batch does to the rows: the position that moves in the same transaction
    makes every event count once.
    """

    def __init__(self, table: Table, sums: Sums, schema: str) -> None:
        self._table = table
        self._sums = sums
        self._schema = schema
        key, added = [sql.Identifier(name) for name in table.key], [sql.Identifier(name) for name in table.added]
        self._names: dict[str, sql.Composable] = {
            "table": table.within(schema),
            "columns": _listed([*key, *added]),
            "key": _listed(key),
            "same": sql.SQL(" AND ").join(sql.SQL("kept.{} = gone.{}").format(name, name) for name in key),
            "counted": added[0],
            "less": _listed(sql.SQL("{} = kept.{} - gone.{}").format(name, name, name) for name in added),
            "more": _listed(sql.SQL("{} = kept.{} + EXCLUDED.{}").format(name, name, name) for name in added),
            "added": _listed(sql.SQL("sum({})::bigint AS {}").format(name, name) for name in added),
        }
        some = self._with_addends(f"{sums.stream} = ANY(%(streams)s)")
        self._less, self._more = some(_LESS), some(_MORE)
        self._all = self._with_addends("true")(_FILL)

    @contextmanager
    def kept(self, connection: Connection, rows: Rows) -> Iterator[None]:
        """Around the writing of these rows: afterwards every sum is what the rows then come to."""
        streams = list(self._changed(rows))
        decides = [name for name in self._sums.decided_by if name in rows.tables]
        before = self._deciding(connection, decides)
        if streams:
            connection.execute(self._less, {"streams": streams}, prepare=True)
        yield
        if before != self._deciding(connection, decides):
            connection.execute(sql.SQL("DELETE FROM {}").format(self._names["table"]))
            self.fill(connection)
        elif streams:
            connection.execute(self._more, {"streams": streams}, prepare=True)

    def fill(self, connection: Connection) -> None:
        """Adds up all rows into the table, which is empty."""
        with connection.transaction():
            # allowed sql: a constant of this module; SET takes no parameters
            connection.execute(f"SET LOCAL work_mem = '{FILL_MEMORY}'")
            connection.execute(self._all)

    def _changed(self, rows: Rows) -> Collection[Any]:
        """The streams whose rows are written or deleted."""
        changed: set[Any] = set()
        for name in self._sums.of:
            if (changes := rows.tables.get(name)) is not None:
                if changes.overwrites:
                    raise SharedOverwrite(f"{name} is added up into {self._table.name}")
                changed.update(key[0] for key in changes.deletes)
                changed.update(key[0] for key in changes.upserts)
        return changed

    def _deciding(self, connection: Connection, tables: Collection[str]) -> list[list[Row]]:
        """The rows that decide how all others are added up, of the tables that change."""
        every = sql.SQL("SELECT * FROM {} ORDER BY 1")
        names = [sql.Identifier(self._schema, name) for name in tables]
        return [connection.execute(every.format(name)).fetchall() for name in names]

    def _with_addends(self, only: str) -> Callable[[LiteralString], sql.Composed]:
        source = self._sums.source.replace("{schema}", sql.Identifier(self._schema).as_string(None))
        # allowed sql: the constant text of a view's module
        addends = sql.SQL(source.replace("{only}", only))
        return lambda statement: sql.SQL(statement).format(source=addends, **self._names)


_LESS = """
    MERGE INTO {table} AS kept
    USING (SELECT {key}, {added} FROM ({source}) AS addends GROUP BY {key}) AS gone ON {same}
    WHEN MATCHED AND kept.{counted} = gone.{counted} THEN DELETE
    WHEN MATCHED THEN UPDATE SET {less}
"""
_MORE = """
    INSERT INTO {table} AS kept ({columns})
    SELECT {key}, {added} FROM ({source}) AS addends GROUP BY {key}
    ON CONFLICT ({key}) DO UPDATE SET {more}
"""
_FILL = "INSERT INTO {table} ({columns}) SELECT {key}, {added} FROM ({source}) AS addends GROUP BY {key}"


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
