"""Instants as a command line tells them: an ISO 8601 instant, or a bare date, which is that whole day at the shop."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import click

from domain.points_in_time import PointInTime, instant_of, read_when
from projections.runtime import Runtime


def when(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """The date or the instant that an option tells, with its zone or without."""
    if value is None:
        return None
    try:
        return read_when(value)
    except ValueError:
        raise click.BadParameter("write a date such as 2031-01-31 or an instant such as 2031-01-31T12:00Z") from None


def point_of(runtime: Runtime, as_of: date | None, known_at: date | None) -> PointInTime:
    """The point in time that the options tell; what names no zone is the shop's."""
    if as_of is None and known_at is None:
        return PointInTime()
    zone = ZoneInfo(runtime.desk.shop().defaults.timezone)
    return PointInTime(*(None if told is None else instant_of(told, zone) for told in (as_of, known_at)))
