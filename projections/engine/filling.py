"""Fills new tables from the log: whole streams of one share of the aggregates, folded and copied in one process."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from domain.events import Event
from domain.points_in_time import NOW, PointInTime
from projections.engine import dead_letters
from projections.engine.projection import EventBatch, Projection, kinds
from projections.engine.tables import Connection, Rows
from projections.engine.target import Target, is_events_fault
from projections.log import EventLog, Recorded
from projections.log.masters import open_keys
from projections.postgres.connections import connect_directly, make_pool
from projections.secrets import Secrets

CHUNK = 4000

_DISCARDED = """
    SELECT position FROM views.dead_letters
    WHERE projection = %s AND schema = 'views' AND state = 'discarded'
"""

Stream = list[Recorded]


@dataclass(frozen=True)
class Source:
    """All that another process needs to open the log; the address is the database's own, not a pooler's."""

    database_url: str
    secrets: Secrets

    def connect(self) -> Connection:
        """A connection for writing views."""
        return connect_directly(self.database_url, "carnet rebuild", session={"synchronous_commit": "off"})

    def log(self) -> EventLog:
        """The log, with a small pool of its own."""
        pool = make_pool(self.database_url, "carnet rebuild", least=1, most=2)
        pool.open()
        return EventLog(pool, open_keys(pool, self.secrets))


class Share(NamedTuple):
    """One bucket of so many, of the events up to a position, and of those what a point in time shows.

    `late` are the positions where streams begin whose first version is lost.
    """

    bucket: int
    buckets: int
    upto: int
    point: PointInTime = NOW
    late: tuple[int, ...] = ()


class Filler:
    """Fills the tables of one new generation with one share of the streams."""

    def __init__(self, connection: Connection, projection: Projection, log: EventLog, schema: str) -> None:
        self._connection = connection
        self._projection = projection
        self._log = log
        self._schema = schema
        self._target = Target(projection, log, schema)
        self._target.open(connection)
        self._discarded = {row[0] for row in connection.execute(_DISCARDED, (projection.name,))}

    def fill(self, share: Share, tell: Callable[[int], None]) -> None:
        """Folds and copies chunk by chunk, telling after each how many events it had."""
        for chunk, count in self._chunks(share):
            self._put(chunk, share.upto)
            tell(count)

    def _chunks(self, share: Share) -> Iterator[tuple[dict[UUID, Stream], int]]:
        chunk: dict[UUID, Stream] = {}
        count = 0
        prefixes = [f"{kind}." for kind in kinds(self._projection)]
        streams = self._log.partition(prefixes, share.bucket, share.buckets, share.upto, late=share.late)
        for originator_id, stream in streams:
            count += len(stream)
            if shown := share.point.part_of(stream):
                chunk[originator_id] = list(shown)
            if count >= CHUNK:
                yield chunk, count
                chunk, count = {}, 0
        if count:
            yield chunk, count

    def _put(self, chunk: dict[UUID, Stream], upto: int) -> None:
        """Copies the rows of the streams; where that fails, of each half, down to the stream that cannot be taken."""
        try:
            self._copy(chunk, upto)
        except Exception as fault:
            if not is_events_fault(fault):
                raise
            if len(chunk) == 1:
                self._put_until_fault(*chunk.popitem(), upto)
                return
            streams = list(chunk.items())
            middle = len(streams) // 2
            self._put(dict(streams[:middle]), upto)
            self._put(dict(streams[middle:]), upto)

    def _copy(self, chunk: dict[UUID, Stream], upto: int) -> None:
        rows = self._fold(chunk, upto)  # before the transaction, which stands idle for a few seconds at most
        with self._connection.transaction():
            self._target.copy(self._connection, rows)

    def _fold(self, chunk: dict[UUID, Stream], upto: int) -> Rows:
        wants, discarded = self._target.wants, self._discarded
        events: list[Recorded] = []
        streams: dict[UUID, list[Event]] = {}
        histories: dict[UUID, Stream] = {}
        for originator_id, stream in chunk.items():
            wanted = [one for one in stream if wants(one[1].TOPIC)]
            if discarded:
                wanted = [one for one in wanted if one.position not in discarded]
            if wanted:
                events += wanted
                streams[originator_id] = [event for _, event, _ in stream]
                histories[originator_id] = stream
        return self._projection.fold(EventBatch(events, upto, streams=streams, histories=histories))

    def _put_until_fault(self, originator_id: UUID, stream: Stream, upto: int) -> None:
        """Takes a stream as far as it goes and parks the rest, as the projector would have."""
        taken, fault = self._longest_taken(originator_id, stream, upto)
        parked = [one for one in stream[taken:] if self._target.wants(one.event.TOPIC)]
        with self._connection.transaction():
            if taken:
                self._target.copy(self._connection, self._fold({originator_id: stream[:taken]}, upto))
            name = self._projection.name
            dead_letters.park(self._connection, name, self._schema, parked[:1], fault)
            dead_letters.park(self._connection, name, self._schema, parked[1:], None)

    def _longest_taken(self, originator_id: UUID, stream: Stream, upto: int) -> tuple[int, Exception]:
        for count in range(1, len(stream) + 1):
            try:
                with self._connection.transaction(force_rollback=True):
                    self._target.copy(self._connection, self._fold({originator_id: stream[:count]}, upto))
            except Exception as fault:
                if not is_events_fault(fault):
                    raise
                return count - 1, fault
        raise RuntimeError("a stream failed that did not fail again: the fold is not pure")


def fill_in_process(
    source: Source, projection: Projection, schema: str, shares: Sequence[Share], tell: Callable[[int], None]
) -> None:
    """The whole life of one worker process of a rebuild."""
    gc.disable()  # what a chunk leaves has no cycles; looking for some would take a third of the time
    parent = os.getppid()

    def tell_and_look(count: int) -> None:
        if os.getppid() != parent:
            raise SystemExit("the rebuild was stopped")
        tell(count)

    with source.connect() as connection:
        log = source.log()
        filler = Filler(connection, projection, log, schema)
        for share in shares:
            filler.fill(share, tell_and_look)
        log.close()
