"""The form of every command and event: who, when, why, and which fields are a person's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Self, TypeVar
from uuid import UUID

from eventsourcing.domain import BaseAggregate, CanMutateAggregate
from msgspec import Struct
from msgspec.structs import replace

from domain.errors import Conflict

A = TypeVar("A", bound="Aggregate")
E = TypeVar("E", bound="Event")
T = TypeVar("T")


class Erased(Struct, frozen=True):
    """What remains of a person's field once the person's key is gone."""

    erased: bool = True

    def __repr__(self) -> str:
        return "Erased()"

    def __bool__(self) -> bool:
        return False


class PersonalMark:
    """Marks a field of an event that the log seals under the data subject's key."""


Personal = Annotated[T | Erased, PersonalMark]


class Context(Struct, frozen=True, kw_only=True):
    """By whom, when and why a command is given; `command_id` makes repeating it harmless.

    `acts`: what is imported sets off mails and automations as if it happened here.
    """

    command_id: UUID
    actor: str
    at: datetime
    reason: str | None = None
    import_id: UUID | None = None
    acts: bool = False


class Command(Struct, frozen=True, kw_only=True):
    """Something a person, program or importer asks of one aggregate."""

    context: Context


class Metadata(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who recorded an event, what led to it, and whose personal data it holds.

    `acts`: an imported event that mails and automations follow nevertheless.
    """

    event_id: UUID
    actor: str
    cause: UUID
    reason: str | None = None
    import_id: UUID | None = None
    acts: bool = False
    subject: UUID | None = None

    @property
    def is_of_the_past(self) -> bool:
        """Whether it was only brought in: nothing follows from it."""
        return self.import_id is not None and not self.acts


class Event(Struct, CanMutateAggregate[UUID], frozen=True, kw_only=True, omit_defaults=True):
    """One fact of one aggregate. `TOPIC` is its stable stored name, `VERSION` the form of its fields."""

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    BEGINS: ClassVar[bool] = False  # whether its aggregate is there from this event on

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    metadata: Metadata

    def mutate(self, aggregate: Any) -> Any:
        """Applies the event to its aggregate; one that is not its next is refused as the library does."""
        if self.originator_version != aggregate._version + 1 or self.originator_id.int != aggregate._id.int:
            return super().mutate(aggregate)
        if self.has_effect_on(aggregate):
            self.apply(aggregate)
        else:
            aggregate.gaps = replace(aggregate.gaps, unapplied=(*aggregate.gaps.unapplied, self.originator_version))
        aggregate._version = self.originator_version
        aggregate._modified_on = self.timestamp
        return aggregate

    def has_effect_on(self, aggregate: Any) -> bool:
        """Whether what the event changes is there; where it is not, the event has no effect.

        In a whole history it always is. Where versions are lost, it may have been brought by one of them; of what had
        happened by an instant (see `domain.points_in_time`), by an event that is told to have happened later.
        """
        return True

    def _as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


class Gaps(Struct, frozen=True):
    """Versions that a stream lacks: `missing` ones nobody has spoken of yet, `declared` ones an event has.

    `unapplied` are versions after a gap whose events no longer fit what is left; they changed nothing.
    """

    missing: tuple[int, ...] = ()
    declared: tuple[int, ...] = ()
    unapplied: tuple[int, ...] = ()


NO_GAPS = Gaps()


class GapDeclared(Event, frozen=True, kw_only=True):
    """Versions of the stream are lost for good; it goes on with the state that the surviving events give."""

    missing: tuple[int, ...]

    def apply(self, aggregate: Any) -> None:
        """What was declared is no longer missing."""
        gaps: Gaps = aggregate.gaps
        aggregate.gaps = replace(
            gaps,
            missing=tuple(version for version in gaps.missing if version not in self.missing),
            declared=tuple(sorted({*gaps.declared, *self.missing})),
        )


class StreamDamaged(Conflict):
    """The history of {kind} {name} lacks version {missing}; nothing is added to it before `carnet doctor --repair`."""

    code = "stream-damaged"


def event_id(command_id: UUID, originator_id: UUID, version: int) -> UUID:
    """The id of the event that one command records at one version, always the same (RFC 9562, UUIDv8)."""
    digest = blake2b(command_id.bytes + originator_id.bytes + version.to_bytes(4, "big"), digest_size=16).digest()
    number = int.from_bytes(digest, "big") & ~(0xF << 76) & ~(0x3 << 62) | (8 << 76) | (2 << 62)
    return UUID(int=number)


class Aggregate(BaseAggregate[UUID]):
    """A thing with a history of its own; its state is what its events, applied in order, leave behind."""

    TOPIC: ClassVar[str]

    subject: UUID | None = None
    gaps: Gaps = NO_GAPS

    @classmethod
    def blank(cls, aggregate_id: UUID) -> Self:
        """The aggregate before its first event (version 0)."""
        aggregate = cls.__new__(cls)
        aggregate._id = aggregate_id
        aggregate._version = 0
        aggregate._pending_events = []
        aggregate.clear()
        return aggregate

    def clear(self) -> None:
        """Sets the state that an aggregate has before its first event."""

    @classmethod
    def is_told_by(cls, event: Event) -> bool:
        """Whether an event belongs to the history of such an aggregate."""
        return event.TOPIC.startswith(f"{cls.TOPIC}.")

    @property
    def exists(self) -> bool:
        """Whether anything has happened to it yet."""
        return self.version > 0

    def known_as(self) -> str:
        """What people call it: its id where it has no name."""
        return str(self.id)

    def is_at(self, version: int) -> bool:
        """Whether who decided on this version decided on what is there now."""
        return bool(self.version == version)

    def take(self, event: Event) -> None:
        """Applies the next event that the log holds of the stream; versions that are not there are noted as missing."""
        if event.originator_version > self._version + 1 and event.originator_id == self._id:
            between = range(self._version + 1, event.originator_version)
            self.gaps = replace(self.gaps, missing=(*self.gaps.missing, *between))
            self._version = event.originator_version - 1
        event.mutate(self)

    def require_whole(self) -> None:
        """Raises `StreamDamaged` where versions are missing that no event has declared lost."""
        if self.gaps.missing:
            missing = ", ".join(map(str, self.gaps.missing))
            raise StreamDamaged(kind=self.TOPIC, name=self.known_as(), id=str(self.id), missing=missing)

    def record(self, event: type[Event], context: Context, *, subject: UUID | None = None, **facts: Any) -> None:
        """Records one event of this aggregate, caused by the command in `context`.

        `subject` names whose personal data it holds where that is not the aggregate's own subject. Raises
        `StreamDamaged` where versions are missing that no event has declared lost.
        """
        if not issubclass(event, GapDeclared):
            self.require_whole()
        metadata = Metadata(
            event_id=event_id(context.command_id, self.id, self.version + 1),
            actor=context.actor,
            cause=context.command_id,
            reason=context.reason,
            import_id=context.import_id,
            acts=context.acts,
            subject=subject or self.subject,
        )
        fact = event(
            originator_id=self._id,
            originator_version=self._version + 1,
            timestamp=context.at,
            metadata=metadata,
            **facts,
        )
        fact.mutate(self)
        self._pending_events.append(fact)


def fold(aggregate: A, events: Iterable[Event]) -> A:
    """The aggregate after the events that the log holds next of its stream."""
    for event in events:
        aggregate.take(event)
    return aggregate


def upto_version(events: Iterable[E], version: int) -> list[E]:
    """The events of a stream up to a version; where some are lost, those that are there."""
    return [event for event in events if event.originator_version <= version]
