"""Who else has an order open: kept for half a minute, and no part of its history."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import caller, needs
from api.orders.blueprint import orders
from api.requests import respond, runtime
from api.schemas import Body, instant
from domain.orders.order import OrderNotFound
from projections.access.presence import KEPT, beat, exists, leave


class PresenceForm(Body):
    """Nothing but that one is there."""

    class Loaded(Struct, frozen=True, kw_only=True):
        pass


class PresentAnswer(Body):
    """Somebody who has the order open, since when."""

    actor = fields.String(required=True, metadata={"example": "operator:ada"})
    since = fields.DateTime(required=True)


class PresenceAnswer(Body):
    """The others who have the order open; told again within `seconds`, one stays among them."""

    others = fields.List(fields.Nested(PresentAnswer), required=True)
    seconds = fields.Integer(required=True)


@orders.post("/<uuid:order_id>/presence")
@needs("orders:read")
@orders.arguments(PresenceForm)
@orders.response(200, PresenceAnswer)
def note_presence(form: PresenceForm.Loaded, order_id: UUID) -> Response:
    """Say that one has the order open, and hear who else has; nothing of it is recorded."""
    with runtime().pool.connection() as connection:
        if not exists(connection, order_id):
            raise OrderNotFound
        others = beat(connection, order_id, caller().actor)
    told = [{"actor": one.actor, "since": instant(one.since)} for one in others]
    return respond({"others": told, "seconds": int(KEPT.total_seconds())})


@orders.delete("/<uuid:order_id>/presence")
@needs("orders:read")
@orders.response(204)
def end_presence(order_id: UUID) -> Response:
    """Say that one has closed it."""
    with runtime().pool.connection() as connection:
        leave(connection, order_id, caller().actor)
    return respond(None, status=204)
