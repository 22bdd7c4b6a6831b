"""A process of writers for the stress test: saves, changes its mind, collides and is cut off; keeps a book of it."""

from __future__ import annotations

import json
import random
import sys
import time
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import ConnectionPool

from projections.log import Answer, Connection, EventLog, KeyRing, RequestKey, VersionConflict
from tests.projections.log.conftest import SECRET
from tests.projections.log.events import Letter, sent, written

THREADS = 4
SHARED_LETTERS = 3


class ChangedMind(Exception):
    """A save given up half-way."""


class Writer:
    """One thread's saves. `confirmed` and `refused` hold the ids of the events it tried to store."""

    def __init__(self, log: EventLog, seed: int, shared: list[UUID]) -> None:
        self._log = log
        self._random = random.Random(seed)
        self._shared = shared
        self.confirmed: list[str] = []
        self.refused: list[str] = []

    def run(self, until: float) -> None:
        """Saves until the time is over."""
        while time.monotonic() < until:
            tried: list[str] = []
            try:
                self._save(tried)
            except (psycopg.OperationalError, VersionConflict, ChangedMind):
                self.refused += tried
            else:
                self.confirmed += tried

    def _save(self, tried: list[str]) -> None:
        with self._log.session() as session:
            claiming = self._random.random() < 0.5
            if claiming:
                session.open(
                    request=RequestKey(str(uuid4()), "stress", b""), email=f"p{self._random.random()}@example.com"
                )
            letters = [self._letter(session.load_or_blank(Letter, self._random.choice(self._shared)))]
            if self._random.random() < 0.3:
                customer = uuid4()
                session.ensure_subject(customer)
                letters.append(written(customer))
            tried += [str(event.metadata.event_id) for letter in letters for event in events_of(letter)]
            session.save(*letters)
            if self._random.random() < 0.15:
                raise ChangedMind
            session.commit(Answer(status=201, headers={}, body=b"") if claiming else None)

    def _letter(self, shared: Letter) -> Letter:
        """A letter of many writers, or a new one."""
        letter = shared if self._random.random() < 0.4 else Letter.blank(uuid4())
        return sent(letter, self._random.randint(1, 6))


def events_of(letter: Letter) -> list[Any]:
    """The events it has recorded and not stored."""
    return list(letter.pending_events)


def main(database: str, seed: int, seconds: float, shared: list[UUID]) -> None:
    """Runs the writers and prints what became of their events."""
    with ConnectionPool[Connection](database, min_size=THREADS, kwargs={"autocommit": True}, open=True) as pool:
        log = EventLog(pool, KeyRing(SECRET))
        writers = [Writer(log, seed + number, shared) for number in range(THREADS)]
        until = time.monotonic() + seconds
        threads = [Thread(target=writer.run, args=(until,)) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.close()
    json.dump(
        {name: [one for w in writers for one in getattr(w, name)] for name in ("confirmed", "refused")}, sys.stdout
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), [UUID(text) for text in sys.argv[4:]])
