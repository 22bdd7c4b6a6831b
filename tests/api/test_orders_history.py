"""What happened to an order: statuses, timeline, raw events, and the difference between two versions."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import CUSTOMERS, ORDERS, create, eur, place
from tests.api.test_problems import refused


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


@pytest.fixture
def worked(client: FlaskClient) -> tuple[str, dict[str, str]]:
    """An order that was placed, changed and put on hold for a reason: its address, and how fresh a view must be."""
    order = create(client)
    url = f"{ORDERS}/{order['id']}"
    client.post(f"{url}/status", json={"status": "pending"})
    client.patch(f"{url}/items/1", json={"quantity": 3})
    last = client.post(f"{url}/status", json={"status": "on_hold", "reason": "Waiting for cups"})
    return url, {"X-Min-Position": last.headers["X-Position"]}


@pytest.mark.usefixtures("projecting")
def test_every_status_is_told_with_its_reason(client: FlaskClient, worked: tuple[str, dict[str, str]]) -> None:
    url, fresh = worked
    answer = client.get(f"{url}/history", headers=fresh)
    moves = answer.get_json()["items"]
    assert [(move["from"] and move["from"]["code"], move["to"]["code"]) for move in moves] == [
        (None, "draft"), ("draft", "pending"), ("pending", "on_hold"),
    ]  # fmt: skip
    assert [move["reason"] for move in moves] == [None, None, "Waiting for cups"]
    assert moves[-1]["forced"] is False
    assert moves[-1]["actor"].startswith("token:admin-")


@pytest.mark.usefixtures("projecting")
def test_the_timeline_is_paged_and_holds_nothing_personal(
    client: FlaskClient, worked: tuple[str, dict[str, str]]
) -> None:
    url, fresh = worked
    whole = client.get(f"{url}/timeline", headers=fresh).get_json()
    assert whole["next"] is None
    assert [entry["topic"] for entry in whole["items"]][-3:] == [
        "order.placed", "order.item-quantity-changed", "order.status-changed",
    ]  # fmt: skip
    assert "Nora" not in str(whole)
    first = client.get(f"{url}/timeline?limit=3", headers=fresh).get_json()
    rest = client.get(f"{url}/timeline", query_string={"cursor": first["next"]}, headers=fresh).get_json()
    assert first["items"] + rest["items"] == whole["items"]
    refused(client.get(f"{url}/timeline?cursor=x", headers=fresh), 400, "malformed-cursor")


def test_raw_events_are_told_as_stored(client: FlaskClient, worked: tuple[str, dict[str, str]]) -> None:
    events = client.get(f"{worked[0]}/events").get_json()["items"]
    assert [one["event"]["originator_version"] for one in events] == list(range(1, len(events) + 1))
    assert events[1]["event"]["name"] == "Nora Example"
    assert events[-1]["event"]["metadata"]["reason"] == "Waiting for cups"


def test_a_difference_names_fields_before_and_after_by_whom_and_why(
    client: FlaskClient, worked: tuple[str, dict[str, str]]
) -> None:
    url, _ = worked
    diff = client.get(f"{url}/diff?from=5").get_json()
    assert (diff["from"], diff["to"]) == (5, 7)
    quantity, move = diff["changes"]
    assert {"pointer": "/items/1/quantity", "before": 2, "after": 3} in quantity["fields"]
    assert {"pointer": "/total", "before": eur("20.00"), "after": eur("30.00")} in quantity["fields"]
    assert move["reason"] == "Waiting for cups"
    assert {"pointer": "/stage", "before": "pending", "after": "on_hold"} in move["fields"]
    assert client.get(f"{url}/diff?from=5&to=6").get_json()["changes"] == [quantity]
    assert len(client.get(f"{url}/diff").get_json()["changes"]) == 7
    problem = refused(client.get(f"{url}/diff?from=6&to=5"), 422, "invalid-fields")
    assert problem["errors"][0]["parameter"] == "from"


def test_an_older_version_reads_as_it_was(client: FlaskClient, worked: tuple[str, dict[str, str]]) -> None:
    url, _ = worked
    versions: list[dict[str, Any]] = [client.get(f"{url}?version={number}").get_json() for number in (4, 5, 7)]
    assert [order["status"]["code"] for order in versions] == ["draft", "pending", "on_hold"]
    assert [order["total"] for order in versions] == [eur("20.00"), eur("20.00"), eur("30.00")]
    assert [order["version"] for order in versions] == [4, 5, 7]


@pytest.mark.usefixtures("projecting")
def test_the_timeline_tells_what_each_event_changed_and_money_as_money(client: FlaskClient) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    client.put(f"{url}/discount", json={"amount": eur("2.00")})
    last = client.post(f"{url}/payments", json={"method": "card"})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    entries = {entry["topic"]: entry for entry in client.get(f"{url}/timeline", headers=headers).get_json()["items"]}
    discount, payment = entries["order.discount-set"], entries["order.payment-recorded"]
    assert (discount["summary"]["amount"], discount["summary"]["was"]) == (eur("2.00"), eur("0.00"))
    assert {"pointer": "/total", "before": eur("20.00"), "after": eur("18.00")} in discount["changes"]
    assert {"pointer": "/payment_status", "before": "unpaid", "after": "paid"} in payment["changes"]
    assert payment["summary"]["amount"] == eur("18.00")


@pytest.mark.usefixtures("projecting")
@pytest.mark.parametrize(
    "part", ["", "/events", "/timeline", "/history", "/documents", "/diff?from=1&to=2", "/receipt.pdf"]
)
def test_the_id_of_a_customer_is_no_orders(client: FlaskClient, part: str) -> None:
    customer = client.post(CUSTOMERS, json={"name": "Nora Example"}).get_json()["id"]
    refused(client.get(f"{ORDERS}/{customer}{part}"), 404, "order-not-found")


def test_nobody_looks_at_a_customer_as_at_an_order(client: FlaskClient) -> None:
    customer = client.post(CUSTOMERS, json={"name": "Nora Example"}).get_json()["id"]
    refused(client.post(f"{ORDERS}/{customer}/presence"), 404, "order-not-found")
