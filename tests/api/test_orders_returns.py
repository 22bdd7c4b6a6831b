"""Goods that come back, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import API, ORDERS, News, eur, line, place
from tests.api.test_problems import refused


def sent(client: FlaskClient) -> str:
    """Where an order is that was paid and shipped."""
    url = f"{ORDERS}/{place(client, line(3))['id']}"
    assert client.post(f"{url}/payments", json={"method": "card"}).status_code == 201
    assert client.post(f"{url}/shipments", json={"carrier": "dhl", "stock": "apply"}).status_code == 201
    return url


def units(quantity: int, **facts: Any) -> dict[str, Any]:
    return {"items": [{"item": "1", "quantity": quantity, **facts}]}


def test_goods_come_back_and_are_refunded(client: FlaskClient, news: News) -> None:
    url = sent(client)
    news.events()
    asked = client.post(f"{url}/returns", json={**units(3), "reason": "Too blue"})
    assert asked.status_code == 201
    assert asked.get_json()["return_status"] == "requested"
    client.post(f"{url}/returns/1/receipt", json=units(1, condition="damaged"))
    order = client.post(f"{url}/returns/1/receipt", json=units(2, restock=True)).get_json()
    assert (order["return_status"], order["fulfilment_status"]) == ("received", "returned")
    refund = client.post(f"{url}/refunds", json=units(3)).get_json()["refunds"][0]["id"]
    order = client.post(f"{url}/returns/1/settlement", json={"refund": refund, "reason": "All well"}).get_json()
    [back] = order["returns"]
    assert back["received"] == [
        {"item": "1", "quantity": 1, "condition": "damaged", "restock": False},
        {"item": "1", "quantity": 2, "condition": "new", "restock": True},
    ]
    assert (back["state"], back["reason"], back["refund"], back["note"]) == ("settled", "Too blue", refund, "All well")
    assert (order["return_status"], order["payment_status"]) == ("settled", "refunded")
    assert [topic for topic in news.topics() if "return" in topic] == [
        "order.return-requested",
        "order.return-received",
        "order.return-received",
        "order.return-settled",
    ]


def test_a_return_asked_for_again_by_its_key_is_one(client: FlaskClient, news: News) -> None:
    url = sent(client)
    news.events()
    answers = [client.post(f"{url}/returns", json=units(1), headers={"Idempotency-Key": "return-1"}) for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert news.topics() == ["order.return-requested"]


def test_an_exchange_is_an_order_of_the_same_customer(client: FlaskClient, news: News) -> None:
    url = sent(client)
    client.post(f"{url}/returns", json=units(1))
    client.post(f"{url}/returns/1/receipt", json=units(1))
    stranger = place(client, billing_address={"name": "Otto Sample", "email": "otto@example.com"})
    news.events()
    for exchange in (stranger["id"], url.rpartition("/")[2]):
        answer = client.post(f"{url}/returns/1/settlement", json={"exchange": exchange})
        assert refused(answer, 422, "foreign-exchange")["errors"][0]["pointer"] == "/exchange"
    assert news.topics() == []
    own = place(client)
    settled = client.post(f"{url}/returns/1/settlement", json={"exchange": own["id"]})
    assert settled.get_json()["returns"][0]["exchange"] == own["id"]


def test_returns_are_refused_with_the_figures(client: FlaskClient, news: News) -> None:
    url = sent(client)
    client.post(f"{url}/returns", json=units(2))
    news.events()
    assert refused(client.post(f"{url}/returns", json=units(2)), 422, "return-above-shipped")["details"]["left"] == 1
    refused(client.post(f"{url}/returns", json={"items": []}), 422, "invalid-fields")
    refused(client.post(f"{url}/returns/1/receipt", json=units(3)), 422, "received-above-return")
    refused(client.post(f"{url}/returns/1/receipt", json=units(1, condition="gone")), 422, "invalid-fields")
    refused(client.post(f"{url}/returns/2/receipt", json=units(1)), 404, "return-not-found")
    refused(client.post(f"{url}/returns/1/settlement", json={}), 422, "nothing-received")
    assert news.topics() == []
    assert client.delete(f"{url}/returns/1").get_json()["return_status"] == "none"
    refused(client.post(f"{url}/returns/1/receipt", json=units(1)), 422, "return-closed")


@pytest.mark.usefixtures("projecting")
def test_orders_are_found_by_their_returns(client: FlaskClient) -> None:
    url = sent(client)
    place(client, line(1, "1.00"), shipping_charge=eur("1.00"))
    answer = client.post(f"{url}/returns", json=units(1))
    headers = {"X-Min-Position": answer.headers["X-Position"]}
    found = client.get(f"{ORDERS}?return_status=requested", headers=headers).get_json()["items"]
    assert [row["id"] for row in found] == [url.rpartition("/")[2]]
    timeline = client.get(f"{url}/timeline", headers=headers).get_json()["items"][-1]
    assert (timeline["topic"], timeline["summary"]["return_number"]) == ("order.return-requested", 1)


def test_goods_that_come_back_whole_lie_on_the_shelf_again(client: FlaskClient) -> None:
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 10, "reference": "D-7"})
    url = sent(client)
    client.post(f"{url}/status", json={"status": "shipped", "stock": "apply"})
    assert client.get(f"{API}/stock/CUP-1").get_json()["on_hand"] == 7
    client.post(f"{url}/returns", json=units(3))
    client.post(f"{url}/returns/1/receipt", json=units(1, condition="damaged"))
    client.post(f"{url}/returns/1/receipt", json=units(2, restock=True))
    assert client.get(f"{API}/stock/CUP-1").get_json()["on_hand"] == 9
    client.post(f"{url}/refunds", json={**units(3), "restock": False})
    assert client.get(f"{API}/stock/CUP-1").get_json()["on_hand"] == 9
