"""Dates as platforms write them: ISO forms by themselves, every other form only by the format that was told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from importers.faults import Fault, UnusableFile

YEARS = range(1970, 2101)

_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?", re.ASCII
)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name, such as Europe/Paris."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableFile(f"There is no time zone {name!r}; write it like Europe/Paris.") from None


def read_instant(text: str, form: str = "", zone: tzinfo | None = None, column: str = "") -> datetime:
    """The instant written in a cell, in UTC; a time without an offset is local to `zone`.

    Raises `Fault` with `date-form-unknown`, `not-a-date`, `zone-unknown` or `date-out-of-range`.
    """
    try:
        told = datetime.strptime(text, form) if form else _from_iso(text, column)
    except ValueError:
        fix = f"Write it like {form}." if form else "Write it like 2025-01-31 18:30:00 +0100."
        raise Fault("not-a-date", "There is no such date.", column=column, fix=fix) from None
    if told.tzinfo is None:
        if zone is None:
            message = "This time tells no offset from UTC."
            raise Fault("zone-unknown", message, column=column, fix="Say the zone, like --timezone Europe/Paris.")
        told = told.replace(tzinfo=zone)
    if told.year not in YEARS:
        raise Fault("date-out-of-range", f"This date is not between {YEARS[0]} and {YEARS[-1]}.", column=column)
    return told.astimezone(UTC)


def _from_iso(text: str, column: str) -> datetime:
    match = _ISO.fullmatch(text)
    if not match:
        message = "The form of this date is not known; day and month could be mistaken for each other."
        fix = 'Write it like 2025-01-31 18:30:00, or say date_format = "%d/%m/%Y %H:%M" in the mapping.'
        raise Fault("date-form-unknown", message, column=column, fix=fix)
    year, month, day, time, offset = match.groups()
    offset = {"Z": "+00:00", "UTC": "+00:00"}.get(offset, offset or "")
    return datetime.fromisoformat(f"{year}-{month}-{day}T{time or '00:00'}{offset}")
