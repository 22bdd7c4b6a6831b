"""Money that the sandbox promises, takes and gives back, over the API; and what the books tell differently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, SETTINGS, eur, place
from tests.fixtures_api import TokenClient
from tests.workers.working import becomes, eventually, working
from workers.effects import PERFORMED

PAYING = "tok_pay"
PROCESSES = (COLLECT_ON_REQUESTED, REFUND_ON_REQUESTED)
KINDS = {
    kind: PERFORMED[kind]
    for kind in ("payment.take", "payment.capture", "payment.void", "refund.send", "payments.reconcile")
}


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


@pytest.fixture
def order(client: FlaskClient) -> dict[str, Any]:
    """A placed order of 20.00 EUR in a shop whose online payments are captured later."""
    method = {"label": "Card online", "provider": "sandbox", "capture": "later"}
    assert client.put(f"{SETTINGS}/payment-methods/online", json=method).status_code == 200
    return place(client)


def payment(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    [shown] = client.get(f"{ORDERS}/{order['id']}").get_json()["payments"]
    return dict(shown)


def promised(client: FlaskClient, order: dict[str, Any], token: str = PAYING) -> None:
    answer = client.post(f"{ORDERS}/{order['id']}/payment-requests", json={"method": "online", "token": token})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert payment(client, order)["state"] == "requested"
    state = "failed" if token == "tok_decline" else "authorized"
    eventually(lambda: payment(client, order)["state"] == state, state)


def test_promised_money_is_captured_in_part_by_its_provider(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any]
) -> None:
    url = f"{ORDERS}/{order['id']}/payments/1"
    with working(runtime, KINDS, PROCESSES):
        promised(client, order)
        assert client.post(f"{url}/capture", json={"amount": eur("25.00")}).status_code == 422
        answer = client.post(f"{url}/capture", json={"amount": eur("15.00")})
        assert (answer.status_code, answer.get_json()["paid"]) == (202, eur("0.00"))
        eventually(lambda: payment(client, order)["state"] == "captured", "captured")
    shown = payment(client, order)
    assert (shown["amount"], shown["asked"], shown["failure"]) == (eur("15.00"), None, None)


def test_promised_money_is_let_go_by_its_provider(runtime: Runtime, client: FlaskClient, order: dict[str, Any]) -> None:
    with working(runtime, KINDS, PROCESSES):
        promised(client, order)
        assert client.post(f"{ORDERS}/{order['id']}/payments/1/void", json={}).status_code == 202
        eventually(lambda: payment(client, order)["state"] == "voided", "voided")


def test_a_token_that_is_declined_takes_nothing(runtime: Runtime, client: FlaskClient, order: dict[str, Any]) -> None:
    with working(runtime, KINDS, PROCESSES):
        promised(client, order, "tok_decline")
    assert payment(client, order)["failure"] == "declined"


def test_what_provider_and_ledger_tell_differently_is_listed_and_left(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any]
) -> None:
    with working(runtime, KINDS, PROCESSES):
        promised(client, order)
        reference = payment(client, order)["reference"]
        with runtime.reading() as connection:
            connection.execute("UPDATE sandbox.charges SET state = 'paid', captured = 1900 WHERE id = %s", (reference,))
        asked = client.post(f"{API}/reconciliation", json={})
        assert asked.status_code == 202
        becomes(runtime, asked.get_json()["id"], "done")
    found = client.get(f"{API}/reconciliation").get_json()
    [different] = [one for one in found["differences"] if one["reference"] == reference]
    assert (different["reason"], different["provider_amount"], different["ledger_amount"]) == (
        "state-differs", eur("19.00"), eur("20.00"),
    )  # fmt: skip
    assert payment(client, order)["state"] == "authorized"


def test_twenty_refunds_at_one_time_never_give_back_more_than_was_captured(
    runtime: Runtime, client: FlaskClient, order: dict[str, Any]
) -> None:
    url = f"{ORDERS}/{order['id']}"
    with working(runtime, KINDS, PROCESSES):
        promised(client, order)
        client.post(f"{url}/payments/1/capture", json={})
        eventually(lambda: payment(client, order)["state"] == "captured", "captured")
        body = {"payment": "1", "goodwill": eur("3.00")}
        clients = [TokenClient(client.application, client.application.response_class) for _ in range(20)]
        for one in clients:
            one.token = client.token  # type: ignore[attr-defined]
        with ThreadPoolExecutor(20) as crowd:
            statuses = list(crowd.map(lambda one: one.post(f"{url}/refunds", json=body).status_code, clients))
        assert set(statuses) <= {202, 409, 422}
        assert 1 <= statuses.count(202) <= 6
        eventually(
            lambda: {one["state"] for one in client.get(url).get_json()["refunds"]} == {"refunded"}, "all given back"
        )
    shown = client.get(url).get_json()
    assert shown["refunded"] == eur(f"{3 * statuses.count(202)}.00")
    with runtime.reading() as connection:
        [[given]] = connection.execute(
            "SELECT sum(amount) FROM sandbox.refunds WHERE order_id = %s", (order["id"],)
        ).fetchall()
    assert given == 300 * statuses.count(202)
