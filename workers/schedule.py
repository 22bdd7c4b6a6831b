"""What is done by the clock: effects kept until they are due, and work that comes again and again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from threading import Event
from typing import NamedTuple
from uuid import UUID, uuid5

import structlog

from domain.processes.process import Effect
from projections.runtime import Runtime
from projections.work import effects, schedule
from projections.work.effects import Asked

TICK = 0.5  # seconds
LONGEST_BACK_OFF = 5.0
_OCCURRENCES = UUID("5d1b7a1e-94c8-5f5a-8d0b-3c6f2b9e7a40")

_logger = structlog.get_logger()


class Recurring(NamedTuple):
    """Work that comes again: its kind, and either the time of day (UTC) or the interval."""

    kind: str
    daily: time | None = None
    every: timedelta | None = None


RECURRING: Mapping[str, Recurring] = {
    "retention": Recurring("retention.run", daily=time(4)),
    "reconcile_payments": Recurring("payments.reconcile", daily=time(2)),
}


class Schedule:
    """The clock of an installation; where several processes run it, each occurrence still comes once."""

    def __init__(self, runtime: Runtime, recurring: Mapping[str, Recurring]) -> None:
        self._runtime = runtime
        self._recurring = recurring

    def run(self, stop: Event) -> None:
        """Ticks until told to stop."""
        wait = TICK
        while not stop.is_set():
            try:
                self.tick(datetime.now(UTC))
                wait = TICK
            except Exception as fault:
                wait = min(wait * 2, LONGEST_BACK_OFF)
                _logger.warning("schedule put off", action="schedule.failed", error=type(fault).__name__)
            stop.wait(wait)

    def tick(self, now: datetime) -> None:
        """Makes effects of what is due now; one missed while nothing ran is made up for once."""
        with self._runtime.pool.connection() as connection:
            schedule.tick(connection, now)
            effects.put_all(connection, [occurrence(name, one, now) for name, one in self._recurring.items()])


def occurrence(name: str, recurring: Recurring, now: datetime) -> Asked:
    """The last occurrence of recurring work; the same moment always gives the same key."""
    at = _last(recurring, now)
    key = uuid5(_OCCURRENCES, f"{name}/{at.isoformat()}")
    return Asked(key, Effect(kind=recurring.kind, payload={"at": at.isoformat()}), 0)


def _last(recurring: Recurring, now: datetime) -> datetime:
    if recurring.every is not None:
        return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % recurring.every
    today = datetime.combine(now.astimezone(UTC).date(), recurring.daily or time(), UTC)
    return today if today <= now else today - timedelta(days=1)
