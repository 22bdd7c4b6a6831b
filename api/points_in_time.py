"""The two times of which orders, lists and files can be asked for: by when it happened, and by when it was known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import fields

from api.requests import shop
from api.schemas import Body
from domain.points_in_time import PointInTime, instant_of, read_when

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


def point_of(told: Mapping[str, Any]) -> PointInTime:
    """The point in time that a query or body asks for."""
    if "as_of" not in told and "known_at" not in told:
        return PointInTime()
    zone = ZoneInfo(shop().defaults.timezone)
    instants = {name: instant_of(told[name], zone) for name in PointInTime._fields if name in told}
    return PointInTime(**instants)
