"""A view of a point in time, built in a schema of its own for the time of one export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from psycopg import sql

from domain.points_in_time import PointInTime
from projections.engine import generations
from projections.engine.filling import Filler, Share, Source
from projections.engine.tables import Connection
from projections.postgres.leases import EXPORT, Leases, take_for_now
from projections.views import PROJECTIONS

PREFIX = "export_"
EVENTS_OF_A_BUCKET = 50_000

_SCHEMAS = "SELECT projection, schema FROM views.positions WHERE schema ^@ 'export_'"


@contextmanager
def past(
    source: Source, view: str, point: PointInTime, upto: int, tell: Callable[[int], None] = lambda _: None
) -> Iterator[str]:
    """The schema that holds the view as the log up to a position tells it of a point, for as long as it is needed.

    Streams are folded one after the other, so that memory is that of a few thousand events. The tables are not logged
    and have no indexes: they are read once, from end to end. `tell` hears how many events each step had.
    """
    schema, log = f"{PREFIX}{uuid4().hex}", source.log()
    try:
        with Leases(source.database_url) as leases, source.connect() as connection:
            leases.take(EXPORT, schema)
            try:
                _make(connection, view, schema, point, upto)
                filler = Filler(connection, PROJECTIONS[view], log, schema)
                buckets = max(1, upto // EVENTS_OF_A_BUCKET)
                for bucket in range(buckets):
                    filler.fill(Share(bucket, buckets, upto, point), tell)
                yield schema
            finally:
                _drop(source, view, schema)
    finally:
        log.close()
        log.pool.close()


def clear_abandoned(connection: Connection) -> int:
    """Removes what exports left behind whose process was killed; gives how many. Those that are under way are left."""
    cleared = 0
    for projection, schema in connection.execute(_SCHEMAS).fetchall():
        with connection.transaction():
            if take_for_now(connection, EXPORT, schema):
                generations.drop(connection, projection, schema)
                cleared += 1
    return cleared


def _make(connection: Connection, view: str, schema: str, point: PointInTime, upto: int) -> None:
    with connection.transaction():
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        generations.create(connection, PROJECTIONS[view], schema, position=upto, indexed=False, point=point)
        for table in PROJECTIONS[view].tables:
            connection.execute(sql.SQL("ALTER TABLE {} SET UNLOGGED").format(table.within(schema)))


def _drop(source: Source, view: str, schema: str) -> None:
    """Removes the schema, by a connection of its own: the one that built it may be lost."""
    with source.connect() as connection:
        generations.drop(connection, view, schema)
