"""Clients that work in the shop while it is disturbed, and keep everything that was acknowledged to them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from tests.api.desk import API, BILLING, ORDERS, cart, eur, line
from tests.faults.installation import HOST

STOCK = f"{API}/stock"
SKUS = ("CUP-1", "CUP-2", "CUP-3", "CUP-4")
ENOUGH = 1_000_000
ANSWER_SECONDS = 20.0
AGAIN = 0.05  # seconds
CONFLICT = 409
MOST_OVERTAKEN = 100
MOVING = {"stock": "apply", "notify": ["customer"]}
_POSITION = re.compile(r'(\d+)(?:;\s*epoch="([^"]*)")?')


class Position(NamedTuple):
    """A position as a server told it, with the epoch it belongs to; an empty one where no epoch is told."""

    number: int
    epoch: str


class Acknowledged(NamedTuple):
    """A write that was answered as done. `order` is empty where none was written to, `version` is the answer's ETag.

    `repeated`: it was asked for more than once, so it may have been done before what was answered in the end.
    """

    key: str
    order: str
    number: str
    version: int
    status: str
    total: str
    position: Position
    repeated: bool


class Step(NamedTuple):
    """Something a client asks for."""

    name: str
    method: str
    path: str
    body: dict[str, Any]


class Refused(NamedTuple):
    """A write that was answered with a refusal."""

    key: str
    path: str
    status: int
    kind: str


class Record:
    """What all clients of a run were told; threads share it."""

    def __init__(self) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.refused: list[Refused] = []
        self.unanswered: list[str] = []
        self.failed = 0
        self.ended: list[str] = []
        self._lock = Lock()

    def count(self) -> int:
        """How many writes were acknowledged so far."""
        return len(self.acknowledged)

    def add(self, written: Acknowledged | Refused | str) -> None:
        """Keeps what a client was told in the end; a text is the key of a write that never was answered."""
        with self._lock:
            if isinstance(written, Acknowledged):
                self.acknowledged.append(written)
            elif isinstance(written, Refused):
                self.refused.append(written)
            else:
                self.unanswered.append(written)

    def fail(self) -> None:
        """Counts a request that has to be made again."""
        with self._lock:
            self.failed += 1


def position_of(header: str | None) -> Position:
    """A position as X-Position has it: a number, perhaps with the epoch as its parameter."""
    match = _POSITION.fullmatch(header or "")
    assert match, f"X-Position reads {header!r}"
    return Position(int(match[1]), match[2] or "")


class Client:
    """One client: places orders on the shared SKUs and leads each through its life, until it is stopped.

    What gets no answer is asked again under the same key, also after the client was stopped: it ends with nothing open.
    """

    def __init__(self, name: str, port: int, token: str, record: Record, seed: int) -> None:
        self.name = name
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._record = record
        self._chance = Random(seed)
        self._stopped = Event()
        self._given_up = Event()
        self._connection: HTTPConnection | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Begins no new order; what was asked is still asked until there is an answer."""
        self._stopped.set()

    def join(self, patience: float) -> bool:
        """Waits until it has ended; one that is not answered in time gives up, and False says so."""
        self._thread.join(patience)
        in_time = not self._thread.is_alive()
        self._given_up.set()
        self._thread.join(ANSWER_SECONDS * 2)
        return in_time

    def close(self) -> None:
        """Ends it at once, whatever is open."""
        self._stopped.set()
        self._given_up.set()
        if self._thread.is_alive():
            self._thread.join(ANSWER_SECONDS * 2)
        if self._connection:
            self._connection.close()

    def stock_up(self) -> None:
        """Begins to track the shared SKUs, with more than will be sold."""
        for sku in SKUS:
            self.write("POST", f"{STOCK}/{sku}/receipts", f"{self.name}-first-{sku}", {"quantity": ENOUGH})

    def _run(self) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            self._lead(f"{self.name}-{number}")

    def _lead(self, key: str) -> None:
        """One order from its placing to its end, or as far as it comes."""
        placed = self.write("POST", ORDERS, f"{key}-place", self._cart())
        if placed is None:
            return
        for name, method, path, body in self._life(f"{ORDERS}/{placed['id']}"):
            if self._stopped.is_set():
                return
            self.write(method, path, f"{key}-{name}", body)
        if self._chance.random() < 0.1:
            receipts = f"{STOCK}/{self._chance.choice(SKUS)}/receipts"
            self.write("POST", receipts, f"{key}-receive", {"quantity": 1, "reference": key})

    def _cart(self) -> dict[str, Any]:
        chance = self._chance
        lines = [
            line(chance.randint(1, 4), chance.choice(("10.00", "3.35")), sku=sku) for sku in chance.sample(SKUS, 2)
        ]
        buyer = {**BILLING, "email": f"nora{chance.randrange(7)}@example.com"}
        notify = ["customer"] if chance.random() < 0.5 else []
        return cart(*lines, place=True, billing_address=buyer, notify=notify)

    def _life(self, order: str) -> Iterator[Step]:
        """What is asked of an order after it was placed."""
        chance = self._chance
        if chance.random() < 0.4:
            yield Step("edit", "PATCH", f"{order}/items/1", {"quantity": chance.randint(5, 9)})
        if chance.random() < 0.15:
            yield Step("cancel", "POST", f"{order}/status", {"status": "cancelled", **MOVING})
            return
        yield Step("pay", "POST", f"{order}/payments", {"method": "card"})
        yield Step("process", "POST", f"{order}/status", {"status": "processing", **MOVING})
        if chance.random() < 0.4:
            back = {"items": [{"item": "2", "quantity": 1}], "restock": True}
            yield Step("refund", "POST", f"{order}/refunds", back)
        if chance.random() < 0.2:
            yield Step("goodwill", "POST", f"{order}/refunds", {"goodwill": eur("1.00")})

    def write(self, method: str, path: str, key: str, body: Any) -> dict[str, Any] | None:
        """Asks until there is an answer; None where it is a refusal, or where none came before it gave up."""
        overtaken = attempts = 0
        while not self._given_up.is_set():
            try:
                status, headers, answer = self._ask(method, path, key, body)
            except (OSError, HTTPException, ValueError):
                status, headers, answer = 0, {}, {}
            if 200 <= status < 300:
                self._record.add(acknowledged(path, key, headers, answer, repeated=attempts > 0))
                return answer
            overtaken += status == CONFLICT
            if 400 <= status < 500 and (status != CONFLICT or overtaken > MOST_OVERTAKEN):
                self._record.add(Refused(key, path, status, str(answer.get("type"))))
                return None
            attempts += 1
            self._record.fail()
            time.sleep(AGAIN)
        self._record.add(key)
        return None

    def _ask(self, method: str, path: str, key: str, body: Any) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        """One request on a connection that is kept; it is closed after any error."""
        connection = self._connection or HTTPConnection(HOST, self._port, timeout=ANSWER_SECONDS)
        self._connection = None
        try:
            connection.request(method, path, json.dumps(body), {**self._headers, "Idempotency-Key": key})
            answer = connection.getresponse()
            content: dict[str, Any] = json.loads(answer.read() or b"{}")
        except BaseException:
            connection.close()
            raise
        if answer.status < 500:
            self._connection = connection
        else:
            connection.close()  # so that it may come to another server process
        return answer.status, dict(answer.headers), content


def acknowledged(
    path: str, key: str, headers: Mapping[str, str], answer: Mapping[str, Any], *, repeated: bool
) -> Acknowledged:
    """What a write's answer says."""
    of_order = path.startswith(ORDERS)
    return Acknowledged(
        key=key,
        order=answer["id"] if of_order else "",
        number=answer["number"] if of_order else "",
        version=int(headers["ETag"].strip('W/"')),
        status=answer["status"]["code"] if of_order else "",
        total=answer["total"]["amount"] if of_order else "",
        position=position_of(headers.get("X-Position")),
        repeated=repeated,
    )
