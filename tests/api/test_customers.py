"""Customer cards over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import BILLING, CUSTOMERS, NOBODY, ORDERS, News, create, eur, line, place
from tests.api.test_problems import refused

OTTO = {"name": "Otto Sample", "email": "Otto@Example.com", "city": "Ghent", "country": "BE"}


def card_of(client: FlaskClient, order: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"{CUSTOMERS}/{order['customer']['id']}")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{answer.get_json()["version"]}"'
    card: dict[str, Any] = answer.get_json()
    return card


def test_a_card_is_made_from_the_billing_data(client: FlaskClient) -> None:
    order = create(client)
    card = card_of(client, order)
    assert {name: card[name] for name in BILLING} == BILLING
    assert {(told["origin"], told["order_id"]) for told in card["origins"].values()} == {("billing", order["id"])}


def test_one_card_for_one_address_however_it_is_written(client: FlaskClient, news: News) -> None:
    first = create(client)
    second = create(client, billing_address={**BILLING, "email": " NORA@example.COM "})
    assert second["customer"]["id"] == first["customer"]["id"]
    assert news.topics().count("customer.created") == 1


def test_a_card_is_made_by_hand(client: FlaskClient, news: News) -> None:
    answer = client.post(CUSTOMERS, json=OTTO)
    card = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{CUSTOMERS}/{card['id']}"
    assert card["origins"]["city"]["origin"] == "operator"
    assert client.get(answer.headers["Location"]).get_json() == {**card, "lifetime": None}
    assert news.topics() == ["customer.created", "customer.updated"]


def test_what_an_operator_wrote_outlives_the_next_order(client: FlaskClient, news: News) -> None:
    order = create(client)
    card = card_of(client, order)
    put_right = client.patch(f"{CUSTOMERS}/{card['id']}", json={"city": "Lille", "phone": ""})
    assert put_right.status_code == 200
    news.events()
    create(client, billing_address={**BILLING, "city": "Paris", "postcode": "75012"})
    card = card_of(client, order)
    assert (card["city"], card["origins"]["city"]["origin"]) == ("Lille", "operator")
    assert (card["postcode"], card["origins"]["postcode"]["origin"]) == ("75012", "billing")


def test_an_address_belongs_to_one_card(client: FlaskClient, news: News) -> None:
    taken = client.post(CUSTOMERS, json=OTTO).get_json()
    other = client.post(CUSTOMERS, json={"name": "Else Sample"}).get_json()
    news.events()
    for answer in (
        client.post(CUSTOMERS, json={"email": "otto@example.com"}),
        client.patch(f"{CUSTOMERS}/{other['id']}", json={"email": "otto@example.com"}),
    ):
        problem = refused(answer, 409, "customer-exists")
        assert problem["details"] == {"customer": taken["id"]}
        assert problem["errors"][0]["pointer"] == "/email"
    assert news.events() == []
    again = client.patch(f"{CUSTOMERS}/{taken['id']}", json={"email": "otto@example.com"})
    assert again.status_code == 200


def test_an_address_given_up_still_leads_to_its_card(client: FlaskClient) -> None:
    card = client.post(CUSTOMERS, json=OTTO).get_json()
    client.patch(f"{CUSTOMERS}/{card['id']}", json={"email": "new@example.com"})
    for email in ("otto@example.com", "new@example.com"):
        order = client.post(ORDERS, json={"items": [line()], "billing_address": {"email": email}}).get_json()
        assert order["customer"]["id"] == card["id"]


def test_a_stale_card_is_not_written(client: FlaskClient, news: News) -> None:
    card = client.post(CUSTOMERS, json=OTTO).get_json()
    news.events()
    answer = client.patch(f"{CUSTOMERS}/{card['id']}", json={"city": "Lyon"}, headers={"If-Match": '"1"'})
    refused(answer, 412, "stale-version")
    assert news.events() == []


def test_a_card_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    refused(client.get(f"{CUSTOMERS}/{NOBODY}"), 404, "customer-not-found")
    refused(client.patch(f"{CUSTOMERS}/{NOBODY}", json={"city": "x"}), 404, "customer-not-found")
    refused(client.patch(f"{CUSTOMERS}/{NOBODY}", json={"email": "x@example.com"}), 404, "customer-not-found")
    version = {"If-Match": '"1"'}
    refused(client.delete(f"{CUSTOMERS}/{NOBODY}", headers=version), 404, "customer-not-found")


@pytest.mark.parametrize(
    ("told", "status", "code", "pointer"),
    [
        ({"email": "nobody"}, 422, "bad-email", "/email"),
        ({"email": "a b@example.com"}, 422, "bad-email", "/email"),
        ({"country": "ZZ"}, 422, "unknown-country", "/country"),
        ({"name": "x" * 201}, 422, "invalid-fields", "/name"),
        ({"nickname": "N"}, 422, "invalid-fields", "/nickname"),
    ],
)
def test_a_card_is_refused_by_field(
    client: FlaskClient, news: News, told: dict[str, str], status: int, code: str, pointer: str
) -> None:
    problem = refused(client.post(CUSTOMERS, json=told), status, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert news.events() == []


@pytest.mark.usefixtures("projecting")
def test_customers_are_listed_found_counted_and_paged(client: FlaskClient) -> None:
    client.post(CUSTOMERS, json=OTTO)
    client.post(CUSTOMERS, json={"name": "Zo\u00eb Invented", "country": "NL"})
    last = client.post(CUSTOMERS, json={"name": "Ada Placeholder", "company": "Otto & Sons", "country": "BE"})
    headers = {"X-Min-Position": last.headers["X-Position"]}

    def names(**query: Any) -> list[str]:
        answer = client.get(CUSTOMERS, query_string=query, headers=headers)
        assert answer.status_code == 200
        return [row["name"] for row in answer.get_json()["items"]]

    assert names() == ["Ada Placeholder", "Zo\u00eb Invented", "Otto Sample"]
    assert names(sort="name") == ["Ada Placeholder", "Otto Sample", "Zo\u00eb Invented"]
    assert names(q="zoe") == ["Zo\u00eb Invented"]
    assert names(q="otto", country="BE", sort="name") == ["Ada Placeholder", "Otto Sample"]
    assert names(email="OTTO@example.com") == ["Otto Sample"]
    page = client.get(f"{CUSTOMERS}?limit=2&count=exact", headers=headers).get_json()
    rest = client.get(CUSTOMERS, query_string={"cursor": page["next"]}, headers=headers).get_json()
    assert page["count"] == {"value": 3, "exact": True}
    assert [row["name"] for row in rest["items"]] == ["Otto Sample"]
    assert rest["next"] is None
    refused(client.get(f"{CUSTOMERS}?cursor={page['next']}&sort=name", headers=headers), 400, "malformed-cursor")


def test_consent_is_given_shown_and_withdrawn(client: FlaskClient, news: News) -> None:
    at = f"{CUSTOMERS}/{client.post(CUSTOMERS, json=OTTO).get_json()['id']}/consent"
    news.events()
    given = client.put(at, json={"proof": "Yes, write to me", "source": "checkout"}).get_json()["consent"]
    assert (given["given"], given["channel"], given["proof"]) == (True, "email", "Yes, write to me")
    client.put(at, json={"proof": "Yes, write to me", "source": "checkout"})
    withdrawn = client.delete(f"{at}?source=telephone").get_json()["consent"]
    assert (withdrawn["given"], withdrawn["source"], withdrawn["proof"]) == (False, "telephone", None)
    assert client.delete(at).status_code == 200
    assert news.topics() == ["customer.consent-given", "customer.consent-withdrawn"]
    refused(client.put(at, json={"source": "checkout"}), 422, "invalid-fields")


def test_a_card_is_tagged_and_untagged(client: FlaskClient, news: News) -> None:
    at = f"{CUSTOMERS}/{client.post(CUSTOMERS, json=OTTO).get_json()['id']}/tags"
    news.events()
    assert client.put(f"{at}/vip").get_json()["tags"] == ["vip"]
    assert client.put(f"{at}/vip").get_json()["tags"] == ["vip"]
    assert client.put(f"{at}/tea").get_json()["tags"] == ["vip", "tea"]
    assert client.delete(f"{at}/vip").get_json()["tags"] == ["tea"]
    assert client.delete(f"{at}/vip").status_code == 200
    assert news.topics() == ["customer.tagged", "customer.tagged", "customer.untagged"]
    refused(client.put(f"{at}/{'x' * 65}"), 422, "text-too-long")
    refused(client.put(f"{CUSTOMERS}/{NOBODY}/tags/vip"), 404, "customer-not-found")


def merge(client: FlaskClient, merged: dict[str, Any], survivor: dict[str, Any]) -> Any:
    """Asks to merge a card into another, both as they were read."""
    return client.post(
        f"{CUSTOMERS}/{merged['id']}/merge",
        json={"into": survivor["id"], "into_version": survivor["version"]},
        headers={"If-Match": f'"{merged["version"]}"'},
    )


def read(client: FlaskClient, card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{CUSTOMERS}/{card['id']}").get_json()
    return found


def test_orders_by_the_address_of_a_merged_card_go_to_the_survivor_until_it_is_undone(
    client: FlaskClient, news: News
) -> None:
    survivor = card_of(client, create(client))
    merged = client.post(CUSTOMERS, json=OTTO).get_json()
    news.events()
    assert merge(client, merged, survivor).get_json()["merged_into"] == survivor["id"]
    assert news.topics() == ["customer.merged", "customer.absorbed"]
    assert read(client, survivor)["absorbed"] == [merged["id"]]

    billing = {"name": "Otto Sample", "email": "otto@example.com"}
    order = create(client, billing_address=billing)
    assert (order["customer"]["id"], order["customer"]["email"]) == (survivor["id"], "otto@example.com")
    assert create(client, billing_address={}, customer_id=merged["id"])["customer"]["id"] == survivor["id"]
    assert read(client, survivor)["email"] == BILLING["email"]
    news.events()

    version = {"If-Match": f'"{read(client, merged)["version"]}"'}
    undone = client.delete(f"{CUSTOMERS}/{merged['id']}/merge", headers=version).get_json()
    assert news.topics() == ["customer.merge-undone", "customer.released"]
    assert {**undone, "version": 0} == {**merged, "version": 0}
    assert create(client, billing_address=billing)["customer"]["id"] == merged["id"]


def test_two_cards_are_merged_on_the_versions_they_were_decided_on(client: FlaskClient, news: News) -> None:
    survivor = card_of(client, create(client))
    merged = client.post(CUSTOMERS, json=OTTO).get_json()
    client.put(f"{CUSTOMERS}/{survivor['id']}/tags/vip")
    news.events()
    refused(merge(client, merged, survivor), 412, "stale-version")
    refused(merge(client, {**merged, "version": 1}, read(client, survivor)), 412, "stale-version")
    refused(
        client.post(f"{CUSTOMERS}/{merged['id']}/merge", json={"into": NOBODY, "into_version": 1}),
        428,
        "precondition-required",
    )
    refused(merge(client, merged, merged), 422, "merged-into-itself")
    refused(merge(client, merged, {"id": NOBODY, "version": 1}), 404, "customer-not-found")
    assert news.topics() == []
    assert merge(client, merged, read(client, survivor)).status_code == 200
    third = client.post(CUSTOMERS, json={"name": "Ada Placeholder"}).get_json()
    refused(merge(client, third, read(client, merged)), 409, "customer-merged")
    refused(merge(client, read(client, survivor), third), 409, "survivor-of-others")
    refused(client.patch(f"{CUSTOMERS}/{merged['id']}", json={"city": "Lyon"}), 409, "customer-merged")


def test_erasing_the_survivor_forgets_both(client: FlaskClient, news: News) -> None:
    survivor = card_of(client, create(client))
    merged = client.post(CUSTOMERS, json=OTTO).get_json()
    order = create(client, billing_address={"email": OTTO["email"]})
    merge(client, read(client, merged), read(client, survivor))
    news.events()
    version = {"If-Match": f'"{read(client, survivor)["version"]}"'}
    refused(client.delete(f"{CUSTOMERS}/{merged['id']}", headers={"If-Match": "*"}), 409, "customer-merged")
    assert client.delete(f"{CUSTOMERS}/{survivor['id']}", headers=version).status_code == 200
    assert news.topics() == ["customer.erased", "customer.erased"]
    for card in (survivor, merged):
        forgotten = read(client, card)
        assert (forgotten["name"], forgotten["erased_at"] is None) == ("", False)
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["customer"]["erased"]


@pytest.mark.usefixtures("projecting")
def test_a_customer_is_listed_with_tags_and_worth_and_found_with_the_orders_of_merged_cards(
    client: FlaskClient,
) -> None:
    mine, other = place(client), place(client, billing_address={"email": OTTO["email"]})
    for order in (mine, other):
        client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"})
    survivor = {"id": mine["customer"]["id"]}
    client.put(f"{CUSTOMERS}/{survivor['id']}/tags/vip")
    merged = merge(client, read(client, other["customer"]), read(client, survivor))
    headers = {"X-Min-Position": merged.headers["X-Position"]}
    [row] = client.get(f"{CUSTOMERS}?tag=vip", headers=headers).get_json()["items"]
    assert (row["id"], row["tags"]) == (survivor["id"], ["vip"])
    assert [(one["orders"], one["worth"]) for one in row["lifetime"]] == [(2, eur("40.00"))]
    found = client.get(f"{ORDERS}?customer_id={survivor['id']}", headers=headers).get_json()["items"]
    assert {one["id"] for one in found} == {mine["id"], other["id"]}
    part = client.get(f"{CUSTOMERS}/{other['customer']['id']}", headers=headers)
    assert (part.status_code, part.get_json()["merged_into"]) == (200, survivor["id"])
    assert part.get_json()["lifetime"] == []
