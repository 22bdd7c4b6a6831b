"""Instants as requests tell them: in years that leave room for every time zone and for the day after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from api.problems import CodedMessage

FIRST_YEAR, LAST_YEAR = 1900, 2999

Moment = TypeVar("Moment", bound=date)


class Instant(fields.AwareDateTime):
    """An instant with its offset (ISO 8601)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> datetime:
        return in_bounds(super()._deserialize(value, attr, data, **options))


def in_bounds(moment: Moment) -> Moment:
    """The same date or instant; raises `ValidationError` for one so far away that it is a slip of the pen."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError([CodedMessage(f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.", "date-out-of-range")])
    return moment
