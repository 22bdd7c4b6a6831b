"""One order's way through the whole shop: API, views and worker as processes of their own, a mail server, a bank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import requests

from projections.runtime import open_runtime
from projections.settings import Settings
from tests.api.desk import API, ORDERS, SETTINGS, cart, eur, line
from tests.faults.installation import HOST, Mortal
from tests.fixtures_api import issue
from tests.setup.running import free_port
from tests.workers.mail_servers import Inbox, serving
from tests.workers.working import eventually

POST = {"label": "Post", "tracking_url": "https://post.example.com/?c={code}"}
ONLINE = {"label": "Card online", "provider": "sandbox"}
THANKS = {"kind": "mail", "mail": {"en": {"subject": "Thanks for {{ order.number }}", "html": "<p>Thank you.</p>"}}}
TOLD = {
    "order.placed", "message.sent", "order.payment-link-issued", "order.payment-recorded", "order.shipped",
    "order.status-changed", "order.refund-requested", "order.refunded",
}  # fmt: skip
STARTED = ("serve", "project", "worker")


class Till:
    """A program at the API, a customer at the pages, and what both see."""

    def __init__(self, port: int, token: str, inbox: Inbox) -> None:
        self.url = f"http://{HOST}:{port}"
        self.inbox = inbox
        self._program, self._customer = requests.Session(), requests.Session()
        self._program.headers["Authorization"] = f"Bearer {token}"
        self._seen = "0"

    def close(self) -> None:
        self._program.close()
        self._customer.close()

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        """What the API answers; a view that is asked is as fresh as the last write."""
        headers = {"X-Min-Position": self._seen} if method == "GET" else {}
        answer = self._program.request(method, self.url + path, json=body, headers=headers, timeout=30)
        assert answer.status_code == status, f"{path}: {answer.text}"
        self._seen = answer.headers.get("X-Position", self._seen)
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    def visit(self, url: str, **form: str) -> requests.Response:
        """A page as the customer sees it; with a form, where its button leads."""
        if form:
            return self._customer.post(url, data=form, allow_redirects=False, timeout=30)
        return self._customer.get(url, timeout=30)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def mail(self, subject: str) -> str:
        """The text of the mail of that subject, once it has come."""
        eventually(lambda: subject in self._subjects(), f"a mail: {subject}")
        mail = self.inbox.mails[self._subjects().index(subject)]
        part = mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def _subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.inbox.mails]


@pytest.fixture
def till(settings: Settings) -> Iterator[Till]:
    """A shop with every part running as a process of its own."""
    port, inbox = free_port(), Inbox()
    with ExitStack() as stack:
        mail_server = stack.enter_context(serving(inbox))
        told = replace(settings, smtp_url=f"smtp://{mail_server}", public_url=f"http://{HOST}:{port}")
        with open_runtime(told) as runtime:
            found = Till(port, issue(runtime, "till", "admin"), inbox)
        stack.callback(found.close)
        for word in STARTED:
            stack.callback(Mortal(told, port, "scripts.cli", word).end)
        eventually(found.answers, "the API answers")
        yield found


def test_an_order_goes_through_the_whole_shop(till: Till) -> None:
    prepare(till)
    order = till.ask("POST", ORDERS, cart(line(2), place=True, notify=["customer"], locale="en"), 201)
    url, number = f"{ORDERS}/{order['id']}", order["number"]
    placed(till, order, number)
    paid(till, url)
    shipped(till, url, number)
    given_back(till, url)
    told(till, url)


def prepare(till: Till) -> None:
    """Ten cups on the shelf, a carrier, payment online, and a sequence for those who agreed."""
    till.ask("POST", f"{API}/stock/CUP-1/receipts", {"quantity": 10}, 201)
    till.ask("PUT", f"{SETTINGS}/carriers/post", POST)
    till.ask("PUT", f"{SETTINGS}/payment-methods/online", ONLINE)
    first = till.ask("POST", ORDERS, cart(), 201)
    till.ask("PUT", f"{API}/customers/{first['customer']['id']}/consent", {"source": "till", "proof": "Agreed"})
    sequence = {"name": "Thanks", "trigger": {"on": "placed"}, "steps": [THANKS]}
    made = till.ask("POST", f"{API}/sequences", sequence, 201)
    till.ask("POST", f"{API}/sequences/{made['id']}/start", {})


def stock(till: Till) -> tuple[int, int]:
    """The cups on the shelf, and how many of them are promised."""
    shown = till.ask("GET", f"{API}/stock/CUP-1")
    return shown["on_hand"], shown["reserved"]


def placed(till: Till, order: dict[str, Any], number: str) -> None:
    assert stock(till) == (10, 2)
    assert number in till.mail(f"Your order {number}")
    assert "unsubscribe" in till.mail(f"Thanks for {number}").lower()
    query = f"{API}/messages?order_id={order['id']}"

    def sent() -> bool:
        return [one["state"] for one in till.ask("GET", query)["items"]] == ["sent", "sent"]

    eventually(sent, "both mails are shown as sent")

    enrolments = f"{API}/enrolments?order_id={order['id']}"

    def thanked() -> bool:
        return [one["state"] for one in till.ask("GET", enrolments)["items"]] == ["completed"]

    eventually(thanked, "the sequence is through")


def paid(till: Till, url: str) -> None:
    """Follows the mailed link to the bank's page, and pays there."""
    link = till.ask("POST", f"{url}/payment-link", {"method": "online", "mail": True}, 201)["url"]
    assert "Blue cup" in till.visit(link).text
    bank = till.visit(link, choice="pay").headers["Location"]
    assert till.visit(bank, choice="pay").status_code == 303
    eventually(lambda: till.ask("GET", url)["payment_status"] == "paid", "the bank's webhook came")
    assert till.visit(link).status_code == 410


def shipped(till: Till, url: str, number: str) -> None:
    """The parcel asks about its goods and takes them off the shelf, the status moves nothing more and asks nothing, and
    the way to the parcel is mailed.
    """
    parcel = {"carrier": "post", "tracking_code": "RR 7"}
    question = till.ask("POST", f"{url}/shipments", parcel, 409)
    assert question["type"] == "/problems/stock-confirmation-required"
    assert question["details"]["stock"][0]["on_hand"] == {"before": 10, "after": 8}
    assert stock(till) == (10, 2)
    till.ask("POST", f"{url}/shipments", {**parcel, "stock": "apply"}, 201)
    assert stock(till) == (8, 0)
    till.ask("POST", f"{url}/status", {"status": "shipped"})
    assert stock(till) == (8, 0)
    assert "https://post.example.com/?c=RR%207" in till.mail(f"Your order {number} is on its way")


def given_back(till: Till, url: str) -> None:
    """One cup comes back onto the shelf with its money."""
    refund = {"items": [{"item": "1", "quantity": 1}], "payment": "1", "restock": True, "reason": "Too blue"}
    till.ask("POST", f"{url}/refunds", refund, 202)
    eventually(lambda: till.ask("GET", url)["payment_status"] == "partially_refunded", "the bank gave it back")
    assert till.ask("GET", url)["refunded"] == eur("10.00")
    assert stock(till) == (9, 0)
    moved = ["restored", "deducted", "reserved", "received"]
    eventually(lambda: movements(till) == moved, "stock moved back once")


def movements(till: Till) -> list[str]:
    """What moved, newest first."""
    return [one["topic"].partition(".")[2] for one in till.ask("GET", f"{API}/stock/CUP-1/movements")["items"]]


def told(till: Till, url: str) -> None:
    """Everything stands on the timeline, with who did it and what it follows from."""
    eventually(lambda: {one["topic"] for one in timeline(till, url)} >= TOLD, "everything is told")
    entries = timeline(till, url)
    by_topic = {one["topic"]: one for one in entries}
    actors = {topic: one["actor"] for topic, one in by_topic.items()}
    assert actors["order.placed"] == actors["order.shipped"] == actors["order.refund-requested"] == "token:till"
    assert actors["order.payment-recorded"] == actors["order.refunded"] == "worker"
    assert all(one["cause"] for one in entries)
    assert by_topic["order.refund-requested"]["reason"] == "Too blue"


def timeline(till: Till, url: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = till.ask("GET", f"{url}/timeline?limit=100")["items"]
    return items
