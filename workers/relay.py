"""Hands the keys of due effects to the broker, and takes up again what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from uuid import UUID

import structlog

from projections.runtime import Runtime
from projections.work import effects
from workers.brokers import Carry
from workers.tools import Performer

SHORTEST_PAUSE = 0.01
LONGEST_PAUSE = 0.1
LONGEST_BACK_OFF = 5.0

_logger = structlog.get_logger()


class Relay:
    """Carries keys from the table to the broker; many may run beside each other, each key is carried by one."""

    def __init__(self, runtime: Runtime, performed: Mapping[str, Performer], carry: Carry) -> None:
        self._runtime = runtime
        self._carry = carry
        self._repeatable = [kind for kind, performer in performed.items() if performer.repeatable]
        self._ordered = [kind for kind, performer in performed.items() if performer.ordered]

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
            effects.lapse(connection, self._repeatable)
            keys = effects.hand_out(connection, self._runtime.settings.lease_seconds, self._ordered)
        for number, key in enumerate(keys):
            self._send(key, keys[number:])
        return len(keys)

    def _send(self, key: UUID, left: list[UUID]) -> None:
        """Sends one key; when the broker does not take it, it and those `left` after it wait again."""
        try:
            self._carry(key)
        except BaseException:
            with self._runtime.pool.connection() as connection:
                effects.take_back(connection, left)
            raise
