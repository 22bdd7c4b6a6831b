"""Closes days of the shop, one after the other, and holds closings against the log that they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from domain.closings import BOOKS_ID, DAY, Books, CloseDay, Closing, counted, faults_of
from domain.errors import NotFound
from domain.events import Context, fold
from projections.books.reading import Bounds, booked, midnight, position_before
from projections.runtime import Runtime

MOST_AT_ONCE = 3660  # days


class NoSuchClosing(NotFound):
    """There is no such closing."""

    code = "closing-not-found"


def books_of(runtime: Runtime) -> Books:
    """All closings, as the log has them."""
    recorded = runtime.log.stream(BOOKS_ID)
    return fold(Books.blank(BOOKS_ID), (one.event for one in recorded))


def close_until(runtime: Runtime, last: date, actor: str, *, begins: bool) -> Iterator[Closing]:
    """Closes every day up to the last that is not closed yet; gives the closings that were made.

    Only who `begins` makes the first closing ever, which takes in everything of before. Raises `DayNotBegun`,
    and `BooksMovedOn` where another is closing at this moment.
    """
    books = books_of(runtime)
    if not books.closings and not begins:
        return
    day = books.next_day or last
    for _ in range(MOST_AT_ONCE):
        if day > last:
            return
        known = len(books.closings)
        _close(runtime, books, day, actor)
        books = books_of(runtime)
        yield from books.closings[known:]
        day += timedelta(days=1)


def _close(runtime: Runtime, books: Books, day: date, actor: str) -> None:
    now, zone = datetime.now(UTC), zone_of(runtime)
    end = midnight(day + timedelta(days=1), zone)
    until = max(books.until, position_before(runtime.log, min(now, end)))
    found = counted(booked(runtime.log, Bounds(books.until, until), zone))
    context = Context(command_id=uuid5(BOOKS_ID, f"{day} {books.until} {until}"), actor=actor, at=now)
    runtime.desk.handle(
        CloseDay(
            context=context, day=day, after=books.until, until=until, begun=now.astimezone(zone).date(),
            **found._asdict(),
        )
    )  # fmt: skip


def yesterday(runtime: Runtime) -> date:
    """The last day that is over at the shop."""
    return datetime.now(UTC).astimezone(zone_of(runtime)).date() - timedelta(days=1)


def zone_of(runtime: Runtime) -> ZoneInfo:
    """The shop's time zone."""
    return ZoneInfo(runtime.desk.shop().defaults.timezone)


def faults(runtime: Runtime) -> list[str]:
    """What of the closings does not hold: their chain, and each day against what the log has of its positions."""
    closings = books_of(runtime).closings
    found = faults_of(closings)
    for one in closings:
        if one.kind != DAY:
            continue
        told = counted(booked(runtime.log, Bounds(one.after, one.until), zone_of(runtime)))
        plain = {figures.currency: (figures.invoiced, figures.credited, figures.net) for figures in told.figures}
        closed = {figures.currency: (figures.invoiced, figures.credited, figures.net) for figures in one.figures}
        closed = {currency: sums for currency, sums in closed.items() if any(sums) or currency in plain}
        if (told.bookings, told.series, plain) != (one.bookings, one.series, closed):
            found.append(f"closing {one.number} (day {one.period}): not what the log has of its positions")
    return found


def closing_of(runtime: Runtime, number: int) -> Closing:
    """A closing by its number; raises `NoSuchClosing`."""
    closings = books_of(runtime).closings
    if not 1 <= number <= len(closings):
        raise NoSuchClosing
    return closings[number - 1]
