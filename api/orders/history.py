"""What happened to an order: its statuses, its timeline, its raw events, and what changed between two versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from api.access import needs
from api.cursors import read_cursor, write_cursor
from api.orders.answers_history import (
    DiffAnswer,
    RecordedAnswer,
    StatusMoveAnswer,
    TimelineAnswer,
    recorded_answer,
)
from api.orders.blueprint import order_then, orders, require_recorded
from api.orders.rendering import status_answer
from api.personal import sees_persons
from api.points_in_time import PointInTimeQuery, point_of
from api.problems import CodedMessage
from api.requests import fresh, respond, runtime
from api.schemas import Count, PageQuery, instant, page_form
from domain.orders.changes import changes
from domain.orders.order import Order, OrderNotFound
from domain.points_in_time import NOW, PointInTime
from projections import order_timeline
from projections.order_status_history import StatusMove, moves_among, status_history

PAGE = 200


class TimelineQuery(PageQuery, PointInTimeQuery):
    """Which page, and of which past."""


class DiffQuery(PointInTimeQuery):
    """From which version to which, of those that a point in time shows; nothing told: from the beginning, to now."""

    from_version = Count(0, 2**31 - 1, data_key="from")
    to_version = Count(1, 2**31 - 1, data_key="to")

    @validates_schema
    def in_order(self, told: dict[str, Any], **_: Any) -> None:
        if told.get("from_version", 0) > told.get("to_version", 2**31):
            raise ValidationError({"from": [CodedMessage("`from` comes before `to`.", "wrong-order")]})


@orders.get("/<uuid:order_id>/history")
@needs("orders:read")
@orders.arguments(PointInTimeQuery, location="query")
@orders.response(200, page_form(StatusMoveAnswer))
def get_history(told: dict[str, Any], order_id: UUID) -> Response:
    """Every status the order had, since when, by whom and why; also of a point in time."""
    point = point_of(told)
    order = order_then(order_id, point=point)
    moves, shop = _moves(order_id, point), runtime().desk.shop()
    items = [
        {
            "version": move.version,
            "at": instant(move.at),
            "recorded_at": instant(move.recorded_at),
            "from": status_answer(move.from_status, move.from_stage or "", shop) if move.from_status else None,
            "to": status_answer(move.to_status, move.to_stage, shop),
            "actor": move.actor,
            "reason": move.reason,
            "forced": move.forced,
        }
        for move in moves
    ]
    return respond({"items": items, "next": None}, version=order.version)


def _moves(order_id: UUID, point: PointInTime) -> list[StatusMove]:
    if point != NOW:
        return moves_among(runtime().log.stream(order_id, point=point))
    fresh("order_status_history")
    with runtime().reading() as connection:
        return status_history(connection, order_id)


@orders.get("/<uuid:order_id>/timeline")
@needs("orders:read")
@orders.arguments(TimelineQuery, location="query")
@orders.response(200, page_form(TimelineAnswer))
def get_timeline(told: dict[str, Any], order_id: UUID) -> Response:
    """Everything that happened to the order, in the order it was recorded; also of a point in time."""
    point = point_of(told)
    require_recorded(order_id, point)
    fresh("order_timeline")
    limit = min(told.get("limit", PAGE), PAGE)
    (after,) = read_cursor(told["cursor"], "timeline", int) if "cursor" in told else (0,)
    with runtime().reading() as connection:
        entries = order_timeline.timeline(connection, order_id, after, limit + 1, point=point)
    items = [
        {
            "version": entry.version,
            "position": entry.position,
            "at": instant(entry.at),
            "occurred_at": instant(entry.at),
            "recorded_at": instant(entry.recorded_at),
            "actor": entry.actor,
            "topic": entry.topic,
            "reason": entry.reason,
            "cause": str(entry.cause),
            "import_id": str(entry.import_id) if entry.import_id else None,
            "message_id": str(entry.message_id) if entry.message_id else None,
            "summary": entry.summary,
        }
        for entry in entries[:limit]
    ]
    following = write_cursor("timeline", entries[limit - 1].position) if len(entries) > limit else None
    return respond({"items": items, "next": following})


@orders.get("/<uuid:order_id>/events")
@needs("orders:read")
@orders.arguments(PointInTimeQuery, location="query")
@orders.response(200, page_form(RecordedAnswer))
def get_events(told: dict[str, Any], order_id: UUID) -> Response:
    """The order's events as they are stored, personal fields opened; `{"erased": true}` where they were erased.

    Without `personal:read` they all read so.
    """
    stream = runtime().log.stream(order_id, point=point_of(told), personal=sees_persons())
    if not stream:
        raise OrderNotFound
    return respond({"items": [recorded_answer(recorded) for recorded in stream], "next": None})


@orders.get("/<uuid:order_id>/diff")
@needs("orders:read")
@orders.arguments(DiffQuery, location="query")
@orders.response(200, DiffAnswer)
def get_diff(told: dict[str, Any], order_id: UUID) -> Response:
    """What changed from one version to another: every field before and after, by whom and why."""
    point, start = point_of(told), told.get("from_version", 0)
    personal = sees_persons()
    order = order_then(order_id, start, point, personal=personal) if start else Order.blank(order_id)
    stream = runtime().log.stream(order_id, told.get("to_version"), point, personal=personal)
    events = [recorded.event for recorded in stream]
    if not events:
        raise OrderNotFound
    later = [event for event in events if event.originator_version > order.version]
    steps = list(changes(order, later, partial=point != NOW))
    return respond({"from": start, "to": order.version, "changes": steps})
