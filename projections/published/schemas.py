"""The contract of what leaves the house: a JSON Schema of every kind of event, made from its struct."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec

from domain.errors import NotFound
from domain.topics import EVENTS
from projections.published.amounts import AMOUNTS, CURRENCY, OWN_CURRENCY
from projections.published.forms import PublishedForm, published_form

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PATH = "/api/v1/events/schemas/"
VERSION = "x-version"
AMOUNT = "x-amount"  # marks whole numbers of minor units of the `currency` that stands beside them
PERSONAL = "x-personal"

PARTS: dict[str, dict[str, Any]] = {
    "Erased": {
        "type": "object", "title": "Erased", "description": "The person was forgotten; nobody can read it any more.",
        "properties": {"erased": {"const": True}}, "required": ["erased"], "additionalProperties": False,
    },
    "Withheld": {
        "type": "object", "title": "Withheld", "description": "It is there, and is not shown to who reads this.",
        "properties": {"withheld": {"const": True}}, "required": ["withheld"], "additionalProperties": False,
    },
}  # fmt: skip

Schema = dict[str, Any]


class UnknownTopic(NotFound):
    """No event has the topic {topic}."""

    code = "unknown-topic"


@cache
def known_topics() -> tuple[str, ...]:
    """The topics of all events, in order."""
    return tuple(sorted(event.TOPIC for event in EVENTS))


def require_topic(topic: str) -> None:
    """Raises `UnknownTopic` for a topic that no event has."""
    if topic not in known_topics():
        raise UnknownTopic(topic=topic[:80])


@cache
def event_schema(topic: str) -> Schema:
    """The JSON Schema of a topic's events, which stands by itself; raises `UnknownTopic`."""
    require_topic(topic)
    form = published_form(topic)
    schema, parts = _schema(form, lambda name: f"#/$defs/{name}")
    about = {"$schema": DIALECT, "$id": f"{PATH}{topic}", "title": topic, VERSION: form.version}
    return about | {name: value for name, value in schema.items() if name != "title"} | {"$defs": parts}


def components(place: Callable[[str], str]) -> dict[str, Schema]:
    """The schemas of all events by topic, and of their parts by name; `place` is where another of a name is found."""
    found: dict[str, Schema] = {}
    for topic in known_topics():
        schema, parts = _schema(published_form(topic), place)
        found |= parts
        found[topic] = {**schema, "title": topic, VERSION: published_form(topic).version}
    return found


def _schema(form: PublishedForm, place: Callable[[str], str]) -> tuple[Schema, dict[str, Schema]]:
    """The schema of a form, and those of its parts."""
    kinds = [form.kind, *form.personal.values()]
    (_, *personal), found = msgspec.json.schema_components(kinds, ref_template=place("{name}"))
    for part in found.values():
        _tidy(part)
    schema = found.pop(form.kind.__name__)
    names = dict(zip(form.personal, personal, strict=True))
    for name, kind in names.items():
        marks = [{"$ref": place(mark)} for mark in PARTS]
        null = [{"type": "null"}] if form.may_be_null(name) else []
        shown = [] if name in form.secrets else [kind]
        schema["properties"][name] = {"anyOf": [*shown, *null, *marks], PERSONAL: True}
    for path in (*form.amounts, *OWN_CURRENCY.get(form.topic, ())):
        _mark_amount(schema, found, path.split("."))
    if CURRENCY in schema["properties"] and form.topic in AMOUNTS:
        schema["properties"][CURRENCY]["description"] = "That of the amounts (ISO 4217); null where it is lost."
    return schema, dict(sorted(found.items())) | (PARTS if names else {})


def _tidy(part: Schema) -> None:
    """Every field is written out, so that each is there, and none is what it is by default."""
    part["required"] = list(part["properties"])
    part["description"] = " ".join(cleandoc(part.get("description", "")).split())
    for field in part["properties"].values():
        field.pop("default", None)


def _mark_amount(schema: Schema, parts: dict[str, Schema], path: list[str]) -> None:
    field = schema["properties"][path[0]]
    if len(path) == 1:
        field[AMOUNT] = True
        return
    name = next(_references(field)).rpartition("/")[2].removeprefix("event.")
    _mark_amount(parts[name], parts, path[1:])


def _references(field: Any) -> Iterator[str]:
    """The parts that a field's schema refers to."""
    for name, value in field.items():
        if name == "$ref":
            yield value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _references(inner)
