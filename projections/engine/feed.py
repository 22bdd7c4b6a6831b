"""The end of the log, read once for every view of a process."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import attrgetter
from threading import Condition, Event

import psycopg
import structlog

from projections.backing_off import BackOff, run_until_stopped
from projections.engine.target import unreadable
from projections.faults import with_trace
from projections.log import AheadOfLog, EventLog, Found, IncarnationChanged, Recorded, Waker
from projections.postgres.connections import connect

BATCH = 500
CATCH_UP = 2000
WINDOW = 2 * CATCH_UP
SHORTEST_PAUSE = 0.002
# The least time between two batches while events trickle in: fewer, larger ones leave the machine to the writers. The
# first event after a quiet moment is taken at once.
REST = 0.05
LONGEST_PAUSE = 0.05
# The same while wake-ups are heard: one that was lost costs its reader no more than this.
QUIET_PAUSE = 1.0
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.1, 5.0

_HEADER = """
    SELECT position, originator_id, originator_version, topic, coalesce(recorded_at, occurred_at) FROM log.events
    WHERE position > %s ORDER BY position LIMIT 1
"""
_position = attrgetter("position")
_logger = structlog.get_logger()


class Feed:
    """Follows the log in one thread and keeps its last events: each is read and decoded once, not once a view.

    It begins anew at the log's end where the database turns out to be another incarnation. What it gives is durable and
    names the incarnation it was read in; whoever acts on it compares that in the transaction that does so.
    """

    def __init__(self, log: EventLog, database_url: str) -> None:
        self._log = log
        self._database_url = database_url
        self._news = Condition()
        self._window: list[Recorded] = []
        self._incarnation, self._end = log.end()
        self._start = self._end
        self._on_news: list[Callable[[], None]] = []
        self._pause = SHORTEST_PAUSE

    def on_news(self, told: Callable[[], None]) -> None:
        """Has somebody told whenever a wake-up or events have come; `told` returns at once."""
        self._on_news.append(told)

    def follow(self, stop: Event) -> None:
        """Looks every REST while events come. When none do, it looks as soon as a NOTIFY wakes it, and less and less
        often without one.
        """
        waker = self._log.wake()
        run_until_stopped(stop, lambda: self._turn(waker, stop), BackOff(FIRST_BACK_OFF, LONGEST_BACK_OFF), _failed)
        waker.close()
        with self._news:
            self._news.notify_all()

    def _turn(self, waker: Waker, stop: Event) -> float:
        """Looks once, or waits until there may be something to see; gives the seconds until the next look."""
        found = self._ahead()
        woken = not found and waker.wait(self._pause, stop)
        if found or woken:
            self._tell()
        longest = QUIET_PAUSE if waker.listens else LONGEST_PAUSE
        self._pause = SHORTEST_PAUSE if found or woken else min(self._pause * 2, longest)
        return REST if 0 < len(found) < CATCH_UP else 0.0

    def read(self, after: int, *, catching_up: bool) -> Found:
        """The next events after a position, in order: from memory near the end of the log, from the log before that."""
        limit = CATCH_UP if catching_up else BATCH
        with self._news:
            if after >= self._start:
                first = bisect_right(self._window, after, key=_position)
                return Found(self._incarnation, self._window[first : first + limit])
        return self._next(after, limit)

    def require_reached(self, position: int) -> None:
        """Raises `AheadOfLog` where the log ends before a position that was taken in already."""
        if position > self._end:
            _, head = self._log.end()
            if position > head:
                raise AheadOfLog(position=position, head=head)

    @property
    def end(self) -> int:
        """The position up to which it has read."""
        return self._end

    def wait(self, after: int, timeout: float) -> None:
        """Returns when there is something after the position, or after `timeout` seconds."""
        with self._news:
            if self._start <= after and self._end <= after:
                self._news.wait(timeout)

    def _tell(self) -> None:
        for told in self._on_news:
            told()

    def _ahead(self) -> list[Recorded]:
        """What follows the window, taken into it."""
        found = self._next(self._end, CATCH_UP)
        if found.incarnation != self._incarnation:
            incarnation, end = self._log.end()
            with self._news:
                self._window, self._incarnation, self._start, self._end = [], incarnation, end, end
                self._news.notify_all()
            _logger.warning("the database was restarted or replaced", action="feed.restarted", position=end)
            return []
        if found.recorded:
            self._keep(found.recorded)
        return found.recorded

    def _keep(self, found: list[Recorded]) -> None:
        with self._news:
            self._window = (self._window + found)[-WINDOW:]
            self._start = self._end if len(self._window) == len(found) else self._window[0].position - 1
            self._end = found[-1].position
            self._news.notify_all()

    def _next(self, after: int, limit: int) -> Found:
        """Reads on; where an event cannot be decoded, fewer at a time, down to a stand-in for that event alone."""
        try:
            return self._log.next(after, limit)
        except (psycopg.Error, OSError, IncarnationChanged):
            raise
        except Exception as fault:
            return self._next(after, limit // 2) if limit > 1 else self._stand_in(after, fault)

    def _stand_in(self, after: int, fault: Exception) -> Found:
        with connect(self._database_url, "carnet feed") as connection:
            row = connection.execute(_HEADER, (after,)).fetchone()
        incarnation, end = self._log.end()
        if row is None or row[0] > end:
            return Found(incarnation, [])
        return Found(incarnation, [Recorded(row[0], unreadable(row[1], row[2], row[3], fault), row[4])])


def _failed(fault: Exception, wait: float) -> None:
    _logger.warning("log unreadable", action="feed.failed", again_in=wait, **with_trace(fault))
