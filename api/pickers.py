"""What a desk picks from: tags and sources that orders have."""

from __future__ import annotations

from flask import Response
from marshmallow import fields

from api.access import needs
from api.bodies import Resource
from api.requests import fresh, read, respond
from api.schemas import Body, page_form
from projections.views.orders.pickers import Picked, sources, tags

pickers = Resource("pickers", __name__, url_prefix="/meta", description="What a desk picks from")


class PickedAnswer(Body):
    """A value, and how many of the newest orders have it."""

    value = fields.String(required=True)
    orders = fields.Integer(required=True)


@pickers.get("/tags")
@needs("orders:read")
@pickers.response(200, page_form(PickedAnswer))
def get_tags() -> Response:
    """The tags of the newest 20,000 orders, the commonest first; at most 500."""
    fresh("orders", anywhere=True)
    return _answer(read(tags))


@pickers.get("/sources")
@needs("orders:read")
@pickers.response(200, page_form(PickedAnswer))
def get_sources() -> Response:
    """The sources of the newest 20,000 orders, the commonest first; at most 500."""
    fresh("orders", anywhere=True)
    return _answer(read(sources))


def _answer(found: list[Picked]) -> Response:
    return respond({"items": [one._asdict() for one in found], "next": None})
