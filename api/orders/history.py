"""What happened to an order: its statuses, its timeline, its raw events, and what changed between two versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from api.access import needs
from api.cursors import read_cursor, write_cursor
from api.orders.answers_history import DiffAnswer, RecordedAnswer, StatusMoveAnswer, TimelineAnswer
from api.orders.blueprint import order_then, orders, require_recorded
from api.orders.rendering import status_answer
from api.problems import CodedMessage
from api.requests import fresh, respond, runtime
from api.schemas import Body, Count, PageQuery, instant, page_form
from domain.orders.changes import changes
from domain.orders.order import Order
from projections import order_status_history, order_timeline

PAGE = 200


class DiffQuery(Body):
    """From which version to which; nothing told: from the beginning, to now."""

    from_version = Count(0, 2**31 - 1, data_key="from")
    to_version = Count(1, 2**31 - 1, data_key="to")

    @validates_schema
    def in_order(self, told: dict[str, Any], **_: Any) -> None:
        if told.get("from_version", 0) > told.get("to_version", 2**31):
            raise ValidationError({"from": [CodedMessage("`from` comes before `to`.", "wrong-order")]})


@orders.get("/<uuid:order_id>/history")
@needs("orders:read")
@orders.response(200, page_form(StatusMoveAnswer))
def get_history(order_id: UUID) -> Response:
    """Every status the order had, since when, by whom and why."""
    order = order_then(order_id)
    fresh("order_status_history")
    shop = runtime().desk.shop()
    with runtime().reading() as connection:
        moves = order_status_history.status_history(connection, order_id)
    items = [
        {
            "version": move.version,
            "at": instant(move.at),
            "from": status_answer(move.from_status, move.from_stage or "", shop) if move.from_status else None,
            "to": status_answer(move.to_status, move.to_stage, shop),
            "actor": move.actor,
            "reason": move.reason,
            "forced": move.forced,
        }
        for move in moves
    ]
    return respond({"items": items, "next": None}, version=order.version)


@orders.get("/<uuid:order_id>/timeline")
@needs("orders:read")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_form(TimelineAnswer))
def get_timeline(told: dict[str, Any], order_id: UUID) -> Response:
    """Everything that happened to the order, in order."""
    require_recorded(order_id)
    fresh("order_timeline")
    limit = min(told.get("limit", PAGE), PAGE)
    (after,) = read_cursor(told["cursor"], "timeline", int) if "cursor" in told else (0,)
    with runtime().reading() as connection:
        entries = order_timeline.timeline(connection, order_id, after, limit + 1)
    items = [
        {
            "version": entry.version,
            "position": entry.position,
            "at": instant(entry.at),
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
@orders.response(200, page_form(RecordedAnswer))
def get_events(order_id: UUID) -> Response:
    """The order's events as they are stored, personal fields opened; `{"erased": true}` where they were erased."""
    require_recorded(order_id)
    items = [
        {"position": recorded.position, "topic": recorded.event.TOPIC, "event": recorded.event}
        for recorded in runtime().log.stream(order_id)
    ]
    return respond({"items": items, "next": None})


@orders.get("/<uuid:order_id>/diff")
@needs("orders:read")
@orders.arguments(DiffQuery, location="query")
@orders.response(200, DiffAnswer)
def get_diff(told: dict[str, Any], order_id: UUID) -> Response:
    """What changed from one version to another: every field before and after, by whom and why."""
    start = told.get("from_version", 0)
    order = order_then(order_id, start) if start else Order.blank(order_id)
    events = [recorded.event for recorded in runtime().log.stream(order_id, told.get("to_version"))]
    if not events:
        require_recorded(order_id)
    steps = list(changes(order, events[order.version :]))
    return respond({"from": start, "to": order.version, "changes": steps})
