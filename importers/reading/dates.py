"""Dates as platforms write them: ISO forms and names of months by themselves, other forms as they were told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.imports import DAY_FIRST as DAY_FIRST
from domain.imports import MONTH_FIRST as MONTH_FIRST
from importers.faults import Fault, UnusableFile
from importers.reading.months import NamedDate, named_date

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
_OFFSETS = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00"}
_SERIAL = re.compile(r"[2-6]\d{4}(?:[.,]\d{1,12})?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d(?::\d\d(?:\.\d{1,6})?)?)(?: ?([aApP])\.?[mM]\.?)?", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]00:00(?::00)?$", re.ASCII)


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

    Raises `Fault` with `date-form-unknown`, `not-a-date`, `date-as-number`, `year-unclear`, `zone-unknown`,
    `time-missing`, `time-twice` or `date-out-of-range`.
    """
    try:
        told = _told(text, form, zone, column, years_from)
    except ValueError:
        fix = f"Write it like {form}." if "%" in form else "Write it like 2025-01-31 18:30:00 +0100."
        raise Fault("not-a-date", "There is no such date.", column=column, fix=fix) from None
    if told.tzinfo is None:
        if zone is None:
            message = "This time tells no offset from UTC."
            raise Fault("zone-unknown", message, column=column, fix="Say the zone, like --timezone Europe/Paris.")
        told = _in_zone(told, zone, column) if ":" in text else told.replace(tzinfo=zone)
    if told.year not in YEARS:
        raise Fault("date-out-of-range", f"This date is not between {YEARS[0]} and {YEARS[-1]}.", column=column)
    return told.astimezone(UTC)


def year_of(digits: str, years_from: int = 0) -> int | None:
    """The year that two digits mean, None where they may mean several."""
    this_year = datetime.now(UTC).year
    first = years_from or this_year - RECENT
    year = first + (int(digits) - first) % 100
    return year if years_from or year <= this_year else None


def joined(date: str, time: str, column: str = "") -> str:
    """A date and a time of day that stand in two columns as one text; raises `Fault` with `not-a-time`."""
    date = _MIDNIGHT.sub("", date)
    match = _TIME.fullmatch(time)
    try:
        hour = _hour(match[1], match[3] or "", time) if match else 24
    except ValueError:
        hour = 24
    if match is None or hour > 23 or ":" in date:
        raise Fault("not-a-time", "This is no time of day for this date.", column=column, fix="Write it like 18:30:00.")
    return f"{date} {hour:02d}:{match[2]}"


def _in_zone(told: datetime, zone: tzinfo, column: str) -> datetime:
    """The time in its zone; clocks that are put forward leave an hour out, those put back strike one twice."""
    first, second = told.replace(tzinfo=zone), told.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first
    if before < after:
        raise Fault(
            "time-missing",
            "Clocks were put forward then: there was no such time in this zone.",
            column=column,
            fix="Correct the time, or say the zone that it was told in.",
        )
    raise Fault(
        "time-twice",
        "Clocks were put back then: this time was there twice in this zone.",
        column=column,
        fix="Write the offset as well, like +02:00.",
    )


def _told(text: str, form: str, zone: tzinfo | None, column: str, years_from: int) -> datetime:
    """The date and time as written; in the forms by day or month an ISO one is read as such."""
    if "%" in form:
        return datetime.strptime(text, form)
    match = NUMBERS.fullmatch(text) if form else None
    if match:
        return _from_numbers(match, form, column, years_from)
    named = None if text[:4].isdigit() else named_date(text)
    return _from_name(named, zone, column, years_from) if named else _from_iso(text, column)


def _from_name(named: NamedDate, zone: tzinfo | None, column: str, years_from: int) -> datetime:
    hour, _, rest = (named.time or "0:00").partition(":")
    date = f"{_year(named.year, column, years_from):04d}-{named.month:02d}-{named.day:02d}"
    offset = _OFFSETS.get(named.zone, named.zone)
    local = datetime.fromisoformat(f"{date}T{_hour(hour, named.half, named.time):02d}:{rest}")
    if not offset:
        return local
    if offset[0] in "+-":
        return datetime.fromisoformat(f"{local.isoformat()}{offset}")
    for fold in (0, 1):
        told = local.replace(tzinfo=zone, fold=fold)
        if zone and told.tzname() == offset:
            return told.astimezone(UTC)
    message = f"{offset} is not what the zone is called at this time, or no zone was told."
    fix = "Say the zone, like --timezone America/Los_Angeles."
    raise Fault("zone-unknown", message, column=column, fix=fix)


def _hour(hour: str, half: str, time: str) -> int:
    """The hour of the day; `half` is that of AM or PM, or empty."""
    if not half:
        return int(hour)
    if not 1 <= int(hour) <= 12:
        raise ValueError(time)
    return int(hour) % 12 + (12 if half in "pP" else 0)


def _year(digits: str, column: str, years_from: int) -> int:
    """The year; raises `Fault` where two digits may mean several."""
    year = year_of(digits, years_from) if len(digits) == 2 else int(digits)
    if year is None:
        message = "A year of two digits may mean several years here."
        fix = "Write the year with four digits, or say the first year it may be, like --years-from 1950."
        raise Fault("year-unclear", message, column=column, fix=fix)
    return year


def _from_numbers(match: re.Match[str], form: str, column: str, years_from: int) -> datetime:
    first, second, year, time, half, offset = match.group(1, 3, 4, 5, 6, 7)
    day, month = (first, second) if form == DAY_FIRST else (second, first)
    hour, _, rest = (time or "0:00").partition(":")
    date = f"{_year(year, column, years_from):04d}-{int(month):02d}-{int(day):02d}"
    return datetime.fromisoformat(
        f"{date}T{_hour(hour, half or '', time):02d}:{rest}{_OFFSETS.get(offset, offset or '')}"
    )


def _from_iso(text: str, column: str) -> datetime:
    match = _ISO.fullmatch(text)
    if not match:
        if _SERIAL.fullmatch(text):
            message = "This is a number: a spreadsheet writes dates so when it forgets that they are dates."
            fix = "Give the column the form of a date in the spreadsheet, or export the file again."
            raise Fault("date-as-number", message, column=column, fix=fix)
        message = "The form of this date is not known; day and month could be mistaken for each other."
        fix = (
            "Write it like 2025-01-31 18:30:00, or say --dates day-first or month-first,"
            ' or date_format = "%d/%m/%Y %H:%M" in the mapping.'
        )
        raise Fault("date-form-unknown", message, column=column, fix=fix)
    year, month, day, time, offset = match.groups()
    return datetime.fromisoformat(f"{year}-{month}-{day}T{time or '00:00'}{_OFFSETS.get(offset, offset or '')}")
