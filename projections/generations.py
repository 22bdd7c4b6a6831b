"""Generations of a view: the live one, one being built beside it, those of an instant in the past; and where each stands."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg import sql
from psycopg.rows import namedtuple_row

from projections.projection import Projection
from projections.tables import Connection

LIVE = "views"

_COLUMNS = "projection, schema, position, generation, version, instant, trouble, updated_at"
_FIND = f"SELECT {_COLUMNS} FROM views.positions WHERE projection = %s AND schema = %s"  # noqa: S608
_LIST = f"SELECT {_COLUMNS} FROM views.positions ORDER BY projection, schema"  # noqa: S608
_INSERT = """
    INSERT INTO views.positions (projection, schema, position, version, instant) VALUES (%s, %s, %s, %s, %s)
"""
_MOVE = """
    UPDATE views.positions SET position = %(new)s, trouble = NULL, updated_at = clock_timestamp()
    WHERE projection = %(projection)s AND schema = %(schema)s AND position = %(old)s
"""
_TROUBLE = "UPDATE views.positions SET trouble = %s WHERE projection = %s AND schema = %s"
_FORGET = "DELETE FROM views.positions WHERE projection = %s AND schema = %s"
_FORGET_LETTERS = "DELETE FROM views.dead_letters WHERE projection = %s AND schema = %s"


class Generation(NamedTuple):
    """Where one generation stands. `trouble` is why its projector cannot go on, `instant` the past moment it shows."""

    projection: str
    schema: str
    position: int
    generation: int
    version: int
    instant: datetime | None
    trouble: str | None
    updated_at: datetime


class Superseded(Exception):
    """The position was moved by somebody else: another leader, or a rebuilt generation that was swapped in."""


def find(connection: Connection, projection: str, schema: str = LIVE, *, lock: bool = False) -> Generation | None:
    """Where a generation stands, if there is one; `lock` keeps others from moving it in this transaction."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        row = cursor.execute(_FIND + (" FOR UPDATE" if lock else ""), (projection, schema), prepare=True).fetchone()
    return Generation(*row) if row else None


def every(connection: Connection) -> list[Generation]:
    """All generations of all views."""
    return [Generation(*row) for row in connection.execute(_LIST)]


def create(
    connection: Connection,
    projection: Projection,
    schema: str = LIVE,
    *,
    position: int = 0,
    indexed: bool = True,
    instant: datetime | None = None,
) -> None:
    """Makes the tables of a new generation and records where it stands."""
    for table in projection.tables:
        table.create(connection, schema)
        if indexed:
            for statement in table.index_statements(schema):
                connection.execute(statement)
    connection.execute(_INSERT, (projection.name, schema, position, projection.version, instant))


def move(connection: Connection, projection: str, schema: str, old: int, new: int) -> None:
    """Moves the position if it is still where the caller saw it; raises `Superseded` when it is not."""
    names = {"projection": projection, "schema": schema, "old": old, "new": new}
    if connection.execute(_MOVE, names, prepare=True).rowcount != 1:
        raise Superseded(f"{projection} in {schema} is no longer at {old}")


def report_trouble(connection: Connection, projection: str, trouble: str) -> None:
    """Shows why the live generation cannot go on."""
    connection.execute(_TROUBLE, (trouble, projection, LIVE))


def drop(connection: Connection, projection: str, schema: str) -> None:
    """Removes a generation that is not live, whole or half-built."""
    if schema == LIVE:
        raise ValueError("the live generation is only ever replaced")
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        connection.execute(_FORGET, (projection, schema))
        connection.execute(_FORGET_LETTERS, (projection, schema))
