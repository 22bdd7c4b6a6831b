"""What a view must tell the engine, and the events the engine hands it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Protocol, TypeVar
from uuid import UUID

from domain.events import Aggregate, Event
from domain.points_in_time import fold_part
from projections.engine.tables import Rows, Table
from projections.log import Recorded

A = TypeVar("A", bound=Aggregate)


class Streams(Protocol):
    """Where whole streams are read from."""

    def streams(self, originator_ids: Collection[UUID], upto: int) -> dict[UUID, list[Event]]: ...
    def recorded_streams(self, originator_ids: Collection[UUID], upto: int) -> dict[UUID, list[Recorded]]: ...


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
    def fold(self, batch: EventBatch) -> Rows: ...


MOST_KEPT = 2_000  # aggregates of each kind


class AggregateCache:
    """The aggregates of the last batches, so that who follows the log need not read their streams again."""

    def __init__(self) -> None:
        self._kept: dict[type[Aggregate], OrderedDict[UUID, Aggregate]] = {}

    def take(self, cls: type[Aggregate], originator_id: UUID, version: int) -> Aggregate | None:
        """The aggregate at this version, if it is known; it is given away, and has to be kept again."""
        known = self._kept.get(cls)
        found = known.pop(originator_id, None) if known else None
        return found if found is not None and found.version == version else None

    def keep(self, batch: EventBatch) -> None:
        """Keeps what a batch folded, once it is stored."""
        for cls, folded in batch.folded.items():
            known = self._kept.setdefault(cls, OrderedDict())
            known.update(folded)
            while len(known) > MOST_KEPT:
                known.popitem(last=False)


class EventBatch:
    """Events in the order they were recorded, and the aggregates they belong to."""

    def __init__(
        self,
        events: Sequence[Recorded],
        upto: int,
        log: Streams | None = None,
        streams: Mapping[UUID, Sequence[Event]] | None = None,
        *,
        histories: Mapping[UUID, Sequence[Recorded]] | None = None,
        kept: AggregateCache | None = None,
        part_of: EventBatch | None = None,
    ) -> None:
        """`streams`, where known, are the whole streams of the batch's events, and of no others; `histories` tell
        besides when each event was recorded.

        `kept` are aggregates of batches before this one. A `part_of` a batch has its aggregates from there.
        """
        self.events = events
        self.upto = upto
        self.folded: dict[type[Aggregate], dict[UUID, Aggregate]] = {}
        self._log = log
        self._streams = streams
        self._histories = histories
        self._kept = kept
        self._part_of = part_of

    def aggregates(self, cls: type[A]) -> dict[UUID, A]:
        """Every aggregate of this class that has an event in the batch, as it was at the batch's last position."""
        folded = self.folded.get(cls)
        if folded is None:
            folded = self.folded[cls] = self._share(cls) if self._part_of else self._fold(cls)
        return folded  # type: ignore[return-value]

    def histories(self, cls: type[Aggregate]) -> dict[UUID, Sequence[Recorded]]:
        """All that happened, up to its last position, to every aggregate of this class that has an event in it."""
        if self._histories is not None:
            return {key: whole for key, whole in self._histories.items() if kind_of(whole[0].event.TOPIC) == cls.TOPIC}
        found: dict[UUID, list[Recorded]] = {}
        for recorded in self.events:
            if kind_of(recorded.event.TOPIC) == cls.TOPIC:
                found.setdefault(recorded.event.originator_id, []).append(recorded)
        begun = [key for key, events in found.items() if events[-1].event.originator_version != len(events)]
        read = self._log.recorded_streams(begun, self.upto) if begun and self._log is not None else {}
        return {**found, **read}

    def _share(self, cls: type[Aggregate]) -> dict[UUID, Aggregate]:
        assert self._part_of is not None  # noqa: S101 - for the type checker alone: a part has its whole
        mine = {event.originator_id for _, event, _ in self.events}
        found = self._part_of.aggregates(cls)
        return {originator_id: aggregate for originator_id, aggregate in found.items() if originator_id in mine}

    def _fold(self, cls: type[Aggregate]) -> dict[UUID, Aggregate]:
        """Streams that begin in the batch are taken from it; the others go on from what was kept, or are read whole."""
        if self._streams is not None:
            whole = {key: events for key, events in self._streams.items() if kind_of(events[0].TOPIC) == cls.TOPIC}
            return {key: fold_part(cls.blank(key), events) for key, events in whole.items()}
        folded: dict[UUID, Aggregate] = {}
        begun: list[UUID] = []
        for key, events in self._streams_of(cls.TOPIC).items():
            before = events[0].originator_version - 1
            if events[-1].originator_version - before != len(events):  # lost, or none of this view's
                begun.append(key)
                continue
            start = cls.blank(key) if before == 0 else self._kept.take(cls, key, before) if self._kept else None
            if start is None:
                begun.append(key)
            else:
                folded[key] = fold_part(start, events)
        if begun and self._log is not None:
            read = self._log.streams(begun, self.upto)
            folded |= {key: fold_part(cls.blank(key), events) for key, events in read.items()}
        return folded

    def _streams_of(self, kind: str) -> Mapping[UUID, Sequence[Event]]:
        """The events of one kind of aggregate, stream by stream."""
        streams: dict[UUID, list[Event]] = {}
        for _, event, _ in self.events:
            if kind_of(event.TOPIC) == kind:
                streams.setdefault(event.originator_id, []).append(event)
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
