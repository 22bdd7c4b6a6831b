"""What a view must tell the engine, and the events the engine hands it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Protocol, TypeVar
from uuid import UUID

from domain.events import Aggregate, Event
from projections.log import Recorded
from projections.tables import Rows, Table

A = TypeVar("A", bound=Aggregate)


class Streams(Protocol):
    """Where whole streams are read from."""

    def streams(self, originator_ids: Collection[UUID], upto: int) -> dict[UUID, list[Event]]: ...


class Projection(Protocol):
    """A view: its tables and the fold that fills them.

    `version` is raised when the shape or the meaning of its rows changes; the view is then rebuilt. `topics` None:
    every event of `aggregates`. A fold is pure: the same events give the same rows, however they are cut into batches.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def tables(self) -> tuple[Table, ...]: ...
    @property
    def aggregates(self) -> tuple[type[Aggregate], ...]: ...
    @property
    def topics(self) -> frozenset[str] | None: ...
    def fold(self, batch: Batch) -> Rows: ...


class Batch:
    """Events in the order they were recorded, and the aggregates they belong to."""

    def __init__(
        self,
        events: Sequence[Recorded],
        upto: int,
        log: Streams | None = None,
        streams: Mapping[UUID, Sequence[Event]] | None = None,
    ) -> None:
        """`streams`, where known, are the whole streams of the batch's events, and of no others."""
        self.events = events
        self.upto = upto
        self._log = log
        self._streams = streams
        self._folded: dict[type[Aggregate], dict[UUID, Aggregate]] = {}

    def aggregates(self, cls: type[A]) -> dict[UUID, A]:
        """Every aggregate of this class that has an event in the batch, as it was at the batch's last position."""
        folded = self._folded.get(cls)
        if folded is None:
            folded = self._folded[cls] = {
                originator_id: _folded(cls, originator_id, events)
                for originator_id, events in self._whole_streams(cls.TOPIC).items()
            }
        return folded  # type: ignore[return-value]

    def _whole_streams(self, kind: str) -> Mapping[UUID, Sequence[Event]]:
        """Streams that begin in the batch are taken from it; the others are read from the log in one go."""
        if self._streams is not None:
            return {key: events for key, events in self._streams.items() if kind_of(events[0].TOPIC) == kind}
        streams: dict[UUID, list[Event]] = {}
        for _, event in self.events:
            if kind_of(event.TOPIC) == kind:
                streams.setdefault(event.originator_id, []).append(event)
        begun = [originator_id for originator_id, events in streams.items() if not _is_whole(events)]
        if begun and self._log is not None:
            streams |= self._log.streams(begun, self.upto)
        return streams


@cache
def kind_of(topic: str) -> str:
    """The aggregate's name in an event's topic: `order` of `order.shipped`."""
    return topic.partition(".")[0]


def takes(projection: Projection, topic: str) -> bool:
    """Whether the projection folds events of this topic."""
    if projection.topics is not None:
        return topic in projection.topics
    return any(kind_of(topic) == aggregate.TOPIC for aggregate in projection.aggregates)


def kinds(projection: Projection) -> frozenset[str]:
    """The kinds of aggregate whose streams make the projection's rows; others' events only overwrite."""
    return frozenset(aggregate.TOPIC for aggregate in projection.aggregates)


def _is_whole(events: Sequence[Event]) -> bool:
    return events[-1].originator_version == len(events)


def _folded(cls: type[A], originator_id: UUID, events: Sequence[Event]) -> A:
    """The aggregate after its whole stream. The log keeps versions in order, so none is checked again here."""
    aggregate = cls.blank(originator_id)
    for event in events:
        event.apply(aggregate)
    aggregate.version = events[-1].originator_version
    aggregate.modified_on = events[-1].timestamp
    return aggregate
