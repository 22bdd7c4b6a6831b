"""A worker process: processes, clock, relay and performers, running between `start` and `stop`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from threading import Event, Thread

import dramatiq

from domain.processes import PROCESSES
from domain.processes.process import Process
from projections.engine.feed import Feed
from projections.postgres.connections import require_direct
from projections.runtime import Runtime
from projections.work import positions
from workers.brokers import carrier, opened_broker, queue_name
from workers.effects import PERFORMED
from workers.performing import Performing
from workers.processing import Processing
from workers.projecting import told_to_stop
from workers.relay import Relay
from workers.schedule import RECURRING, Recurring, Schedule
from workers.tools import Performer
from workers.webhook_endpoints.sending import WebhookSending

POLL = 500  # milliseconds between two looks of a performer's thread whether to stop
PATIENCE = 10_000  # milliseconds that effects in hand are given to end; those that do not are taken up again later


class Working:
    """Everything a worker does, in threads of this process."""

    def __init__(
        self,
        runtime: Runtime,
        processes: Mapping[str, Process] = PROCESSES,
        performed: Mapping[str, Performer] = PERFORMED,
        recurring: Mapping[str, Recurring] = RECURRING,
    ) -> None:
        self._runtime = runtime
        self._processes = processes
        self._performed = performed
        self._recurring = recurring
        self._stopping = Event()
        self._closing = ExitStack()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begins: the processes follow the log, effects go to the broker and come back to be performed."""
        runtime = self._runtime
        require_direct(runtime.settings.direct_url, "a worker")
        runtime.log.numbers.look(runtime.log.head())
        with runtime.pool.connection() as connection:
            positions.begin(connection, self._processes)
        feed = Feed(runtime.log, runtime.settings.direct_url)
        performing = Performing(runtime, self._performed, ended=lambda: relay.wake())
        broker = self._closing.enter_context(opened_broker(runtime.settings))
        queue = queue_name(runtime.settings.database_url)
        relay = Relay(runtime, self._performed, carrier(broker, queue, performing.perform))
        feed.on_news(relay.wake)
        worker = dramatiq.Worker(broker, worker_threads=runtime.settings.worker_threads, worker_timeout=POLL)
        worker.start()
        self._closing.callback(performing.stop)
        self._closing.callback(worker.stop, PATIENCE)
        performing.start()
        running = {
            "feed": feed.follow,
            "schedule": Schedule(runtime, self._recurring).run,
            "relay": relay.run,
            "webhooks": WebhookSending(runtime, feed).run,
            "processes": Processing(self._processes, runtime, feed, committed=relay.wake).run,
        }
        self._threads = [
            Thread(target=run, args=(self._stopping,), name=name, daemon=True) for name, run in running.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finishes what is in hand, and ends."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._closing.close()


def run(runtime: Runtime, performed: Mapping[str, Performer] = PERFORMED) -> None:
    """Works until SIGTERM or SIGINT."""
    working = Working(runtime, performed=performed)
    told = told_to_stop()
    working.start()
    told.wait()
    working.stop()
