"""Dates are read in one way only."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from importers.faults import Fault, UnusableFile
from importers.reading.dates import read_instant, zone_named

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-15 17:41:00 -0500",
        "2025-01-15T22:41:00Z",
        "2025-01-15 22:41:00 UTC",
        "2025/01/15 23:41",
        "2025-01-15 23:41:00.000",
    ],
)
def test_iso_forms_are_known_and_a_local_time_is_of_the_zone_told(text: str) -> None:
    assert read_instant(text, zone=PARIS) == datetime(2025, 1, 15, 22, 41, tzinfo=UTC)


def test_a_date_alone_begins_at_midnight_of_its_zone() -> None:
    assert read_instant("2025-07-14", zone=PARIS) == datetime(2025, 7, 13, 22, 0, tzinfo=UTC)


def test_any_other_form_is_read_only_as_told() -> None:
    assert read_instant("03/04/2025 10:00", "%d/%m/%Y %H:%M", UTC) == datetime(2025, 4, 3, 10, 0, tzinfo=UTC)
    assert read_instant("03/04/2025 10:00", "%m/%d/%Y %H:%M", UTC) == datetime(2025, 3, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "form", "told"),
    [
        ("03/04/2025", "day-first", datetime(2025, 4, 3, tzinfo=UTC)),
        ("03/04/2025", "month-first", datetime(2025, 3, 4, tzinfo=UTC)),
        ("16-05-2018 07:32:06", "day-first", datetime(2018, 5, 16, 7, 32, 6, tzinfo=UTC)),
        ("3.4.25 7:05", "day-first", datetime(2025, 4, 3, 7, 5, tzinfo=UTC)),
        ("4/3/2025, 12:05 AM", "month-first", datetime(2025, 4, 3, 0, 5, tzinfo=UTC)),
        ("4/3/2025 1:05:09 p.m. +02:00", "month-first", datetime(2025, 4, 3, 11, 5, 9, tzinfo=UTC)),
        ("2025-04-03T01:00:00Z", "day-first", datetime(2025, 4, 3, 1, tzinfo=UTC)),
    ],
)
def test_day_or_month_first_is_read_as_told_and_iso_beside_it(text: str, form: str, told: datetime) -> None:
    assert read_instant(text, form, UTC) == told


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("04/16/2025", "day-first", "not-a-date"),
        ("16/04/2025", "month-first", "not-a-date"),
        ("04/03/2025 13:00 PM", "month-first", "not-a-date"),
        ("04/03-2025", "month-first", "date-form-unknown"),
        ("03/04/2025 10:00", "", "date-form-unknown"),
        ("16-05-2018 07:32:06", "", "date-form-unknown"),
        ("2025-02-30", "", "not-a-date"),
        ("31/02/2025", "%d/%m/%Y", "not-a-date"),
        ("0001-01-01", "", "date-out-of-range"),
        ("9999-12-31", "", "date-out-of-range"),
    ],
)
def test_a_date_that_is_unclear_or_impossible_is_refused(text: str, form: str, code: str) -> None:
    with pytest.raises(Fault) as refused:
        read_instant(text, form, UTC, "Date")
    assert refused.value.problem.code == code
    assert refused.value.problem.column == "Date"


def test_a_time_without_offset_is_refused_where_no_zone_is_told() -> None:
    with pytest.raises(Fault) as refused:
        read_instant("2025-01-15 17:41:00")
    assert refused.value.problem.code == "zone-unknown"
    assert "--timezone" in refused.value.problem.fix


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnusableFile, match="Mars/Phobos"):
        zone_named("Mars/Phobos")
