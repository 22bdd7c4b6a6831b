"""Compares a newly built view with the live one, row by row, as both are at one moment."""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import IsolationLevel, sql

from projections.engine.generations import LIVE
from projections.engine.projection import Projection
from projections.engine.tables import Connection, Table

MOST_SHOWN = 1000

_COMPARE = """
    SELECT
        CASE WHEN live.{first} IS NULL THEN 'missing' WHEN fresh.{first} IS NULL THEN 'surplus' ELSE 'different' END,
        {keys}
    FROM {live} AS live FULL JOIN {fresh} AS fresh ON {same_key}
    WHERE ROW({live_columns}) IS DISTINCT FROM ROW({fresh_columns})
    LIMIT {most}
"""


class RowDifference(NamedTuple):
    """A row that is `different`, `missing` in the live view, or `surplus` there."""

    table: str
    kind: str
    key: tuple[Any, ...]


def snapshot(connection: Connection) -> Connection:
    """Makes the connection see the database as it is now until it is closed."""
    connection.autocommit = False
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute("SELECT 1")
    return connection


def compare(connection: Connection, projection: Projection, schema: str) -> list[RowDifference]:
    """The rows of the live view that are not those of the generation in `schema`; at most a thousand a table."""
    return [
        RowDifference(table.name, row[0], tuple(row[1:]))
        for table in projection.tables
        for row in connection.execute(_statement(table, schema))
    ]


def _statement(table: Table, schema: str) -> sql.Composed:
    comma, both = sql.SQL(", "), sql.SQL(" AND ")
    keys = [sql.Identifier(name) for name in table.key]
    columns = [sql.Identifier(name) for name in table.columns]
    return sql.SQL(_COMPARE).format(
        first=keys[0],
        keys=comma.join(sql.SQL("coalesce(live.{}, fresh.{})").format(key, key) for key in keys),
        live=table.within(LIVE),
        fresh=table.within(schema),
        same_key=both.join(sql.SQL("live.{} = fresh.{}").format(key, key) for key in keys),
        live_columns=comma.join(sql.SQL("live.{}").format(name) for name in columns),
        fresh_columns=comma.join(sql.SQL("fresh.{}").format(name) for name in columns),
        most=sql.Literal(MOST_SHOWN),
    )
