"""The two times of which orders, lists and files can be asked for: by when it happened, and by when it was known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from marshmallow import fields
from msgspec import Struct

from api.requests import shop
from api.schemas import Body
from domain.points_in_time import NOW, PointInTime, instant_of, read_when
from projections.exports import require_passed

Moment = date | datetime
AS_OF = "What had happened by then. A bare date is that whole day; where no zone is told, it is the shop's."
KNOWN_AT = "What had been recorded by then; told as `as_of` is."


class When(fields.AwareDateTime):
    """An instant, or a day; `point_of` says which instant is meant at the shop."""

    def __init__(self, description: str) -> None:
        super().__init__(format="iso", metadata={"description": description, "example": "2026-01-31T12:00:00Z"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        try:
            return read_when(value)
        except (TypeError, ValueError):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


class PointInTimeQuery(Body):
    """Which past is asked for; nothing told: the present."""

    as_of = When(AS_OF)
    known_at = When(KNOWN_AT)

    class Loaded(Struct, frozen=True, kw_only=True):
        as_of: Moment | None = None
        known_at: Moment | None = None


class AtPoint(Protocol):
    """What is asked of a point in time."""

    @property
    def as_of(self) -> Moment | None: ...

    @property
    def known_at(self) -> Moment | None: ...


def point_of(query: AtPoint) -> PointInTime:
    """The point in time that a query or body asks for."""
    if query.as_of is None and query.known_at is None:
        return NOW
    zone = ZoneInfo(shop().defaults.timezone)
    as_of = None if query.as_of is None else instant_of(query.as_of, zone)
    return PointInTime(as_of, None if query.known_at is None else instant_of(query.known_at, zone))


def passed_point(asked: AtPoint) -> PointInTime:
    """The point in time that is asked for, which must have passed; raises `AsOfAhead` and `KnownAtAhead`."""
    point = point_of(asked)
    require_passed(point, datetime.now(UTC))
    return point
