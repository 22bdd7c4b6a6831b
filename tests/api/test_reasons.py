"""Why contents, coupons, customers and stock were changed is kept with what was recorded."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from projections.runtime import Runtime
from tests.api.desk import API, BILLING, COUPONS, CUSTOMERS, ORDERS, News, coupon, create, eur, line, place
from tests.api.test_stock import STOCK, receive
from tests.fixtures_api import hire

WHY = "The customer rang"
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "/items", line(1)),
    ("patch", "/items/1", {"quantity": 3}),
    ("delete", "/items/2", {}),
    ("delete", "/coupons/TENTH", {}),
    ("post", "/coupons", {"code": "SPRING"}),
    ("put", "/discount", {"amount": eur("1.00")}),
    ("put", "/shipping-charge", {"amount": eur("4.00")}),
    ("put", "/billing-address", {**BILLING, "city": "Lyon"}),
    ("put", "/shipping-address", {**BILLING, "city": "Lyon"}),
    ("put", "/customer", {"customer_id": None, "addresses": "keep"}),
    ("post", "/shipments", {"carrier": "dhl"}),
    ("put", "/operator", {"operator": "nora"}),
    ("put", "/source", {"source": "telephone"}),
    ("post", "/notes", {"text": "Ring twice"}),
    ("patch", "/notes/1", {"text": "Ring thrice"}),
    ("delete", "/notes/1", {}),
    ("put", "/tags", {"tags": ["gift"]}),
    ("post", "/archive", {}),
    ("post", "/payments", {"method": "card"}),
    ("put", "/payment-method", {"method": "card"}),
    ("put", "/shipping-method", {"method": "express"}),
    ("post", "/status", {"status": "processing"}),
]
# Writes that take no reason, and why they need none.
NEEDS_NONE = {
    "/session": "a person's own sign-in",
    "/operators": "access, not an order's money or contents",
    "/tokens": "access",
    "/settings": "the shop's set-up",
    "/templates": "the shop's set-up",
    "/sequences": "the shop's set-up",
    "/imports": "files and their mappings: the import is what its events name",
    "/exports": "writes a file",
    "/views": "how a person looks at the list",
    "/orders/{order_id}/presence": "who looks at an order; nothing of it is recorded",
    "/drafts": "what a person is still typing",
    "/projections": "a view's upkeep; nothing of it is recorded",
    "/audit": "proves and changes nothing",
    "/orders/{order_id}/messages/test": "a mail on trial, to oneself",
    "/products/learn": "takes in what past orders name; changes no product",
    "/orders/summary": "adds up and changes nothing",
    "/documents": "prints; a void takes its reason",
    "/jobs": "a job's course; what it does has the reason it was asked with",
    "/effects": "work on the outside world, by its key",
    "/reconciliation": "compares and changes nothing",
    "/webhooks": "told by a provider",
    "/webhook-endpoints": "what other programs are told",
    "/messages": "a mail, which is kept with what set it off",
}
STORE_NOTHING = ("/preview", "/quote", "/simulate", "/guess")


def takes_reason(description: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Whether a request's body may have a `reason`, by the description that programs read."""

    def names(schema: dict[str, Any]) -> set[str]:
        if "$ref" in schema:
            return names(description["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        return set(schema.get("properties", {})).union(*map(names, schema.get("allOf", [])))

    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return "reason" in names(body.get("schema", {}))


def test_every_route_that_writes_takes_a_reason_or_is_named_here(client: FlaskClient) -> None:
    description = client.get(f"{API}/openapi.json").get_json()
    without = [
        path.removeprefix(API)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in ("post", "put", "patch", "delete") and not takes_reason(description, operation)
    ]
    unnamed = [
        path
        for path in without
        if not path.endswith(STORE_NOTHING) and not any(path.startswith(prefix) for prefix in NEEDS_NONE)
    ]
    assert unnamed == []
    assert [prefix for prefix in NEEDS_NONE if not any(path.startswith(prefix) for path in without)] == []


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_change_of_contents_keeps_its_reason(
    client: FlaskClient, runtime: Runtime, news: News, method: str, path: str, body: dict[str, Any]
) -> None:
    coupon(client, "TENTH")
    coupon(client, "SPRING")
    hire(runtime, "nora", "operator")
    order = place(client, line(), line(1), coupons=["TENTH"], notes=["Ring"])
    news.events()
    answer = getattr(client, method)(f"{ORDERS}/{order['id']}{path}", json={**body, "reason": WHY})
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    events = news.events()
    assert events
    assert {event.metadata.reason for event in events} == {WHY}


def test_stock_coupons_and_cards_keep_why_they_were_changed(client: FlaskClient, news: News) -> None:
    receive(client)
    order = create(client)
    card = f"{CUSTOMERS}/{order['customer']['id']}"
    news.events()
    client.put(f"{STOCK}/CUP-1/policy", json={"policy": "backorder", "reason": WHY})
    client.put(f"{STOCK}/CUP-1/place", json={"place": "A-12-3", "reason": WHY})
    client.post(COUPONS, json={"code": "NEW", "rules": {"kind": "free_shipping"}, "reason": WHY})
    client.patch(card, json={"city": "Lyon", "reason": WHY})
    client.put(f"{COUPONS}/NEW/rules", json={"kind": "percent", "percent": "5", "reason": WHY})
    client.post(f"{COUPONS}/NEW/disable", json={"reason": WHY})
    client.post(f"{COUPONS}/NEW/enable", json={"reason": WHY})
    client.put(f"{card}/consent", json={"source": "desk", "proof": "Agreed", "reason": WHY})
    client.delete(f"{card}/consent", json={"reason": WHY})
    client.put(f"{card}/tags/vip", json={"reason": WHY})
    client.delete(f"{card}/tags/vip", json={"reason": WHY})
    client.delete(card, json={"reason": WHY}, headers={"If-Match": "*"})
    events = news.events()
    assert [event.TOPIC for event in events] == [
        "stock.policy-set", "stock.placed", "coupon.created", "customer.updated", "coupon.changed", "coupon.disabled",
        "coupon.enabled", "customer.consent-given", "customer.consent-withdrawn", "customer.tagged",
        "customer.untagged", "customer.erased",
    ]  # fmt: skip
    assert {event.metadata.reason for event in events} == {WHY}
