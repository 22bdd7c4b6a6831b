"""What surrounds an order holds: choices that exist, the shop's own days, numbers that are not used up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import ORDERS, SETTINGS, cart, create, place
from tests.api.test_problems import refused
from tests.fixtures_api import hire


def numbers(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"{ORDERS}?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [row["number"] for row in answer.get_json()["items"]]


def test_an_order_that_is_refused_uses_up_no_number(client: FlaskClient) -> None:
    first = place(client)["number"]
    refused(client.post(ORDERS, json=cart(place=True, coupons=["NONE"])), 422, "unknown-coupon")
    refused(client.post(ORDERS, json=cart(place=True, operator="nobody")), 422, "unknown-operator")
    assert int(place(client)["number"][1:]) == int(first[1:]) + 1
    assert int(place(client)["number"][1:]) == int(first[1:]) + 2


def test_an_operator_who_looks_after_an_order_exists_and_may_come_in(client: FlaskClient, runtime: Runtime) -> None:
    order = create(client)
    url = f"{ORDERS}/{order['id']}/operator"
    refused(client.put(url, json={"operator": "nora"}), 422, "unknown-operator")
    hire(runtime, "nora", "operator")
    assert client.put(url, json={"operator": "nora"}).get_json()["operator"] == "nora"
    assert client.put(url, json={"operator": None}).get_json()["operator"] is None
    assert client.post("/api/v1/operators/nora/disable", json={}).status_code in (200, 404)


@pytest.mark.parametrize("name", ["status", "payment_method", "shipping_method", "operator"])
def test_a_filter_that_names_what_is_not_there_says_what_is(
    client: FlaskClient, runtime: Runtime, projecting: Any, name: str
) -> None:
    hire(runtime, "nora", "operator")
    problem = refused(client.get(f"{ORDERS}?{name}=nonsense"), 422, "invalid-fields")
    known = {"status": "pending", "payment_method": "card", "shipping_method": "express", "operator": "nora"}[name]
    assert known in problem["detail"]
    assert problem["errors"][0]["parameter"] == name
    assert numbers(client, f"{name}={known}") == []


def test_the_payment_method_is_the_one_chosen_else_the_one_that_was_taken(client: FlaskClient, projecting: Any) -> None:
    unchosen, chosen = place(client), place(client, payment_method="transfer")
    for order in (unchosen, chosen):
        answer = client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "cash"})
        position = answer.headers["X-Position"]
    assert client.get(f"{ORDERS}/{unchosen['id']}").get_json()["payment_method"] == "cash"
    assert client.get(f"{ORDERS}/{chosen['id']}").get_json()["payment_method"] == "transfer"
    client.environ_base["HTTP_X_MIN_POSITION"] = position
    assert numbers(client, "payment_method=cash") == [unchosen["number"]]
    assert numbers(client, "payment_method=transfer") == [chosen["number"]]


def test_days_without_an_offset_are_the_shop_s_and_a_bare_date_is_the_whole_day(
    client: FlaskClient, projecting: Any
) -> None:
    assert client.put(f"{SETTINGS}/defaults", json={"timezone": "Pacific/Auckland"}).status_code == 200
    order = place(client)
    answer = client.post(f"{ORDERS}/{order['id']}/notes", json={"text": "Seen."})
    client.environ_base["HTTP_X_MIN_POSITION"] = answer.headers["X-Position"]
    here = datetime.fromisoformat(order["created_at"]).astimezone(ZoneInfo("Pacific/Auckland"))
    day, before, after = (here.date() + timedelta(days=shift) for shift in (0, -1, 1))
    minute = here.replace(tzinfo=None, second=0, microsecond=0)
    for query, found in (
        (f"created_from={day}&created_to={day}", True),
        (f"created_from={before}&created_to={before}", False),
        (f"created_from={after}", False),
        (f"created_from={minute.isoformat()}", True),
        (f"created_to={minute.isoformat()}", False),
        (f"created_from={(minute + timedelta(minutes=1)).isoformat()}", False),
    ):
        assert numbers(client, query) == ([order["number"]] if found else []), query
    refused(client.get(f"{ORDERS}?created_from=2026-02-30"), 422, "invalid-fields")


def test_a_time_zone_that_does_not_exist_is_refused(client: FlaskClient) -> None:
    problem = refused(client.put(f"{SETTINGS}/defaults", json={"timezone": "Mars/Olympus"}), 422, "invalid-fields")
    assert problem["errors"][0]["pointer"] == "/timezone"
