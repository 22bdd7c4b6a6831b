"""Coupons over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.desk import BILLING, COUPONS, ORDERS, News, cart, coupon, eur, line, place
from tests.api.test_problems import refused

FULL: dict[str, Any] = {
    "kind": "amount",
    "amount": eur("5.00"),
    "minimum": eur("30.00"),
    "valid_from": "2026-01-01T00:00:00Z",
    "valid_until": "2999-12-31T23:59:59Z",
    "limit": 100,
    "limit_per_customer": 2,
    "combines": False,
    "multiplies": False,
    "products": ["CUP-1"],
    "sku_patterns": ["TEA-*"],
    "tags": ["vip"],
    "most_items": 3,
}


def test_a_coupon_is_brought_out_and_read(client: FlaskClient, news: News) -> None:
    answer = client.post(COUPONS, json={"code": "spring-5", "rules": FULL})
    brought = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{COUPONS}/SPRING-5"
    assert brought["rules"] == FULL | {"percent": None}
    assert client.put(f"{COUPONS}/spring-5/rules", json={**FULL}).get_json() == brought
    assert (brought["enabled"], brought["uses"]) == (True, 0)
    assert news.topics() == ["coupon.created"]
    read = client.get(f"{COUPONS}/spring-5")
    assert read.get_json() == brought
    assert read.headers["ETag"] == '"1"'


def test_a_code_is_given_once(client: FlaskClient, news: News) -> None:
    coupon(client, "SPRING")
    news.events()
    again = client.post(COUPONS, json={"code": "spring", "rules": {"kind": "free_shipping"}})
    assert again.status_code == 409
    assert news.events() == []


def test_rules_change_but_orders_keep_their_terms(client: FlaskClient, news: News) -> None:
    coupon(client, "SPRING")
    order = place(client, coupons=["SPRING"])
    news.events()
    changed = client.put(f"{COUPONS}/spring/rules", json={"kind": "percent", "percent": "50.00"})
    assert changed.get_json()["rules"]["percent"] == "50.00"
    assert news.topics() == ["coupon.changed"]
    assert client.get(f"{ORDERS}/{order['id']}").get_json()["total"] == eur("18.00")
    assert place(client, coupons=["SPRING"])["total"] == eur("10.00")


def test_a_disabled_coupon_is_refused_until_it_is_enabled(client: FlaskClient, news: News) -> None:
    coupon(client, "SPRING")
    news.events()
    assert client.post(f"{COUPONS}/SPRING/disable").get_json()["enabled"] is False
    refused(client.post(ORDERS, json=cart(coupons=["SPRING"])), 422, "coupon-not-enabled")
    assert client.post(f"{COUPONS}/SPRING/enable").get_json()["enabled"] is True
    assert news.topics() == ["coupon.disabled", "coupon.enabled"]
    assert place(client, coupons=["SPRING"])["total"] == eur("18.00")


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"kind": "percent", "percent": "10", "valid_until": "2020-01-01T00:00:00Z"}, "coupon-expired"),
        ({"kind": "percent", "percent": "10", "valid_from": "2999-01-01T00:00:00Z"}, "coupon-not-yet-valid"),
        ({"kind": "percent", "percent": "10", "minimum": eur("20.01")}, "subtotal-below-minimum"),
        (
            {"kind": "amount", "amount": {"amount": "100", "currency": "JPY"}},
            "coupon-in-other-currency",
        ),
    ],
)
def test_a_coupon_that_does_not_hold_is_refused_where_it_was_told(
    client: FlaskClient, news: News, rules: dict[str, Any], code: str
) -> None:
    coupon(client, "SPRING", **rules)
    order = place(client)
    news.events()
    for url, body, pointer in (
        (ORDERS, cart(coupons=["SPRING"]), "/coupons"),
        (f"{ORDERS}/{order['id']}/coupons", {"code": "SPRING"}, "/code"),
    ):
        problem = refused(client.post(url, json=body), 422, code)
        assert problem["errors"][0]["pointer"] == pointer
    quoted = client.post(f"{ORDERS}/quote", json=cart(coupons=["SPRING"])).get_json()
    assert (quoted["total"], quoted["coupons"]) == (eur("20.00"), [])
    assert [(lapsed["code"], lapsed["rule"]) for lapsed in quoted["lapsed_coupons"]] == [("SPRING", code)]
    assert news.events() == []


def test_a_coupon_limited_per_customer_needs_one(client: FlaskClient) -> None:
    coupon(client, "ONE-EACH", kind="free_shipping", limit_per_customer=1)
    nobodys = {"items": [line()], "coupons": ["ONE-EACH"], "place": True}
    refused(client.post(ORDERS, json=nobodys), 422, "coupon-needs-customer")
    assert client.post(ORDERS, json=nobodys | {"billing_address": BILLING}).status_code == 201
    refused(client.post(ORDERS, json=nobodys | {"billing_address": BILLING}), 422, "coupon-used-up-by-customer")
    other = {**BILLING, "email": "otto@example.com"}
    assert client.post(ORDERS, json=nobodys | {"billing_address": other}).status_code == 201


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"code": "SPRING"}, "/rules"),
        ({"code": "SPR ING", "rules": {"kind": "free_shipping"}}, "/code"),
        ({"code": "A", "rules": {"kind": "gift"}}, "/rules/kind"),
        ({"code": "A", "rules": {"kind": "percent", "percent": "101"}}, "/rules/percent"),
        ({"code": "A", "rules": {"kind": "percent", "percent": 10}}, "/rules/percent"),
        ({"code": "A", "rules": {"kind": "percent", "percent": "0"}}, "/rules/percent"),
        ({"code": "A", "rules": {"kind": "amount", "amount": eur("5.0")}}, "/rules/amount/amount"),
        ({"code": "A", "rules": {"kind": "free_shipping", "limit": 0}}, "/rules/limit"),
        ({"code": "A", "rules": {"kind": "free_shipping", "most_items": 1}}, "/rules/most_items"),
        ({"code": "A", "rules": {"kind": "free_shipping", "multiplies": True}}, "/rules/multiplies"),
        (
            {"code": "A", "rules": {"kind": "percent", "percent": "10", "sku_patterns": ["*" * 9]}},
            "/rules/sku_patterns",
        ),
        ({"code": "A", "rules": {"kind": "percent", "percent": "10", "products": [""]}}, "/rules/products/0"),
        ({"code": "A", "rules": {"kind": "free_shipping", "valid_from": "2026-01-01"}}, "/rules/valid_from"),
        (
            {"code": "A", "rules": {**FULL, "minimum": {"amount": "1", "currency": "JPY"}}},
            "/rules/minimum",
        ),
    ],
)
def test_rules_are_refused_by_field(client: FlaskClient, news: News, told: dict[str, Any], pointer: str) -> None:
    answer = client.post(COUPONS, json=told)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["pointer"] == pointer
    assert news.events() == []


def test_a_coupon_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    refused(client.get(f"{COUPONS}/NONE"), 404, "coupon-not-found")
    refused(client.put(f"{COUPONS}/NONE/rules", json={"kind": "free_shipping"}), 404, "coupon-not-found")
    refused(client.post(f"{COUPONS}/NONE/disable"), 404, "coupon-not-found")
    refused(client.post(f"{COUPONS}/NONE/enable"), 404, "coupon-not-found")


@pytest.mark.usefixtures("projecting")
def test_coupons_are_listed_with_their_state_and_uses(client: FlaskClient) -> None:
    coupon(client, "OLD", kind="percent", percent="10", valid_until="2020-01-01T00:00:00Z")
    coupon(client, "ONCE", kind="free_shipping", limit=1)
    coupon(client, "OPEN", kind="free_shipping")
    last = client.post(ORDERS, json=cart(place=True, coupons=["ONCE"]))
    headers = {"X-Min-Position": last.headers["X-Position"]}
    rows = client.get(f"{COUPONS}?sort=code", headers=headers).get_json()["items"]
    assert [(row["code"], row["state"], row["uses"]) for row in rows] == [
        ("OLD", "expired", 0), ("ONCE", "used_up", 1), ("OPEN", "active", 0),
    ]  # fmt: skip
    found = client.get(f"{COUPONS}?state=active&kind=free_shipping&q=ope&count=exact", headers=headers).get_json()
    assert [row["code"] for row in found["items"]] == ["OPEN"]
    assert found["count"]["value"] == 1
