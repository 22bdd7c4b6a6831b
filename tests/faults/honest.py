"""Clients who do their work: a list, an order, a new order, a note; counted in answers a second.

Run as `python -m tests.faults.honest PORT SECONDS`, the token in TOKEN, an order's id in ORDER.
"""

from __future__ import annotations

import json
import os
import sys
import time
from http.client import HTTPConnection
from threading import Thread
from typing import Any

from tests.api.desk import API, ORDERS, cart, line
from tests.faults.installation import HOST

CLIENTS = 8
PATIENCE = 30.0


class Honest(Thread):
    """One client on a connection of its own, which asks the next thing as soon as the last is answered."""

    def __init__(self, port: int, number: int, until: float) -> None:
        super().__init__(name=f"honest-{number}", daemon=True)
        self.answered = 0
        self.refused: list[int] = []
        self.slowest = 0.0
        self._number = number
        self._until = until
        self._connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"}

    def run(self) -> None:
        """Goes round until the time is over."""
        order = f"{ORDERS}/{os.environ['ORDER']}"
        new = cart(line(1, sku="CUP-1"), line(2, sku="CUP-2"), place=True)
        steps: tuple[tuple[str, str, Any], ...] = (
            ("GET", f"{ORDERS}?limit=20", None), ("GET", order, None), ("GET", f"{API}/stock", None),
            ("GET", f"{ORDERS}?q=nora&limit=20", None), ("POST", f"{ORDERS}/quote", new), ("POST", ORDERS, new),
        )  # fmt: skip
        at = self._number
        while time.monotonic() < self._until:
            method, path, body = steps[at % len(steps)]
            at += 1
            began = time.monotonic()
            self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
            answer = self._connection.getresponse()
            answer.read()
            self.slowest = max(self.slowest, time.monotonic() - began)
            if answer.status < 300:
                self.answered += 1
            else:
                self.refused.append(answer.status)


def main() -> None:
    """Works for so many seconds and tells what came of it."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    until = time.monotonic() + seconds
    clients = [Honest(port, number, until) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    told = {
        "answered": sum(client.answered for client in clients),
        "refused": [status for client in clients for status in client.refused],
        "slowest": max(client.slowest for client in clients),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
