"""An attack that goes on: slow clients, patterns without end and template bombs, all at once.

Run as `python -m tests.faults.siege PORT`, the token in TOKEN; it says `begun`, and ends with its standard input.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from threading import Event, Thread

from tests.faults.assault import sent
from tests.faults.hostile import Hostile, Target, request
from tests.faults.installation import HOST

SLOW_CLIENTS = 200
PATTERN_CLIENTS = 2
TEMPLATE_CLIENTS = 2
TRICKLE = 1.0  # seconds between two bytes
HEAD = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BEGINNINGS = (
    "",
    "GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nAccept: ",
    f"{HEAD}Content-Length: 1000\r\n\r\n{{",
    f"{HEAD}Transfer-Encoding: chunked\r\n\r\n3e8\r\n{{",
    f"{HEAD}Content-Length: 900000\r\n\r\n" + " " * 70_000,
)
BOMBS = (
    "{% for a in range(4000) %}{% if 'x' in range(99999) %}{% endif %}{% endfor %}",
    "{% set a = [range(99999)] %}" + "{% set a = [a, a, a, a] %}" * 100 + "{{ a|length }}",
    "{{ " + "not " * 9_000 + "1 }}",
)


def bombs(target: Target) -> list[bytes]:
    """Previews of templates that take all they may."""
    bodies = [json.dumps({"subject": "s", "html": bomb}).encode() for bomb in BOMBS]
    return [request(target, "POST", "/api/v1/templates/preview", body) for body in bodies]


def patterns(target: Target) -> list[bytes]:
    """Mappings, globs and searches that take all they may."""
    least = 'source = "s"\n[columns]\nnumber = "Number"\ncreated_at = "Date"\n'
    rules = "".join(f"[[rules]]\nwhen = {{ number = '(a|aa)+{n}$' }}\nthen = 'refuse'\n" for n in range(200))
    keys = "a." * 20_000 + "b = 1\n"
    globs = {"rules": [{"pattern": "*a" * 60, "tags": ["t"], "on": "placed"}] * 30}
    span = "start=2020-01-01&end=2040-01-01"
    return [
        request(target, "PUT", "/api/v1/imports/mappings/m", json.dumps({"mapping": least + rules}).encode()),
        request(target, "PUT", "/api/v1/imports/mappings/m", json.dumps({"mapping": keys}).encode()),
        request(target, "POST", f"/api/v1/settings/tag-rules/simulate?{span}", json.dumps(globs).encode()),
        request(target, "GET", f"/api/v1/orders?q={'a%25' * 40}"),
    ]


class Siege:
    """The attackers, until they are told to leave off."""

    def __init__(self, port: int, target: Target) -> None:
        self.answers: Counter[str] = Counter()
        self._port = port
        self._over = Event()
        attacks: list[Callable[[], None]] = [self._hold]
        attacks += [lambda: self._repeat("pattern", patterns(target))] * PATTERN_CLIENTS
        attacks += [lambda: self._repeat("template", bombs(target))] * TEMPLATE_CLIENTS
        self._threads = [Thread(target=attack, daemon=True) for attack in attacks]

    def begin(self) -> None:
        """Begins; returns at once."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Waits until everyone has left off."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, kind: str, requests: list[bytes]) -> None:
        for raw in cycle(requests):
            if self._over.is_set():
                return
            answer = sent(self._port, Hostile(kind, raw, b""))
            self.answers[f"{kind} {answer.status}"] += 1

    def _hold(self) -> None:
        """Keeps so many slow connections open: one that is closed is opened again."""
        clients: list[socket.socket | None] = [None] * SLOW_CLIENTS
        while not self._over.wait(TRICKLE):
            for at, client in enumerate(clients):
                clients[at] = self._trickled(client) or self._opened(at)
        for client in clients:
            if client:
                client.close()

    def _trickled(self, client: socket.socket | None) -> socket.socket | None:
        """The client after one more byte, or None where the server has closed it."""
        if client is None:
            return None
        with suppress(BlockingIOError):
            try:
                client.send(b" ")
                if client.recv(65_536):
                    return client
            except BlockingIOError:
                return client
            except OSError:
                pass
            client.close()
            self.answers["slow, closed"] += 1
        return None

    def _opened(self, at: int) -> socket.socket | None:
        with suppress(OSError):
            client = socket.create_connection((HOST, self._port), timeout=1)
            client.sendall(BEGINNINGS[at % len(BEGINNINGS)].encode())
            client.setblocking(False)
            return client
        return None


def main() -> None:
    """Attacks until standard input ends."""
    siege = Siege(int(sys.argv[1]), Target(os.environ["TOKEN"], (), "", {}))
    siege.begin()
    time.sleep(2 * TRICKLE)
    print("begun", flush=True)
    sys.stdin.read()
    siege.end()
    print(json.dumps(siege.answers), flush=True)


if __name__ == "__main__":
    main()
