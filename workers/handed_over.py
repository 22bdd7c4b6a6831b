"""What was handed over to the outside world, remembered outside the database.

A database that is brought back to an earlier day knows nothing of the mails it sent since. Where a client records the
same again, the same mail is asked for again, under the same key: this memory tells that it went out already.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from uuid import UUID

_TABLE = "CREATE TABLE IF NOT EXISTS handed_over (key BLOB PRIMARY KEY, epoch TEXT, at REAL) WITHOUT ROWID"
_BEFORE = "SELECT 1 FROM handed_over WHERE key = ? AND epoch <> ?"
_REMEMBER = "INSERT OR REPLACE INTO handed_over (key, epoch, at) VALUES (?, ?, ?)"
_TAKE_BACK = "DELETE FROM handed_over WHERE key = ?"
_PURGE = "DELETE FROM handed_over WHERE at < ?"


class HandedOver:
    """The memory of the workers that share a data folder; a file for each log. Safe for threads and processes."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "outside"
        self._lock = Lock()
        self._opened: dict[str, sqlite3.Connection] = {}

    def begin(self, log_id: str, epoch_id: str, keys: Collection[UUID]) -> set[UUID]:
        """Remembers effects that are about to be handed over; gives those that were in an epoch that has ended.

        What those did may have been lost with their epoch. They count as begun in this one from now on: whoever lets
        them go on has decided that.
        """
        with self._changing(log_id) as memory:
            before = {key for key in keys if memory.execute(_BEFORE, (key.bytes, epoch_id)).fetchone()}
            memory.executemany(_REMEMBER, [(key.bytes, epoch_id, time.time()) for key in keys])
            return before

    def take_back(self, log_id: str, keys: Collection[UUID]) -> None:
        """Forgets effects: they were certainly not handed over, or are of a person who was forgotten."""
        with self._changing(log_id) as memory:
            memory.executemany(_TAKE_BACK, [(key.bytes,) for key in keys])

    def purge(self, log_id: str, days: int) -> int:
        """Forgets what was handed over longer ago than any backup is old; gives how many."""
        with self._changing(log_id) as memory:
            return memory.execute(_PURGE, (time.time() - days * 86_400,)).rowcount

    def close(self) -> None:
        """Closes its files."""
        with self._lock:
            for memory in self._opened.values():
                memory.close()
            self._opened.clear()

    @contextmanager
    def _changing(self, log_id: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            memory = self._opened.get(log_id) or self._open(log_id)
            memory.execute("BEGIN IMMEDIATE")
            try:
                yield memory
                memory.execute("COMMIT")
            except BaseException:
                memory.execute("ROLLBACK")
                raise

    def _open(self, log_id: str) -> sqlite3.Connection:
        """Its file, which survives the end of any process at any moment."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{log_id}.handed-over"
        memory = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        memory.execute("PRAGMA journal_mode = WAL")
        memory.execute("PRAGMA synchronous = NORMAL")
        memory.execute(_TABLE)
        self._opened[log_id] = memory
        return memory
