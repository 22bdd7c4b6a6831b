"""The events in the API's description: what an item of the feed is for each topic."""

from __future__ import annotations

from typing import Any

from api.feed import LINES
from projections.published.asyncapi import item_schema
from projections.published.schemas import VERSION, components, known_topics

ITEM = "RecordedAnswer"
FEED = "/api/v1/events"
_UNREADABLE = "UnreadableEvent"


def with_events(description: dict[str, Any]) -> dict[str, Any]:
    """The description, in which an item of events is one of those that there are, told apart by its topic."""
    known = description["components"]["schemas"]
    known |= {f"event.{name}": schema for name, schema in components(_place).items()}
    general = known[ITEM]
    known[_UNREADABLE] = _unreadable(general)
    items = [item_schema(topic, known[f"event.{topic}"][VERSION], {"$ref": _place(topic)}) for topic in known_topics()]
    answer = description["paths"][FEED]["get"]["responses"]["200"]
    answer["content"][LINES] = {"schema": {"type": "string", "description": "An item a line, and a last line without"}}
    about = general.get("description", "")
    known[ITEM] = {"description": about, "oneOf": [*items, {"$ref": f"#/components/schemas/{_UNREADABLE}"}]}
    return description


def _place(name: str) -> str:
    return f"#/components/schemas/event.{name}"


def _unreadable(general: dict[str, Any]) -> dict[str, Any]:
    """An event whose stored form cannot be read."""
    mark = {"type": "object", "properties": {"unreadable": {"const": True}}, "required": ["unreadable"]}
    fields = {**general["properties"], "event": mark, "version": {"type": "null"}, "occurred_at": {"type": "null"}}
    return {**general, "description": "An event whose stored form cannot be read.", "properties": fields}
