"""Goods that came back and are exchanged for others: two orders that know of each other, money to the cent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.orders.payments import RecordPayment
from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, News, eur, line, place
from tests.api.test_problems import refused
from tests.fixtures_api import context_of


@pytest.fixture
def came_back(client: FlaskClient) -> str:
    """Where a paid and shipped order of three cups for 30.00 EUR is, of which two came back."""
    url = f"{ORDERS}/{place(client, line(3))['id']}"
    assert client.post(f"{url}/payments", json={"method": "card"}).status_code == 201
    return returned(client, url)


def returned(client: FlaskClient, url: str) -> str:
    units = {"items": [{"item": "1", "quantity": 2}]}
    for path, body in (("shipments", {"carrier": "dhl"}), ("returns", units), ("returns/1/receipt", units)):
        assert client.post(f"{url}/{path}", json=body).status_code < 300
    return url


def exchanged(client: FlaskClient, url: str, **told: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order whose goods came back and the one sent in their place."""
    answer = client.post(f"{url}/returns/1/exchange", json=told)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    order = answer.get_json()
    return order, client.get(f"{ORDERS}/{order['returns'][0]['exchange']}").get_json()


def test_an_exchange_of_the_same_worth_moves_no_money(client: FlaskClient, came_back: str, news: News) -> None:
    client.post(f"{API}/stock/BOWL-1/receipts", json={"quantity": 5})
    news.events()
    order, sent = exchanged(client, came_back, items=[line(2, sku="BOWL-1", name="Bowl")], reason="Too blue")
    assert (order["returns"][0]["state"], order["returns"][0]["note"]) == ("settled", "Too blue")
    [credited] = order["refunds"]
    assert (credited["amount"], credited["method"], credited["reference"]) == (eur("20.00"), "exchange", sent["number"])
    assert order["returns"][0]["refund"] == credited["id"]
    assert sent["exchange_of"] == {
        "order_id": order["id"], "number": order["number"], "return_number": 1, "credit": eur("20.00"),
    }  # fmt: skip
    assert (sent["customer"]["id"], sent["source"], sent["status"]["code"]) == (
        order["customer"]["id"], "exchange", "pending",
    )  # fmt: skip
    assert (sent["payment_status"], sent["balance"]) == ("paid", eur("0.00"))
    assert sent["shipping_address"] == order["shipping_address"]
    assert client.get(f"{API}/stock/BOWL-1").get_json()["reserved"] == 2
    assert {"order.exchange-begun", "order.placed", "stock.reserved", "order.return-settled"} <= set(news.topics())


def test_dearer_goods_leave_the_difference_due(client: FlaskClient, came_back: str) -> None:
    order, sent = exchanged(client, came_back, items=[line(1, "25.50")], shipping_charge=eur("4.00"))
    assert (sent["paid"], sent["balance"], sent["payment_status"]) == (eur("20.00"), eur("9.50"), "partially_paid")
    assert order["refunded"] == eur("20.00")


def test_cheaper_goods_give_back_the_difference(client: FlaskClient, came_back: str) -> None:
    order, sent = exchanged(client, came_back, items=[line(1, "12.50")], method="cash")
    assert [(one["amount"], one["method"]) for one in order["refunds"]] == [
        (eur("12.50"), "exchange"),
        (eur("7.50"), "cash"),
    ]
    assert (order["refunded"], sent["payment_status"]) == (eur("20.00"), "paid")
    last = {"items": [{"item": "1", "quantity": 1}]}
    assert client.post(f"{came_back}/refunds", json=last).get_json()["payment_status"] == "refunded"


def test_the_difference_goes_back_through_the_provider_that_took_the_money(
    runtime: Runtime, client: FlaskClient, news: News
) -> None:
    order = place(client, line(3))
    url = f"{ORDERS}/{order['id']}"
    runtime.desk.handle(
        RecordPayment(order_id=UUID(order["id"]), context=context_of(), method="", provider="sandbox", reference="ch_1")
    )
    returned(client, url)
    problem = client.post(f"{url}/returns/1/exchange", json={"items": [line(1)], "payment": "2"})
    refused(problem, 404, "payment-not-found")
    news.events()
    shown, _ = exchanged(client, url, items=[line(1)], payment="1")
    assert {one["state"]: one["amount"] for one in shown["refunds"]} == {
        "refunded": eur("10.00"),
        "requested": eur("10.00"),
    }
    assert "order.refund-requested" in news.topics()


def test_an_exchange_that_cannot_be_is_refused_and_leaves_nothing(
    client: FlaskClient, came_back: str, news: News
) -> None:
    client.post(f"{API}/stock/BOWL-1/receipts", json={"quantity": 1})
    unpaid = f"{ORDERS}/{place(client, line(3))['id']}"
    returned(client, unpaid)
    news.events()
    ask = f"{came_back}/returns/1/exchange"
    refused(client.post(ask, json={"items": []}), 422, "invalid-fields")
    refused(client.post(ask, json={"items": [line(2, sku="BOWL-1")]}), 422, "out-of-stock")
    pounds = line(1) | {"unit_price": {"amount": "1.00", "currency": "GBP"}}
    refused(client.post(ask, json={"items": [pounds]}), 422, "foreign-currency")
    refused(client.post(f"{came_back}/returns/2/exchange", json={"items": [line(1)]}), 404, "return-not-found")
    refused(client.post(f"{unpaid}/returns/1/exchange", json={"items": [line(1)]}), 422, "refund-above-paid")
    assert news.topics() == []
    exchanged(client, came_back, items=[line(1)])
    refused(client.post(ask, json={"items": [line(1)]}), 422, "return-closed")


def test_a_line_that_leaves_its_price_to_the_catalogue_is_refused_where_it_stands(
    client: FlaskClient, came_back: str
) -> None:
    problem = client.post(f"{came_back}/returns/1/exchange", json={"items": [{"sku": "BOWL-1", "quantity": 1}]})
    errors = refused(problem, 422, "invalid-fields")["errors"]
    assert {one["pointer"] for one in errors} == {"/items/0/name", "/items/0/unit_price"}
