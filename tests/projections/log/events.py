"""Invented events of an invented aggregate: a letter that is written, sent and read."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from eventsourcing.utils import register_topic
from msgspec import Struct

from domain.events import Aggregate, Context, Erased, Event, Personal
from projections.log import EventLog


class Place(Struct, frozen=True, kw_only=True):
    """A struct that stands inside an event."""

    street: str
    city: str = ""


class LetterWritten(Event, frozen=True, kw_only=True):
    """Personal data of every shape beside plain fields."""

    TOPIC = "letter.written"
    VERSION = 2

    title: str
    author: Personal[str]
    place: Personal[Place | None] = None
    readers: Personal[tuple[str, ...]] = ()
    pages: int = 1

    def apply(self, letter: Letter) -> None:
        letter.subject = self.metadata.subject
        letter.title, letter.author, letter.place = self.title, self.author, self.place


class LetterSent(Event, frozen=True, kw_only=True):
    """Nothing personal."""

    TOPIC = "letter.sent"

    carrier: str
    stamps: tuple[int, ...] = ()

    def apply(self, letter: Letter) -> None:
        letter.sent += 1


class Letter(Aggregate):
    """What the two events are of."""

    TOPIC = "letter"

    title: str = ""
    author: str | Erased = ""
    place: Place | Erased | None = None
    sent: int = 0


for _event in (LetterWritten, LetterSent):
    register_topic(_event.TOPIC, _event)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = Place(street="7 Analytical Lane", city="Engine Town")


def context(command_id: UUID | None = None, at: datetime = NOON, reason: str | None = None) -> Context:
    """A command's context."""
    return Context(command_id=command_id or uuid4(), actor="operator:tests", at=at, reason=reason)


def written(subject: UUID | None, letter_id: UUID | None = None, author: str = "Ada Lookalike") -> Letter:
    """A letter just written by a person."""
    letter = Letter.blank(letter_id or uuid4())
    letter.subject = subject
    letter.record(LetterWritten, context(), title="On engines", author=author, place=ADDRESS, readers=("Bo", "Cy"))
    return letter


def sent(letter: Letter, times: int = 1, at: datetime = NOON) -> Letter:
    """The same letter sent so many times more."""
    for _ in range(times):
        letter.record(LetterSent, context(at=at), carrier="post", stamps=(10, 20))
    return letter


def saved(log: EventLog, *letters: Letter) -> int:
    """Saves letters whose authors have a key."""
    with log.session() as session:
        session.ensure_subjects({letter.subject for letter in letters if letter.subject})
        session.save(*letters)
        return session.commit()
