"""A client that places orders over HTTP and never loses one: what got no answer it asks again, under the same key."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import Any
from uuid import UUID

from tests.api.desk import API, BILLING, ORDERS, cart, line
from tests.faults.installation import HOST

STOCK, SEQUENCES = f"{API}/stock", f"{API}/sequences"
SKUS = ("CUP-1", "CUP-2", "CUP-3")
ENOUGH = 100_000
PATIENCE = 60.0
AGAIN = 0.1  # seconds
THANKS = {
    "name": "After the sale",
    "trigger": {"on": "placed"},
    "steps": [{"kind": "wait", "days": 1}, {"kind": "tag", "owner": "order", "tags": ["asked"]}],
}


class Buyer:
    """One client of the API; `orders` are the ids of what it placed, and `stopped` ends it early."""

    def __init__(self, port: int, token: str) -> None:
        self.orders: list[UUID] = []
        self.stopped = Event()
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def prepare(self) -> None:
        """Puts goods on the shelf and starts a sequence."""
        for sku in SKUS:
            self.post(f"{STOCK}/{sku}/receipts", f"receive-{sku}", {"quantity": ENOUGH})
        sequence = self.post(SEQUENCES, "sequence", THANKS)
        self.post(f"{SEQUENCES}/{sequence['id']}/start", "start", {})

    def buy(self, orders: int) -> None:
        """Places so many orders, and lets most of them be paid, some be cancelled, some be given back in part."""
        for number in range(orders):
            for name, path, body in steps(number):
                placed = f"{ORDERS}/{self.orders[number]}" if path else ORDERS
                answer = self.post(placed + path, f"{name}-{number}", body)
                if not path:
                    self.orders.append(UUID(answer["id"]))

    def post(self, path: str, key: str, body: Any) -> dict[str, Any]:
        """Asks until there is an answer."""
        deadline = time.monotonic() + PATIENCE
        while not self.stopped.is_set() and time.monotonic() < deadline:
            try:
                status, answer = self._asked(path, key, body)
            except (OSError, HTTPException):
                status, answer = 0, {}
            if 200 <= status < 300:
                return answer
            assert status in (0, 500, 502, 503), f"{path} answered {status}: {answer}"
            time.sleep(AGAIN)
        raise AssertionError(f"{path} does not answer")

    def _asked(self, path: str, key: str, body: Any) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection(HOST, self._port, timeout=PATIENCE)
        try:
            connection.request("POST", path, json.dumps(body), {**self._headers, "Idempotency-Key": key})
            answer = connection.getresponse()
            told: dict[str, Any] = json.loads(answer.read() or b"{}")
            return answer.status, told
        finally:
            connection.close()


def steps(number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is asked for the run's order of that number, the same in every run: name, path below the order, body."""
    lines = [line(1 + number % 2, sku=sku) for sku in (SKUS[number % 3], SKUS[(number + 1) % 3])]
    buyer = {**BILLING, "email": f"nora{number % 7}@example.com"}
    yield "place", "", cart(*lines, place=True, billing_address=buyer, notify=["customer"])
    if number % 5 == 4:
        yield "cancel", "/status", {"status": "cancelled", "stock": "apply", "notify": ["customer"]}
        return
    yield "pay", "/payments", {"method": "card"}
    yield "process", "/status", {"status": "processing", "stock": "apply", "notify": ["customer"]}
    if number % 4 == 1:
        yield "refund", "/refunds", {"items": [{"item": "1", "quantity": 1}], "restock": True}
