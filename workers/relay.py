"""Hands the keys of due effects to the broker, and takes up again what was lost on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event
from uuid import UUID

import structlog

from projections.backing_off import BackOff, run_until_stopped
from projections.faults import with_trace
from projections.runtime import Runtime
from projections.work import effects
from projections.work.effects import Due
from workers.brokers import Carry
from workers.tools import Performer

SHORTEST_PAUSE = 0.05  # while effects come: fewer and larger messages leave the machine to the work itself
SHORTEST_REST = 0.01  # before it looks again for what it is woken for, where it found nothing
LONGEST_PAUSE = 1.0  # while none come: one whose wake-up was lost waits no longer than this
FIRST_BACK_OFF, LONGEST_BACK_OFF = 2.0, 5.0
LAPSE_EVERY = 0.25  # seconds
LOOK = 0.5  # seconds between two looks whether to stop
MOST_TOGETHER = 40  # keys in one message, of effects that are done together

_logger = structlog.get_logger()


class Relay:
    """Carries keys from the table to the broker; many may run beside each other, each key is carried by one."""

    def __init__(self, runtime: Runtime, performed: Mapping[str, Performer], carry: Carry) -> None:
        self._runtime = runtime
        self._carry = carry
        self._repeatable = [kind for kind, performer in performed.items() if performer.repeatable]
        self._ordered = [kind for kind, performer in performed.items() if performer.ordered]
        self._together = frozenset(kind for kind, performer in performed.items() if performer.together)
        self._lapse_at = 0.0
        self._wait = SHORTEST_PAUSE
        self._woken = Event()

    def wake(self) -> None:
        """Has it look at once: effects may be due that were not a moment ago."""
        self._woken.set()

    def run(self, stop: Event) -> None:
        """Looks often while there is something to hand out; when there is not, at what is due next or is woken for."""
        run_until_stopped(stop, lambda: self._turn(stop), BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF), _failed)

    def _turn(self, stop: Event) -> float:
        self._woken.clear()
        self._wait = self._look(self._wait)
        self._rest(self._wait, stop)
        return 0.0

    def _look(self, waited: float) -> float:
        """Hands out what is due, if anything is; gives the seconds until the next look."""
        with self._runtime.pool.connection() as connection:
            outlook = effects.outlook(connection)
        if outlook.is_due and self.step():
            return SHORTEST_PAUSE
        longest = min(waited * 2, LONGEST_PAUSE) if outlook.is_due else LONGEST_PAUSE
        return longest if outlook.next_in is None else min(longest, outlook.next_in)

    def _rest(self, wait: float, stop: Event) -> None:
        """Waits so many seconds, or until it is woken, but as long as makes the next look worth while."""
        until = time.monotonic() + wait
        stop.wait(SHORTEST_REST if wait > SHORTEST_PAUSE else wait)
        while (left := until - time.monotonic()) > 0 and not stop.is_set():
            if self._woken.wait(min(left, LOOK)):
                return

    def step(self) -> int:
        """Frees what was lost, hands out what is due; gives how many keys were carried."""
        with self._runtime.pool.connection() as connection:
            incarnation = self._runtime.log.ready(connection)
            if time.monotonic() >= self._lapse_at:
                effects.lapse(connection, self._repeatable)
                self._lapse_at = time.monotonic() + LAPSE_EVERY
            due = effects.hand_out(connection, self._runtime.settings.lease_seconds, self._ordered, incarnation)
        parcels = list(self._parcels(due))
        for number, keys in enumerate(parcels):
            self._send(keys, parcels[number:])
        return len(due)

    def _parcels(self, due: Sequence[Due]) -> Iterator[list[UUID]]:
        """The keys of each message: those of a kind that is done together in one, others by themselves."""
        for kind in dict.fromkeys(one.kind for one in due):
            keys = [one.key for one in due if one.kind == kind]
            size = MOST_TOGETHER if kind in self._together else 1
            for start in range(0, len(keys), size):
                yield keys[start : start + size]

    def _send(self, keys: list[UUID], left: list[list[UUID]]) -> None:
        """Sends one message; when the broker does not take it, its keys and those `left` after it wait again."""
        try:
            self._carry(keys)
        except BaseException:
            with self._runtime.pool.connection() as connection:
                effects.take_back(connection, [key for parcel in left for key in parcel])
            raise


def _failed(fault: Exception, wait: float) -> None:
    _logger.warning("relay put off", action="relay.failed", again_in=wait, **with_trace(fault))
