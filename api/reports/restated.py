"""What is known later of how orders stood at an instant: a report over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields

from api.access import needs
from api.cursors import read_cursor, write_cursor
from api.lists import limit_of
from api.points_in_time import KNOWN_AT, Moment, When
from api.problems import Problem
from api.reports.blueprint import reports
from api.requests import respond, runtime, shop
from api.schemas import Body, MoneyAnswer, PageQuery, money, page_form
from domain.points_in_time import PointInTime, instant_of
from projections.exports import require_passed
from projections.restated import Figures, RestatedOrder, restated

PAGE = 200


class RestatedQuery(PageQuery):
    """The instant that is looked at, as it was known then; and the one at which it is looked back, now unless told."""

    known_at = When(KNOWN_AT, required=True)
    later = When("What is known by then; now unless told.", data_key="and")

    class Loaded(PageQuery.Loaded, frozen=True, kw_only=True):
        known_at: Moment
        later: Moment | None = None


class StoodAnswer(Body):
    """An order as it stood."""

    number = fields.String(required=True)
    status = fields.String(required=True)
    stage = fields.String(required=True)
    payment_status = fields.String(required=True)
    total = fields.Nested(MoneyAnswer, required=True)
    paid = fields.Nested(MoneyAnswer, required=True)
    refunded = fields.Nested(MoneyAnswer, required=True)
    balance = fields.Nested(MoneyAnswer, required=True)


class RestatedAnswer(Body):
    """An order of which more is known now: how it stood, as was known then and as is known now."""

    id = fields.UUID(required=True)
    then = fields.Nested(StoodAnswer, required=True, allow_none=True)
    now = fields.Nested(StoodAnswer, required=True, allow_none=True)


@reports.get("/restated")
@needs("orders:read")
@reports.arguments(RestatedQuery, location="query")
@reports.response(200, page_form(RestatedAnswer))
def get_restated(query: RestatedQuery.Loaded) -> Response:
    """Orders that stood otherwise at an instant than was known then, such as one whose payment was told later.

    A page may have fewer orders than asked for, or none, and still a next one.
    """
    zone, now = ZoneInfo(shop().defaults.timezone), datetime.now(UTC)
    known_at = instant_of(query.known_at, zone)
    later = now if query.later is None else instant_of(query.later, zone)
    for at in (known_at, later):
        require_passed(PointInTime(known_at=at), now)
    if later < known_at:
        detail = "`and` is not before `known_at`."
        fault = {"parameter": "and", "code": "wrong-order", "detail": detail}
        raise Problem(422, "invalid-fields", detail, errors=[fault])
    (after,) = read_cursor(query.cursor, "restated", UUID) if query.cursor is not None else (None,)
    with runtime().reading() as connection:
        page = restated(connection, runtime().log, known_at, later, after, limit_of(query.limit, PAGE))
    items = [_answer(order) for order in page.orders]
    return respond({"items": items, "next": write_cursor("restated", page.next) if page.next else None})


def _answer(order: RestatedOrder) -> dict[str, Any]:
    return {"id": str(order.id), "then": _stood(order.then), "now": _stood(order.now)}


def _stood(figures: Figures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    amounts = ("total", "paid", "refunded", "balance")
    texts = ("number", "status", "stage", "payment_status")
    told: dict[str, Any] = {name: getattr(figures, name) for name in texts}
    return told | {name: money(getattr(figures, name), figures.currency) for name in amounts}
