"""A client that places orders over HTTP and never loses one: what got no answer it asks again, under the same key."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.api.desk import API, BILLING, ORDERS, SETTINGS, cart, eur, line
from tests.faults.installation import HOST

STOCK, SEQUENCES = f"{API}/stock", f"{API}/sequences"
SKUS = ("CUP-1", "CUP-2", "CUP-3")
ENOUGH = 100_000
PATIENCE = 60.0
AGAIN = 0.1  # seconds
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TAG = {"kind": "tag", "owner": "order", "tags": ["asked"]}
_DAY = {"kind": "wait", "days": 1}

# Sequences whose ends do not hang on who was quicker: one that only a cancelled order leaves, one that only a refund
# ends, one that every paid order goes through at once.
PLANS: dict[str, dict[str, Any]] = {
    "placed": {"trigger": {"on": "placed"}, "steps": [_DAY, _TAG], "exits": ["cancelled"]},
    "refunded": {"trigger": {"on": "paid"}, "steps": [_DAY, _TAG], "exits": ["refunded"]},
    "paid": {"trigger": {"on": "paid"}, "steps": [_TAG], "exits": []},
}


class Buyer:
    """One client of the API; `orders` are the ids of what it placed, and `stopped` ends it early."""

    def __init__(self, port: int, token: str) -> None:
        self.orders: list[UUID] = []
        self.stopped = Event()
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def prepare(self) -> None:
        """Puts goods on the shelf, takes money by the sandbox, and starts the sequences."""
        for sku in SKUS:
            self.post(f"{STOCK}/{sku}/receipts", f"receive-{sku}", {"quantity": ENOUGH})
        online = {"label": "Card online", "provider": "sandbox"}
        self._until_answered("PUT", f"{SETTINGS}/payment-methods/online", online)
        for name, plan in PLANS.items():
            sequence = self.post(SEQUENCES, f"sequence-{name}", {"name": name, **plan})
            self.post(f"{SEQUENCES}/{sequence['id']}/start", f"start-{name}", {})

    def buy(self, orders: int) -> None:
        """Places so many orders: some are cancelled, the others paid by hand or by a link, some are given back in part.

        What follows on a payment by link is asked for at the end, when the shop was told of the payment.
        """
        for number in range(orders):
            self.orders.append(UUID(self.post(ORDERS, f"place-{number}", bought(number))["id"]))
            self._ask(number, steps(number))
            if is_by_link(number):
                self._pay(number)
        for number in filter(is_by_link, range(orders)):
            self._wait_for_payment(number)
            self._ask(number, steps_once_paid(number))

    def post(self, path: str, key: str, body: Any) -> dict[str, Any]:
        """Asks until there is an answer."""
        return self._until_answered("POST", path, body, {"Idempotency-Key": key})

    def _ask(self, number: int, asked: Iterator[tuple[str, str, dict[str, Any]]]) -> None:
        for name, path, body in asked:
            self.post(f"{ORDERS}/{self.orders[number]}{path}", f"{name}-{number}", body)

    def _pay(self, number: int) -> None:
        """Follows a payment link to the sandbox's page, and pays there."""
        told = {"method": "online", "mail": True}
        link = self.post(f"{ORDERS}/{self.orders[number]}/payment-link", f"link-{number}", told)
        page = self._until_answered("POST", urlsplit(link["url"]).path, "", FORM)["location"]
        self._until_answered("POST", urlsplit(page).path, "choice=pay", FORM)

    def _wait_for_payment(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._until_answered("GET", f"{ORDERS}/{self.orders[number]}")["payment_status"] != "paid":
            assert time.monotonic() < deadline, f"order {self.orders[number]} does not turn paid"
            time.sleep(AGAIN)

    def _until_answered(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while not self.stopped.is_set() and time.monotonic() < deadline:
            try:
                status, answer = self._asked(method, path, body, {**self._headers, **(headers or {})})
            except (OSError, HTTPException):
                status, answer = 0, {}
            if 200 <= status < 400:
                return answer
            assert status in (0, 500, 502, 503), f"{path} answered {status}: {answer}"
            time.sleep(AGAIN)
        raise AssertionError(f"{path} does not answer")

    def _asked(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection(HOST, self._port, timeout=PATIENCE)
        try:
            connection.request(method, path, body if isinstance(body, str) else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, _told(answer)
        finally:
            connection.close()


def _told(answer: HTTPResponse) -> dict[str, Any]:
    """What an answer says: its JSON, or where a page sends its visitor."""
    content = answer.read()
    if answer.getheader("Location") and answer.status == 303:
        return {"location": answer.getheader("Location")}
    told: dict[str, Any] = json.loads(content or b"{}")
    return told


def bought(number: int) -> dict[str, Any]:
    """What the run's order of that number holds, the same in every run."""
    lines = [line(1 + number % 2, sku=sku) for sku in (SKUS[number % 3], SKUS[(number + 1) % 3])]
    buyer = {**BILLING, "email": f"nora{number % 7}@example.com"}
    return cart(*lines, place=True, billing_address=buyer, notify=["customer"])


def is_cancelled(number: int) -> bool:
    """Whether the order is cancelled as soon as it was placed."""
    return number % 5 == 4


def is_by_link(number: int) -> bool:
    """Whether the order is paid in the sandbox."""
    return number % 4 == 1 and not is_cancelled(number)


def steps(number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is asked for an order once it is placed: name, path below the order, body."""
    if is_cancelled(number):
        yield "cancel", "/status", {"status": "cancelled", "stock": "apply", "notify": ["customer"]}
    elif not is_by_link(number):
        yield "pay", "/payments", {"method": "card"}
        yield from steps_once_paid(number)


def steps_once_paid(number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is asked for an order that was paid; the bank refuses to give back 1.13."""
    yield "process", "/status", {"status": "processing", "stock": "apply", "notify": ["customer"]}
    if number % 2:
        yield "refund", "/refunds", {"items": [{"item": "1", "quantity": 1}], "restock": True} | _with_provider(number)
    if number % 8 == 1:
        yield "refused-refund", "/refunds", {"goodwill": eur("1.13")} | _with_provider(number)


def _with_provider(number: int) -> dict[str, str]:
    return {"payment": "1"} if is_by_link(number) else {}
