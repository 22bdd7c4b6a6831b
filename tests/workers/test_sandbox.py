"""The sandbox over HTTP: refunds that it decides on later, disputes decided by buttons, and the books compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from api.app import create_app
from domain.processes import PROCESSES
from projections.payments import sandbox
from projections.runtime import Runtime
from projections.settings import Settings
from scripts.payments import DIFFERENT, payments
from tests.api.desk import ORDERS, SETTINGS, eur, place
from tests.setup.running import free_port
from tests.workers.working import eventually, working
from workers.effects import PERFORMED


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def at_work(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The API on its port and a worker; what the bank does later, it does a moment later."""
    monkeypatch.setattr(sandbox, "LATE", timedelta(milliseconds=300))
    port = int(runtime.settings.public_url.rpartition(":")[2])
    server = make_server("127.0.0.1", port, create_app(runtime), threaded=True)
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    with working(runtime, PERFORMED, tuple(PROCESSES.values())):
        yield
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def paid(client: FlaskClient, stranger: FlaskClient, at_work: None) -> tuple[str, str]:
    """Where an order is that was paid by its link, and the bank's page of it."""
    client.put(f"{SETTINGS}/payment-methods/online", json={"label": "Card online", "provider": "sandbox"})
    url = f"{ORDERS}/{place(client)['id']}"
    link = client.post(f"{url}/payment-link", json={"method": "online"}).get_json()["url"]
    page = path(stranger.post(path(link)).headers["Location"])
    stranger.post(page, data={"choice": "pay"})
    eventually(lambda: client.get(url).get_json()["payment_status"] == "paid", "the order turned paid")
    return url, page


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def refund(client: FlaskClient, url: str) -> dict[str, Any]:
    """The order's last refund."""
    last: dict[str, Any] = client.get(url).get_json()["refunds"][-1]
    return last


@pytest.mark.parametrize(("amount", "state"), [("5.17", "refunded"), ("5.18", "failed")])
def test_a_refund_that_the_bank_decides_on_later_ends_as_it_decides(
    client: FlaskClient, paid: tuple[str, str], amount: str, state: str
) -> None:
    url, _ = paid
    assert client.post(f"{url}/refunds", json={"payment": "1", "goodwill": eur(amount)}).status_code == 202
    assert refund(client, url)["state"] == "requested"
    eventually(lambda: refund(client, url)["state"] == state, state)
    given = eur(amount) if state == "refunded" else eur("0.00")
    assert client.get(url).get_json()["refunded"] == given


@pytest.mark.parametrize(("button", "status"), [("shop-wins", "won"), ("shop-loses", "lost")])
def test_a_dispute_is_opened_and_decided_on_the_banks_page(
    client: FlaskClient, stranger: FlaskClient, paid: tuple[str, str], button: str, status: str
) -> None:
    url, page = paid
    assert 'value="dispute"' in stranger.get(page).get_data(as_text=True)
    stranger.post(page, data={"choice": "dispute"})
    eventually(lambda: client.get(url).get_json()["dispute_status"] == "open", "the dispute is known")
    assert f'value="{button}"' in stranger.get(page).get_data(as_text=True)
    stranger.post(page, data={"choice": button})
    eventually(lambda: client.get(url).get_json()["dispute_status"] == status, status)
    assert "<button" not in stranger.get(page).get_data(as_text=True)


def test_the_books_are_compared_by_command(
    runtime: Runtime, client: FlaskClient, paid: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", runtime.settings.secret_key)
    same = CliRunner().invoke(payments, ["reconcile"])
    assert same.exit_code == 0, same.output
    with runtime.reading() as connection:
        connection.execute("UPDATE sandbox.charges SET captured = 1900")
    different = CliRunner().invoke(payments, ["reconcile", "--json"])
    assert different.exit_code == DIFFERENT
    [found] = json.loads(different.output)["differences"]
    assert (found["reason"], found["provider_amount"], found["ledger_amount"]) == ("amount-differs", "19.00", "20.00")
    told = CliRunner().invoke(payments, ["reconcile"])
    assert (told.exit_code, "19.00" in told.output, "20.00" in told.output) == (DIFFERENT, True, True)
