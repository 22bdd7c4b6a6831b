"""Stock over HTTP: receipts, counts, what orders do to it, and every figure explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import API, ORDERS, News, cart, create, line, place
from tests.api.test_problems import refused

STOCK = f"{API}/stock"


def receive(client: FlaskClient, quantity: int = 10, sku: str = "CUP-1") -> dict[str, Any]:
    """The SKU's stock after a receipt."""
    answer = client.post(f"{STOCK}/{sku}/receipts", json={"quantity": quantity, "reference": "D-7"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    received: dict[str, Any] = answer.get_json()
    return received


def figures(client: FlaskClient, sku: str = "CUP-1") -> tuple[int, int, int]:
    """On the shelf, promised, available."""
    told = client.get(f"{STOCK}/{sku}").get_json()
    return told["on_hand"], told["reserved"], told["available"]


def test_a_receipt_begins_to_track_a_sku(client: FlaskClient, news: News) -> None:
    refused(client.get(f"{STOCK}/CUP-1"), 404, "stock-item-not-found")
    received = receive(client)
    assert (received["sku"], received["on_hand"], received["policy"], received["low"]) == ("CUP-1", 10, "refuse", False)
    assert news.topics() == ["stock.received"]
    read = client.get(f"{STOCK}/CUP-1")
    assert read.get_json() == received
    assert read.headers["ETag"] == '"1"'


def test_a_count_and_a_policy_are_kept(client: FlaskClient, news: News) -> None:
    receive(client)
    url = f"{STOCK}/CUP-1"
    assert client.post(f"{url}/adjustments", json={"counted": 8, "reason": "Two broke"}).get_json()["on_hand"] == 8
    assert client.post(f"{url}/adjustments", json={"change": -3}).get_json()["on_hand"] == 5
    told = client.put(f"{url}/policy", json={"policy": "backorder", "low_at": 5}).get_json()
    assert (told["policy"], told["low_at"], told["low"]) == ("backorder", 5, True)
    assert news.topics() == ["stock.received", "stock.adjusted", "stock.adjusted", "stock.policy-set"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("receipts", {"quantity": -1}, "/quantity"),
        ("receipts", {"quantity": 1.0}, "/quantity"),
        ("receipts", {}, "/quantity"),
        ("adjustments", {}, "/change"),
        ("adjustments", {"change": 1, "counted": 1}, "/change"),
        ("adjustments", {"counted": -1}, "/counted"),
    ],
)
def test_what_is_no_figure_is_refused_by_field(
    client: FlaskClient, news: News, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = client.post(f"{STOCK}/CUP-1/{path}", json=body)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["pointer"] == pointer
    assert news.events() == []


def test_stock_is_read_and_written_by_those_who_may(client_as: Callable[..., FlaskClient]) -> None:
    operator, manager = client_as("operator"), client_as("manager")
    refused(operator.post(f"{STOCK}/CUP-1/receipts", json={"quantity": 1}), 403, "permission-missing")
    receive(manager)
    assert figures(operator) == (10, 0, 10)


def test_placing_an_order_promises_its_stock_in_the_same_save(client: FlaskClient, news: News) -> None:
    receive(client)
    news.events()
    order = place(client, line(2), line(3), line(1, sku="SPOON"))
    assert figures(client) == (10, 5, 5)
    events = news.events()
    assert [event.TOPIC for event in events][-2:] == ["stock.reserved", "stock.reserved"]
    assert (events[-1].cause.number, events[-1].cause.line) == (order["number"], "2")  # type: ignore[attr-defined]


def test_an_order_of_more_than_is_available_is_refused_by_line(client: FlaskClient, news: News) -> None:
    receive(client, 4)
    news.events()
    answer = client.post(ORDERS, json=cart(line(1, sku="SPOON"), line(5), place=True))
    refused(answer, 422, "out-of-stock")
    problem = answer.get_json(force=True)
    assert problem["errors"][0]["pointer"] == "/items/1"
    assert problem["details"] == {"sku": "CUP-1", "available": 4, "asked": 5}
    assert news.events() == []
    assert figures(client) == (4, 0, 4)


def test_a_move_that_changes_the_shelf_asks_and_shows_what_it_would_do(client: FlaskClient, news: News) -> None:
    receive(client)
    order = place(client)
    url = f"{ORDERS}/{order['id']}/status"
    news.events()
    preview = client.post(f"{url}/preview", json={"status": "processing"}).get_json()["stock"]
    assert preview["asks"] is True
    assert preview["items"] == [
        {
            "sku": "CUP-1",
            "on_hand": {"before": 10, "after": 8},
            "reserved": {"before": 2, "after": 0},
            "available": {"before": 8, "after": 8},
        }
    ]
    answer = client.post(url, json={"status": "processing"})
    refused(answer, 409, "stock-confirmation-required")
    assert answer.get_json(force=True)["details"]["stock"] == preview["items"]
    assert news.events() == []
    assert client.post(url, json={"status": "processing", "stock": "apply"}).status_code == 200
    assert figures(client) == (8, 0, 8)
    assert news.topics() == ["order.status-changed", "stock.deducted"]
    assert client.post(url, json={"status": "processing", "stock": "apply"}).status_code == 200
    assert news.events() == []


def test_a_move_that_leaves_stock_changes_no_figure(client: FlaskClient) -> None:
    receive(client)
    order = place(client)
    url = f"{ORDERS}/{order['id']}/status"
    left = client.post(f"{url}/preview", json={"status": "processing", "stock": "leave"}).get_json()["stock"]
    assert (left["asks"], left["items"]) == (False, [])
    assert client.post(url, json={"status": "processing", "stock": "leave"}).status_code == 200
    assert figures(client) == (10, 2, 8)


def test_an_order_placed_straight_into_a_deducting_status_asks_as_well(client: FlaskClient) -> None:
    receive(client)
    refused(client.post(ORDERS, json=cart(status="processing")), 409, "stock-confirmation-required")
    create(client, status="processing", stock="apply")
    assert figures(client) == (8, 0, 8)


def test_edits_of_a_placed_order_move_its_promise_along(client: FlaskClient) -> None:
    receive(client)
    url = f"{ORDERS}/{place(client)['id']}/items"
    client.post(url, json=line(3))
    assert figures(client) == (10, 5, 5)
    client.patch(f"{url}/1", json={"quantity": 1})
    assert figures(client) == (10, 4, 6)
    refused(client.patch(f"{url}/1", json={"quantity": 9}), 422, "out-of-stock")
    client.delete(f"{url}/2")
    assert figures(client) == (10, 1, 9)


def test_a_refund_gives_back_to_the_shelf_once_what_it_says(client: FlaskClient) -> None:
    receive(client)
    order = create(client, status="processing", stock="apply")
    url = f"{ORDERS}/{order['id']}"
    client.post(f"{url}/payments", json={"method": "card"})
    back = {"items": [{"item": "1", "quantity": 1}], "restock": True}
    headers = {"Idempotency-Key": "once"}
    first = client.post(f"{url}/refunds", json=back, headers=headers)
    assert (first.status_code, figures(client)) == (201, (9, 0, 9))
    client.post(f"{url}/refunds", json=back, headers=headers)
    assert figures(client) == (9, 0, 9)
    client.post(f"{url}/refunds", json={**back, "restock": False})
    assert figures(client) == (9, 0, 9)


@pytest.mark.usefixtures("projecting")
def test_every_figure_is_explained_by_its_movements(client: FlaskClient) -> None:
    receive(client)
    order = place(client)
    url = f"{ORDERS}/{order['id']}/status"
    last = client.post(url, json={"status": "processing", "stock": "apply", "reason": "Paid"})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    rows = client.get(f"{STOCK}/CUP-1/movements", headers=headers).get_json()["items"]
    assert [(row["topic"], row["cause"], row["reference"]) for row in rows] == [
        ("stock.deducted", "status", "processing"),
        ("stock.reserved", "placed", "pending"),
        ("stock.received", "receipt", "D-7"),
    ]
    deducted = rows[0]
    assert deducted["on_hand"] == {"before": 10, "change": -2, "after": 8}
    assert deducted["reserved"] == {"before": 2, "change": -2, "after": 0}
    assert deducted["order"] == {"id": order["id"], "number": order["number"], "line": "1"}
    assert (deducted["actor"].startswith("token:"), deducted["reason"]) == (True, "Paid")
    assert rows[2]["order"] is None
    page = client.get(f"{STOCK}/CUP-1/movements?limit=2", headers=headers).get_json()
    rest = client.get(f"{STOCK}/CUP-1/movements?cursor={page['next']}").get_json()
    assert page["items"] + rest["items"] == rows
    refused(client.get(f"{STOCK}/NONE/movements"), 404, "stock-item-not-found")


@pytest.mark.usefixtures("projecting")
def test_stock_is_listed_and_what_is_low_found(client: FlaskClient) -> None:
    receive(client, 3, "CUP-1")
    receive(client, 30, "CUP-2")
    client.put(f"{STOCK}/CUP-1/policy", json={"policy": "refuse", "low_at": 3})
    last = client.put(f"{STOCK}/CUP-2/policy", json={"policy": "refuse", "low_at": 3})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    listed = client.get(f"{STOCK}?count=exact", headers=headers).get_json()
    assert listed["items"] == [client.get(f"{STOCK}/{sku}").get_json() for sku in ("CUP-1", "CUP-2")]
    assert listed["count"]["value"] == 2
    assert [row["sku"] for row in client.get(f"{STOCK}?low=true").get_json()["items"]] == ["CUP-1"]
    assert [row["sku"] for row in client.get(f"{STOCK}?q=up-2").get_json()["items"]] == ["CUP-2"]
    first = client.get(f"{STOCK}?sort=-available&limit=1").get_json()
    assert [row["sku"] for row in first["items"]] == ["CUP-2"]
    assert [
        row["sku"] for row in client.get(f"{STOCK}?sort=-available&cursor={first['next']}").get_json()["items"]
    ] == ["CUP-1"]
