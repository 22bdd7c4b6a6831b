"""The ordered feed of everything that happened, for data teams; and how the views follow it."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api.access import needs
from api.bodies import Resource
from api.orders.answers_history import RecordedAnswer
from api.requests import respond, runtime
from api.schemas import Body, Count, instant, page_form
from projections.log.seals import checkpoints, public_key

events = Resource("events", __name__, url_prefix="/events", description="The feed of all events")
audit = Resource("audit", __name__, url_prefix="/audit", description="The proof that nothing was changed")
views = Resource("projections", __name__, url_prefix="/projections", description="The views and how fresh they are")
MOST = 1000


class FeedQuery(Body):
    """From after which position, and how many at most."""

    after = Count(0, 2**63 - 1)
    limit = Count(1, MOST)


class FeedAnswer(Body):
    """Events in order; `next` is what to ask for as `after` the next time."""

    items = fields.List(fields.Nested(RecordedAnswer), required=True)
    next = fields.Integer(required=True)


class SealAnswer(Body):
    """A checkpoint: the chain's SHA-256 up to a position, and its signature, both in hexadecimal."""

    position = fields.Integer(required=True)
    chain = fields.String(required=True)
    signature = fields.String(required=True)
    sealed_at = fields.DateTime(required=True)


class SealsAnswer(Body):
    """Checkpoints in order, what to ask for as `after` the next time, and the Ed25519 key that checks them."""

    items = fields.List(fields.Nested(SealAnswer), required=True)
    next = fields.Integer(required=True)
    key = fields.String(required=True)


class ViewAnswer(Body):
    """How a view is doing: `behind` counts events, `held_keys` those that wait behind a parked one."""

    projection = fields.String(required=True)
    position = fields.Integer(required=True)
    head = fields.Integer(required=True)
    behind = fields.Integer(required=True)
    generation = fields.Integer(required=True)
    version = fields.Integer(required=True)
    wanted_version = fields.Integer(required=True)
    building = fields.Boolean(required=True)
    parked = fields.Integer(required=True)
    held_keys = fields.Integer(required=True)
    trouble = fields.String(required=True, allow_none=True)
    updated_at = fields.DateTime(required=True, allow_none=True)


@events.get("")
@needs("events:read")
@events.arguments(FeedQuery, location="query")
@events.response(200, FeedAnswer)
def get_events(told: dict[str, Any]) -> Response:
    """Events in the order they were recorded; ask again after `next`. Nothing is skipped and nothing comes twice."""
    after, limit = told.get("after", 0), told.get("limit", 100)
    recorded = runtime().log.read(after, limit)
    items = [{"position": position, "topic": event.TOPIC, "event": event} for position, event in recorded]
    if recorded:
        runtime().log.secure()
    return respond({"items": items, "next": recorded[-1].position if recorded else after})


@audit.get("/seals")
@needs("audit:read")
@audit.arguments(FeedQuery, location="query")
@audit.response(200, SealsAnswer)
def get_seals(told: dict[str, Any]) -> Response:
    """The signed checkpoints over the log after a position, and the Ed25519 key that checks their signatures."""
    after, limit = told.get("after", 0), told.get("limit", 100)
    found = checkpoints(runtime().log, after, limit)
    items = [
        {
            "position": one.position,
            "chain": one.chain.hex(),
            "signature": one.signature.hex(),
            "sealed_at": instant(one.sealed_at),
        }
        for one in found
    ]
    key = public_key(runtime().log).hex()
    return respond({"items": items, "next": found[-1].position if found else after, "key": key})


@views.get("")
@needs("projections:read")
@views.response(200, page_form(ViewAnswer))
def get_projections() -> Response:
    """Every view: its position, how far behind it is, and what it could not take."""
    items = [
        {**status._asdict(), "updated_at": instant(status.updated_at)}
        for status in runtime().views.status(runtime().log.head())
    ]
    return respond({"items": items, "next": None})
