"""Runs the projections of an installation in one process: a thread leads each view, one follows the log for all of
them, and one moves those along that have caught up."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from threading import Event, Thread, current_thread, main_thread
from types import FrameType

from projections.engine.consumers import ConsumerGroup
from projections.engine.engine import Projector
from projections.engine.feed import Feed
from projections.engine.filling import Source
from projections.engine.projection import Projection
from projections.engine.rebuild import Rebuild
from projections.log import EventLog
from projections.postgres.connections import require_direct
from projections.postgres.leases import Leases
from projections.runtime import Runtime
from projections.views import UNHURRIED, kept
from workers.housekeeping import Housekeeping

REST = 1.0  # seconds between two batches of the views that are in no hurry


class Projecting:
    """The projectors of some views, running between `start` and `stop`."""

    def __init__(self, source: Source, log: EventLog, projections: Iterable[Projection], *, rest: float = REST) -> None:
        def rebuild(projection: Projection, stop: Event) -> None:
            Rebuild(source, projection, stop=stop).run()

        self._stopping = Event()
        feed = Feed(log, source.database_url)
        group = ConsumerGroup(log, feed, source.database_url)
        unhurried = ConsumerGroup(log, feed, source.database_url, rest)
        self._leases = Leases(source.database_url)
        running = {"feed": feed.follow, "group": group.run, "unhurried": unhurried.run}
        for one in projections:
            going = unhurried if one.name in UNHURRIED else group
            running[one.name] = Projector(one, log, feed, going, self._leases, source.database_url, rebuild).run
        self._threads = [
            Thread(target=run, args=(self._stopping,), name=name, daemon=True) for name, run in running.items()
        ]

    def start(self) -> None:
        """Begins to keep the views up."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finishes the batch in hand of every view, and ends."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._leases.close()


def run(runtime: Runtime) -> None:
    """Keeps every view up, and house, until SIGTERM or SIGINT; where another process leads a view, stands by for it."""
    told = told_to_stop()
    source = Source(runtime.settings.direct_url, runtime.settings.secrets)
    require_direct(source.database_url, "what keeps the views")
    views = kept(orders_past=runtime.settings.orders_past)
    projecting = Projecting(source, runtime.log, views.values())
    keeping = Housekeeping(runtime)
    projecting.start()
    keeping.start()
    told.wait()
    keeping.stop()
    projecting.stop()


def told_to_stop() -> Event:
    """What is set when this process is asked to end by SIGTERM or SIGINT."""
    told = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.set()

    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    return told
