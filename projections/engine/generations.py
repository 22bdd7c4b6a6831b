"""Generations of a view: the live one, one being built, those of a point in time; and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg import sql
from psycopg.rows import namedtuple_row

from domain.points_in_time import NOW, PointInTime
from projections.engine.projection import Projection
from projections.engine.tables import Connection
from projections.postgres.leases import REBUILD, take_for_now
from projections.reporting import publish

LIVE = "views"
AHEAD = 0  # the version of rows that show events which an older log, brought back, does not hold: nobody reads them


def building_schema(projection: str) -> str:
    """The schema in which a view's next generation is built."""
    return f"building_{projection}"


_COLUMNS = "projection, schema, position, generation, version, tables, instant, known_at, trouble, updated_at"
_FIND = f"SELECT {_COLUMNS} FROM views.positions WHERE projection = %s AND schema = %s"  # noqa: S608 - a constant
_LIST = f"SELECT {_COLUMNS} FROM views.positions ORDER BY projection, schema"  # noqa: S608 - a constant
_INSERT = """
    INSERT INTO views.positions (projection, schema, position, version, tables, instant, known_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_MOVE = """
    UPDATE views.positions SET position = %(new)s, trouble = NULL, updated_at = clock_timestamp()
    WHERE projection = %(projection)s AND schema = %(schema)s AND position = %(old)s
        AND (SELECT log.current_incarnation()) = %(incarnation)s
    RETURNING position
"""
_ENTER = """
    SELECT projection, position, EXISTS (
        SELECT FROM views.dead_letters d
        WHERE d.projection = p.projection AND d.schema = p.schema AND d.state = 'parked'
    )
    FROM views.positions p WHERE projection = ANY(%(projections)s) AND schema = 'views'
    ORDER BY projection FOR UPDATE OF p
"""
_MOVE_ALL = """
    UPDATE views.positions SET position = %(new)s, trouble = NULL, updated_at = clock_timestamp()
    WHERE projection = ANY(%(projections)s) AND schema = 'views' AND position = %(old)s
        AND (SELECT log.current_incarnation()) = %(incarnation)s
"""
_TROUBLE = "UPDATE views.positions SET trouble = %s WHERE projection = %s AND schema = %s"
_REPLACE = """
    INSERT INTO views.positions (projection, schema, position, generation, version, tables, instant, known_at)
    SELECT projection, %(new)s, position, %(generation)s, version, tables, instant, known_at
    FROM views.positions WHERE projection = %(projection)s AND schema = %(old)s
    ON CONFLICT (projection, schema) DO UPDATE SET
        position = EXCLUDED.position, generation = EXCLUDED.generation, version = EXCLUDED.version,
        tables = EXCLUDED.tables, instant = EXCLUDED.instant, known_at = EXCLUDED.known_at, trouble = NULL,
        updated_at = clock_timestamp()
"""
_FORGET_SETTLED = """
    DELETE FROM views.dead_letters WHERE projection = %(projection)s AND schema = %(new)s AND state <> 'discarded'
"""
_REPLACE_LETTERS = """
    UPDATE views.dead_letters SET schema = %(new)s WHERE projection = %(projection)s AND schema = %(old)s
"""
_FORGET = "DELETE FROM views.positions WHERE projection = %s AND schema = %s"
_FORGET_LETTERS = "DELETE FROM views.dead_letters WHERE projection = %s AND schema = %s"


class Generation(NamedTuple):
    """Where one generation stands. `trouble` is why its projector cannot go on.

    One of a point in time shows what had occurred by `instant` and was recorded by `known_at`.
    """

    projection: str
    schema: str
    position: int
    generation: int
    version: int
    tables: list[str]
    instant: datetime | None
    known_at: datetime | None
    trouble: str | None
    updated_at: datetime

    @property
    def point(self) -> PointInTime:
        """The point in time that it shows; for the live one that is now."""
        return PointInTime(self.instant, self.known_at)


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
    point: PointInTime = NOW,
) -> None:
    """Makes the tables of a new generation and records where it stands."""
    for table in projection.tables:
        table.create(connection, schema)
        if indexed:
            for statement in (*table.index_statements(schema), table.key_statement(schema)):
                connection.execute(statement)
    tables = [table.name for table in projection.tables]
    connection.execute(_INSERT, (projection.name, schema, position, projection.version, tables, *point))


def enter(connection: Connection, projections: Sequence[str], old: int) -> set[str]:
    """Keeps others from moving the live views in this transaction; gives those that stand at `old` and hold no key
    back."""
    found = connection.execute(_ENTER, {"projections": list(projections)}, prepare=True).fetchall()
    return {projection for projection, position, holds_back in found if position == old and not holds_back}


def move_all(connection: Connection, projections: Sequence[str], old: int, new: int, incarnation: UUID) -> None:
    """Moves the positions of live views that `enter` has looked at, over events read in this incarnation."""
    names = {"projections": list(projections), "old": old, "new": new, "incarnation": incarnation}
    if connection.execute(_MOVE_ALL, names, prepare=True).rowcount != len(projections):
        raise Superseded(f"not all of {', '.join(projections)} are at {old}")


def move(connection: Connection, projection: str, schema: str, old: int, new: int, incarnation: UUID) -> None:
    """Moves the position over events that were read in this incarnation, if it is still where the caller saw it.

    Raises `Superseded` when it is not, or when the database is another one by now.
    """
    names = {"projection": projection, "schema": schema, "old": old, "new": new, "incarnation": incarnation}
    if connection.execute(_MOVE, names, prepare=True).fetchone() is None:
        raise Superseded(f"{projection} in {schema} is no longer at {old}")


def report_trouble(connection: Connection, projection: str, trouble: str) -> None:
    """Shows why the live generation cannot go on."""
    connection.execute(_TROUBLE, (trouble, projection, LIVE))


def replace(connection: Connection, projection: str, old: Generation | None, new: Generation, schema: str) -> None:
    """Puts a built generation in the place of the one that serves, in the caller's transaction.

    What analysts read of the live one shows the new tables before the old ones go, and follows them to their place.
    """
    if schema == LIVE:
        publish(connection, projection, new.schema)
    for table in old.tables if old else ():
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, table)))
    for table in new.tables:
        move_table = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        connection.execute(move_table.format(sql.Identifier(new.schema, table), sql.Identifier(schema)))
    generation = old.generation + 1 if old else 1
    names = {"projection": projection, "old": new.schema, "new": schema, "generation": generation}
    connection.execute(_REPLACE, names)
    connection.execute(_FORGET_SETTLED, names)
    connection.execute(_REPLACE_LETTERS, names)
    drop(connection, projection, new.schema)


def drop(connection: Connection, projection: str, schema: str) -> None:
    """Removes what was built in a schema of its own, whole or half-done."""
    if schema == LIVE:
        raise ValueError("the live generation is only ever replaced")
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        connection.execute(_FORGET, (projection, schema))
        connection.execute(_FORGET_LETTERS, (projection, schema))


def clear_remains(connection: Connection, projection: str) -> None:
    """Removes what a killed rebuild left behind; one that is running is left alone."""
    with connection.transaction():
        if take_for_now(connection, REBUILD, projection):
            drop(connection, projection, building_schema(projection))


def drop_ahead(connection: Connection) -> int:
    """Removes views of points in time that show events which are no more in the log; gives how many."""
    ahead = [one for one in every(connection) if one.version == AHEAD and one.point != NOW]
    for one in ahead:
        drop(connection, one.projection, one.schema)
    return len(ahead)
