"""Writers in several processes that roll back, collide and lose their connections; readers see everything once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from threading import Event, Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from projections.log import EventLog, Recorded
from tests.projections.log.writers import SHARED_LETTERS

PROCESSES = 2


class Reader(Thread):
    """Follows the log to its end, with pages of all sizes."""

    def __init__(self, log: EventLog, seed: int, topics: list[str] | None = None, *, woken: bool = False) -> None:
        super().__init__()
        self._log = log
        self._random = random.Random(seed)
        self._topics = topics
        self._waker = log.wake() if woken else None
        self.last_look = Event()
        self.seen: list[Recorded] = []

    def run(self) -> None:
        """Reads until a last look, taken after the writers have ended, finds nothing more."""
        while True:
            last = self.last_look.is_set()
            found = self._look()
            self.seen += found
            if last and not found:
                break
            if not found:
                self._pause()
        if self._waker:
            self._waker.close()

    def _look(self) -> list[Recorded]:
        after = self.seen[-1].position if self.seen else 0
        while True:
            try:
                return self._log.read(after, self._random.choice([1, 7, 100, 500]), topics=self._topics)
            except psycopg.OperationalError:
                continue

    def _pause(self) -> None:
        if self._waker:
            self._waker.wait(0.05)
        else:
            self.last_look.wait(0.002)


class Killer(Thread):
    """Ends server processes of writers and readers at random."""

    def __init__(self, database: str, seed: int) -> None:
        super().__init__()
        self._database = database
        self._random = random.Random(seed)
        self.enough = Event()
        self.killed = 0

    def run(self) -> None:
        """Kills one about ten times a second."""
        with psycopg.connect(self._database, autocommit=True) as connection:
            while not self.enough.wait(self._random.uniform(0.02, 0.2)):
                found = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend' AND (state <> 'idle' OR random() < 0.1)"
                ).fetchall()
                if found:
                    connection.execute("SELECT pg_terminate_backend(%s)", self._random.choice(found))
                    self.killed += 1


def start_writers(database: str, seconds: float, shared: list[UUID]) -> list[subprocess.Popen[str]]:
    """The processes that write."""
    named = make_conninfo(database, application_name="stress")
    command = [sys.executable, "-m", "tests.projections.log.writers", named]
    return [
        subprocess.Popen(
            [*command, str(number * 100), str(seconds), *map(str, shared)], stdout=subprocess.PIPE, text=True
        )
        for number in range(PROCESSES)
    ]


def stress(log: EventLog, database: str, seconds: float) -> None:
    """Runs everything at once and compares what was told to the writers with what each reader saw."""
    readers = [Reader(log, 1), Reader(log, 2, woken=True), Reader(log, 3, ["letter.written"]), Reader(log, 4)]
    killer = Killer(database, 5)
    writers = start_writers(database, seconds, [uuid4() for _ in range(SHARED_LETTERS)])
    for thread in (*readers, killer):
        thread.start()
    told = [json.loads(writer.communicate(timeout=seconds + 120)[0]) for writer in writers]
    killer.enough.set()
    killer.join()
    for reader in readers:
        reader.last_look.set()
        reader.join()
    confirmed = Counter(event_id for book in told for event_id in book["confirmed"])
    refused = {event_id for book in told for event_id in book["refused"]}
    assert killer.killed > seconds
    assert refused
    check(log, readers, confirmed, refused)


def check(log: EventLog, readers: list[Reader], confirmed: Counter[str], refused: set[str]) -> None:
    """Nothing skipped, nothing twice, in order, for every reader; and what was confirmed is what there is."""
    head = log.head()
    assert head > 100
    for reader in (readers[0], readers[1], readers[3]):
        assert [one.position for one in reader.seen] == list(range(1, head + 1))
        assert Counter(str(one.event.metadata.event_id) for one in reader.seen) == confirmed
    whole = readers[0].seen
    assert [one.position for one in readers[2].seen] == [
        one.position for one in whole if one.event.TOPIC == "letter.written"
    ]
    assert not refused & confirmed.keys()
    versions: Counter[UUID] = Counter()
    for one in whole:
        versions[one.event.originator_id] += 1
        assert one.event.originator_version == versions[one.event.originator_id]


def test_every_reader_sees_every_event_once_and_in_order(log: EventLog, database: str) -> None:
    stress(log, database, 12)


@pytest.mark.campaign
@pytest.mark.timeout(1200)
def test_the_same_for_ten_minutes(log: EventLog, database: str) -> None:
    stress(log, database, 600)
