"""What a desk picks from, and what it calls things by in each language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import API, ORDERS, SETTINGS, create, line, place
from tests.fixtures_api import hire


def test_operators_are_picked_by_name_alone(runtime: Runtime, client_as: Callable[..., FlaskClient]) -> None:
    for name in ("zoe", "ada", "gone"):
        hire(runtime, name, "operator")
    admin = client_as("admin")
    gone = next(one for one in admin.get(f"{API}/operators").get_json()["items"] if one["username"] == "gone")
    admin.post(f"{API}/operators/{gone['id']}/disable", json={})
    told = client_as("operator").get(f"{API}/operators/names").get_json()
    assert told["items"] == [{"username": "ada"}, {"username": "zoe"}]


@pytest.mark.usefixtures("projecting")
def test_tags_and_sources_are_those_of_orders_the_commonest_first(client: FlaskClient) -> None:
    create(client, source="fair", tags=["gift"])
    create(client, source="shop", tags=["gift", "vip"])
    last = client.post(ORDERS, json={"items": [], "source": "shop"})
    headers = {"X-Min-Position": last.headers["X-Position"]}
    assert client.get(f"{API}/meta/tags", headers=headers).get_json()["items"] == [
        {"value": "gift", "orders": 2},
        {"value": "vip", "orders": 1},
    ]
    sources = client.get(f"{API}/meta/sources", headers=headers).get_json()["items"]
    assert sources == [{"value": "shop", "orders": 2}, {"value": "fair", "orders": 1}]


def test_statuses_and_methods_are_labelled_by_language_until_they_are_renamed(client: FlaskClient) -> None:
    def labels(part: str, code: str) -> dict[str, str]:
        found: Any = client.get(f"{SETTINGS}/{part}").get_json()["items"]
        return next(one["labels"] for one in found if one["code"] == code)

    assert labels("statuses", "pending") == {"en": "Pending", "fr": "En attente"}
    assert labels("payment-methods", "cash") == {"en": "Cash", "fr": "Espèces"}
    assert labels("shipping-methods", "pickup") == {"en": "Pick-up at the shop", "fr": "Retrait en boutique"}
    client.put(f"{SETTINGS}/statuses/pending", json={"label": "À traiter", "stage": "pending"})
    assert labels("statuses", "pending") == {"en": "À traiter", "fr": "À traiter"}


def primary(order: dict[str, Any]) -> str | None:
    return order["primary_action"]["code"] if order["primary_action"] else None


def test_what_comes_next_is_told_with_its_label_and_why_other_things_do_not(client: FlaskClient) -> None:
    draft = create(client, line())
    assert primary(draft) == "status:pending"
    assert draft["primary_action"]["labels"] == {"en": "Pending", "fr": "En attente"}
    order = place(client, line())
    url = f"{ORDERS}/{order['id']}"
    assert primary(order) == "pay"
    actions = {action["code"]: action for action in order["next_actions"]}
    assert actions["refund"]["labels"]["fr"] == "Rembourser"
    assert (actions["refund"]["allowed"], actions["refund"]["refusal"]) == (False, "nothing-to-refund")
    assert (actions["pay"]["allowed"], actions["pay"]["refusal"]) == (True, None)
    paid = client.post(f"{url}/payments", json={"method": "card"}).get_json()
    assert primary(paid) == "ship"
    shipped = client.post(f"{url}/shipments", json={"carrier": "dhl", "status": "shipped", "stock": "apply"})
    assert primary(shipped.get_json()) == "status:completed"
    done = client.post(f"{url}/status", json={"status": "completed"}).get_json()
    assert primary(done) is None


@pytest.mark.usefixtures("projecting")
def test_rows_tell_units_and_tracking_codes(client: FlaskClient) -> None:
    flour = line("0.350", unit="kg", sku="FLOUR")  # type: ignore[arg-type]
    order = place(client, line(3), flour, line(1, "-1.00", sku="", name="Rebate"))
    sent = {"carrier": "dhl", "tracking_code": "A1", "items": [{"item": "1", "quantity": 1}]}
    last = client.post(f"{ORDERS}/{order['id']}/shipments", json=sent)
    [row] = client.get(ORDERS, headers={"X-Min-Position": last.headers["X-Position"]}).get_json()["items"]
    assert (row["quantity"], row["tracking_codes"]) == (4, ["A1"])
    assert (last.get_json()["quantity"], last.get_json()["tracking_codes"]) == (4, ["A1"])
