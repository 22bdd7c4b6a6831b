"""The contract of events: the JSON Schema of each topic, and the document that tells feed and webhooks as AsyncAPI."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from marshmallow import fields

from api.access import needs
from api.bodies import Resource
from api.requests import respond
from api.schemas import Body, page_form
from projections.published.asyncapi import MEDIA_TYPE, document
from projections.published.schemas import VERSION, event_schema, known_topics

SCHEMA = "application/schema+json"
DOCUMENT = {"type": "object"}

schemas = Resource("event_schemas", __name__, url_prefix="/events", description="The contract of events")


class EventSchemaAnswer(Body):
    """A topic, the number of its form today, which every event says as `version`, and the JSON Schema of that form."""

    topic = fields.String(required=True, metadata={"example": "order.shipped"})
    version = fields.Integer(required=True)
    schema = fields.Dict(required=True, metadata={"description": "JSON Schema, dialect 2020-12"})


@schemas.get("/schemas")
@needs("events:read")
@schemas.response(200, page_form(EventSchemaAnswer))
def get_schemas() -> Response:
    """The schema of every topic's events, as the feed, files and webhooks have them."""
    return respond({"items": [_answer(topic) for topic in known_topics()], "next": None})


@schemas.get("/schemas/<string:topic>")
@needs("events:read")
@schemas.response(200, DOCUMENT, content_type=SCHEMA)
def get_schema(topic: str) -> Response:
    """The schema of one topic's events, by itself, for a validator or a generator of code."""
    return Response(msgspec.json.encode(event_schema(topic)), content_type=SCHEMA)


@schemas.get("/asyncapi.json")
@needs("events:read")
@schemas.response(200, DOCUMENT, content_type=MEDIA_TYPE)
def get_asyncapi() -> Response:
    """The feed and the webhooks as an AsyncAPI 3.0 document."""
    return Response(msgspec.json.encode(document()), content_type=MEDIA_TYPE)


def _answer(topic: str) -> dict[str, Any]:
    schema = event_schema(topic)
    return {"topic": topic, "version": schema[VERSION], "schema": schema}
