"""To whom units of a SKU are promised."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import API, line, place, position_of
from tests.api.test_problems import refused

STOCK = f"{API}/stock"


def promised(client: FlaskClient) -> list[dict[str, Any]]:
    """What is promised of the cups, once the view of orders shows it."""
    position = position_of(client.post(f"{STOCK}/CUP-1/receipts", json={"quantity": 1}))
    answer = client.get(f"{STOCK}/CUP-1/promised", headers={"X-Min-Position": position})
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


@pytest.mark.usefixtures("projecting")
def test_units_are_promised_to_orders_until_they_leave_or_are_given_up(client: FlaskClient) -> None:
    client.post(f"{STOCK}/CUP-1/receipts", json={"quantity": 10})
    first, second = place(client, line(2)), place(client, line(3))
    told = promised(client)
    assert [(one["number"], one["quantity"]) for one in told] == [(first["number"], 2), (second["number"], 3)]
    assert sum(one["quantity"] for one in told) == client.get(f"{STOCK}/CUP-1").get_json()["reserved"]
    assert told[0]["customer_name"] == "Nora Example"
    client.post(f"{API}/orders/{first['id']}/status", json={"status": "cancelled", "stock": "apply"})
    told = promised(client)
    assert [one["order_id"] for one in told] == [second["id"]]
    refused(client.get(f"{STOCK}/NONE/promised"), 404, "stock-item-not-found")
