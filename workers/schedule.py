"""What is done by the clock: effects kept until they are due, and work that comes again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from threading import Event
from typing import NamedTuple
from uuid import UUID, uuid5

import structlog

from domain.processes.process import Effect
from projections.backing_off import BackOff, run_until_stopped
from projections.faults import with_trace
from projections.runtime import Runtime
from projections.work import effects, schedule
from projections.work.effects import EffectRequest

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # seconds between two ticks
ASK_AGAIN = timedelta(minutes=1)  # between two times that recurring work is asked for which was asked for before
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.1, 5.0
_OCCURRENCES = UUID("5d1b7a1e-94c8-5f5a-8d0b-3c6f2b9e7a40")

_logger = structlog.get_logger()


class Recurring(NamedTuple):
    """Work that comes again: its kind, and either the time of day (UTC) or the interval."""

    kind: str
    daily: time | None = None
    every: timedelta | None = None


RECURRING: Mapping[str, Recurring] = {
    "retention": Recurring("retention.run", daily=time(4)),
    "close_books": Recurring("books.close", every=timedelta(hours=1)),
    "reconcile_payments": Recurring("payments.reconcile", daily=time(2)),
}


class Schedule:
    """The clock of an installation; where several processes run it, each occurrence still comes once."""

    def __init__(self, runtime: Runtime, recurring: Mapping[str, Recurring]) -> None:
        self._runtime = runtime
        self._recurring = recurring
        self._asked: set[UUID] = set()
        self._ask_again_at: datetime | None = None

    def run(self, stop: Event) -> None:
        """Ticks until told to stop, as soon as something is due."""
        run_until_stopped(stop, self._turn, BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF), _failed)

    def _turn(self) -> float:
        return _pause(self.tick(datetime.now(UTC)), datetime.now(UTC))

    def tick(self, now: datetime) -> datetime | None:
        """Makes effects of what is due now, and says when the next one of the schedule is, if there is any.

        One missed while nothing ran is made up for once.
        """
        asked = self._new_occurrences(now)
        with self._runtime.pool.connection() as connection:
            due_at = schedule.next_due(connection)
            taken = schedule.tick(connection, now) if due_at is not None and due_at <= now else 0
            effects.put_all(connection, asked)
        if taken or asked:
            self._runtime.log.announce()
        self._asked |= {one.key for one in asked}
        return due_at

    def _new_occurrences(self, now: datetime) -> Sequence[EffectRequest]:
        """The occurrences of recurring work not asked for yet; now and then all of them, should one have been lost."""
        if self._ask_again_at is None or now >= self._ask_again_at:
            self._asked.clear()
            self._ask_again_at = now + ASK_AGAIN
        every = [occurrence(name, one, now) for name, one in self._recurring.items()]
        return [one for one in every if one.key not in self._asked]


def occurrence(name: str, recurring: Recurring, now: datetime) -> EffectRequest:
    """The last occurrence of recurring work; the same moment always gives the same key."""
    at = _last(recurring, now)
    key = uuid5(_OCCURRENCES, f"{name}/{at.isoformat()}")
    return EffectRequest(key, Effect(kind=recurring.kind, payload={"at": at.isoformat()}), 0)


def _failed(fault: Exception, wait: float) -> None:
    _logger.warning("schedule put off", action="schedule.failed", again_in=wait, **with_trace(fault))


def _pause(due_at: datetime | None, now: datetime) -> float:
    """Seconds until the next tick."""
    if due_at is None:
        return LONGEST_PAUSE
    return min(max((due_at - now).total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)


def _last(recurring: Recurring, now: datetime) -> datetime:
    if recurring.every is not None:
        return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % recurring.every
    today = datetime.combine(now.astimezone(UTC).date(), recurring.daily or time(), UTC)
    return today if today <= now else today - timedelta(days=1)
