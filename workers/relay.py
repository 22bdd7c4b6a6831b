"""Hands the keys of due effects to the broker, and takes up again what was lost on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event
from uuid import UUID

import structlog

from projections.runtime import Runtime
from projections.work import effects
from projections.work.effects import Due
from workers.brokers import Carry
from workers.tools import Performer

SHORTEST_PAUSE = 0.05  # while effects come: fewer and larger messages leave the machine to the work itself
LONGEST_PAUSE = 0.1
LONGEST_BACK_OFF = 5.0
LAPSE_EVERY = 0.25  # seconds
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

    def run(self, stop: Event) -> None:
        """Looks often while there is something to hand out, less often when there is not."""
        wait = SHORTEST_PAUSE
        while not stop.is_set():
            try:
                wait = SHORTEST_PAUSE if self.step() else min(wait * 2, LONGEST_PAUSE)
            except Exception as fault:
                wait = min(max(wait, LONGEST_PAUSE) * 2, LONGEST_BACK_OFF)
                _logger.warning("relay put off", action="relay.failed", error=type(fault).__name__, again_in=wait)
            stop.wait(wait)

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
