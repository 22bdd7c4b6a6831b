"""Storing, quoting, reading and listing orders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import BILLING, NOBODY, ORDERS, SETTINGS, News, cart, coupon, create, eur, line, place, shown
from tests.api.test_problems import refused
from tests.fixtures_api import hire

FULL: dict[str, Any] = {
    "currency": "EUR",
    "prices_include_tax": False,
    "locale": "fr",
    "operator": "nora",
    "source": "telephone",
    "payment_method": "transfer",
    "shipping_method": "express",
    "billing_address": BILLING,
    "shipping_address": {"name": "Depot Example", "line1": "1 Harbour Road", "city": "Brest", "country": "FR"},
    "items": [line(3, "10.00", discount=eur("1.50"), tax_rate="20.00"), line(1, "5.00", sku="LID-1", tax_rate="5.5")],
    "discount": eur("2.00"),
    "shipping_charge": eur("4.90"),
    "shipping_tax_rate": "20",
    "tags": ["gift", "urgent"],
    "notes": ["Ring twice.\nThen wait."],
}


@pytest.fixture(autouse=True)
def operators(runtime: Runtime) -> None:
    """Those who look after orders here."""
    hire(runtime, "nora", "operator")


def test_an_order_is_stored_as_a_draft(client: FlaskClient, news: News) -> None:
    answer = client.post(ORDERS, json=cart())
    order = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ORDERS}/{order['id']}"
    assert answer.headers["ETag"] == f'"{order["version"]}"'
    assert order["status"] == {"code": "draft", "label": "Draft", "stage": "draft"}
    assert order["placed_at"] is None
    assert order["total"] == order["balance"] == eur("20.00")
    assert order["customer"]["email"] == "nora@example.com"
    events = news.events()
    assert [event.TOPIC for event in events] == [
        "order.created", "order.customer-assigned", "order.billing-address-changed", "order.item-added",
        "customer.created", "customer.updated",
    ]  # fmt: skip
    assert {event.metadata.actor.split("-")[0] for event in events} == {"token:admin"}
    assert len({event.metadata.cause for event in events}) == 1


def test_everything_told_of_a_new_order_is_kept(client: FlaskClient, news: News) -> None:
    answer = client.post(ORDERS, json=FULL | {"place": True})
    order = answer.get_json()
    assert answer.status_code == 201, order
    assert news.topics() == [
        "order.created", "order.customer-assigned", "order.billing-address-changed", "order.shipping-address-changed",
        "order.item-added", "order.item-added", "order.discount-set", "order.shipping-charge-set", "order.tagged",
        "order.note-added", "order.placed", "customer.created", "customer.updated",
    ]  # fmt: skip
    for name in ("currency", "prices_include_tax", "locale", "operator", "source", "payment_method", "shipping_method"):
        assert order[name] == FULL[name]
    assert order["tags"] == FULL["tags"]
    assert order["notes"][0]["text"] == "Ring twice.\nThen wait."
    assert order["shipping_address"]["line1"] == "1 Harbour Road"
    assert order["status"]["stage"] == "pending"
    assert order["placed_at"] == order["created_at"]
    # 28.50 + 5.00 less 2.00 (1.70 and 0.30), taxed at 20 and 5.5 percent, and 4.90 with 20 percent of shipping.
    assert order["subtotal"] == eur("33.50")
    assert order["discount"] == eur("2.00")
    plain = {"name": "", "compound": False, "exemption": None}
    assert order["taxes"] == [
        {**plain, "rate": "5.50", "net": eur("4.70"), "tax": eur("0.26")},
        {**plain, "rate": "20.00", "net": eur("31.70"), "tax": eur("6.34")},
    ]
    assert order["total"] == eur("43.00")


def test_an_order_reads_as_it_was_answered(client: FlaskClient) -> None:
    stored = client.post(ORDERS, json=FULL)
    read = client.get(stored.headers["Location"])
    assert read.status_code == 200
    assert read.get_json() == stored.get_json()
    assert read.headers["ETag"] == stored.headers["ETag"]


def test_numbers_follow_each_other_with_the_shops_prefix(client: FlaskClient) -> None:
    assert client.put(f"{SETTINGS}/defaults", json={"number_prefix": "N-"}).status_code == 200
    first, second = create(client)["number"], create(client)["number"]
    assert first.startswith("N-")
    assert int(second.removeprefix("N-")) == int(first.removeprefix("N-")) + 1


def test_a_new_order_starts_from_the_shops_defaults(client: FlaskClient) -> None:
    client.put(f"{SETTINGS}/defaults", json={"currency": "JPY", "prices_include_tax": False, "locale": "fr"})
    order = client.post(ORDERS, json={"billing_address": BILLING}).get_json()
    assert (order["currency"], order["prices_include_tax"], order["locale"]) == ("JPY", False, "fr")
    assert order["total"] == {"amount": "0", "currency": "JPY"}


def test_an_order_can_be_stored_under_a_status_of_its_own(client: FlaskClient, news: News) -> None:
    order = create(client, status="processing")
    assert order["status"]["stage"] == "processing"
    assert order["placed_at"]
    assert "order.placed" in news.topics()


def test_an_order_without_a_line_cannot_be_placed(client: FlaskClient, news: News) -> None:
    problem = refused(client.post(ORDERS, json={"place": True}), 422, "nothing-ordered")
    assert problem["errors"][0]["pointer"] == "/items"
    assert news.events() == []


def test_an_order_of_nobody_is_stored_and_read(client: FlaskClient, news: News) -> None:
    order = client.post(ORDERS, json={"items": [line()], "notes": ["Who was that?"]}).get_json()
    assert order["customer"] is None
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["notes"][0]["text"] == "Who was that?"
    assert "customer.created" not in news.topics()


def test_a_known_customer_can_be_named(client: FlaskClient, news: News) -> None:
    first = create(client)
    second = client.post(ORDERS, json={"items": [line()], "customer_id": first["customer"]["id"]}).get_json()
    assert second["customer"] == first["customer"]
    refused(client.post(ORDERS, json={"items": [line()], "customer_id": NOBODY}), 404, "customer-not-found")


def test_a_quote_is_what_is_then_created_and_stores_nothing(client: FlaskClient, news: News) -> None:
    coupon(client)
    news.events()
    asked = FULL | {"coupons": ["spring"]}
    quoted = client.post(f"{ORDERS}/quote", json=asked)
    assert quoted.status_code == 200, quoted.get_data(as_text=True)
    assert news.events() == []
    stored = client.post(ORDERS, json=asked | {"place": True}).get_json()
    assert {name: stored[name] for name in quoted.get_json()} == quoted.get_json()
    assert stored["coupons"][0]["discount"] == eur("3.35")
    assert quoted.get_json()["total"] == stored["total"]


def test_a_quote_takes_no_number_and_makes_no_customer(client: FlaskClient, runtime: Runtime, news: News) -> None:
    before = create(client)["number"]
    client.post(f"{ORDERS}/quote", json=cart(billing_address={**BILLING, "email": "quoted@example.com"}))
    assert int(create(client)["number"][1:]) == int(before[1:]) + 1
    with runtime.reading() as connection:
        assert connection.execute("SELECT count(*) FROM log.directory").fetchone() == (1,)


def test_an_order_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    for path in ("", "/history", "/timeline", "/events", "/diff"):
        answer = client.get(f"{ORDERS}/{NOBODY}{path}")
        assert answer.status_code == 404, path or "itself"


def test_an_id_that_is_none_is_no_address(client: FlaskClient) -> None:
    refused(client.get(f"{ORDERS}/17"), 404, "no-such-address")


def test_an_order_reads_as_it_was_at_a_version_or_an_instant(client: FlaskClient) -> None:
    order = create(client)
    url = f"{ORDERS}/{order['id']}"
    changed = client.patch(f"{url}/items/1", json={"quantity": 5}).get_json()
    assert changed["total"] == eur("50.00")
    assert client.get(f"{url}?version={order['version']}").get_json()["total"] == eur("20.00")
    assert client.get(url, query_string={"as_of": order["created_at"]}).get_json()["total"] == eur("20.00")
    assert client.get(f"{url}?as_of=2999-01-01T00:00:00Z").get_json() == shown(changed)
    refused(client.get(f"{url}?as_of=1999-01-01T00:00:00Z"), 404, "order-not-found")


@pytest.mark.usefixtures("projecting")
def test_a_reader_sees_what_was_just_written(client: FlaskClient) -> None:
    for number in range(20):
        stored = client.post(ORDERS, json=cart(place=True))
        listed = client.get(f"{ORDERS}?limit=1", headers={"X-Min-Position": stored.headers["X-Position"]})
        [row] = listed.get_json()["items"]
        assert row["id"] == stored.get_json()["id"], number


@pytest.mark.usefixtures("projecting")
def test_a_row_of_the_list_is_the_head_of_the_order(client: FlaskClient) -> None:
    place(client, line(3, "1.25"), source="telephone", operator="nora", tags=["gift"])
    last = client.post(ORDERS, json=cart(payment_method="card", shipping_method="pickup"))
    listed = client.get(ORDERS, headers={"X-Min-Position": last.headers["X-Position"]}).get_json()
    for row in listed["items"]:
        order = client.get(f"{ORDERS}/{row['id']}").get_json()
        assert row == {name: order[name] for name in row}


@pytest.mark.usefixtures("projecting")
def test_the_list_is_filtered_sorted_counted_and_paged(client: FlaskClient) -> None:
    prices = ("5.00", "3.00", "9.00", "7.00")
    orders = [place(client, line(1, price, sku=f"SKU-{price}"), tags=["odd", f"t{price}"]) for price in prices]
    last = client.post(ORDERS, json=cart(source="telephone"))
    headers = {"X-Min-Position": last.headers["X-Position"]}

    def totals(**query: Any) -> list[str]:
        answer = client.get(ORDERS, query_string=query, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [row["total"]["amount"] for row in answer.get_json()["items"]]

    assert totals(sort="total") == ["3.00", "5.00", "7.00", "9.00", "20.00"]
    assert totals(total_min="4.00", total_max="7.00", sort="-total") == ["7.00", "5.00"]
    assert totals(stage="draft") == totals(source="telephone") == totals(status="draft") == ["20.00"]
    assert totals(tag=["odd", "t9.00"]) == totals(sku="SKU-9.00") == totals(q="sku-9.0") == ["9.00"]
    assert totals(number=orders[1]["number"]) == ["3.00"]
    assert len(totals(customer_id=orders[0]["customer"]["id"])) == len(totals(q="nora exam")) == 5
    assert totals(created_to=orders[0]["created_at"]) == []
    assert totals(payment_status="paid") == totals(fulfilment_status="shipped") == []
    pages: list[list[str]] = []
    query: dict[str, Any] = {"limit": 2, "count": "exact"}
    while query.get("cursor", "first"):
        page = client.get(ORDERS, query_string=query, headers=headers).get_json()
        assert page["count"] == {"value": 5, "exact": True}
        pages.append([row["id"] for row in page["items"]])
        query["cursor"] = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    newest_first = [last.get_json()["id"], *(order["id"] for order in reversed(orders))]
    assert [row for page in pages for row in page] == newest_first
    assert client.get(f"{ORDERS}?count=estimate", headers=headers).get_json()["count"]["exact"] is True


def test_a_list_that_is_not_built_yet_says_to_come_back(client: FlaskClient) -> None:
    answer = client.get(ORDERS)
    refused(answer, 503, "view-behind")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("projecting")
def test_a_position_that_is_not_reached_in_time_is_told(client: FlaskClient) -> None:
    refused(client.get(ORDERS, headers={"X-Min-Position": "999999"}), 503, "view-behind")
    refused(client.get(ORDERS, headers={"X-Min-Position": "soon"}), 400, "malformed-request")


def test_ids_of_orders_are_in_the_order_of_time(client: FlaskClient) -> None:
    ids = [UUID(create(client)["id"]) for _ in range(3)]
    assert ids == sorted(ids)
