"""What happened to an order: its statuses, its timeline, its raw events, and what changed between two versions."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from flask import Response
from marshmallow import post_load
from marshmallow.exceptions import ValidationError

from api.access import needs
from api.cursors import read_cursor, write_cursor
from api.lists import limit_of
from api.orders.answers_history import (
    DiffAnswer,
    RecordedAnswer,
    StatusMoveAnswer,
    TimelineAnswer,
)
from api.orders.blueprint import order_then, orders, recorded_of
from api.orders.rendering import status_answer
from api.orders.told_changes import told_change, told_fields, told_summary
from api.personal import sees_persons
from api.points_in_time import Moment, PointInTimeQuery, When, point_of
from api.problems import CodedMessage
from api.requests import fresh, respond, runtime
from api.schemas import Count, PageQuery, instant, page_form
from domain.events import Event, fold
from domain.orders.changes import Change, changes, field_changes, state_of
from domain.orders.order import Order
from domain.points_in_time import NOW, PointInTime, fold_part
from projections.published import published
from projections.views import order_timeline
from projections.views.order_status_history import StatusMove, moves_among, status_history

PAGE = 200


class TimelineQuery(PageQuery, PointInTimeQuery):
    """Which page, and of which past."""

    class Loaded(PointInTimeQuery.Loaded, frozen=True, kw_only=True):
        limit: int | None = None
        cursor: str | None = None


class DiffQuery(PointInTimeQuery):
    """From which version to which, of those that a point in time shows; nothing told: from the beginning, to now.

    With `from_as_of`, `from_known_at` or both it is from that point in time to the other one, or to now.
    """

    from_version = Count(0, 2**31 - 1, data_key="from")
    to_version = Count(1, 2**31 - 1, data_key="to")
    from_as_of = When("Compares with what had happened by then.")
    from_known_at = When("Compares with what had been recorded by then.")

    class Loaded(PointInTimeQuery.Loaded, frozen=True, kw_only=True):
        from_version: int = 0
        to_version: int | None = None
        from_as_of: Moment | None = None
        from_known_at: Moment | None = None

        @property
        def start(self) -> PointInTimeQuery.Loaded | None:
            """The point in time that is compared with; None: a version is."""
            if self.from_as_of is None and self.from_known_at is None:
                return None
            return PointInTimeQuery.Loaded(as_of=self.from_as_of, known_at=self.from_known_at)

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The versions, in their order."""
        query = self.Loaded(**facts)
        if query.to_version is not None and query.from_version > query.to_version:
            raise ValidationError({"from": [CodedMessage("`from` comes before `to`.", "wrong-order")]})
        if query.start and (query.from_version or query.to_version is not None):
            told = "Say either versions or points in time."
            raise ValidationError({"from": [CodedMessage(told, "versions-and-points")]})
        return query


@orders.get("/<uuid:order_id>/history")
@needs("orders:read")
@orders.arguments(PointInTimeQuery, location="query")
@orders.response(200, page_form(StatusMoveAnswer))
def get_history(query: PointInTimeQuery.Loaded, order_id: UUID) -> Response:
    """Every status the order had, since when, by whom and why; also of a point in time."""
    point = point_of(query)
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
def get_timeline(query: TimelineQuery.Loaded, order_id: UUID) -> Response:
    """Everything that happened to the order, in the order it was recorded; also of a point in time."""
    point = point_of(query)
    recorded_of(order_id, point=point)
    fresh("order_timeline")
    limit = limit_of(query.limit, PAGE)
    (after,) = read_cursor(query.cursor, "timeline", int) if query.cursor is not None else (0,)
    with runtime().reading() as connection:
        entries = order_timeline.timeline(connection, order_id, after, limit + 1, point=point)
    changed = _changed(order_id, entries[:limit], point)
    currency = changed.currency
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
            "summary": told_summary(entry.topic, entry.summary, currency),
            "changes": changed.fields.get((entry.topic, entry.version), []),
        }
        for entry in entries[:limit]
    ]
    following = write_cursor("timeline", entries[limit - 1].position) if len(entries) > limit else None
    return respond({"items": items, "next": following})


class _Changed(NamedTuple):
    """An order's currency, and the fields that its events changed, by topic and version."""

    currency: str
    fields: dict[tuple[str, int], list[dict[str, Any]]]


def _changed(order_id: UUID, entries: list[order_timeline.TimelineEntry], point: PointInTime) -> _Changed:
    """What the events of a page of the timeline changed, nothing of it personal."""
    stream = runtime().log.stream(order_id, point=point, personal=False)
    versions = {entry.version for entry in entries if entry.message_id is None}
    first, last = min(versions, default=1), max(versions, default=0)
    order = Order.blank(order_id)
    events = [recorded.event for recorded in stream]
    partial = point != NOW
    before = [event for event in events if event.originator_version < first]
    fold_part(order, before) if partial else fold(order, before)
    among = [event for event in events if first <= event.originator_version <= last]
    steps = list(changes(order, among, partial=partial))
    fields = {(step.topic, step.version): told_fields(step.fields, order.currency) for step in steps}
    return _Changed(order.currency, fields)


@orders.get("/<uuid:order_id>/events")
@needs("orders:read")
@orders.arguments(PointInTimeQuery, location="query")
@orders.response(200, page_form(RecordedAnswer))
def get_events(query: PointInTimeQuery.Loaded, order_id: UUID) -> Response:
    """The order's events as the feed has them; `{"erased": true}` where what is of a person was erased.

    Without `personal:read` what is there of persons reads `{"withheld": true}`.
    """
    stream = recorded_of(order_id, point=point_of(query))
    return respond({"items": published(runtime().log, stream, personal=sees_persons()), "next": None})


@orders.get("/<uuid:order_id>/diff")
@needs("orders:read")
@orders.arguments(DiffQuery, location="query")
@orders.response(200, DiffAnswer)
def get_diff(query: DiffQuery.Loaded, order_id: UUID) -> Response:
    """What changed from one version to another, or between two points in time: every field before and after.

    `changes` are the events that made it so, by whom and why; between points in time those that the first does not
    show.
    """
    point, personal = point_of(query), sees_persons()
    history = recorded_of(order_id, query.to_version, point, personal=personal)
    events = [one.event for one in history]
    end = fold_part(Order.blank(order_id), events)
    if query.start:
        shown = point_of(query.start).part_of(runtime().log.stream(order_id, personal=personal))
        start, steps = _since(order_id, [one.event for one in shown], events)
        before = state_of(start)
    else:
        version = query.from_version
        start = order_then(order_id, version, point, personal=personal) if version else Order.blank(order_id)
        before = state_of(start)
        later = [event for event in events if event.originator_version > start.version]
        steps = list(changes(start, later, partial=point != NOW))
    told_steps = [told_change(step, end.currency) for step in steps]
    fields = told_fields(field_changes(before, state_of(end)), end.currency)
    first = start.version if query.start else query.from_version
    return respond({"from": first, "to": end.version, "changes": told_steps, "fields": fields})


def _since(order_id: UUID, shown: list[Event], events: list[Event]) -> tuple[Order, list[Change]]:
    """An order as one point in time shows it, and what changed it since: the events that this point does not show."""
    known = {event.originator_version for event in shown}
    steps = changes(Order.blank(order_id), events, partial=True)
    return fold_part(Order.blank(order_id), shown), [step for step in steps if step.version not in known]
