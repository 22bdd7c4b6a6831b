"""A view of a point in time, folded into passing tables that are there for one look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from domain.points_in_time import PointInTime
from projections.engine.projection import EventBatch, Projection
from projections.engine.tables import Connection, TableWriter
from projections.log import EventLog

PASSING = "pg_temp"
AT_ONCE = 1_000  # streams that are held at one time


@contextmanager
def folded(
    connection: Connection, log: EventLog, projection: Projection, streams: Sequence[UUID], point: PointInTime
) -> Iterator[str]:
    """The schema that holds the view of these streams as a point in time shows them; gone when it is left."""
    upto = log.head()
    with connection.transaction(force_rollback=True):
        for table in projection.tables:
            table.create(connection, PASSING)
        writers = {table.name: TableWriter(connection, table, PASSING) for table in projection.tables}
        for first in range(0, len(streams), AT_ONCE):
            read = log.recorded_streams(streams[first : first + AT_ONCE], upto)
            shown = {stream_id: part for stream_id, whole in read.items() if (part := point.part_of(whole))}
            events = [one for part in shown.values() for one in part]
            bare = {stream_id: [one.event for one in part] for stream_id, part in shown.items()}
            if not events:
                continue
            rows = projection.fold(EventBatch(events, upto, streams=bare, histories=shown))
            for name, changes in rows.tables.items():
                writers[name].copy(connection, changes.upserts.values())
        yield PASSING
