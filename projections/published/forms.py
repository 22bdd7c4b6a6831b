"""An event as it leaves the house: every field written out, amounts with their currency, marks where nothing is shown.

For each class of events there is one of the same fields here that leaves none out. Stored JSON is read straight into
it, so that a feed pays for one reading and one writing of each event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from threading import RLock
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from eventsourcing.utils import resolve_topic
from msgspec import UNSET, Struct

from domain.events import Erased, Event
from projections.log.forms import form_of
from projections.published.amounts import AMOUNTS, CURRENCY
from projections.published.marks import SECRETS, WITHHELD

# As in `projections.log.forms`: msgspec must not learn of one struct in two threads at a time.
_building = RLock()


class PublishedForm:
    """How one class of events is published. `kind` is its struct, whose fields of persons hold any value or a mark."""

    def __init__(self, event: type[Event]) -> None:
        stored = form_of(event)
        self.event = event
        self.topic = event.TOPIC
        self.version = event.VERSION
        self.amounts = AMOUNTS.get(event.TOPIC, ())
        self.secrets = frozenset(name for topic, name in SECRETS if topic == event.TOPIC)
        self.personal: dict[str, Any] = {name: published_type(stored.kinds[name]) for name in stored.personal}
        self.blanks = {field.name: _default(field) for field in msgspec.structs.fields(event)}
        self.kind = self._kind()
        self.decode: Callable[[bytes | str], Any] = msgspec.json.Decoder(self.kind).decode
        self.openers: dict[str, Callable[[bytes], Any]] = {
            name: msgspec.Raw if kind is str else msgspec.json.Decoder(kind).decode
            for name, kind in self.personal.items()
        }

    def of(self, event: Event, *, personal: bool = True) -> Any:
        """An event that was read already, as it is published; not `personal`: without what is of persons."""
        values = {name: getattr(event, name) for name in event.__struct_fields__ if name not in self.personal}
        made = self.decode(msgspec.json.encode(values))
        for name, opened in self.openers.items():
            value = getattr(event, name)
            if isinstance(value, Erased) or value is None or value == self.blanks[name]:
                setattr(made, name, value)
            elif personal and name not in self.secrets:
                setattr(made, name, opened(msgspec.json.encode(value)))
            else:
                setattr(made, name, WITHHELD)
        return made

    def may_be_null(self, name: str) -> bool:
        """Whether a field of a person can hold nothing at all."""
        return NoneType in get_args(get_type_hints(self.event)[name])

    def _kind(self) -> type[Any]:
        hints = get_type_hints(self.event, include_extras=True)
        definitions: list[Any] = []
        for field in msgspec.structs.fields(self.event):
            if field.name in self.personal:
                definitions.append((field.name, Any, UNSET))
            else:
                definitions.append(_defined(field, published_type(hints[field.name])))
        if self.amounts:
            definitions.append((CURRENCY, str | None, None))
        return msgspec.defstruct(self.event.__name__, definitions, kw_only=True, namespace=_documented(self.event))


def published_form(topic: str) -> PublishedForm:
    """The form of a topic; raises `eventsourcing.utils.TopicError` for one that no event has."""
    with _building:
        return _form(topic)


@cache
def _form(topic: str) -> PublishedForm:
    return PublishedForm(resolve_topic(topic))


def published_type(kind: Any) -> Any:
    """The same type, in which structs write every field out."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _published_struct(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return published_type(parts[0])
    if origin in (Union, UnionType):
        return Union[tuple(published_type(part) for part in parts)]  # noqa: UP007 - built at run time
    if kind is datetime:
        return Annotated[datetime, msgspec.Meta(extra_json_schema={"format": "date-time"})]
    if origin in (tuple, list, dict, frozenset):
        return origin[tuple(part if part is Ellipsis else published_type(part) for part in parts)]
    return kind


@cache
def _published_struct(kind: type[Struct]) -> type[Struct]:
    hints = get_type_hints(kind, include_extras=True)
    definitions = [_defined(field, published_type(hints[field.name])) for field in msgspec.structs.fields(kind)]
    config = kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__, definitions, frozen=True, kw_only=True, tag_field=config.tag_field, tag=config.tag,
        namespace=_documented(kind),
    )  # fmt: skip


def _defined(field: msgspec.structs.FieldInfo, kind: Any) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.name, kind, _plain_default(field.default, kind)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.name, kind, msgspec.field(default_factory=field.default_factory)
    return field.name, kind


def _plain_default(value: Any, kind: Any) -> Any:
    """A default in the types of this module."""
    if isinstance(value, Struct):
        made = msgspec.convert(value, kind, from_attributes=True)
        return msgspec.field(default_factory=lambda: made)
    return value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return None if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _documented(kind: type[Any]) -> dict[str, Any]:
    return {"__doc__": kind.__doc__}
