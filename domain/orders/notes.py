"""Words and marks that operators leave on an order: notes, tags, messages sent."""

from __future__ import annotations

from datetime import datetime

from domain.errors import NotFound, Rejected
from domain.events import Event, Personal
from domain.orders.order import Note, Order, OrderCommand
from domain.settings import Shop
from domain.texts import CODE, NAME, NOTE, check_text

MAX_NOTES = 500
MAX_TAGS = 100


class NoteNotFound(NotFound):
    """Order {number} has no note {note}."""

    code = "note-not-found"


class TooManyNotes(Rejected):
    """An order holds at most {limit} notes."""

    code = "too-many-notes"


class TooManyTags(Rejected):
    """An order holds at most {limit} tags."""

    code = "too-many-tags"


class AddNote(OrderCommand, frozen=True, kw_only=True):
    """Leave a note; `written_at` where an import tells when it was written."""

    text: str
    written_at: datetime | None = None


class ReviseNote(OrderCommand, frozen=True, kw_only=True):
    """Put a note right."""

    note: str
    text: str


class RemoveNote(OrderCommand, frozen=True, kw_only=True):
    """Take a note off the order."""

    note: str


class SetTags(OrderCommand, frozen=True, kw_only=True):
    """Tag the order with exactly these."""

    tags: tuple[str, ...]


class RecordMessage(OrderCommand, frozen=True, kw_only=True):
    """Write down that a message about this order was sent."""

    message: str
    template: str
    recipient: str


class NoteAdded(Event, frozen=True, kw_only=True):
    """An operator left a note."""

    TOPIC = "order.note-added"

    note: str
    text: Personal[str]
    written_at: datetime | None = None

    def apply(self, order: Order) -> None:
        order.notes[self.note] = Note(
            id=self.note, text=self.text, author=self.metadata.actor, at=self.written_at or self.timestamp
        )
        order.last_note += 1
        order.commands.add(self.metadata.cause)


class NoteRevised(Event, frozen=True, kw_only=True):
    """A note reads otherwise."""

    TOPIC = "order.note-revised"

    note: str
    text: Personal[str]

    def has_effect_on(self, order: Order) -> bool:
        return self.note in order.notes

    def apply(self, order: Order) -> None:
        was = order.notes[self.note]
        order.notes[self.note] = Note(
            id=was.id, text=self.text, author=was.author, at=was.at, revised_at=self.timestamp
        )


class NoteRemoved(Event, frozen=True, kw_only=True):
    """A note was taken off."""

    TOPIC = "order.note-removed"

    note: str

    def apply(self, order: Order) -> None:
        order.notes.pop(self.note, None)


class OrderTagged(Event, frozen=True, kw_only=True):
    """The order carries these tags too."""

    TOPIC = "order.tagged"

    tags: tuple[str, ...]

    def apply(self, order: Order) -> None:
        order.tags = tuple(dict.fromkeys((*order.tags, *self.tags)))


class OrderUntagged(Event, frozen=True, kw_only=True):
    """The order no longer carries these tags."""

    TOPIC = "order.untagged"

    tags: tuple[str, ...]

    def apply(self, order: Order) -> None:
        order.tags = tuple(tag for tag in order.tags if tag not in self.tags)


class MessageSent(Event, frozen=True, kw_only=True):
    """A message about this order went out."""

    TOPIC = "order.message-sent"

    message: str
    template: str
    recipient: Personal[str]

    def apply(self, order: Order) -> None:
        order.messages = (*order.messages, self.message)


def add_note(order: Order, command: AddNote, shop: Shop) -> None:
    """Adds a note to an order in any state."""
    if command.context.command_id not in order.commands:
        put_note(order, command)


def put_note(order: Order, command: AddNote) -> None:
    """Adds a note, one of several of the same command."""
    check_text(command.text, NOTE, "/text", required=True, lines=True)
    if len(order.notes) >= MAX_NOTES:
        raise TooManyNotes(limit=MAX_NOTES)
    order.record(
        NoteAdded, command.context, note=str(order.last_note + 1), text=command.text, written_at=command.written_at
    )


def require_note(order: Order, note: str) -> Note:
    """The note, or `NoteNotFound`."""
    try:
        return order.notes[note]
    except KeyError:
        raise NoteNotFound("/note", number=order.number, note=note) from None


def revise_note(order: Order, command: ReviseNote, shop: Shop) -> None:
    """Revises a note; the history keeps the former words."""
    was = require_note(order, command.note)
    check_text(command.text, NOTE, "/text", required=True, lines=True)
    if was.text != command.text:
        order.record(NoteRevised, command.context, note=was.id, text=command.text)


def remove_note(order: Order, command: RemoveNote, shop: Shop) -> None:
    """Removes a note; the history keeps it."""
    order.record(NoteRemoved, command.context, note=require_note(order, command.note).id)


def set_tags(order: Order, command: SetTags, shop: Shop) -> None:
    """Makes the order's tags exactly these; new ones come behind those it has."""
    wanted = tuple(dict.fromkeys(tag.strip() for tag in command.tags))
    if len(wanted) > MAX_TAGS:
        raise TooManyTags("/tags", limit=MAX_TAGS)
    for index, tag in enumerate(wanted):
        check_text(tag, CODE, f"/tags/{index}", required=True)
    gone = tuple(tag for tag in order.tags if tag not in wanted)
    new = tuple(tag for tag in wanted if tag not in order.tags)
    if gone:
        order.record(OrderUntagged, command.context, tags=gone)
    if new:
        order.record(OrderTagged, command.context, tags=new)


def record_message(order: Order, command: RecordMessage, shop: Shop) -> None:
    """Writes down once that a message was sent."""
    if command.message in order.messages:
        return
    check_text(command.message, CODE, "/message", required=True)
    check_text(command.template, CODE, "/template", required=True)
    check_text(command.recipient, NAME, "/recipient", required=True)
    order.record(
        MessageSent,
        command.context,
        message=command.message,
        template=command.template,
        recipient=command.recipient,
    )


EVENTS: tuple[type[Event], ...] = (
    NoteAdded,
    NoteRevised,
    NoteRemoved,
    OrderTagged,
    OrderUntagged,
    MessageSent,
)

HANDLERS = {
    AddNote: add_note,
    ReviseNote: revise_note,
    RemoveNote: remove_note,
    SetTags: set_tags,
    RecordMessage: record_message,
}
