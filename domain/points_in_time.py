"""What had happened by an instant, and what was known then: histories looked at by either of the two times of an event.

An event *occurred* at its `timestamp`, which a command or a file told, and was *recorded* when the log stored it. An
import records today what occurred years ago, in any order. `as_of` looks by occurrence, `known_at` by recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple, Protocol, TypeVar

from domain.events import Aggregate, Event

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# In a query string a + that was not written as %2B comes as a blank.
_BLANK = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)")

A = TypeVar("A", bound=Aggregate)
R = TypeVar("R", bound="HasTimes")


class HasTimes(Protocol):
    """An event together with when it was recorded."""

    @property
    def event(self) -> Event: ...
    @property
    def recorded_at(self) -> datetime: ...


class PointInTime(NamedTuple):
    """By when events must have occurred (`as_of`) and been recorded (`known_at`) to be shown; None: whenever."""

    as_of: datetime | None = None
    known_at: datetime | None = None

    def shows(self, recorded: HasTimes) -> bool:
        """Whether the event had happened and was known; what happened at the very instant had."""
        return (self.as_of is None or recorded.event.timestamp <= self.as_of) and (
            self.known_at is None or recorded.recorded_at <= self.known_at
        )

    def told(self) -> dict[str, str]:
        """The instants that are asked for, as text."""
        return {name: at.isoformat() for name, at in self._asdict().items() if at}

    def seen_from(self, now: datetime) -> datetime:
        """The instant of which that is told which changes by itself, such as whether a coupon has expired."""
        return self.as_of or self.known_at or now

    def part_of(self, history: Sequence[R]) -> Sequence[R]:
        """Of an aggregate's whole history what is shown, in the order of versions; nothing before it began.

        An order is not there before it was created, though the file tells of a payment the day before; from its
        creation on that payment is part of it.
        """
        if self == NOW:
            return history
        shown = [recorded for recorded in history if self.shows(recorded)]
        begins = _has_begun([recorded.event for recorded in history[:1]], (recorded.event for recorded in shown))
        return shown if begins else []


NOW = PointInTime()


def fold_part(aggregate: A, events: Sequence[Event]) -> A:
    """Applies what is shown of an aggregate's history, whose versions may have gaps; gives the aggregate."""
    for event in events:
        if event.has_effect_on(aggregate):
            event.apply(aggregate)
    if events:
        aggregate.version = events[-1].originator_version
        aggregate.modified_on = events[-1].timestamp
    return aggregate


def occurred_by(history: Sequence[Event], as_of: datetime) -> Sequence[Event]:
    """The same of bare events: what of an aggregate's whole history had happened by an instant."""
    shown = [event for event in history if event.timestamp <= as_of]
    return shown if _has_begun(history, shown) else []


def read_when(text: str) -> date:
    """The date, or the instant with its zone or without, that a text tells (ISO 8601); raises `ValueError`."""
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if not _DATE.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(_BLANK.sub(r"\1+\2", text))


def instant_of(when: date, zone: tzinfo) -> datetime:
    """The instant in UTC that is meant in a zone: of a bare date its end, as that day is looked at whole."""
    told = when if isinstance(when, datetime) else datetime.combine(when, time.max)
    try:
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # on the first or the last day there is, in a zone where UTC has another year
        return (datetime.min if told.year == 1 else datetime.max).replace(tzinfo=UTC)


def _has_begun(history: Sequence[Event], shown: Iterable[Event]) -> bool:
    """Whether what begins the aggregate is shown, where something does."""
    return not (history and history[0].BEGINS) or any(event.BEGINS for event in shown)
