"""Coupons are held to their rules: when the cart changes, at commit, and for the person rather than the card."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import BILLING, COUPONS, CUSTOMERS, ORDERS, News, cart, coupon, create, eur, line, place
from tests.api.test_goods import done
from tests.api.test_problems import refused

TEN_OFF: dict[str, Any] = {"kind": "amount", "amount": eur("10.00"), "minimum": eur("50.00")}
TWO_LINES = (line(1, "29.00"), line(1, "35.00", sku="POT-1"))


def lapsed(order: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["code"], one["rule"]) for one in order["lapsed_coupons"]]


@pytest.mark.parametrize("begin", [create, place])
def test_a_coupon_falls_away_when_the_cart_no_longer_comes_to_its_minimum(
    client: FlaskClient, news: News, begin: Any
) -> None:
    coupon(client, "TENNER", **TEN_OFF)
    order = begin(client, *TWO_LINES, coupons=["TENNER"])
    url = f"{ORDERS}/{order['id']}"
    assert order["total"] == eur("54.00")
    news.events()
    after = done(client.delete(f"{url}/items/2"), 200)
    assert (after["total"], after["coupons"], lapsed(after)) == (
        eur("29.00"), [], [("TENNER", "subtotal-below-minimum")],
    )  # fmt: skip
    assert after["lapsed_coupons"][0]["detail"] == (
        "Coupon TENNER asks for a subtotal of 50.00 EUR; this one is 29.00."
    )
    topics = ["order.item-removed", "order.coupon-lapsed"]
    assert news.topics() == topics + (["coupon.released"] if begin is place else [])
    placed = done(client.post(f"{url}/status", json={"status": "pending"}), 200)
    assert placed["total"] == eur("29.00")


def test_a_coupon_that_holds_again_can_be_put_on_again(client: FlaskClient) -> None:
    coupon(client, "TENNER", **TEN_OFF)
    url = f"{ORDERS}/{create(client, *TWO_LINES, coupons=['TENNER'])['id']}"
    done(client.delete(f"{url}/items/2"), 200)
    refused(client.post(f"{url}/coupons", json={"code": "TENNER"}), 422, "subtotal-below-minimum")
    done(client.patch(f"{url}/items/1", json={"quantity": 2}), 200)
    order = done(client.post(f"{url}/coupons", json={"code": "TENNER"}))
    assert (order["total"], lapsed(order)) == (eur("48.00"), [])


def test_a_coupon_falls_away_with_the_last_line_it_is_for(client: FlaskClient) -> None:
    coupon(client, "POTS", kind="percent", percent="50", sku_patterns=["POT-*"])
    order = create(client, *TWO_LINES, coupons=["POTS"])
    assert order["total"] == eur("46.50")
    assert [item["total"] for item in order["items"]] == [eur("29.00"), eur("17.50")]
    after = done(client.delete(f"{ORDERS}/{order['id']}/items/2"), 200)
    assert (after["total"], lapsed(after)) == (eur("29.00"), [("POTS", "coupon-for-other-products")])


def test_the_dearest_items_are_those_a_limit_covers(client: FlaskClient) -> None:
    coupon(client, "ONE", kind="percent", percent="50", most_items=1)
    assert create(client, *TWO_LINES, coupons=["ONE"])["total"] == eur("46.50")


def test_a_coupon_that_stands_alone_combines_with_no_other(client: FlaskClient, news: News) -> None:
    coupon(client, "ALONE", kind="percent", percent="10", combines=False)
    coupon(client, "OTHER")
    alone, other = create(client, coupons=["ALONE"]), create(client, coupons=["OTHER"])
    news.events()
    answer = client.post(ORDERS, json=cart(coupons=["OTHER", "ALONE"]))
    assert refused(answer, 422, "coupon-not-combinable")["errors"][0]["pointer"] == "/coupons"
    for order, code in ((alone, "OTHER"), (other, "ALONE")):
        answer = client.post(f"{ORDERS}/{order['id']}/coupons", json={"code": code})
        assert refused(answer, 422, "coupon-not-combinable")["errors"][0]["pointer"] == "/code"
    assert news.events() == []


def test_two_percentages_multiply_where_the_coupon_says_so(client: FlaskClient) -> None:
    coupon(client, "FORTY", kind="percent", percent="40")
    coupon(client, "SEVENTY", kind="percent", percent="70", multiplies=True)
    assert create(client, coupons=["FORTY", "SEVENTY"])["total"] == eur("3.60")


def test_a_coupon_for_tags_is_for_those_who_carry_one(client: FlaskClient) -> None:
    coupon(client, "STAFF", kind="percent", percent="50", tags=["staff"])
    refused(client.post(ORDERS, json=cart(coupons=["STAFF"])), 422, "coupon-for-others")
    assert create(client, coupons=["STAFF"], tags=["staff"])["total"] == eur("10.00")
    customer = create(client)["customer"]["id"]
    done(client.put(f"{CUSTOMERS}/{customer}/tags/staff"), 200)
    assert create(client, coupons=["STAFF"])["total"] == eur("10.00")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"path": "disable"}, "coupon-not-enabled"),
        ({"rules": {"kind": "percent", "percent": "10", "valid_until": "2020-01-01T00:00:00Z"}}, "coupon-expired"),
        ({"order": True}, "coupon-used-up"),
    ],
)
def test_a_coupon_that_no_longer_holds_at_commit_is_a_conflict_with_the_new_quote(
    client: FlaskClient, news: News, change: dict[str, Any], rule: str
) -> None:
    coupon(client, "ONCE", kind="percent", percent="10", limit=1)
    asked = cart(coupons=["ONCE"])
    quoted = done(client.post(f"{ORDERS}/quote", json=asked), 200)
    draft = create(client, coupons=["ONCE"])
    assert quoted["total"] == draft["total"] == eur("18.00")
    if "path" in change:
        client.post(f"{COUPONS}/ONCE/{change['path']}")
    elif "rules" in change:
        client.put(f"{COUPONS}/ONCE/rules", json=change["rules"])
    else:
        place(client, coupons=["ONCE"])
    news.events()
    for answer in (
        client.post(ORDERS, json={**asked, "place": True, "quoted_total": quoted["total"]}),
        client.post(f"{ORDERS}/{draft['id']}/status", json={"status": "pending"}),
    ):
        details = refused(answer, 409, "coupon-no-longer-holds")["details"]
        assert (details["coupon"], details["rule"]) == ("ONCE", rule)
        assert details["quote"]["total"] == eur("20.00")
    assert news.events() == []
    done(client.delete(f"{ORDERS}/{draft['id']}/coupons/ONCE"), 200)
    assert done(client.post(f"{ORDERS}/{draft['id']}/status", json={"status": "pending"}), 200)["total"] == eur("20.00")


def test_an_order_that_comes_to_another_total_than_quoted_is_a_conflict(client: FlaskClient, news: News) -> None:
    coupon(client)
    asked = cart(coupons=["SPRING"])
    quoted = done(client.post(f"{ORDERS}/quote", json=asked), 200)
    client.put(f"{COUPONS}/SPRING/rules", json={"kind": "percent", "percent": "5"})
    news.events()
    answer = client.post(ORDERS, json={**asked, "quoted_total": quoted["total"]})
    assert refused(answer, 409, "quote-outdated")["details"]["quote"]["total"] == eur("19.00")
    assert news.events() == []
    assert done(client.post(ORDERS, json={**asked, "quoted_total": eur("19.00")}))["total"] == eur("19.00")


def once_each(client: FlaskClient) -> None:
    coupon(client, "ONE-EACH", kind="percent", percent="10", limit_per_customer=1)


def of(email: str, **facts: Any) -> dict[str, Any]:
    return {"billing_address": {**BILLING, "email": email}, "coupons": ["ONE-EACH"], **facts}


def test_merged_cards_count_as_one_customer(client: FlaskClient) -> None:
    once_each(client)
    first = place(client, **of("nora@example.com"))["customer"]["id"]
    second = create(client, billing_address={**BILLING, "email": "n@example.com"})["customer"]["id"]
    version = client.get(f"{CUSTOMERS}/{second}").get_json()["version"]
    told = {"into": second, "into_version": version}
    answer = client.post(f"{CUSTOMERS}/{first}/merge", json=told, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    refused(client.post(ORDERS, json=cart(**of("n@example.com", place=True))), 422, "coupon-used-up-by-customer")
    quote = client.post(f"{ORDERS}/quote", json={"items": [line()], "coupons": ["ONE-EACH"], "customer_id": second})
    assert lapsed(quote.get_json()) == [("ONE-EACH", "coupon-used-up-by-customer")]


def test_a_use_moves_with_an_order_to_another_customer(client: FlaskClient, news: News) -> None:
    once_each(client)
    order = place(client, **of("nora@example.com"))
    otto = create(client, billing_address={**BILLING, "email": "otto@example.com"})["customer"]["id"]
    news.events()
    moved = client.put(f"{ORDERS}/{order['id']}/customer", json={"customer_id": otto, "addresses": "keep"})
    assert (done(moved, 200)["total"], news.topics()[-1]) == (eur("18.00"), "coupon.use-moved")
    refused(client.post(ORDERS, json=cart(**of("otto@example.com", place=True))), 422, "coupon-used-up-by-customer")
    assert place(client, **of("nora@example.com"))["total"] == eur("18.00")
