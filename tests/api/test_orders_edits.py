"""Several changes of an order as one decision over HTTP, and what previews tell."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.desk import API, ORDERS, News, coupon, eur, line, place
from tests.api.test_problems import refused


def edit(client: FlaskClient, order: dict[str, Any], *changes: dict[str, Any], preview: bool = False) -> TestResponse:
    url = f"{ORDERS}/{order['id']}/edits{'/preview' if preview else ''}"
    return client.post(
        url, json={"changes": changes, "reason": "Called"}, headers={"If-Match": f'"{order["version"]}"'}
    )


CHANGES: tuple[dict[str, Any], ...] = (
    {"action": "change", "item": "1", "quantity": 3},
    {"action": "add", "sku": "POT-1", "name": "Pot", "quantity": 1, "unit_price": eur("5.00")},
    {"action": "discount", "amount": eur("2.00")},
    {"action": "shipping-charge", "amount": eur("4.00")},
)


def test_changes_are_previewed_and_made_as_one(client: FlaskClient, news: News) -> None:
    client.post(f"{API}/stock/CUP-1/receipts", json={"quantity": 10})
    order = place(client, line(2, "10.00"))
    news.events()
    preview = edit(client, order, *CHANGES, preview=True)
    assert preview.status_code == 200, preview.get_data(as_text=True)
    told = preview.get_json()
    money = {"before": eur("20.00"), "after": eur("37.00"), "difference": eur("17.00")}
    assert (told["total"], told["balance"]) == (money, money)
    [figures] = told["stock"]
    assert (figures["sku"], figures["reserved"]) == ("CUP-1", {"before": 2, "after": 3})
    assert news.events() == []
    made = edit(client, order, *CHANGES)
    assert made.status_code == 200, made.get_data(as_text=True)
    assert made.get_json()["total"] == eur("37.00")
    made_so = {name: value for name, value in made.get_json().items() if name != "version"}
    assert made_so == {name: value for name, value in told["order"].items() if name != "version"}
    recorded = [event for event in news.events() if event.TOPIC.startswith("order.")]
    assert len(recorded) == 4
    assert {event.metadata.reason for event in recorded} == {"Called"}


def test_one_change_that_is_refused_refuses_all(client: FlaskClient, news: News) -> None:
    order = place(client)
    news.events()
    wrong = {"action": "remove", "item": "9"}
    problem = refused(edit(client, order, CHANGES[1], wrong), 404, "item-not-found")
    assert problem["errors"][0]["pointer"] == "/changes/1/item"
    assert news.events() == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"action": "sell"}, "/changes/0/action", "invalid-value"),
        ({}, "/changes/0/action", "invalid-value"),
        ("add", "/changes/0", "not-an-object"),
        ({"action": "change", "item": "1", "quantity": "x"}, "/changes/0/quantity", "not-an-integer"),
        ({"action": "remove", "item": "1", "why": "x"}, "/changes/0/why", "unknown-field"),
        ({"action": "add", "name": "Pot", "quantity": 1}, "/changes/0/unit_price", "missing-field"),
    ],
)
def test_a_change_of_the_wrong_form_is_named(client: FlaskClient, change: Any, pointer: str, code: str) -> None:
    order = place(client)
    problem = refused(edit(client, order, change), 422, "invalid-fields")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]


def test_an_edit_is_made_of_the_version_that_was_seen(client: FlaskClient) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}/edits"
    refused(client.post(url, json={"changes": [CHANGES[0]]}), 428, "precondition-required")
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Meanwhile"})
    refused(edit(client, order, CHANGES[0]), 412, "stale-version")
    refused(edit(client, order, CHANGES[0], preview=True), 412, "stale-version")


def test_a_coupon_is_put_on_with_the_lines_that_it_asks_for(client: FlaskClient) -> None:
    coupon(client, "BIG", kind="percent", percent="10", minimum=eur("50.00"))
    order = place(client, line(2, "10.00"))
    applied = {"action": "apply-coupon", "code": "BIG"}
    problem = refused(edit(client, order, applied), 422, "subtotal-below-minimum")
    assert problem["errors"][0]["pointer"] == "/changes/0/code"
    made = edit(client, order, applied, {"action": "change", "item": "1", "quantity": 6})
    assert made.get_json()["total"] == eur("54.00")
    changed = made.get_json()
    problem = refused(edit(client, changed, {"action": "apply-coupon", "code": "NONE"}), 422, "unknown-coupon")
    assert problem["errors"][0]["pointer"] == "/changes/0/code"


def test_previews_of_refunds_and_parcels_tell_cap_and_mail(client: FlaskClient) -> None:
    order = place(client)
    client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"})
    given_back = {"items": [{"item": "1", "quantity": 1}]}
    told = client.post(f"{ORDERS}/{order['id']}/refunds/preview", json=given_back).get_json()
    assert told["cap"] == eur("20.00")
    assert told["mail"] == {"customer": True, "administrators": False, "to": "nora@example.com"}
    client.post(f"{ORDERS}/{order['id']}/refunds", json=given_back)
    sent = {"carrier": "dhl", "items": [{"item": "1", "quantity": 1}]}
    told = client.post(f"{ORDERS}/{order['id']}/shipments/preview", json=sent).get_json()
    assert told["cap"] == eur("10.00")
    assert not told["mail"]["customer"]
    told = client.post(f"{ORDERS}/{order['id']}/shipments/preview", json={**sent, "notify": ["customer"]}).get_json()
    assert told["mail"]["customer"]
