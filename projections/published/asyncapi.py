"""The feed and the webhooks as an AsyncAPI 3.0 document."""

from __future__ import annotations

from functools import cache
from typing import Any

from projections.published.schemas import VERSION, Schema, components, known_topics

MEDIA_TYPE = "application/vnd.aai.asyncapi+json"

_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_INSTANT = {"type": "string", "format": "date-time"}
_HEADERS: Schema = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {**_TEXT, "description": "That of the event, the same however often the call is made."},
        "webhook-timestamp": {**_TEXT, "description": "Seconds since 1970 at which the call was made."},
        "webhook-signature": {**_TEXT, "description": "`v1,` and base64 of each valid secret, parted by a space."},
    },
}


@cache
def document() -> Schema:
    """What is sent to webhook endpoints, and what the feed answers, one message a topic."""
    topics = known_topics()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Carnet events",
            "version": "1",
            "description": "Every event in the order it was recorded: asked for at the feed, or sent to endpoints by "
            "POST. Delivered at least once; `position` is the order, `sequence` that within a `stream`.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "feed": {
                "address": "/api/v1/events",
                "messages": {_id(topic): {"$ref": f"#/components/messages/{_id(topic)}"} for topic in topics},
            },
            "webhooks": {
                "address": None,
                "description": "The address of an endpoint, `POST /api/v1/webhook-endpoints`.",
                "messages": {_id(topic): {"$ref": f"#/components/messages/{_id(topic)}-webhook"} for topic in topics},
            },
        },
        "operations": {
            "answerFeed": {"action": "send", "channel": {"$ref": "#/channels/feed"}},
            "callEndpoint": {"action": "send", "channel": {"$ref": "#/channels/webhooks"}},
        },
        "components": {
            "messages": {_id(topic): _item_message(topic) for topic in topics}
            | {f"{_id(topic)}-webhook": _webhook_message(topic) for topic in topics},
            "schemas": components(lambda name: f"#/components/schemas/{name}"),
        },
    }


def _id(topic: str) -> str:
    """A topic as a name without dots."""
    return topic.replace(".", "-")


def item_schema(topic: str, version: int, event: Schema) -> Schema:
    """The schema of an item of the feed that is of a topic."""
    fields: Schema = {
        "position": _COUNT,
        "topic": {"const": topic},
        "version": {"const": version},
        "occurred_at": _INSTANT,
        "recorded_at": _INSTANT,
        "event": event,
    }
    return {"type": "object", "properties": fields, "required": list(fields)}


def _item(topic: str) -> Schema:
    version = components(str)[topic][VERSION]
    return item_schema(topic, version, {"$ref": f"#/components/schemas/{topic}"})


def _item_message(topic: str) -> dict[str, Any]:
    return {"name": topic, "title": topic, "payload": _item(topic)}


def _webhook_message(topic: str) -> dict[str, Any]:
    fields: Schema = {
        "type": {"const": topic},
        "timestamp": {**_INSTANT, "description": "When it was recorded."},
        "endpoint_id": {**_TEXT, "format": "uuid"},
        "epoch": {**_TEXT, "description": "While it lasts, a position means one event."},
        "position": {**_COUNT, "description": "Its place in the order of all events."},
        "stream": {**_TEXT, "format": "uuid", "description": "What it is about: an order, a customer ..."},
        "sequence": {**_COUNT, "description": "Its place in the stream, from 1 and without a gap."},
        "data": _item(topic),
    }
    payload = {"type": "object", "properties": fields, "required": list(fields)}
    return {"name": f"{topic} (webhook)", "title": topic, "headers": _HEADERS, "payload": payload}
