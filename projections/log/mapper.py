"""Events to stored rows and back: plain JSON, with the fields that are a person's sealed under that person's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import resolve_topic

from domain.events import Erased, Event
from domain.upcasters import UPCASTERS, Upcaster
from projections.log.forms import Form, form_of, place_end
from projections.log.keys import SEAL, DataKey, KeyRing, SubjectErased

Upcasters = Mapping[tuple[str, int], Upcaster]  # by topic and the form it starts from; gives the next form's fields

ERASED = Erased()


class UnsealedPersonalData(TypeError):
    """An event with personal data names no subject whose key could seal it."""


class MissingUpcaster(TypeError):
    """An event is stored in an older form than its class, and nothing says how to bring it forward."""


@dataclass(frozen=True, kw_only=True)
class SealedEvent(StoredEvent):
    """An event as the log keeps it; `wrapped` is its subject's key, where there is one to read or write it with."""

    version: int
    subject: UUID | None
    occurred_at: datetime
    event_id: UUID
    wrapped: bytes | None = None


class PlainJson(Transcoder):
    """JSON without decoration, as an auditor reads it in SQL."""

    def encode(self, obj: Any) -> bytes:
        """Any value an event may hold, as JSON."""
        return msgspec.json.encode(obj)

    def decode(self, data: bytes) -> Any:
        """JSON as dicts, lists, text and numbers."""
        return msgspec.json.decode(data)


class EventMapper(Mapper[UUID]):
    """Turns events into rows of the log and rows into events."""

    def __init__(self, keys: KeyRing, upcasters: Upcasters | None = None) -> None:
        super().__init__(PlainJson())
        self._keys = keys
        self._upcasters = UPCASTERS if upcasters is None else upcasters
        self._forms: dict[str, Form] = {}

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID], wrapped: bytes | None = None) -> SealedEvent:
        """The row of an event; `wrapped` is the key of its subject and needed only where it holds personal data."""
        event = cast("Event", domain_event)
        return SealedEvent(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=event.TOPIC,
            state=self.state(event, wrapped),
            version=event.VERSION,
            subject=event.metadata.subject,
            occurred_at=event.timestamp,
            event_id=event.metadata.event_id,
            wrapped=wrapped,
        )

    def state(self, event: Event, wrapped: bytes | None = None) -> bytes:
        """An event's JSON as the log keeps it."""
        form = self._forms.get(event.TOPIC) or self._form(event.TOPIC)
        return self._sealed(event, form, wrapped) if form.personal else form.encode(event)

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event of a row."""
        stored = cast("SealedEvent", stored_event)
        return self.event(stored.topic, stored.version, stored.state, stored.wrapped)

    def event(self, topic: str, version: int, state: bytes | str, wrapped: bytes | None) -> Event:
        """The event of a row's columns; without its subject's key the personal fields read `Erased()`."""
        form = self._forms.get(topic) or self._form(topic)
        if version != form.version:
            return self._upcast(form, topic, version, state, wrapped)
        if not form.personal:
            return form.decode(state)
        return self._unsealed(form, form.decode_sealed(state), wrapped)

    def needs_key(self, event: Event) -> bool:
        """Whether the event holds personal data, so that its subject's key must be at hand to store it."""
        form = self._form(event.TOPIC)
        return any(not form.is_empty(name, getattr(event, name)) for name in form.personal)

    def _form(self, topic: str) -> Form:
        form = self._forms.get(topic)
        if form is None:
            form = self._forms[topic] = form_of(resolve_topic(topic))
        return form

    def _key(self, subject: UUID | None, wrapped: bytes | None) -> DataKey | None:
        return self._keys.data_key(subject, wrapped) if subject is not None and wrapped is not None else None

    def _sealed(self, event: Event, form: Form, wrapped: bytes | None) -> bytes:
        """The event's JSON with its personal fields sealed."""
        values = {name: getattr(event, name) for name in form.names}
        subject, key = event.metadata.subject, None
        for name in form.personal:
            value = values[name]
            if form.is_empty(name, value):
                values[name] = form.blank(name)
                continue
            if subject is None:
                raise UnsealedPersonalData(f"{event.TOPIC}.{name} of {event.originator_id} has no subject")
            key = key or self._key(subject, wrapped)
            if key is None or isinstance(value, Erased):
                raise SubjectErased(subject=subject)
            place = _place(event.originator_id, event.originator_version, place_end(event.TOPIC, name))
            values[name] = key.seal_text(form.encode(value), place)
        return form.encode(form.twin(**values))

    def _unsealed(self, form: Form, sealed: Any, wrapped: bytes | None) -> Event:
        """The event whose sealed form was read."""
        key = self._key(sealed.metadata.subject, wrapped)
        values = dict(zip(form.names, form.values_of(sealed), strict=True))
        start = _place(sealed.originator_id, sealed.originator_version, b"")
        for name, (decode, end) in form.personal.items():
            text = values[name]
            if text is None:
                continue
            if text is msgspec.UNSET:
                del values[name]
            elif key is None:
                values[name] = ERASED
            else:
                values[name] = decode(key.open_text(text, start + end))
        return form.event(**values)

    def _upcast(self, form: Form, topic: str, version: int, state: bytes | str, wrapped: bytes | None) -> Event:
        """An event stored in an older form: opened, brought forward form by form, then read as today's."""
        values = msgspec.json.decode(state)
        subject = values["metadata"].get("subject")
        key = self._key(UUID(subject), wrapped) if subject else None
        originator_id, originator_version = UUID(values["originator_id"]), values["originator_version"]
        for name, value in values.items():
            if isinstance(value, str) and value.startswith(SEAL):
                place = _place(originator_id, originator_version, place_end(topic, name))
                values[name] = ERASED if key is None else msgspec.json.decode(key.open_text(value, place))
        for number in range(version, form.version):
            if (topic, number) not in self._upcasters:
                raise MissingUpcaster(f"{topic} is stored in form {number}; today's is {form.version}")
            values = self._upcasters[topic, number](values)
        return form.convert(values)


def _place(originator_id: UUID, version: int, end: bytes) -> bytes:
    """Where a field stands in the log; a sealed value is worth nothing anywhere else."""
    return b"%b%d%b" % (originator_id.bytes, version, end)
