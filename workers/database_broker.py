"""The database as a broker that rests: it is asked for messages when it notifies of some, and once in a while."""

from __future__ import annotations

import time
from typing import Any

from dramatiq import MessageProxy
from dramatiq.broker import Consumer
from dramatiq_postgres import PostgresBroker
from dramatiq_postgres.broker import PostgresConsumer
from dramatiq_postgres.utils import raise_connection_error

LONGEST_REST = 1.0  # seconds between two looks: a message whose notification was lost waits no longer


class DatabaseBroker(PostgresBroker):  # type: ignore[misc]
    """Carries messages through the database. None is ever delayed: what is due later waits in tables of our own."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30_000) -> Consumer:
        """The consumer of a queue; `timeout` in milliseconds is how long it may wait at a time."""
        return _Consumer(broker=self, queue_name=queue_name, prefetch=prefetch, timeout=timeout)

    def declare_queue(self, queue_name: str) -> None:
        """Makes a queue known, without one for delayed messages beside it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = True
            self.emit_after("declare_queue", queue_name)


class _Consumer(PostgresConsumer):  # type: ignore[misc]
    """Asks for messages when woken by one that was sent or acknowledged, and every LONGEST_REST."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._looks_at = 0.0

    @raise_connection_error  # type: ignore[untyped-decorator]
    def __next__(self) -> MessageProxy | None:
        """The next message; None where there is none yet."""
        if not self.buffer and self._is_to_look():
            self._look()
        if not self.buffer:
            return None
        message = self.buffer.pop(0)
        self.in_processing.add(message.message_id)
        return MessageProxy(message)

    def _is_to_look(self) -> bool:
        """Waits until there is reason to look, or for so long as may be waited at a time."""
        left = self._looks_at - time.monotonic()
        return left <= 0 or self.wakeup.wait(min(left, self.timeout_s)) or self._looks_at <= time.monotonic()

    def _look(self) -> None:
        self.wakeup.clear()  # before the look: a message sent during it is asked for by the next one
        connection = self.get_consume_conn()
        self.broker.maybe_heartbeat(connection)
        self.broker.maybe_maintenance(connection)
        capacity = self.prefetch - len(self.in_processing)
        if capacity > 0:
            self.claim(capacity)
        self._looks_at = time.monotonic() + LONGEST_REST
