"""An action that has an opposite answers with it, and following it leads back."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import ORDERS, coupon, create, eur, line, place
from tests.api.test_problems import refused
from tests.fixtures_api import hire

ACTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "archive", {}),
    ("PUT", "tags", {"tags": ["vip", "new"]}),
    ("PUT", "operator", {"operator": "ada"}),
    ("PUT", "source", {"source": "fair"}),
    ("PUT", "payment-method", {"method": "cash"}),
    ("PUT", "shipping-method", {"method": "express"}),
    ("PUT", "discount", {"amount": eur("1.00")}),
    ("POST", "items", line(1, "3.00", sku="POT-1")),
    ("PATCH", "items/1", {"quantity": 5}),
    ("PATCH", "items/1", {"unit_price": eur("9.00")}),
    ("POST", "notes", {"text": "Ring twice"}),
    ("POST", "coupons", {"code": "SPRING"}),
    ("POST", "payments", {"method": "card", "amount": eur("5.00")}),
    ("POST", "shipments", {"carrier": "dhl", "items": [{"item": "1", "quantity": 1}]}),
    ("POST", "status", {"status": "on_hold"}),
]
# What taking back leaves behind: everything is told, nothing is forgotten.
LEFT = ("version", "undo", "payments", "shipments", "next_actions", "primary_action", "tracking_codes")


@pytest.mark.parametrize(("method", "place_", "body"), ACTIONS, ids=lambda value: str(value)[:30])
def test_taking_back_leads_to_what_was_before(
    client: FlaskClient, runtime: Runtime, method: str, place_: str, body: dict[str, Any]
) -> None:
    hire(runtime, "ada", "operator")
    coupon(client)
    facts = {"tags": ["gift", "vip"], "payment_method": "card", "shipping_method": "standard", "source": "shop"}
    before = place(client, line(3), line(1, sku="JUG-1"), **facts)
    done = client.open(f"{ORDERS}/{before['id']}/{place_}", method=method, json=body)
    assert done.status_code < 300, done.get_data(as_text=True)
    undo = done.get_json()["undo"]
    headers = {"If-Match": done.headers["ETag"]}
    back = client.open(undo["path"], method=undo["method"], json=undo["body"], headers=headers)
    assert back.status_code < 300, back.get_data(as_text=True)
    after = client.get(f"{ORDERS}/{before['id']}").get_json()
    fields = {name for name in before if name not in LEFT}
    if place_ == "tags":
        assert sorted(after.pop("tags")) == sorted(before.pop("tags"))
        fields.remove("tags")
    assert {name: after[name] for name in fields} == {name: before[name] for name in fields}


def test_what_somebody_worked_on_since_is_not_taken_back(client: FlaskClient) -> None:
    order = create(client)
    done = client.post(f"{ORDERS}/{order['id']}/archive")
    client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Meanwhile"})
    undo = done.get_json()["undo"]
    headers = {"If-Match": done.headers["ETag"]}
    refused(client.open(undo["path"], method=undo["method"], json=undo["body"], headers=headers), 412, "stale-version")


def test_what_has_no_opposite_tells_none(client: FlaskClient) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    assert "undo" not in order
    assert "undo" not in client.put(f"{url}/source", json={"source": None}).get_json()  # nothing changed
    both = client.post(f"{url}/shipments", json={"carrier": "dhl", "status": "shipped", "stock": "leave"})
    assert "undo" not in both.get_json()
    assert "undo" not in client.post(f"{url}/status", json={"status": "completed", "balance": "accept"}).get_json()
