"""The end of the log, read once for every view of a process."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from threading import Condition, Event

import psycopg
import structlog

from projections.log import EventLog, Recorded
from projections.target import unreadable

BATCH = 500
CATCH_UP = 2000
WINDOW = 2 * CATCH_UP
SHORTEST_PAUSE = 0.002
# The least time between two batches while events trickle in: fewer, larger ones leave the machine to the writers. The
# first event after a quiet moment is taken at once.
REST = 0.05
LONGEST_PAUSE = 0.05
LONGEST_BACK_OFF = 5.0

_HEADER = """
    SELECT position, originator_id, originator_version, topic FROM log.events
    WHERE position > %s ORDER BY position LIMIT 1
"""
_position = attrgetter("position")
_logger = structlog.get_logger()


class Feed:
    """Follows the log in one thread and keeps its last events: each is read and decoded once, not once a view."""

    def __init__(self, log: EventLog, database_url: str) -> None:
        self._log = log
        self._database_url = database_url
        self._news = Condition()
        self._window: list[Recorded] = []
        self._start = self._end = log.head()

    def follow(self, stop: Event) -> None:
        """Looks every REST while events come; when none do, up to 50 ms apart, or as soon as a NOTIFY wakes it."""
        waker = self._log.wake()
        pause = SHORTEST_PAUSE
        while not stop.is_set():
            try:
                found = self._next(self._end, CATCH_UP)
            except Exception as fault:
                pause = min(max(pause, LONGEST_PAUSE) * 2, LONGEST_BACK_OFF)
                _logger.warning("log unreadable", action="feed.failed", error=type(fault).__name__, again_in=pause)
                stop.wait(pause)
                continue
            if found:
                self._keep(found)
            if not found:
                waker.wait(pause)
            elif len(found) < CATCH_UP:
                stop.wait(REST)
            pause = SHORTEST_PAUSE if found else min(pause * 2, LONGEST_PAUSE)
        waker.close()
        with self._news:
            self._news.notify_all()

    def read(self, after: int, *, catching_up: bool) -> list[Recorded]:
        """The next events after a position, in order: from memory near the end of the log, from the log before that."""
        limit = CATCH_UP if catching_up else BATCH
        with self._news:
            if after >= self._start:
                first = bisect_right(self._window, after, key=_position)
                return self._window[first : first + limit]
        return self._next(after, limit)

    def wait(self, after: int, timeout: float) -> None:
        """Returns when there is something after the position, or after `timeout` seconds."""
        with self._news:
            if self._start <= after and self._end <= after:
                self._news.wait(timeout)

    def _keep(self, found: list[Recorded]) -> None:
        with self._news:
            self._window = (self._window + found)[-WINDOW:]
            self._start = self._end if len(self._window) == len(found) else self._window[0].position - 1
            self._end = found[-1].position
            self._news.notify_all()

    def _next(self, after: int, limit: int) -> list[Recorded]:
        """Reads on; where an event cannot be decoded, fewer at a time, down to a stand-in for that event alone."""
        try:
            return self._log.read(after, limit)
        except (psycopg.Error, OSError):
            raise
        except Exception as fault:
            return self._next(after, limit // 2) if limit > 1 else self._stand_in(after, fault)

    def _stand_in(self, after: int, fault: Exception) -> list[Recorded]:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            row = connection.execute(_HEADER, (after,)).fetchone()
        return [Recorded(row[0], unreadable(row[1], row[2], row[3], fault))] if row else []
