"""What was so at an instant, besides the list of orders: stock, customers, what was owed, what is known otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import past_lists
from tests.api.desk import API, ORDERS, eur, line, place
from tests.api.test_problems import refused

pytestmark = pytest.mark.usefixtures("projecting")
AXES = ("as_of", "known_at")


def now() -> str:
    return datetime.now(UTC).isoformat()


def got(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(f"{API}{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def receive(client: FlaskClient, sku: str, quantity: int) -> None:
    assert client.post(f"{API}/stock/{sku}/receipts", json={"quantity": quantity}).status_code == 201


@pytest.mark.parametrize("axis", AXES)
def test_stock_is_what_its_movements_had_made_of_it(
    client: FlaskClient, axis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(client, "TEA-1", 5)
    then = now()
    receive(client, "TEA-1", 7)
    receive(client, "CUP-1", 1)
    told = got(client, "/stock", **{axis: then, "count": "exact"})
    assert [(row["sku"], row["on_hand"]) for row in told["items"]] == [("TEA-1", 5)]
    assert told["count"] == {"value": 1, "exact": True}
    assert got(client, "/stock", **{axis: then, "q": "cup"})["items"] == []
    rows = got(client, "/stock", **{axis: now(), "sort": "-available"})["items"]
    assert [(row["sku"], row["on_hand"]) for row in rows] == [("TEA-1", 12), ("CUP-1", 1)]
    assert got(client, "/stock/TEA-1", **{axis: then})["on_hand"] == 5
    refused(client.get(f"{API}/stock/CUP-1", query_string={axis: then}), 404, "stock-item-not-found")
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused(client.get(f"{API}/stock", query_string={axis: ahead}), 422, f"{axis.replace('_', '-')}-ahead")
    monkeypatch.setattr(past_lists, "MOST_EVENTS", 1)
    refused(client.get(f"{API}/stock", query_string={axis: then}), 409, "as-of-not-built")


@pytest.mark.parametrize("axis", AXES)
def test_customers_are_as_their_cards_and_orders_were(client: FlaskClient, axis: str) -> None:
    card = client.post(f"{API}/customers", json={"name": "Odile Sample", "email": "odile@example.com"}).get_json()
    made = place(client, line(1, "10.00"), customer_id=card["id"])
    then = now()
    assert client.patch(f"{API}/customers/{card['id']}", json={"city": "Lyon"}).status_code == 200
    paid = {"method": "cash", "amount": eur("10.00")}
    assert client.post(f"{ORDERS}/{made['id']}/payments", json=paid).status_code == 201
    later = now()
    assert client.post(f"{API}/customers", json={"name": "Later Sample"}).status_code == 201
    [row] = got(client, "/customers", **{axis: then})["items"]
    assert (row["name"], row["city"]) == ("Odile Sample", "Paris")
    assert [(one["orders"], one["worth"]) for one in row["lifetime"]] == [(1, eur("0.00"))]
    [row] = got(client, "/customers", **{axis: later, "q": "lyon"})["items"]
    assert [(one["orders"], one["worth"]) for one in row["lifetime"]] == [(1, eur("10.00"))]
    assert got(client, f"/customers/{card['id']}", **{axis: then})["city"] == "Paris"
    assert len(got(client, "/customers", **{axis: now()})["items"]) == 2


@pytest.mark.parametrize("axis", AXES)
def test_what_was_owed_leads_to_its_orders(client: FlaskClient, axis: str) -> None:
    made = place(client, line(1, "10.00"))
    then = now()
    paid = {"method": "cash", "amount": eur("4.00")}
    assert client.post(f"{ORDERS}/{made['id']}/payments", json=paid).status_code == 201
    [row] = got(client, "/reports/receivables", **{axis: then})["rows"]
    assert (row["side"], row["orders"], row["balance"], row["days_from"]) == ("due", 1, eur("10.00"), 0)
    listed = client.get(f"{ORDERS}?{row['filter']}").get_json()["items"]
    assert [one["balance"] for one in listed] == [eur("10.00")]
    [row] = got(client, "/reports/receivables", **{axis: now()})["rows"]
    assert row["balance"] == eur("6.00")


def test_two_points_in_time_are_compared_field_by_field(client: FlaskClient) -> None:
    made = place(client, line(1, "10.00"))
    first = now()
    url = f"/orders/{made['id']}/diff"
    early = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert client.put(f"{ORDERS}/{made['id']}/discount", json={"amount": eur("5.00")}).status_code == 200
    second = now()
    paid = {"method": "cash", "amount": eur("5.00"), "paid_at": early}
    assert client.post(f"{ORDERS}/{made['id']}/payments", json=paid).status_code == 201
    told = got(client, url, from_known_at=first, known_at=second)
    assert [change["topic"] for change in told["changes"]] == ["order.discount-set"]
    fields = {one["pointer"]: (one["before"], one["after"]) for one in told["fields"]}
    assert fields["/total"] == (eur("10.00"), eur("5.00"))
    assert "/paid" not in fields
    told = got(client, url, from_known_at=second)
    assert [change["topic"] for change in told["changes"]] == ["order.payment-recorded"]
    assert got(client, url, from_as_of=second)["changes"] == [], "it was paid before, as is told since"
    told = got(client, url, from_as_of=second, from_known_at=second, as_of=second)
    assert [change["topic"] for change in told["changes"]] == ["order.payment-recorded"]
    whole = got(client, url, from_as_of=early)
    assert (whole["from"], whole["to"]) == (0, got(client, f"/orders/{made['id']}")["version"])
    refused(client.get(f"{API}{url}", query_string={"from_as_of": first, "to": 2}), 422, "invalid-fields")


def test_what_is_known_of_a_period_since_it_ended_is_listed_with_both_figures(client: FlaskClient) -> None:
    early = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    paid, other = place(client, line(1, "10.00")), place(client, line(1, "20.00"))
    end = now()
    assert client.post(f"{ORDERS}/{other['id']}/notes", json={"text": "Later"}).status_code == 201
    told_late = {"method": "cash", "amount": eur("10.00"), "paid_at": early}
    assert client.post(f"{ORDERS}/{paid['id']}/payments", json=told_late).status_code == 201
    answer = got(client, "/reports/restated", known_at=end)
    [row] = answer["items"]
    assert row["id"] == paid["id"]
    assert (row["then"]["payment_status"], row["now"]["payment_status"]) == ("unpaid", "paid")
    assert (row["then"]["paid"], row["now"]["balance"]) == (eur("0.00"), eur("0.00"))
    assert got(client, "/reports/restated", known_at=end, **{"and": end})["items"] == []
    assert got(client, "/reports/restated", known_at=now())["items"] == []
    page = got(client, "/reports/restated", known_at=end, limit=1)
    while page["next"]:
        page = got(client, "/reports/restated", known_at=end, limit=1, cursor=page["next"])
    refused(client.get(f"{API}/reports/restated"), 422, "invalid-fields")
    backwards = {"known_at": end, "and": early}
    refused(client.get(f"{API}/reports/restated", query_string=backwards), 422, "invalid-fields")
