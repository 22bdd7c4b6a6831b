"""The mail server goes away and comes back: orders go on, and their mails leave afterwards, each order's in order."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from domain.processes import PROCESSES
from projections.runtime import Runtime
from projections.settings import Settings
from tests.api.desk import ORDERS, place
from tests.workers.mail_servers import Inbox, free_port, serving
from tests.workers.working import counts, eventually, working
from workers import performing
from workers.effects import PERFORMED

MOVES = ("on_hold", "pending")
MAILS = ["", " is on hold", ""]  # how the subjects of an order's three mails end


@pytest.fixture
def mail_port() -> int:
    return free_port()


@pytest.fixture
def settings(settings: Settings, mail_port: int) -> Settings:
    """An installation whose mail server is at that port, while one listens there."""
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{mail_port}?timeout=5", mail_from="shop@example.com")


def sell(client: FlaskClient) -> str:
    """The number of an order that is placed and moved twice, each time with a mail."""
    order = place(client, notify=["customer"])
    for status in MOVES:
        told = {"status": status, "notify": ["customer"]}
        assert client.post(f"{ORDERS}/{order['id']}/status", json=told).status_code == 200
    return str(order["number"])


def through_an_outage(runtime: Runtime, client: FlaskClient, port: int, seconds: float, patience: float) -> None:
    """Sells before, during and after an outage of so many seconds, and looks at every mail that came."""
    before, after = Inbox(), Inbox()
    with working(runtime, PERFORMED, tuple(PROCESSES.values())):
        with serving(before, port):
            numbers = [sell(client)]
            eventually(lambda: len(before.mails) == 3, "the first order's mails")
        until = time.monotonic() + seconds
        while time.monotonic() < until or len(numbers) < 4:
            numbers.append(sell(client))
            time.sleep(seconds / 20)
        assert not after.mails
        with serving(after, port):
            numbers.append(sell(client))
            eventually(lambda: len(before.mails + after.mails) == 3 * len(numbers), "every mail", patience)
            eventually(lambda: counts(runtime) == {}, "every effect ends", patience)
    endings = defaultdict(list)
    for mail in before.mails + after.mails:
        number = next(one for one in numbers if one in str(mail["Subject"]))
        endings[number].append(str(mail["Subject"]).removeprefix(f"Your order {number}"))
    assert endings == dict.fromkeys(numbers, MAILS)


def test_orders_go_on_while_the_mail_server_is_away(
    runtime: Runtime, client: FlaskClient, mail_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performing, "FIRST_PAUSE", performing.FIRST_PAUSE / 10)
    through_an_outage(runtime, client, mail_port, seconds=0.5, patience=30)


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_orders_go_on_while_the_mail_server_is_away_for_a_minute(
    runtime: Runtime, client: FlaskClient, mail_port: int
) -> None:
    through_an_outage(runtime, client, mail_port, seconds=60, patience=300)
