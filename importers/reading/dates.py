"""Dates as platforms write them: ISO forms by themselves, every other form only by the format that was told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.imports import DAY_FIRST as DAY_FIRST
from domain.imports import MONTH_FIRST as MONTH_FIRST
from importers.faults import Fault, UnusableFile

YEARS = range(1950, 2101)
RECENT = 20  # years back from today in which a year of two digits is taken for granted

_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?", re.ASCII
)

# 31/12/2025, 31.12.25 18:30, 12-31-2025 6:30:00 PM +01:00: which is the day must be told or proved.
NUMBERS = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)"
    r"(?:,?[ T](\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?: ?([aApP])\.?[mM]\.?)?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_OFFSETS = {"Z": "+00:00", "UTC": "+00:00"}


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name, such as Europe/Paris."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableFile(f"There is no time zone {name!r}; write it like Europe/Paris.") from None


def read_instant(
    text: str, form: str = "", zone: tzinfo | None = None, column: str = "", years_from: int = 0
) -> datetime:
    """The instant written in a cell, in UTC; a time without an offset is local to `zone`.

    `form` is `day-first`, `month-first` (ISO forms are read beside both) or a format of strptime; empty: ISO alone.
    A year of two digits is one of the hundred that begin with `years_from`; 0: it must be one of the last 20 years.

    Raises `Fault` with `date-form-unknown`, `not-a-date`, `year-unclear`, `zone-unknown` or `date-out-of-range`.
    """
    try:
        told = _told(text, form, column, years_from)
    except ValueError:
        fix = f"Write it like {form}." if "%" in form else "Write it like 2025-01-31 18:30:00 +0100."
        raise Fault("not-a-date", "There is no such date.", column=column, fix=fix) from None
    if told.tzinfo is None:
        if zone is None:
            message = "This time tells no offset from UTC."
            raise Fault("zone-unknown", message, column=column, fix="Say the zone, like --timezone Europe/Paris.")
        told = told.replace(tzinfo=zone)
    if told.year not in YEARS:
        raise Fault("date-out-of-range", f"This date is not between {YEARS[0]} and {YEARS[-1]}.", column=column)
    return told.astimezone(UTC)


def year_of(digits: str, years_from: int = 0) -> int | None:
    """The year that two digits mean, None where they may mean several."""
    this_year = datetime.now(UTC).year
    first = years_from or this_year - RECENT
    year = first + (int(digits) - first) % 100
    return year if years_from or year <= this_year else None


def _told(text: str, form: str, column: str, years_from: int) -> datetime:
    """The date and time as written; in the forms by day or month an ISO one is read as such."""
    if "%" in form:
        return datetime.strptime(text, form)
    match = NUMBERS.fullmatch(text) if form else None
    return _from_numbers(match, form, column, years_from) if match else _from_iso(text, column)


def _from_numbers(match: re.Match[str], form: str, column: str, years_from: int) -> datetime:
    first, second, year, time, half, offset = match.group(1, 3, 4, 5, 6, 7)
    day, month = (first, second) if form == DAY_FIRST else (second, first)
    hour, _, rest = (time or "0:00").partition(":")
    if half:
        if not 1 <= int(hour) <= 12:
            raise ValueError(time)
        hour = str(int(hour) % 12 + (12 if half[0] in "pP" else 0))
    whole = year_of(year, years_from) if len(year) == 2 else int(year)
    if whole is None:
        message = "A year of two digits may mean several years here."
        fix = "Write the year with four digits, or say the first year it may be, like --years-from 1950."
        raise Fault("year-unclear", message, column=column, fix=fix)
    date = f"{whole:04d}-{int(month):02d}-{int(day):02d}"
    return datetime.fromisoformat(f"{date}T{int(hour):02d}:{rest}{_OFFSETS.get(offset, offset or '')}")


def _from_iso(text: str, column: str) -> datetime:
    match = _ISO.fullmatch(text)
    if not match:
        message = "The form of this date is not known; day and month could be mistaken for each other."
        fix = (
            "Write it like 2025-01-31 18:30:00, or say --dates day-first or month-first,"
            ' or date_format = "%d/%m/%Y %H:%M" in the mapping.'
        )
        raise Fault("date-form-unknown", message, column=column, fix=fix)
    year, month, day, time, offset = match.groups()
    return datetime.fromisoformat(f"{year}-{month}-{day}T{time or '00:00'}{_OFFSETS.get(offset, offset or '')}")
