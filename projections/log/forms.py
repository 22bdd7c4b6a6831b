"""How one class of events is read and written: found once per class from its fields."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from threading import Lock
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from domain.events import Erased, Event, PersonalMark

_encoder = msgspec.json.Encoder()

# msgspec 0.22 keeps what it knows of a struct with the class while it is still being worked out, and a thread that
# decodes by a half-made one ends the process: forms are made one at a time, and read with once they are whole.
_building = Lock()


class Form:
    """The codec of one event class: `personal` reads a person's fields and ends their place, `twin` has them sealed.

    `kinds` are the types of the person's fields.
    """

    def __init__(self, event: type[Event], personal: dict[str, Any]) -> None:
        fields = msgspec.structs.fields(event)
        self.event = event
        self.version = event.VERSION
        self.names = tuple(field.name for field in fields)
        self.values_of: Callable[[Any], tuple[Any, ...]] = attrgetter(*self.names)
        self.personal: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
            name: (msgspec.json.Decoder(kind).decode, place_end(event.TOPIC, name)) for name, kind in personal.items()
        }
        self.kinds = personal
        self._defaults = {
            field.name: _default(field) for field in fields if field.name in personal and not field.required
        }
        self.twin = _twin(event, fields, personal) if personal else event
        self.encode: Callable[[Any], bytes] = _encoder.encode
        self.decode_sealed: Callable[[bytes | str], Any] = msgspec.json.Decoder(self.twin).decode
        self.decode: Callable[[bytes | str], Event] = self.decode_sealed

    def is_empty(self, name: str, value: Any) -> bool:
        """Whether a personal field holds nothing that would need sealing: null, or what it is when left out."""
        return value is None or value == self._defaults.get(name)

    def blank(self, name: str) -> Any:
        """How an empty personal field stands in the twin."""
        return msgspec.UNSET if name in self._defaults else None

    def convert(self, values: dict[str, Any]) -> Event:
        """The event of opened values in today's form; an `Erased` field stays erased."""
        opened = {
            name: values[name] if isinstance(values[name], Erased) else msgspec.convert(values[name], kind)
            for name, kind in self.kinds.items()
            if values.get(name) is not None
        }
        twin = msgspec.convert(values | dict.fromkeys(opened), self.twin)
        plain = {name: getattr(twin, name) for name in self.names if getattr(twin, name) is not msgspec.UNSET}
        return self.event(**plain | opened)


def place_end(topic: str, field: str) -> bytes:
    """The end of a sealed field's place in the log; a stream and a version stand before it."""
    return b":%b.%b" % (topic.encode(), field.encode())


def form_of(event: type[Event]) -> Form:
    """The form of an event class; refuses personal fields hidden where they would not be sealed."""
    with _building:
        personal: dict[str, Any] = {}
        for name, hint in get_type_hints(event, include_extras=True).items():
            kind = _personal_kind(hint)
            if kind is not None:
                personal[name] = kind
            elif _hides_personal(hint, set()):
                raise TypeError(f"{event.__name__}.{name}: mark the whole field Personal, not a part of it")
        return Form(event, personal)


def _personal_kind(hint: Any) -> Any:
    """The kind of a `Personal[...]` field without its mark and without `Erased`; None for other fields."""
    if get_origin(hint) is Annotated:
        return _without_erased(get_args(hint)[0]) if PersonalMark in hint.__metadata__ else None
    if get_origin(hint) in (Union, UnionType):
        marked = [kind for kind in map(_personal_kind, get_args(hint)) if kind is not None]
        others = [part for part in get_args(hint) if part is not NoneType]
        if len(marked) == len(others) == 1:
            return marked[0]
    return None


def _without_erased(hint: Any) -> Any:
    return Union[tuple(part for part in get_args(hint) if part is not Erased)] if _is_union(hint) else hint  # noqa: UP007 - built at run time


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _hides_personal(hint: Any, seen: set[Any]) -> bool:
    """Whether a personal field stands inside this type."""
    if get_origin(hint) is Annotated and PersonalMark in hint.__metadata__:
        return True
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        if hint in seen:
            return False
        seen.add(hint)
        return any(_hides_personal(part, seen) for part in get_type_hints(hint, include_extras=True).values())
    return any(_hides_personal(part, seen) for part in get_args(hint))


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _twin(event: type[Event], fields: tuple[msgspec.structs.FieldInfo, ...], personal: dict[str, Any]) -> type[Any]:
    """A struct of the same fields in which a person's are text, or unset when left out."""
    definitions: list[Any] = []
    for field in fields:
        kind = str | None | msgspec.UnsetType if field.name in personal else field.type
        if field.name in personal and not field.required:
            definitions.append((field.name, kind, msgspec.UNSET))
        elif field.default is not msgspec.NODEFAULT:
            definitions.append((field.name, kind, field.default))
        elif field.default_factory is not msgspec.NODEFAULT:
            definitions.append((field.name, kind, msgspec.field(default_factory=field.default_factory)))
        else:
            definitions.append((field.name, kind))
    return msgspec.defstruct(event.__name__, definitions, kw_only=True, frozen=True, omit_defaults=True)
