"""What an order holds and what surrounds it, changed over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import BILLING, CUSTOMERS, NOBODY, ORDERS, News, coupon, create, eur, line, place, position_of
from tests.api.test_problems import refused
from tests.fixtures_api import hire


@pytest.fixture(scope="module", autouse=True)
def operators(runtime: Runtime) -> None:
    """Those who look after orders here."""
    hire(runtime, "nora", "operator")


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


@pytest.fixture
def order(client: FlaskClient, news: News) -> dict[str, Any]:
    """A draft of 20.00 EUR; what made it is no news any more."""
    made = create(client)
    news.events()
    return made


@pytest.fixture
def url(order: dict[str, Any]) -> str:
    return f"{ORDERS}/{order['id']}"


def test_a_line_comes_into_the_cart(client: FlaskClient, news: News, url: str) -> None:
    answer = client.post(f"{url}/items", json=line(1, "4.50", sku="LID-1", tax_rate="20"))
    assert answer.status_code == 201
    assert answer.headers["ETag"] == f'"{answer.get_json()["version"]}"'
    assert position_of(answer) > 0
    assert answer.get_json()["items"][1] == {
        "id": "2", "sku": "LID-1", "name": "Blue cup", "quantity": 1, "unit_price": eur("4.50"),
        "refunded": 0, "kept": 1, "discount": eur("0.00"), "tax_rate": "20.00", "tax": eur("0.75"),
        "total": eur("4.50"), "net": eur("3.75"), "unit": "piece", "options": [], "exemption": None,
        "taxes": [{"name": "", "rate": "20.00", "compound": False, "amount": eur("0.75")}],
    }  # fmt: skip
    assert answer.get_json()["total"] == eur("24.50")
    [event] = news.events()
    assert event.TOPIC == "order.item-added"


@pytest.mark.parametrize(
    ("change", "topics", "total"),
    [
        ({"quantity": 3}, ["order.item-quantity-changed"], "30.00"),
        ({"unit_price": eur("7.25")}, ["order.item-price-changed"], "14.50"),
        ({"discount": eur("1.00")}, ["order.item-price-changed"], "19.00"),
        (
            {"quantity": 1, "discount": eur("0.50")},
            ["order.item-quantity-changed", "order.item-price-changed"],
            "9.50",
        ),
        ({"quantity": 2}, [], "20.00"),
        ({}, [], "20.00"),
    ],
)
def test_a_line_changes(
    client: FlaskClient, news: News, url: str, change: dict[str, Any], topics: list[str], total: str
) -> None:
    answer = client.patch(f"{url}/items/1", json=change)
    assert answer.status_code == 200
    assert answer.get_json()["total"] == eur(total)
    assert news.topics() == topics


def test_a_line_leaves_the_cart_and_its_number_is_not_given_again(client: FlaskClient, news: News, url: str) -> None:
    assert client.delete(f"{url}/items/1").get_json()["items"] == []
    assert client.post(f"{url}/items", json=line()).get_json()["items"][0]["id"] == "2"
    assert news.topics() == ["order.item-removed", "order.item-added"]


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_line_that_is_not_there_is_not_found(client: FlaskClient, news: News, url: str, method: str) -> None:
    options = {"json": {"quantity": 1}} if method == "patch" else {}
    refused(getattr(client, method)(f"{url}/items/9", **options), 404, "item-not-found")
    assert news.events() == []


def test_a_coupon_goes_on_and_off(client: FlaskClient, news: News, url: str) -> None:
    coupon(client)
    news.events()
    applied = client.post(f"{url}/coupons", json={"code": " spring "})
    assert applied.status_code == 201
    assert applied.get_json()["coupons"] == [{"code": "SPRING", "kind": "percent", "discount": eur("2.00")}]
    assert applied.get_json()["total"] == eur("18.00")
    removed = client.delete(f"{url}/coupons/spring")
    assert removed.get_json()["total"] == eur("20.00")
    assert news.topics() == ["order.coupon-applied", "order.coupon-removed"]
    refused(client.delete(f"{url}/coupons/spring"), 404, "coupon-not-on-order")
    refused(client.post(f"{url}/coupons", json={"code": "AUTUMN"}), 422, "unknown-coupon")


def test_discount_and_shipping_charge_are_set(client: FlaskClient, news: News, url: str) -> None:
    assert client.put(f"{url}/discount", json={"amount": eur("3.00")}).get_json()["total"] == eur("17.00")
    charged = client.put(f"{url}/shipping-charge", json={"amount": eur("6.00"), "tax_rate": "20.00"}).get_json()
    assert (charged["shipping_charge"], charged["shipping_total"]) == (eur("6.00"), eur("6.00"))
    assert charged["tax"] == eur("1.00")
    assert news.topics() == ["order.discount-set", "order.shipping-charge-set"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "items", {**line(), "unit_price": {"amount": "10.00", "currency": "USD"}}),
        ("patch", "items/1", {"unit_price": {"amount": "1000", "currency": "JPY"}}),
        ("put", "discount", {"amount": {"amount": "1.00", "currency": "USD"}}),
        ("put", "shipping-charge", {"amount": {"amount": "1.000", "currency": "KWD"}}),
    ],
)
def test_an_order_has_one_currency(
    client: FlaskClient, news: News, url: str, method: str, path: str, body: dict[str, Any]
) -> None:
    problem = refused(getattr(client, method)(f"{url}/{path}", json=body), 422, "foreign-currency")
    assert problem["details"]["expected"] == "EUR"
    assert problem["errors"][0]["pointer"] in ("/unit_price/currency", "/amount/currency")
    assert news.events() == []


DETAILS = [
    ("operator", {"operator": "nora"}, "operator", "nora", "order.operator-assigned"),
    ("source", {"source": "telephone"}, "source", "telephone", "order.source-set"),
    ("payment-method", {"method": "card"}, "payment_method", "card", "order.payment-method-chosen"),
    ("shipping-method", {"method": "pickup"}, "shipping_method", "pickup", "order.shipping-method-chosen"),
    ("tags", {"tags": ["a", "b"]}, "tags", ["a", "b"], "order.tagged"),
]


@pytest.mark.parametrize(("path", "body", "field", "value", "topic"), DETAILS)
def test_a_detail_is_set_once(
    client: FlaskClient, news: News, url: str, path: str, body: Any, field: str, value: Any, topic: str
) -> None:
    first = client.put(f"{url}/{path}", json=body)
    again = client.put(f"{url}/{path}", json=body)
    assert first.status_code == again.status_code == 200
    assert first.get_json()[field] == again.get_json()[field] == value
    assert first.headers["ETag"] == again.headers["ETag"]
    assert news.topics() == [topic]


@pytest.mark.parametrize("path", ["operator", "source"])
def test_null_clears_a_detail(client: FlaskClient, url: str, path: str) -> None:
    client.put(f"{url}/{path}", json={path: "somebody"})
    assert client.put(f"{url}/{path}", json={path: None}).get_json()[path] is None


@pytest.mark.parametrize("path", ["payment-method", "shipping-method"])
def test_a_method_the_shop_does_not_have_is_refused_with_those_it_has(
    client: FlaskClient, news: News, url: str, path: str
) -> None:
    problem = refused(client.put(f"{url}/{path}", json={"method": "barter"}), 422, "unknown-method")
    assert ("cash" if path == "payment-method" else "pickup") in problem["detail"]
    assert news.events() == []


def test_tags_become_exactly_those_told(client: FlaskClient, news: News, url: str) -> None:
    client.put(f"{url}/tags", json={"tags": ["a", "b"]})
    assert client.put(f"{url}/tags", json={"tags": ["c", "b"]}).get_json()["tags"] == ["b", "c"]
    assert news.topics() == ["order.tagged", "order.untagged", "order.tagged"]


@pytest.mark.parametrize("path", ["billing-address", "shipping-address"])
def test_an_address_changes(client: FlaskClient, news: News, url: str, path: str) -> None:
    moved = {**BILLING, "line1": "99 Elsewhere Lane", "country": "BE"}
    answer = client.put(f"{url}/{path}", json=moved)
    assert answer.status_code == 200
    assert answer.get_json()[path.replace("-", "_")]["line1"] == "99 Elsewhere Lane"
    assert news.topics()[0] == f"order.{path}-changed"
    problem = refused(client.put(f"{url}/{path}", json={**moved, "country": "ZZ"}), 422, "unknown-country")
    assert problem["errors"][0]["pointer"] == "/country"
    assert news.events() == []


@pytest.mark.parametrize("path", ["billing-address", "shipping-address"])
@pytest.mark.parametrize("stage", ["open", "cancelled"])
@pytest.mark.parametrize("body", [{}, {"reason": "Misspelt"}])
def test_an_address_of_which_nothing_is_told_is_refused(
    client: FlaskClient, news: News, url: str, path: str, stage: str, body: dict[str, str]
) -> None:
    if stage == "cancelled":
        assert client.post(f"{url}/status", json={"status": "cancelled"}).status_code == 200
    news.events()
    before = client.get(url).get_json()
    (error,) = refused(client.put(f"{url}/{path}", json=body), 422, "invalid-fields")["errors"]
    assert (error["pointer"], error["code"]) == ("", "address-missing")
    assert "name, company, line1, line2, postcode, city, region, country, phone, email, vat_number" in error["detail"]
    assert news.events() == []
    assert client.get(url).get_json() == before


def test_an_address_told_in_part_is_emptied_of_the_rest(client: FlaskClient, url: str) -> None:
    answer = client.put(f"{url}/billing-address", json={"name": "Otto"}).get_json()["billing_address"]
    assert (answer["name"], answer["line1"], answer["city"]) == ("Otto", "", "")


def test_a_new_billing_address_reaches_the_customers_card(client: FlaskClient, news: News, url: str) -> None:
    answer = client.put(f"{url}/billing-address", json={**BILLING, "city": "Lyon"}).get_json()
    assert news.topics() == ["order.billing-address-changed", "customer.updated"]
    card = client.get(f"{CUSTOMERS}/{answer['customer']['id']}").get_json()
    assert card["city"] == "Lyon"
    assert card["origins"]["city"]["order_id"] == answer["id"]


def test_a_billing_address_finds_the_customer_of_an_order_of_nobody(client: FlaskClient, news: News) -> None:
    nobodys = client.post(ORDERS, json={"items": [line()]}).get_json()
    somebodys = create(client)
    news.events()
    answer = client.put(f"{ORDERS}/{nobodys['id']}/billing-address", json=BILLING).get_json()
    assert answer["customer"] == somebodys["customer"]
    assert news.topics() == ["order.customer-assigned", "order.billing-address-changed"]


def test_an_address_told_later_leads_to_its_customer(client: FlaskClient, news: News) -> None:
    """A draft taken by telephone: the name first, the e-mail address when it is spelled out."""
    named = create(client, billing_address={"name": "Nina Placeholder"})
    url = f"{ORDERS}/{named['id']}/billing-address"
    spelled = client.put(url, json={"name": "Nina Placeholder", "email": "nina@example.com"}).get_json()
    assert spelled["customer"]["id"] == named["customer"]["id"]
    again = create(client, billing_address={"name": "Nina", "email": "nina@example.com"})
    assert again["customer"]["id"] == named["customer"]["id"]
    other = create(client, billing_address={"name": "N. Placeholder"})
    news.events()
    url = f"{ORDERS}/{other['id']}/billing-address"
    found = client.put(url, json={"name": "N. Placeholder", "email": "NINA@example.com"}).get_json()
    assert found["customer"]["id"] == named["customer"]["id"]
    assert "order.customer-assigned" in news.topics()


def test_a_named_customers_card_takes_no_address_that_is_another_card_s(client: FlaskClient) -> None:
    nora = create(client)["customer"]
    billing = {**BILLING, "email": "somebody-else@example.com"}
    ordered = client.post(ORDERS, json={"items": [line()], "customer_id": nora["id"], "billing_address": billing})
    assert ordered.get_json()["customer"]["id"] == nora["id"]
    assert client.get(f"{CUSTOMERS}/{nora['id']}").get_json()["email"] == "nora@example.com"
    other = create(client, billing_address=billing)
    assert other["customer"]["id"] != nora["id"]
    wrong = {"items": [line()], "customer_id": nora["id"], "billing_address": {"email": "nobody"}}
    refused(client.post(ORDERS, json=wrong), 422, "bad-email")


def test_an_order_is_given_to_another_customer(client: FlaskClient, news: News, url: str) -> None:
    other = client.post(CUSTOMERS, json={"name": "Otto Sample", "email": "otto@example.com"}).get_json()
    news.events()
    answer = client.put(f"{url}/customer", json={"customer_id": other["id"], "addresses": "keep"})
    assert answer.get_json()["customer"] == {"id": other["id"], "name": "Otto Sample", "email": "otto@example.com"}
    assert news.topics() == ["order.customer-assigned"]
    refused(client.put(f"{url}/customer", json={"customer_id": NOBODY}), 404, "customer-not-found")


def test_notes_are_left_revised_and_taken_off(client: FlaskClient, news: News, url: str) -> None:
    left = client.post(f"{url}/notes", json={"text": "Call back"})
    assert left.status_code == 201
    [note] = left.get_json()["notes"]
    assert note["author"].startswith("token:admin-")
    revised = client.patch(f"{url}/notes/1", json={"text": "Called back"}).get_json()["notes"][0]
    assert revised["text"] == "Called back"
    assert revised["revised_at"]
    assert client.delete(f"{url}/notes/1").get_json()["notes"] == []
    assert news.topics() == ["order.note-added", "order.note-revised", "order.note-removed"]
    refused(client.patch(f"{url}/notes/1", json={"text": "x"}), 404, "note-not-found")
    refused(client.delete(f"{url}/notes/1"), 404, "note-not-found")


def test_a_write_on_an_older_version_is_refused_and_nothing_is_recorded(
    client: FlaskClient, news: News, order: dict[str, Any], url: str
) -> None:
    stale = {"If-Match": f'"{order["version"]}"'}
    assert client.put(f"{url}/source", json={"source": "shop"}, headers=stale).status_code == 200
    news.events()
    problem = refused(client.put(f"{url}/source", json={"source": "fair"}, headers=stale), 412, "stale-version")
    assert problem["details"] == {"expected": order["version"], "actual": order["version"] + 1}
    assert news.events() == []
    fresh = {"If-Match": f'W/"{order["version"] + 1}"'}
    assert client.put(f"{url}/source", json={"source": "fair"}, headers=fresh).status_code == 200


@pytest.mark.parametrize("tag", ["x", '"1', '"1" "2"', "1"])
def test_an_if_match_that_is_none_is_malformed(client: FlaskClient, url: str, tag: str) -> None:
    answer = client.put(f"{url}/source", json={"source": "shop"}, headers={"If-Match": tag})
    refused(answer, 400, "malformed-request")


def test_contents_are_fixed_once_the_order_was_shipped(client: FlaskClient, news: News) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}"
    assert client.post(f"{url}/status", json={"status": "shipped"}).status_code == 200
    news.events()
    for method, path, body in (
        ("post", "items", line()),
        ("patch", "items/1", {"quantity": 5}),
        ("put", "discount", {"amount": eur("1.00")}),
        ("put", "payment-method", {"method": "card"}),
    ):
        refused(getattr(client, method)(f"{url}/{path}", json=body), 422, "order-closed")
    assert news.events() == []


def test_addresses_of_an_order_that_was_shipped_are_corrected_for_a_reason_that_is_kept(
    client: FlaskClient, news: News
) -> None:
    url = f"{ORDERS}/{place(client)['id']}"
    assert client.post(f"{url}/status", json={"status": "shipped"}).status_code == 200
    news.events()
    corrected = BILLING | {"city": "Lyon", "email": "nora@example.org"}
    for kind in ("billing-address", "shipping-address"):
        problem = refused(client.put(f"{url}/{kind}", json=corrected), 422, "correction-needs-reason")
        assert problem["errors"][0]["pointer"] == "/reason"
    assert news.events() == []
    answer = client.put(f"{url}/billing-address", json=corrected | {"reason": "Misspelt"})
    assert answer.get_json()["billing_address"]["city"] == "Lyon"
    assert answer.get_json()["mails_to"] == "nora@example.org"
    events = news.events()
    assert {event.metadata.reason for event in events} == {"Misspelt"}
    assert "order.billing-address-changed" in {event.TOPIC for event in events}
