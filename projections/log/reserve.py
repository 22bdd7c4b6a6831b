"""Numbers that are never given out twice, whatever becomes of the database: reserved outside it before told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer
from uuid import UUID

import psycopg
import structlog

from projections.log.bringing_back import bring_back
from projections.log.errors import VersionConflict
from projections.log.numbers import NumbersInDoubt
from projections.log.outside import BLOCK, LOW, Memory, memory_of, remember
from projections.postgres.connections import connect

NOTE_EVERY = 1.0  # seconds between two notes of how far the log is

_logger = structlog.get_logger()


class Reserve:
    """The reserve of one process, written to the data folder in blocks; safe for threads.

    Before the first number in an incarnation of the database it looks whether the log went back, and moves the series.
    """

    def __init__(self, data_dir: Path, database_url: str) -> None:
        self._data_dir = data_dir
        self._database_url = database_url
        self._lock = Lock()
        self._looked = False
        self._memory: Memory | None = None
        self._epoch = ""
        self._reserved: dict[str, int] = {}
        self._documents: dict[str, int] = {}
        self._last: tuple[int, UUID] | None = None
        self._timer: Timer | None = None
        self._head = -1

    def drop(self) -> None:
        """Looks again before the next number: the database may be another than it was."""
        self._looked = False

    def ready(self) -> None:
        """As `Numbers.ready`: another process may just be moving the series of a log that was brought back."""
        if not self._looked:
            with self._lock:
                self._look()

    def cover(self, series: str, number: int) -> None:
        """As `Numbers.cover`; costs nothing but for one number in a hundred and fifty."""
        if self._looked and number + LOW <= self._reserved.get(series, 0):
            return
        with self._lock:
            if self._look():
                raise VersionConflict  # decided anew, with a number of the series as it is now
            if self._memory is None or number + LOW <= self._reserved.get(series, 0):
                return
            with self._noted():
                with self._memory.changing(durably=True) as remembered:
                    remembered.epoch = self._epoch
                    kept = remembered.reserved.get(series, 0)
                    if number + LOW > kept:
                        remembered.reserved = {**remembered.reserved, series: number + BLOCK}
                self._reserved = dict(remembered.reserved)

    def check_document(self, series: str, period: int, number: int) -> None:
        """As `Numbers.check_document`."""
        with self._lock:
            self._look()
        if number <= self._documents.get(_place(series, period), 0):
            raise NumbersInDoubt(series=series, number=number)

    def issued(self, series: str, period: int, number: int) -> None:
        """As `Numbers.issued`."""
        with self._lock, self._noted():
            if self._memory is None:
                return
            with self._memory.changing() as remembered:
                place = _place(series, period)
                remembered.epoch = self._epoch
                last = max(number, remembered.documents.get(place, 0))
                remembered.documents = {**remembered.documents, place: last}
            self._documents = dict(remembered.documents)

    def seen(self, position: int, event_id: UUID) -> None:
        """As `Numbers.seen`: written down at once after a quiet second, else when the second is over."""
        if not self._looked:
            with self._lock, suppress(psycopg.Error):
                self._look()
        self._last = position, event_id
        if self._timer is not None:
            return
        with self._lock:
            if self._timer is None:
                self._note()
                self._timer = Timer(NOTE_EVERY, self._note_late)
                self._timer.daemon = True
                self._timer.start()

    def look(self, head: int) -> None:
        """As `Numbers.look`."""
        with self._lock:
            self._look()
            if self._memory is None or head == self._head:
                return
            with self._noted(), connect(self._database_url, "carnet numbers") as connection:
                remember(connection, self._memory, head)
            self._head = head

    def close(self) -> None:
        """Writes down what is left to be."""
        timer = self._timer
        if timer is not None:
            timer.cancel()
            self._note_late()

    def _note_late(self) -> None:
        with self._lock:
            self._timer = None
            self._note()

    def _note(self) -> None:
        """Writes down how far the log is, in the epoch that was looked at last."""
        if self._last is None or self._memory is None:
            return
        (position, event_id), self._last = self._last, None
        with self._noted(), self._memory.changing() as remembered:
            if remembered.epoch != self._epoch or position > remembered.position:
                remembered.epoch, remembered.position, remembered.event = self._epoch, position, event_id

    def _look(self) -> bool:
        """Whether series had to be moved, after a look at the log and at what is remembered of it."""
        if self._looked:
            return False
        self._note()
        with connect(self._database_url, "carnet numbers") as connection:
            told = bring_back(connection, self._data_dir)
            self._memory = memory_of(connection, self._data_dir)
            [(self._epoch,)] = connection.execute("SELECT id FROM log.epochs ORDER BY number DESC LIMIT 1").fetchall()
        for sentence in told:
            _logger.warning(sentence, action="log.brought-back")
        remembered = self._memory.read() if self._memory else None
        if remembered is None or remembered.epoch != self._epoch:
            self._memory = None  # the folder has served another log: `carnet doctor --repair` says which is meant
            remembered = None
        self._reserved = dict(remembered.reserved) if remembered else {}
        self._documents = dict(remembered.documents) if remembered else {}
        self._looked = True
        return bool(told)

    def _noted(self) -> suppress:
        """A folder that cannot be written to stops nobody; the doctor tells of it."""
        return suppress(OSError)


def _place(series: str, period: int) -> str:
    return f"{series}:{period}"
