"""Closings of the French books: every day, month and year with running totals, each chained to the one before.

A day holds what was recorded after the day before it was closed, up to a position: so everything is in exactly one day.
A month is the sum of its days, a year that of its months. What was closed is never changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.bookings import Booking
from domain.errors import Conflict, Rejected
from domain.events import Aggregate, Command, Event
from domain.settings import Shop

BOOKS_ID = UUID("b0f8a9a6-51a1-5a0c-9d43-0f9b1f6c2e77")
Kind = Literal["day", "month", "year"]
DAY: Kind = "day"
MONTH: Kind = "month"
YEAR: Kind = "year"
KINDS = (DAY, MONTH, YEAR)


class DayNotNext(Conflict):
    """The next day to be closed is {next}."""

    code = "day-not-next"


class DayNotBegun(Rejected):
    """{day} has not begun at the shop."""

    code = "day-not-begun"


class BooksMovedOn(Conflict):
    """The books were closed up to position {until} meanwhile; look again."""

    code = "books-moved-on"


class TaxClosed(Struct, frozen=True, kw_only=True):
    """What was charged of one tax, less what was credited; the rate in ten-thousandths of a percent."""

    rate: int
    name: str
    amount: int


class MoneyClosed(Struct, frozen=True, kw_only=True):
    """What came in by one way to pay, less what went back by it."""

    method: str
    amount: int


class Figures(Struct, frozen=True, kw_only=True):
    """What was booked in one currency, in its minor units.

    `invoiced` and `credited` are totals with tax; a void counts as the other of the two.
    `perpetual` is the running total of `invoiced` less `credited` since the first closing, `turned_over` that of both
    added up, `received` that of all money.
    """

    currency: str
    invoiced: int = 0
    credited: int = 0
    net: int = 0
    taxes: tuple[TaxClosed, ...] = ()
    money: tuple[MoneyClosed, ...] = ()
    perpetual: int = 0
    turned_over: int = 0
    received: int = 0


class SeriesClosed(Struct, frozen=True, kw_only=True):
    """The numbers that were given in one series: the first, the last, and how many."""

    series: str
    first: str
    last: str
    count: int


class CloseDay(Command, frozen=True, kw_only=True):
    """Close a day: what was booked after one position up to another; `begun` is the day that it is at the shop."""

    books_id: UUID = BOOKS_ID
    day: date
    after: int
    until: int
    bookings: int
    series: tuple[SeriesClosed, ...]
    figures: tuple[Figures, ...]
    begun: date


class PeriodClosed(Event, frozen=True, kw_only=True):
    """A day, a month or a year was closed; `hash` is over all that it tells and the hash of the closing before."""

    TOPIC = "books.period-closed"

    number: int
    kind: Kind
    period: str
    after: int
    until: int
    bookings: int
    series: tuple[SeriesClosed, ...] = ()
    figures: tuple[Figures, ...] = ()
    previous: str
    hash: str

    def apply(self, books: Books) -> None:
        told = Closing(**{name: getattr(self, name) for name in Closing.__struct_fields__})
        books.closings = (*books.closings, told)


class Closing(Struct, frozen=True, kw_only=True):
    """A closing as it stands in the books."""

    number: int
    kind: Kind
    period: str
    after: int
    until: int
    bookings: int
    series: tuple[SeriesClosed, ...]
    figures: tuple[Figures, ...]
    previous: str
    hash: str


class Books(Aggregate):
    """All closings of the shop, in order."""

    TOPIC = "books"

    def clear(self) -> None:
        self.closings: tuple[Closing, ...] = ()

    @property
    def last_day(self) -> Closing | None:
        """The last day that was closed."""
        return next((one for one in reversed(self.closings) if one.kind == DAY), None)

    @property
    def until(self) -> int:
        """The position up to which everything is closed."""
        return self.last_day.until if self.last_day else 0

    @property
    def next_day(self) -> date | None:
        """The day that is to be closed next; None before the first."""
        return date.fromisoformat(self.last_day.period) + timedelta(days=1) if self.last_day else None


class Counted(NamedTuple):
    """What a span of bookings comes to."""

    bookings: int
    series: tuple[SeriesClosed, ...]
    figures: tuple[Figures, ...]


def counted(bookings: Iterable[Booking]) -> Counted:
    """What bookings come to, currency by currency, without running totals."""
    count = 0
    series: dict[str, SeriesClosed] = {}
    found: dict[str, Figures] = {}
    for one in bookings:
        count += 1
        if one.kind in ("invoice", "credit_note"):
            before = series.get(one.series)
            first = before.first if before else one.piece
            numbers = (before.count if before else 0) + 1
            series[one.series] = SeriesClosed(series=one.series, first=first, last=one.piece, count=numbers)
        found[one.currency] = added(found.get(one.currency, Figures(currency=one.currency)), _figures(one))
    return Counted(count, tuple(series.values()), tuple(found[name] for name in sorted(found)))


def _figures(one: Booking) -> Figures:
    if not one.series:
        return Figures(currency=one.currency, money=(MoneyClosed(method=one.method, amount=-one.total),))
    taxes = tuple(TaxClosed(rate=tax.rate, name=tax.name, amount=tax.amount) for tax in one.taxes)
    is_sale = one.total > 0
    return Figures(
        currency=one.currency, net=one.net, taxes=taxes,
        invoiced=one.total if is_sale else 0, credited=0 if is_sale else -one.total,
    )  # fmt: skip


def added(one: Figures, other: Figures) -> Figures:
    """The sum of two figures of a currency; running totals stay those of the first."""
    taxes, money = Counter[tuple[int, str]](), Counter[str]()
    for figures in (one, other):
        taxes.update({(tax.rate, tax.name): tax.amount for tax in figures.taxes})
        money.update({part.method: part.amount for part in figures.money})
    return replace(
        one,
        invoiced=one.invoiced + other.invoiced,
        credited=one.credited + other.credited,
        net=one.net + other.net,
        taxes=tuple(TaxClosed(rate=rate, name=name, amount=amount) for (rate, name), amount in sorted(taxes.items())),
        money=tuple(MoneyClosed(method=method, amount=amount) for method, amount in sorted(money.items())),
    )


def close_day(books: Books, command: CloseDay, shop: Shop) -> None:
    """Closes a day, and with the last of a month or a year these too; a day that is closed stays as it is."""
    last = books.last_day
    if last is not None and command.day.isoformat() <= last.period:
        return
    if books.next_day not in (None, command.day):
        raise DayNotNext(next=str(books.next_day))
    if command.day > command.begun:
        raise DayNotBegun("/day", day=command.day.isoformat())
    if command.after != books.until or command.until < command.after:
        raise BooksMovedOn(until=books.until)
    counted_day = Counted(command.bookings, command.series, command.figures)
    _record(books, command, DAY, command.day.isoformat(), Span(command.after, command.until), counted_day)
    tomorrow = command.day + timedelta(days=1)
    if tomorrow.day == 1:
        _sum_up(books, command, MONTH, command.day.isoformat()[:7], DAY)
        if tomorrow.month == 1:
            _sum_up(books, command, YEAR, command.day.isoformat()[:4], MONTH)


class Span(NamedTuple):
    """After which position, up to which."""

    after: int
    until: int


def _sum_up(books: Books, command: CloseDay, kind: Kind, period: str, of: Kind) -> None:
    """Closes a month or a year by the days or months in it."""
    parts = [one for one in books.closings if one.kind == of and one.period.startswith(period)]
    series: dict[str, SeriesClosed] = {}
    figures: dict[str, Figures] = {}
    for part in parts:
        for one in part.series:
            known = series.get(one.series)
            series[one.series] = replace(one, first=known.first, count=known.count + one.count) if known else one
        for told in part.figures:
            known_figures = figures.get(told.currency, Figures(currency=told.currency))
            figures[told.currency] = added(known_figures, told)
    total = Counted(
        sum(part.bookings for part in parts), tuple(series.values()), tuple(figures[name] for name in sorted(figures))
    )
    _record(books, command, kind, period, Span(parts[0].after, parts[-1].until), total)


def _record(books: Books, command: CloseDay, kind: Kind, period: str, span: Span, total: Counted) -> None:
    previous = books.closings[-1].hash if books.closings else ""
    closing = Closing(
        number=len(books.closings) + 1, kind=kind, period=period, after=span.after, until=span.until,
        bookings=total.bookings, series=total.series, figures=_running(books, kind, total.figures), previous=previous,
        hash="",
    )  # fmt: skip
    facts = msgspec.structs.asdict(replace(closing, hash=hash_of(closing)))
    books.record(PeriodClosed, command.context, **facts)


def _running(books: Books, kind: Kind, figures: tuple[Figures, ...]) -> tuple[Figures, ...]:
    """Figures with their running totals: a day adds to those of the day before, a month and a year have the day's."""
    last = {one.currency: one for one in (books.last_day.figures if books.last_day else ())}
    told = {one.currency: one for one in figures}
    made = []
    for currency in sorted({*last, *told}):
        before = last.get(currency, Figures(currency=currency))
        one = told.get(currency, Figures(currency=currency))
        more = one if kind == DAY else Figures(currency=currency)
        made.append(
            replace(
                one,
                perpetual=before.perpetual + more.invoiced - more.credited,
                turned_over=before.turned_over + abs(more.invoiced) + abs(more.credited),
                received=before.received + sum(part.amount for part in more.money),
            )
        )
    return tuple(made)


def hash_of(closing: Closing) -> str:
    """SHA-256 over what a closing tells, its own hash left out, as JSON with its fields in their order."""
    return sha256(msgspec.json.encode(replace(closing, hash=""))).hexdigest()


def faults_of(closings: Iterable[Closing]) -> list[str]:
    """What is wrong with a chain of closings by itself; nothing where it is whole."""
    faults, previous, until = [], "", 0
    for number, one in enumerate(closings, 1):
        name = f"closing {number} ({one.kind} {one.period})"
        if one.number != number or one.previous != previous:
            faults.append(f"{name}: does not follow the one before")
        if hash_of(one) != one.hash:
            faults.append(f"{name}: not what was closed")
        if one.kind == DAY:
            if one.after != until:
                faults.append(f"{name}: begins after position {one.after}, not after {until}")
            until = one.until
        previous = one.hash
    return faults


EVENTS: tuple[type[Event], ...] = (PeriodClosed,)
HANDLERS = {CloseDay: close_day}
