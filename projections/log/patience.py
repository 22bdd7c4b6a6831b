"""No wait for durability lasts for ever: a standby that stands still stops who reads what it has not, not the house."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary, ref

import psycopg

from projections.log.errors import NotDurable

PATIENCE = 15.0  # seconds that a statement may wait for the disk or for a standby
TICK = 1.0  # seconds between two looks; a wait is cut short so much later at most
_CANCELLING = 5.0  # seconds that a server may take to be told


class Wait:
    """What a connection waits for now, one statement after the other; as a context, it holds from entry to exit.

    It raises `NotDurable` where the server warned meanwhile: that is all it says of a wait that was cut short.
    """

    def __init__(self, patience: Patience, connection: psycopg.Connection[Any]) -> None:
        self._patience = patience
        self._connection = ref(connection)
        self._lock = Lock()  # held while the server is told to end it
        self._until: float | None = None
        self._warned = False
        connection.add_notice_handler(self._note)

    def __enter__(self) -> None:
        self._warned = False
        self._until = time.monotonic() + PATIENCE
        self._patience.watch()

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with self._lock:
            self._until = None
        if self._warned and kind is None:
            raise NotDurable("the wait for durability was cut short")

    @property
    def lasts(self) -> bool:
        """Whether a statement is waited for now."""
        return self._until is not None

    def end_if_late(self) -> None:
        """Cancels the statement where it has lasted longer than `PATIENCE`."""
        with self._lock, suppress(psycopg.Error):
            connection = self._connection()
            if connection is not None and self._until is not None and self._until < time.monotonic():
                connection.cancel_safe(timeout=_CANCELLING)

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        if (notice.severity_nonlocalized or notice.severity) == "WARNING":
            self._warned = True


class Patience:
    """Cuts statements short that wait too long: one thread for all of a process, which rests while nothing waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waits: WeakKeyDictionary[psycopg.Connection[Any], Wait] = WeakKeyDictionary()
        self._stirred = Event()
        self._thread: Thread | None = None

    def bounding(self, connection: psycopg.Connection[Any]) -> Wait:
        """The connection's wait: entered, its statement is cancelled when it lasts longer than `PATIENCE`."""
        wait = self._waits.get(connection)
        if wait is None:
            with self._lock:
                wait = self._waits[connection] = Wait(self, connection)
        return wait

    def watch(self) -> None:
        """Has the thread look at the waits, begun anew in a process that was forked."""
        if self._thread is None or not self._thread.is_alive():
            self._begin()
        if not self._stirred.is_set():
            self._stirred.set()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="patience", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._stirred.wait()
            time.sleep(TICK)
            self._stirred.clear()  # before the look: whoever begins to wait after it stirs anew
            with self._lock:
                waits = [wait for wait in self._waits.values() if wait.lasts]
            if waits:
                self._stirred.set()
            for wait in waits:
                wait.end_if_late()
