"""Periods of days at the shop, the ones they are compared with, and the list of orders that each figure stands for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from api.lists import zone_of
from api.problems import Problem
from api.requests import shop
from domain.statuses import CANCELLED, DRAFT, STAGES

STANDARD_DAYS = 30
LONGEST_DAYS = 3_660
ONE_DAY = timedelta(days=1)
# The stages of orders that count as sold; the others are drafts and what was called off.
SOLD = tuple(stage for stage in STAGES if stage not in (DRAFT, CANCELLED))

Comparison = Literal["previous", "year"]


class Period(NamedTuple):
    """Days at the shop, from `start` until before `end`."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - ONE_DAY

    def part(self, start: date, end: date) -> Period:
        """What of it lies from a day until before another."""
        return Period(max(start, self.start), min(end, self.end))

    def compared(self, how: Comparison) -> Period:
        """As many days just before it, or the same days a year earlier."""
        if how == "previous":
            return Period(self.start - (self.end - self.start), self.start)
        return Period(_a_year_before(self.start), _a_year_before(self.last) + ONE_DAY)


def _a_year_before(day: date) -> date:
    """The same day of the year before; the 28th of February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def today() -> date:
    """The day at the shop."""
    return datetime.now(UTC).astimezone(zone_of(shop())).date()


def period_of(start: date | None, last: date | None) -> Period:
    """The period that a query means: its last day is today unless told, its first thirty days before the last.

    Raises a 422 problem for one that ends before it begins or is longer than ten years.
    """
    end = (last or today()) + ONE_DAY
    period = Period(start or end - timedelta(days=STANDARD_DAYS), end)
    if not 0 < (period.end - period.start).days <= LONGEST_DAYS:
        detail = f"A period ends after it begins and is at most {LONGEST_DAYS} days long."
        fault = {"parameter": "to", "code": "wrong-span", "detail": detail}
        raise Problem(422, "invalid-fields", detail, errors=[fault])
    return period


def first_day_after(day: date, by: str) -> date:
    """The first day of the part of the calendar (`day`, `week`, `month`, `year`) after the one that begins on a day."""
    match by:
        case "week":
            return day + timedelta(days=7)
        case "month":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case "year":
            return day.replace(year=day.year + 1)
        case _:
            return day + ONE_DAY


def list_of(period: Period | None = None, **choices: str | Sequence[str] | None) -> str:
    """The query string of `GET /orders` for the orders of a figure: archived ones count as well."""
    told: dict[str, Any] = {name: value for name, value in choices.items() if value}
    if period is not None:
        told |= {"placed_from": period.start.isoformat(), "placed_to": period.last.isoformat()}
    return urlencode({**told, "archived": "all"}, doseq=True)
