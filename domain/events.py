"""The form of every command and event: who, when, why, and which fields are a person's."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Self, TypeVar
from uuid import UUID

from eventsourcing.domain import BaseAggregate, CanMutateAggregate
from msgspec import Struct

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

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    metadata: Metadata

    def mutate(self, aggregate: Any) -> Any:
        """Applies the event to its aggregate; one that is not its next is refused as the library does."""
        if self.originator_id != aggregate._id or self.originator_version != aggregate._version + 1:
            return super().mutate(aggregate)
        self.apply(aggregate)
        aggregate._version = self.originator_version
        aggregate._modified_on = self.timestamp
        return aggregate

    def _as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


def event_id(command_id: UUID, originator_id: UUID, version: int) -> UUID:
    """The id of the event that one command records at one version, always the same (RFC 9562, UUIDv8)."""
    digest = blake2b(command_id.bytes + originator_id.bytes + version.to_bytes(4, "big"), digest_size=16).digest()
    number = int.from_bytes(digest, "big") & ~(0xF << 76) & ~(0x3 << 62) | (8 << 76) | (2 << 62)
    return UUID(int=number)


class Aggregate(BaseAggregate[UUID]):
    """A thing with a history of its own; its state is what its events, applied in order, leave behind."""

    TOPIC: ClassVar[str]

    subject: UUID | None = None

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

    @property
    def exists(self) -> bool:
        """Whether anything has happened to it yet."""
        return self.version > 0

    def is_at(self, version: int) -> bool:
        """Whether who decided on this version decided on what is there now."""
        return bool(self.version == version)

    def record(self, event: type[Event], context: Context, *, subject: UUID | None = None, **facts: Any) -> None:
        """Records one event of this aggregate, caused by the command in `context`.

        `subject` names whose personal data it holds where that is not the aggregate's own subject.
        """
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
