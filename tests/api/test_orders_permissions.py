"""Who may ask what of the desk, and that asking twice is asking once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from domain.roles import PERMISSIONS
from projections.runtime import Runtime
from tests.api.desk import API, BILLING, CUSTOMERS, NOBODY, ORDERS, News, cart, coupon, eur, line, place, position_of
from tests.api.test_problems import refused

RESOURCES = ("orders", "customers", "coupons", "stock", "settings", "meta", "events", "projections", "audit")

# What each route of the desk asks for; a new one is added here.
TABLE = {
    "orders:read": {
        "GET /orders", "GET /orders/export", "GET /orders/{order_id}", "GET /orders/{order_id}/diff",
        "GET /orders/{order_id}/events",
        "GET /orders/{order_id}/history", "GET /orders/{order_id}/timeline", "GET /orders/{order_id}/neighbours",
        "POST /orders/summary", "POST /orders/{order_id}/presence", "DELETE /orders/{order_id}/presence",
        "POST /orders/{order_id}/messages/preview", "GET /orders/{order_id}/messages/look", "POST /orders/bulk",
        "GET /orders/{order_id}/receipt.pdf", "GET /orders/{order_id}/packing-slip.pdf",
        "GET /orders/{order_id}/returns/{number}/slip.pdf", "GET /orders/{order_id}/shipping-label.pdf",
    },
    "documents:read": {"GET /orders/{order_id}/documents"},
    "documents:write": {"POST /orders/{order_id}/documents"},
    "orders:write": {
        "POST /orders", "POST /orders/quote", "POST /orders/{order_id}/payment-link",
        "POST /orders/{order_id}/items", "PATCH /orders/{order_id}/items/{item}",
        "DELETE /orders/{order_id}/items/{item}",
        "POST /orders/{order_id}/coupons", "DELETE /orders/{order_id}/coupons/{code}",
        "PUT /orders/{order_id}/discount", "PUT /orders/{order_id}/shipping-charge",
        "PUT /orders/{order_id}/customer", "PUT /orders/{order_id}/operator", "PUT /orders/{order_id}/source",
        "PUT /orders/{order_id}/billing-address", "PUT /orders/{order_id}/shipping-address",
        "PUT /orders/{order_id}/payment-method", "PUT /orders/{order_id}/shipping-method",
        "POST /orders/bulk/preview", "POST /orders/{order_id}/edits", "POST /orders/{order_id}/edits/preview",
        "POST /orders/{order_id}/archive", "POST /orders/{order_id}/unarchive",
        "POST /orders/{order_id}/status", "POST /orders/{order_id}/status/preview",
        "POST /orders/{order_id}/shipments/preview",
        "POST /orders/{order_id}/payments", "DELETE /orders/{order_id}/payments/{payment}",
        "POST /orders/{order_id}/payment-requests", "POST /orders/{order_id}/payments/{payment}/capture",
        "POST /orders/{order_id}/payments/{payment}/void",
        "POST /orders/{order_id}/shipments", "PATCH /orders/{order_id}/shipments/{shipment}",
        "POST /orders/{order_id}/returns", "DELETE /orders/{order_id}/returns/{number}",
        "POST /orders/{order_id}/returns/{number}/receipt", "POST /orders/{order_id}/returns/{number}/settlement",
        "POST /orders/{order_id}/notes", "PATCH /orders/{order_id}/notes/{note}",
        "DELETE /orders/{order_id}/notes/{note}",
        "PUT /orders/{order_id}/tags",
    },
    "orders:refund": {
        "POST /orders/{order_id}/refunds", "POST /orders/{order_id}/refunds/preview",
        "POST /orders/{order_id}/refunds/{refund}/withdraw",
        "POST /orders/{order_id}/returns/{number}/exchange",
    },
    "customers:read": {"GET /customers", "GET /customers/{customer_id}", "GET /customers/{customer_id}/data"},
    "customers:write": {
        "POST /customers", "PATCH /customers/{customer_id}",
        "PUT /customers/{customer_id}/consent", "DELETE /customers/{customer_id}/consent",
        "PUT /customers/{customer_id}/tags/{tag}", "DELETE /customers/{customer_id}/tags/{tag}",
        "POST /customers/{customer_id}/merge", "DELETE /customers/{customer_id}/merge",
    },
    "customers:erase": {"DELETE /customers/{customer_id}", "GET /customers/erasure"},
    "coupons:read": {"GET /coupons", "GET /coupons/{code}"},
    "coupons:write": {
        "POST /coupons", "PUT /coupons/{code}/rules", "POST /coupons/{code}/disable", "POST /coupons/{code}/enable",
    },
    "messages:write": {"POST /orders/{order_id}/messages/test"},
    "settings:read": {
        "GET /settings", "GET /meta/transitions", "GET /settings/statuses", "GET /settings/payment-methods",
        "GET /settings/shipping-methods", "GET /settings/carriers", "GET /settings/tag-rules", "GET /settings/guide",
    },
    "settings:write": {
        "PUT /settings/seller", "PUT /settings/defaults", "PUT /settings/notifications",
        "PUT /settings/tag-rules", "PUT /settings/guide",
        "PUT /settings/statuses/{code}", "DELETE /settings/statuses/{code}",
        "PUT /settings/payment-methods/{code}", "DELETE /settings/payment-methods/{code}",
        "PUT /settings/shipping-methods/{code}", "DELETE /settings/shipping-methods/{code}",
        "PUT /settings/carriers/{code}", "DELETE /settings/carriers/{code}",
    },
    "stock:read": {"GET /stock", "GET /stock/{sku}", "GET /stock/{sku}/movements", "GET /stock/{sku}/promised"},
    "stock:write": {
        "POST /stock/{sku}/receipts", "POST /stock/{sku}/adjustments", "PUT /stock/{sku}/policy",
        "PUT /stock/{sku}/place",
    },
    "marketing:read": {"POST /settings/tag-rules/simulate"},
    "events:read": {"GET /events"},
    "audit:read": {
        "GET /audit/checkpoint", "GET /audit/consistency", "GET /audit/events", "GET /audit/inclusion",
        "GET /audit/questions", "GET /audit/reads", "GET /audit/seals",
    },
    "projections:read": {"GET /projections"},
}  # fmt: skip

# Every POST of the desk: where, and what; an order, a coupon and the lines they need are there before it.
POSTS: list[tuple[str, dict[str, Any]]] = [
    ("/orders/{order_id}/documents", {"kind": "invoice"}),
    ("/orders", cart(place=True)),
    ("/orders/{order_id}/items", line()),
    ("/orders/{order_id}/payment-link", {"method": "online"}),
    ("/orders/{order_id}/coupons", {"code": "SPRING"}),
    ("/orders/{order_id}/status", {"status": "processing"}),
    ("/orders/{order_id}/payments", {"method": "card", "amount": eur("1.00")}),
    ("/orders/{order_id}/payment-requests", {"method": "online", "token": "tok_pay", "amount": eur("1.00")}),
    ("/orders/{order_id}/payments/2/capture", {}),
    ("/orders/{order_id}/payments/3/void", {}),
    ("/orders/{order_id}/refunds", {"goodwill": eur("1.00")}),
    ("/orders/{order_id}/refunds/1/withdraw", {"reason": "Written down by mistake"}),
    ("/orders/{order_id}/shipments", {"carrier": "dhl"}),
    ("/orders/{order_id}/returns", {"items": [{"item": "1", "quantity": 1}]}),
    ("/orders/{order_id}/returns/1/receipt", {"items": [{"item": "1", "quantity": 1}]}),
    ("/orders/{order_id}/returns/1/settlement", {}),
    ("/orders/{order_id}/returns", {"items": [{"item": "1", "quantity": 1}]}),
    ("/orders/{order_id}/returns/2/receipt", {"items": [{"item": "1", "quantity": 1}]}),
    ("/orders/{order_id}/returns/2/exchange", {"items": [line(1)]}),
    ("/orders/{order_id}/notes", {"text": "Call back"}),
    ("/orders/{order_id}/messages/test", {"status": "processing", "to": "owner@example.com"}),
    ("/orders/{order_id}/archive", {}),
    ("/orders/{order_id}/unarchive", {}),
    ("/customers", {"name": "Otto Sample", "email": "otto@example.com"}),
    ("/coupons", {"code": "AUTUMN", "rules": {"kind": "free_shipping"}}),
    ("/coupons/{code}/disable", {}),
    ("/coupons/{code}/enable", {}),
    ("/stock/{sku}/receipts", {"quantity": 10}),
    ("/stock/{sku}/adjustments", {"counted": 9}),
]
ASK_FOR_A_JOB = {"/orders/bulk"}  # repeated in the tests of jobs
NEED_A_VERSION = {"/customers/{customer_id}/merge", "/orders/{order_id}/edits"}
STORE_NOTHING = {
    "/orders/quote", "/orders/bulk/preview", "/orders/{order_id}/status/preview", "/orders/{order_id}/messages/preview",
    "/orders/{order_id}/shipments/preview", "/orders/{order_id}/refunds/preview", "/orders/{order_id}/edits/preview",
    "/orders/summary", "/settings/tag-rules/simulate", "/orders/{order_id}/presence",
}  # fmt: skip


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


def _routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Method, path as the description of the API writes it, and rule of every route of the desk."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in RESOURCES:
            path = rule.rule.removeprefix(API)
            for name in rule.arguments:
                converter = next(one for one in ("uuid", "string", "int") if f"<{one}:{name}>" in path)
                path = path.replace(f"<{converter}:{name}>", f"{{{name}}}")
            for method in rule.methods or ():
                if method not in ("HEAD", "OPTIONS"):
                    yield method, path, rule


def test_every_route_asks_for_the_permission_of_the_table(app: Flask) -> None:
    asked: dict[str, set[str]] = {}
    for method, path, rule in _routes(app):
        view: Any = app.view_functions[rule.endpoint]
        asked.setdefault(view.permission, set()).add(f"{method} {path}")
    assert asked == TABLE


def test_no_route_lets_a_caller_in_who_holds_everything_else(
    app: Flask, client_as: Callable[..., FlaskClient], news: News
) -> None:
    for permission, routes in TABLE.items():
        others = client_as("admin", *(PERMISSIONS - {permission}))
        news.events()
        for route in routes:
            method, path = route.split(" ")
            url = API + path.format(
                order_id=NOBODY,
                customer_id=NOBODY,
                item="1",
                code="X",
                sku="X",
                note="1",
                payment="1",
                refund="1",
                shipment="1",
                number="1",
                tag="x",
            )
            answer = others.open(url, method=method, data=b"{", content_type="text/plain")
            problem = refused(answer, 403, "permission-missing")
            assert problem["details"] == {"permission": permission}
        assert news.events() == []


def test_the_description_names_every_route_with_its_permission_and_form(app: Flask, client: FlaskClient) -> None:
    paths = client.get(f"{API}/openapi.json").get_json()["paths"]
    for permission, routes in TABLE.items():
        for route in routes:
            method, path = route.split(" ")
            told = paths[API + path][method.lower()]
            assert told["x-permission"] == permission
            assert {"401", "403", "default"} <= set(told["responses"])
            assert any(status.startswith("2") for status in told["responses"]), route
            assert method == "DELETE" or ("requestBody" in told) == (method != "GET"), route


def test_no_post_is_left_out_of_the_test_of_repeating(app: Flask) -> None:
    posts = {path for method, path, _ in _routes(app) if method == "POST"}
    named = {re.sub(r"/payments/\d/", "/payments/{payment}/", path) for path, _ in POSTS}
    known = {re.sub(r"/returns/\d/", "/returns/{number}/", path) for path in named}
    known = {re.sub(r"/refunds/\d/", "/refunds/{refund}/", path) for path in known}
    assert posts == known | ASK_FOR_A_JOB | NEED_A_VERSION | STORE_NOTHING


def test_a_post_repeated_under_its_key_is_answered_again_and_done_once(client: FlaskClient, news: News) -> None:
    code = coupon(client)["code"]
    client.put(f"{API}/settings/payment-methods/online", json={"label": "Online", "provider": "sandbox"})
    seller = {"company": "Example Works", "line1": "1 Sample Street", "city": "Sampleton", "country": "BE"}
    client.put(f"{API}/settings/seller", json={**seller, "vat_number": "BE0123456789"})
    order = place(client, line(5, tax_rate="20.00"))
    client.post(f"{ORDERS}/{order['id']}/payments", json={"method": "card"})
    promise = {"method": "card", "state": "authorized", "amount": eur("1.00")}
    for _ in range(2):
        client.post(f"{ORDERS}/{order['id']}/payments", json=promise)
    for path, body in POSTS:
        url, key = API + path.format(order_id=order["id"], code=code, sku="CUP-1"), {"Idempotency-Key": uuid4().hex}
        news.events()
        first = client.post(url, json=body, headers=key)
        assert first.status_code in (200, 201, 202), (path, first.get_data(as_text=True))
        assert news.events(), path
        again = client.post(url, json=body, headers=key)
        assert news.events() == [], path
        assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
        for name in ("ETag", "Location", "Content-Type"):
            assert again.headers.get(name) == first.headers.get(name)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first.headers
        assert position_of(again) >= position_of(first)


def test_another_body_under_the_same_key_is_refused(client: FlaskClient, news: News) -> None:
    key = {"Idempotency-Key": "the-same"}
    assert client.post(ORDERS, json=cart(), headers=key).status_code == 201
    news.events()
    refused(client.post(ORDERS, json=cart(source="fair"), headers=key), 422, "idempotency-key-reused")
    assert news.events() == []


def test_the_same_key_on_another_address_or_of_another_caller_is_another_request(
    client: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    key = {"Idempotency-Key": "of-two"}
    first = client.post(ORDERS, json=cart(), headers=key).get_json()
    second = client_as("operator").post(ORDERS, json=cart(), headers=key).get_json()
    assert first["id"] != second["id"]
    other = client.post(f"{ORDERS}/{first['id']}/notes", json={"text": "x"}, headers=key)
    refused(other, 422, "idempotency-key-reused")


def test_a_refused_request_may_be_repeated_under_its_key(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "second-chance"}
    body = cart(coupons=["LATER"])
    refused(client.post(ORDERS, json=body, headers=key), 422, "unknown-coupon")
    coupon(client, "LATER")
    assert client.post(ORDERS, json=body, headers=key).status_code == 201


def test_a_repeated_write_is_answered_although_its_version_is_gone(client: FlaskClient) -> None:
    order = place(client)
    url = f"{ORDERS}/{order['id']}/notes"
    headers = {"Idempotency-Key": "with-version", "If-Match": f'"{order["version"]}"'}
    first = client.post(url, json={"text": "x"}, headers=headers)
    again = client.post(url, json={"text": "x"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "with blank", "x" * 256, "caf\u00e9"])
def test_a_key_that_is_none_is_malformed(client: FlaskClient, key: str) -> None:
    refused(client.post(ORDERS, json=cart(), headers={"Idempotency-Key": key}), 400, "malformed-request")


def test_an_actor_is_named_on_every_event(client_as: Callable[..., FlaskClient], news: News) -> None:
    taker = client_as("operator")
    news.events()
    taker.post(ORDERS, json={"billing_address": BILLING})
    assert {event.metadata.actor.rsplit("-", 1)[0] for event in news.events()} == {"token:operator"}
    assert taker.delete(f"{CUSTOMERS}/{NOBODY}").status_code == 403
