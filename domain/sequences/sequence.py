"""The shop's sequences: defined, revised, started and stopped. One book holds them all, so that no circle arises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Erased, Event, Personal
from domain.sequences.definition import (
    LONGEST_SECRET,
    SHORTEST_SECRET,
    Definition,
    WebhookSecretMissing,
    check_definition,
)
from domain.settings import Shop

SEQUENCES_ID = UUID("b7c0f4c2-51f8-5b66-9d0f-2e4a8f3c6d15")
MAX_SEQUENCES = 200


class SequenceNotFound(NotFound):
    """There is no such sequence."""

    code = "sequence-not-found"


class SequenceExists(Conflict):
    """This sequence was defined before, otherwise."""

    code = "sequence-exists"


class TooManySequences(Rejected):
    """A shop has at most {limit} sequences."""

    code = "too-many-sequences"


class SequenceLoops(Rejected):
    """This would go round in circles: {circle} put on the tags that the next of them waits for."""

    code = "sequence-loops"


class Sequence(Struct, frozen=True, kw_only=True):
    """A sequence as it stands, with every version that somebody may still be under way in."""

    id: UUID
    versions: tuple[Definition, ...]
    started_at: datetime | None = None
    created_at: datetime
    changed_at: datetime

    @property
    def started(self) -> bool:
        """Whether it takes new orders."""
        return self.started_at is not None

    @property
    def version(self) -> int:
        """The number of the version that new enrolments begin with."""
        return len(self.versions)

    @property
    def definition(self) -> Definition:
        """What it says now."""
        return self.versions[-1]


class Sequences(Aggregate):
    """The book of the shop's sequences; the secrets of its webhooks are sealed under a key of its own."""

    TOPIC = "sequence"

    def clear(self) -> None:
        self.subject = self.id
        self.sequences: dict[UUID, Sequence] = {}
        self.secrets: dict[str, str] = {}

    def running(self, at: datetime) -> tuple[Sequence, ...]:
        """Those that take orders to which something happened at that instant: what came before the start is past."""
        return tuple(one for one in self.sequences.values() if one.started_at and one.started_at <= at)

    def find(self, sequence_id: UUID) -> Sequence:
        """The sequence, or `SequenceNotFound`."""
        try:
            return self.sequences[sequence_id]
        except KeyError:
            raise SequenceNotFound() from None

    def definition(self, sequence_id: UUID, version: int) -> Definition:
        """What a sequence says in one version."""
        return self.find(sequence_id).versions[version - 1]


class SequencesCommand(Command, frozen=True, kw_only=True):
    """Something asked of one of the shop's sequences."""

    book_id: UUID = SEQUENCES_ID
    sequence_id: UUID


class DefineSequence(SequencesCommand, frozen=True, kw_only=True):
    """Write a new sequence, which does nothing until it is started; `secrets` are those of its webhooks by address."""

    definition: Definition
    secrets: dict[str, str] = field(default_factory=dict)


class ReviseSequence(SequencesCommand, frozen=True, kw_only=True):
    """Write a sequence anew; who is under way goes on with the version they began with."""

    definition: Definition
    secrets: dict[str, str] = field(default_factory=dict)


class StartSequence(SequencesCommand, frozen=True, kw_only=True):
    """Let a sequence take new orders."""


class StopSequence(SequencesCommand, frozen=True, kw_only=True):
    """Let a sequence take no more orders; who is under way goes on."""


class SequenceDefined(Event, frozen=True, kw_only=True):
    """A sequence was written."""

    TOPIC = "sequence.defined"

    sequence_id: UUID
    definition: Definition
    secrets: Personal[dict[str, str]] = field(default_factory=dict)

    def apply(self, book: Sequences) -> None:
        book.sequences[self.sequence_id] = Sequence(
            id=self.sequence_id,
            versions=(self.definition,),
            created_at=self.timestamp,
            changed_at=self.timestamp,
        )
        _keep(book, self.secrets)


class SequenceRevised(Event, frozen=True, kw_only=True):
    """A sequence reads otherwise from this version on."""

    TOPIC = "sequence.revised"

    sequence_id: UUID
    version: int
    definition: Definition
    secrets: Personal[dict[str, str]] = field(default_factory=dict)

    def has_effect_on(self, book: Sequences) -> bool:
        return self.sequence_id in book.sequences

    def apply(self, book: Sequences) -> None:
        was = book.sequences[self.sequence_id]
        versions = (*was.versions, self.definition) if self.version > was.version else was.versions
        book.sequences[self.sequence_id] = replace(was, versions=versions, changed_at=self.timestamp)
        _keep(book, self.secrets)


class SequenceStarted(Event, frozen=True, kw_only=True):
    """A sequence takes new orders."""

    TOPIC = "sequence.started"

    sequence_id: UUID

    def has_effect_on(self, book: Sequences) -> bool:
        return self.sequence_id in book.sequences

    def apply(self, book: Sequences) -> None:
        was = book.sequences[self.sequence_id]
        book.sequences[self.sequence_id] = replace(was, started_at=self.timestamp, changed_at=self.timestamp)


class SequenceStopped(Event, frozen=True, kw_only=True):
    """A sequence takes no more orders."""

    TOPIC = "sequence.stopped"

    sequence_id: UUID

    def has_effect_on(self, book: Sequences) -> bool:
        return self.sequence_id in book.sequences

    def apply(self, book: Sequences) -> None:
        was = book.sequences[self.sequence_id]
        book.sequences[self.sequence_id] = replace(was, started_at=None, changed_at=self.timestamp)


def _keep(book: Sequences, secrets: dict[str, str] | Erased) -> None:
    if not isinstance(secrets, Erased):
        book.secrets |= secrets


def define_sequence(book: Sequences, command: DefineSequence, shop: Shop) -> None:
    """Writes a new sequence; the same again records nothing."""
    known = book.sequences.get(command.sequence_id)
    if known:
        if known.versions[0] != command.definition:
            raise SequenceExists()
        return
    if len(book.sequences) >= MAX_SEQUENCES:
        raise TooManySequences(limit=MAX_SEQUENCES)
    _check(book, command, shop)
    book.record(
        SequenceDefined,
        command.context,
        sequence_id=command.sequence_id,
        definition=command.definition,
        secrets=_fresh(book, command),
    )


def revise_sequence(book: Sequences, command: ReviseSequence, shop: Shop) -> None:
    """Writes a sequence anew; what says the same is no new version."""
    was = book.find(command.sequence_id)
    _check(book, command, shop)
    fresh = _fresh(book, command)
    same = was.definition == command.definition
    if same and not fresh:
        return
    book.record(
        SequenceRevised,
        command.context,
        sequence_id=was.id,
        version=was.version if same else was.version + 1,
        definition=command.definition,
        secrets=fresh,
    )


def start_sequence(book: Sequences, command: StartSequence, shop: Shop) -> None:
    """Starts a sequence; orders from here on can begin it."""
    if not book.find(command.sequence_id).started:
        book.record(SequenceStarted, command.context, sequence_id=command.sequence_id)


def stop_sequence(book: Sequences, command: StopSequence, shop: Shop) -> None:
    """Stops a sequence."""
    if book.find(command.sequence_id).started:
        book.record(SequenceStopped, command.context, sequence_id=command.sequence_id)


def _check(book: Sequences, command: DefineSequence | ReviseSequence, shop: Shop) -> None:
    check_definition(command.definition, shop)
    for url in command.definition.urls:
        secret = command.secrets.get(url, book.secrets.get(url, ""))
        if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
            raise WebhookSecretMissing("/steps", shortest=SHORTEST_SECRET, longest=LONGEST_SECRET)
    others = {one.id: one.definition for one in book.sequences.values()}
    circle = find_circle({**others, command.sequence_id: command.definition}, command.sequence_id)
    if circle:
        raise SequenceLoops("/steps", circle=", ".join(circle))


def _fresh(book: Sequences, command: DefineSequence | ReviseSequence) -> dict[str, str]:
    """The secrets that are new, of addresses that the sequence calls."""
    told = {url: command.secrets[url] for url in command.definition.urls if url in command.secrets}
    # allowed secret-compared: by whoever may set it; whether it is new is no answer to a stranger
    return {url: secret for url, secret in told.items() if book.secrets.get(url) != secret}


def find_circle(definitions: Mapping[UUID, Definition], start: UUID) -> tuple[str, ...]:
    """The names of the sequences on a way by tags from `start` back to it; empty where there is none."""
    ways: list[tuple[UUID, ...]] = [(start,)]
    seen: set[UUID] = set()
    while ways:
        way = ways.pop()
        given = definitions[way[-1]].tags
        for following, definition in definitions.items():
            if definition.filter.tag not in given:
                continue
            if following == start:
                return tuple(definitions[one].name for one in way)
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


EVENTS: tuple[type[Event], ...] = (SequenceDefined, SequenceRevised, SequenceStarted, SequenceStopped)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    DefineSequence: define_sequence,
    ReviseSequence: revise_sequence,
    StartSequence: start_sequence,
    StopSequence: stop_sequence,
}
