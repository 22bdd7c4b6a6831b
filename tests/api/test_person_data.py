"""All that is kept of a person as one file, and what forgetting one reaches, told before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from domain.customers.remains import REACHED, STAYS
from tests.api.desk import CUSTOMERS, NOBODY, ORDERS, place
from tests.api.test_problems import refused


@pytest.mark.usefixtures("projecting")
def test_the_file_holds_card_consents_orders_and_documents_of_merged_cards_too(client: FlaskClient) -> None:
    order = place(client)
    card = f"{CUSTOMERS}/{order['customer']['id']}"
    twin = place(client, billing_address={"name": "N. Example", "email": "n@example.com"})
    client.post(f"{ORDERS}/{order['id']}/documents", json={"kind": "invoice"})
    client.put(f"{card}/consent", json={"proof": "Yes", "source": "telephone"})
    client.delete(f"{card}/consent", json={})
    shown = client.get(card)
    merge = {"into": order["customer"]["id"], "into_version": shown.get_json()["version"]}
    merged = f"{CUSTOMERS}/{twin['customer']['id']}"
    version = client.get(merged).headers["ETag"]
    assert client.post(f"{merged}/merge", json=merge, headers={"If-Match": version}).status_code == 200
    answer = client.get(f"{card}/data")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    told = json.loads(answer.text)
    assert [one["name"] for one in told["cards"]] == ["Nora Example", "N. Example"]
    assert [(one["given"], one["proof"]) for one in told["consents"]] == [(True, "Yes"), (False, None)]
    assert {one["number"] for one in told["orders"]} == {order["number"], twin["number"]}
    assert {one["billing_address"]["name"] for one in told["orders"]} == {"Nora Example", "N. Example"}
    assert [one["order_id"] for one in told["documents"]] == [order["id"]]


@pytest.mark.usefixtures("projecting")
def test_the_file_of_a_forgotten_person_tells_nothing_of_them(client: FlaskClient) -> None:
    order = place(client)
    card = f"{CUSTOMERS}/{order['customer']['id']}"
    assert "Nora" in client.get(f"{card}/data").text
    client.delete(card, json={}, headers={"If-Match": client.get(card).headers["ETag"]})
    text = client.get(f"{card}/data").text
    assert "Nora" not in text
    assert order["number"] in text


@pytest.mark.usefixtures("projecting")
def test_the_file_is_for_those_who_may_see_persons(client: FlaskClient, client_as: Callable[..., FlaskClient]) -> None:
    order = place(client)
    path = f"{CUSTOMERS}/{order['customer']['id']}/data"
    refused(client_as("analyst").get(path), 403, "permission-missing")
    refused(client.get(f"{CUSTOMERS}/{NOBODY}/data"), 404, "customer-not-found")


def test_what_forgetting_reaches_is_told_before_it_is_done(client: FlaskClient) -> None:
    told = client.get(f"{CUSTOMERS}/erasure").get_json()
    assert told == {"reached": list(REACHED), "stays": [one._asdict() for one in STAYS]}
