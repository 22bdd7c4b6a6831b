"""A running shop that is disturbed under load: its processes, clients, a consumer of its feed, and a mail server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from threading import Event, RLock, Thread

import psycopg

from projections.runtime import open_runtime
from projections.settings import Settings
from tests.faults.clients import Client, Record
from tests.faults.following import Follower
from tests.faults.installation import ROOT, Mortal
from tests.faults.oracle import Findings, judge, stored
from tests.fixtures_api import issue
from tests.setup.running import free_port
from tests.workers.mail_servers import Inbox, serving

CLIENTS = 4
BEAT = 0.1
PATIENCE = 90.0
LEASE_SECONDS = 2
SOME_VIEWS = ("order_timeline",)  # orders and stock are folded anyway
PARTS = {"API": "serve", "views": "project", "worker": "worker"}
_HEAD = "SELECT coalesce(max(position), 0) FROM log.events"
_BEHIND = """
    SELECT 'view ' || projection || ' at ' || position || coalesce(', ' || trouble, '')
    FROM views.positions WHERE schema = 'views' AND position <> (SELECT coalesce(max(position), 0) FROM log.events)
    UNION ALL
    SELECT 'process ' || process || ' at ' || position || coalesce(', ' || trouble, '')
    FROM work.positions WHERE position <> (SELECT coalesce(max(position), 0) FROM log.events)
    UNION ALL
    SELECT 'effect ' || kind || ' ' || state || coalesce(', ' || error, '')
    FROM work.effects WHERE state IN ('waiting', 'queued', 'claimed', 'acting')
    UNION ALL
    SELECT 'dead letter of ' || projection || ': ' || error FROM views.dead_letters WHERE state = 'parked'
"""


class Shop:
    """One installation under load. Its parts are started again when they end, as a supervisor does."""

    def __init__(self, settings: Settings, inbox: Inbox, seed: int) -> None:
        self.settings = settings
        self.inbox = inbox
        self.record = Record()
        self.port = free_port()
        self.chance = Random(seed)
        with open_runtime(settings) as runtime:
            token = issue(runtime, f"client-{seed}", "admin")
        self.clients = [Client(f"c{seed}-{n}", self.port, token, self.record, seed * 100 + n) for n in range(CLIENTS)]
        self.follower = Follower(self.port, token)
        self.standstill = False
        self.parts: dict[str, Mortal] = {}
        self._lock = RLock()
        self._closed = Event()
        self._tending = Thread(target=self._tend, name="tending", daemon=True)

    def open(self) -> None:
        """Starts every part, puts goods on the shelves, and lets the clients and the consumer begin."""
        self.parts = {
            name: Mortal(
                self.settings, self.port, "scripts.cli", word, output=self.settings.data_dir / f"{word}-{self.port}.log"
            )
            for name, word in PARTS.items()
        }
        self._tending.start()
        self.clients[0].stock_up()
        self.follower.start()
        for client in self.clients:
            client.start()

    def close(self) -> None:
        """Ends everything at once."""
        self._closed.set()
        self._tending.join()
        self.follower.stop()
        for client in self.clients:
            client.close()
        with self._lock:
            for part in self.parts.values():
                part.end()

    def kill(self, name: str) -> None:
        """Kills one part with all its processes; it is started again at once."""
        with self._lock:
            self.parts[name].kill()

    def work(self, writes: int, patience: float = PATIENCE) -> None:
        """Returns when so many more writes were acknowledged and a random moment has passed, or nothing goes on."""
        wanted, deadline = self.record.count() + writes, time.monotonic() + patience
        while self.record.count() < wanted and not self.standstill:
            self.standstill = time.monotonic() > deadline
            time.sleep(BEAT / 10)
        time.sleep(self.chance.uniform(0, 0.2))

    def finish(self, url: str) -> list[str]:
        """Lets the clients end, and waits until everything is worked off; gives what never was."""
        for client in self.clients:
            client.stop()
        late = [client.name for client in self.clients if not client.join(PATIENCE)]
        left = waited_for(lambda: unfinished(url, self.follower.position), PATIENCE)
        return [*(f"client {name} was not answered" for name in late), *left]

    def judged(self, url: str, views: tuple[str, ...]) -> Findings:
        """What is wrong once the load has ended: by the oracle, and by the product's own means."""
        left = self.finish(url)
        findings = judge(stored(url), self.record, self.follower, arrived(self.inbox))
        for one in left:
            findings.add("things never worked off", one)
        if self.standstill:
            findings.add("standstills", "writes were no longer acknowledged")
        for view in views:
            if fault := self._carnet("projections", "rebuild", view, "--verify", "--json"):
                findings.add("views that a rebuild finds off", f"{view}: {fault}")
        for words in (("audit", "seal"), ("audit", "verify")):
            if fault := self._carnet(*words, "--json"):
                findings.add("seals that do not hold", fault)
        return findings

    def _carnet(self, *words: str) -> str:
        """Runs a command of the installation; gives what it said where it failed."""
        command = (sys.executable, "-m", "scripts.cli", *words)
        environment = os.environ | self.parts["API"].variables
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return (ran.stdout + ran.stderr)[-600:] or "failed" if ran.returncode else ""

    def _tend(self) -> None:
        while not self._closed.wait(BEAT):
            with self._lock:
                for name, part in self.parts.items():
                    if part.tend():
                        self.record.ended.append(name)


@contextmanager
def open_shop(settings: Settings, seed: int) -> Iterator[Shop]:
    """A shop under load while the block runs."""
    inbox = Inbox()
    with serving(inbox) as address:
        shop = Shop(replace(settings, smtp_url=f"smtp://{address}", lease_seconds=LEASE_SECONDS), inbox, seed)
        try:
            shop.open()
            yield shop
        finally:
            shop.close()


def arrived(inbox: Inbox) -> Counter[str]:
    """How often each mail came, by the key that its Message-ID begins with."""
    return Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in inbox.mails)


def unfinished(url: str, followed: int) -> list[str]:
    """What has not come to the end of the log."""
    try:
        with psycopg.connect(url) as connection:
            left = [str(text) for (text,) in connection.execute(_BEHIND).fetchall()]
            [(head,)] = connection.execute(_HEAD).fetchall()
    except psycopg.OperationalError as error:
        return [f"the database does not answer: {error}"]
    return [*left, f"the consumer is at {followed} of {head}"] if followed != head else left


def waited_for(left: Callable[[], list[str]], patience: float) -> list[str]:
    """What is left when nothing is any more, twice in a row, or when patience ends."""
    deadline = time.monotonic() + patience
    quiet = 0
    while quiet < 2:
        found = left()
        quiet = 0 if found else quiet + 1
        if time.monotonic() > deadline:
            return found
        time.sleep(BEAT)
    return []
