"""What no desk may accept: every refusal is a problem that names the field and the rule, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from projections.engine import generations
from projections.log import Session
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import API, BILLING, ORDERS, News, cart, create, eur, line
from tests.api.test_problems import refused


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file: nothing here is ever stored."""
    return shared_runtime


def amount(text: Any, currency: Any = "EUR") -> dict[str, Any]:
    return {"amount": text, "currency": currency}


FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": "red"}, "/colour", "unknown-field"),
    ({"items": [line() | {"ean": "1"}]}, "/items/0/ean", "unknown-field"),
    ({"items": [line(), line(2.0)]}, "/items/1/quantity", "not-an-integer"),  # type: ignore[arg-type]
    ({"items": [line() | {"quantity": 1.7}]}, "/items/0/quantity", "not-an-integer"),
    ({"items": [line() | {"quantity": "2"}]}, "/items/0/quantity", "not-an-integer"),
    ({"items": [line() | {"quantity": True}]}, "/items/0/quantity", "not-an-integer"),
    ({"items": [line(0)]}, "/items/0/quantity", "invalid-value"),
    ({"items": [line(-1)]}, "/items/0/quantity", "invalid-value"),
    ({"items": [line(10**40)]}, "/items/0/quantity", "invalid-value"),
    ({"items": [line(sku="S" * 65)]}, "/items/0/sku", "text-too-long"),
    ({"items": [line(name="a\u0000b")]}, "/items/0/name", "forbidden-character"),
    ({"items": [line(name="a\ud800b")]}, "/items/0/name", "forbidden-character"),
    ({"items": [line(unit_price=amount("\ud800"))]}, "/items/0/unit_price/amount", "forbidden-character"),
    ({"items": [line(unit_price=amount("1", "\ud800"))]}, "/items/0/unit_price/currency", "forbidden-character"),
    ({"currency": "\ud800UR"}, "/currency", "forbidden-character"),
    ({"items": [line(tax_rate="100.01")]}, "/items/0/tax_rate", "wrong-rate"),
    ({"items": [line(tax_rate=20)]}, "/items/0/tax_rate", "not-a-text"),
    ({"items": [line(unit_price=amount(10.0))]}, "/items/0/unit_price/amount", "not-a-text"),
    ({"items": [line(unit_price=amount("10.0"))]}, "/items/0/unit_price/amount", "wrong-amount"),
    ({"items": [line(unit_price=amount("NaN"))]}, "/items/0/unit_price/amount", "wrong-amount"),
    ({"items": [line(unit_price=amount("1" * 20 + ".00"))]}, "/items/0/unit_price/amount", "wrong-amount"),
    ({"items": [line(unit_price=amount("10.00", "JPY"))]}, "/items/0/unit_price/amount", "wrong-amount"),
    ({"items": [line(unit_price=amount("10.00", "KWD"))]}, "/items/0/unit_price/amount", "wrong-amount"),
    ({"items": [line(unit_price=amount("10.00", "eur"))]}, "/items/0/unit_price/currency", "unknown-currency"),
    ({"items": [line(unit_price=amount("10.00", "USD"))], "discount": eur("1.00")}, "/discount", "foreign-currency"),
    ({"items": [line(unit_price="10.00")]}, "/items/0/unit_price", "not-an-object"),
    ({"items": "many"}, "/items", "not-a-list"),
    ({"items": [line()] * 1001}, "/items", "invalid-value"),
    ({"currency": "EURO"}, "/currency", "invalid-value"),
    ({"place": "yes"}, "/place", "not-a-boolean"),
    ({"place": 1}, "/place", "not-a-boolean"),
    ({"customer_id": "17"}, "/customer_id", "not-an-identifier"),
    ({"tags": ["a", None]}, "/tags/1", "null-field"),
    ({"tags": ["t"] * 101}, "/tags", "invalid-value"),
    ({"notes": ["n" * 10_001]}, "/notes/0", "text-too-long"),
    ({"billing_address": {**BILLING, "street": "x"}}, "/billing_address/street", "unknown-field"),
    ({"billing_address": {**BILLING, "name": "n" * 201}}, "/billing_address/name", "text-too-long"),
    ({"billing_address": {**BILLING, "line1": "a\nb"}}, "/billing_address/line1", "forbidden-character"),
    ({"shipping_address": None}, "/shipping_address", "null-field"),
]
RULES: list[tuple[dict[str, Any], int, str, str]] = [
    ({"items": [line(price="-1.00")]}, 422, "discount-above-goods", "/items"),
    ({"items": [line(), line(1, "1.00", discount=eur("1.01"))]}, 422, "discount-above-line", "/items/1/discount"),
    ({"items": [line(10**6, "9999999999999.99")]}, 422, "amount-out-of-bounds", "/items/0/unit_price"),
    ({"discount": eur("-0.01")}, 422, "amount-out-of-bounds", "/discount"),
    ({"shipping_charge": eur("-0.01")}, 422, "amount-out-of-bounds", "/shipping_charge"),
    ({"currency": "XXX", "items": []}, 422, "unknown-currency", "/currency"),
    ({"status": "lost"}, 422, "unknown-status", "/status"),
    ({"locale": "tlh"}, 422, "unknown-locale", "/locale"),
    ({"payment_method": "shells"}, 422, "unknown-method", "/payment_method"),
    ({"shipping_method": "camel"}, 422, "unknown-method", "/shipping_method"),
    ({"coupons": ["NONE"]}, 422, "unknown-coupon", "/coupons"),
    ({"coupons": ["not a code"]}, 422, "wrong-coupon-code", "/coupons"),
    ({"billing_address": {**BILLING, "country": "ZZ"}}, 422, "unknown-country", "/billing_address/country"),
    ({"billing_address": {**BILLING, "email": "nobody"}}, 422, "bad-email", "/billing_address/email"),
    ({"tags": ["ok", " "]}, 422, "invalid-fields", "/tags/1"),
]


@pytest.mark.parametrize(("told", "pointer", "code"), FIELDS)
def test_a_field_of_the_wrong_form_is_named(
    client: FlaskClient, news: News, told: dict[str, Any], pointer: str, code: str
) -> None:
    for url in (ORDERS, f"{ORDERS}/quote"):
        problem = refused(client.post(url, json=cart() | told), 422, "invalid-fields")
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
        assert all(error["detail"] for error in problem["errors"])
    assert news.events() == []


@pytest.mark.parametrize(("told", "status", "code", "pointer"), RULES)
def test_a_rule_that_refuses_names_its_field(
    client: FlaskClient, news: News, told: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    problem = refused(client.post(ORDERS, json=cart() | told), status, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert news.events() == []


@pytest.mark.parametrize(
    ("currency", "right", "wrong"), [("EUR", "1.50", "1.5"), ("JPY", "150", "150.00"), ("KWD", "1.500", "1.50")]
)
def test_amounts_have_exactly_the_decimals_of_their_currency(
    client: FlaskClient, currency: str, right: str, wrong: str
) -> None:
    asked = {"items": [line(2, unit_price=amount(right, currency))]}
    answer = client.post(f"{ORDERS}/quote", json=asked)
    assert answer.status_code == 200
    assert answer.get_json()["items"][0]["unit_price"] == amount(right, currency)
    asked = {"items": [line(2, unit_price=amount(wrong, currency))]}
    problem = refused(client.post(f"{ORDERS}/quote", json=asked), 422, "invalid-fields")
    assert currency in problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "type_", "status", "code"),
    [
        (b'{"notes": ["caf\xe9"]}', "application/json", 400, "malformed-request"),
        (b'{"items": [{"quantity": NaN}]}', "application/json", 400, "malformed-request"),
        (b'{"items": [{"quantity": -Infinity}]}', "application/json", 400, "malformed-request"),
        (b'{"place": false, "place": true}', "application/json", 400, "malformed-request"),
        (b'{"tags":' + b"[" * 200_000, "application/json", 400, "malformed-request"),
        (b'{"tags":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", None, None),
        (b"{", "application/json", 400, "malformed-request"),
        (b"[]", "application/json", 422, "invalid-fields"),
        (b'"order"', "application/json", 422, "invalid-fields"),
        (b"null", "application/json", 422, "invalid-fields"),
        (b'{"quantity": ' + b"1" * 5000 + b"}", "application/json", 400, "malformed-request"),
        (b"place=true", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b'{"notes": ["' + b"x" * 1024 * 1024 + b'"]}', "application/json", 413, "body-too-large"),
    ],
    ids=[
        "latin-1", "NaN", "Infinity", "doubled key", "endless nesting", "deep nesting", "cut off", "list", "text",
        "null", "endless number", "form", "plain", "too large",
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused(
    client: FlaskClient, news: News, body: bytes, type_: str, status: int | None, code: str | None
) -> None:
    answer = client.post(ORDERS, data=body, content_type=type_)
    if status and code:
        refused(answer, status, code)
    assert answer.status_code in (400, 413, 415, 422)
    assert news.events() == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=1.5", "limit=x", "page=2", "sort=price", "count=all", "stage=limbo",
        "total_min=1.5", "total_max=x", "customer_id=1", "created_from=yesterday", "payment_status=maybe",
        "currency=EURO", "q=", "q=%00", "tag=" + "t" * 65, "as_of=now", "created_to=9999-12-31",
        "created_to=9999-12-31T23:59:59-14:00", "created_from=0001-01-01T00:00:00%2B14:00",
    ],
)  # fmt: skip
def test_a_wrong_filter_names_its_parameter(client: FlaskClient, runtime: Runtime, query: str) -> None:
    _build(runtime)
    problem = refused(client.get(f"{ORDERS}?{query}"), 422, "invalid-fields")
    assert problem["errors"][0]["parameter"] == query.split("=")[0]


def _build(runtime: Runtime) -> None:
    """The empty list of orders, as the projector makes it first."""
    with runtime.reading() as connection, connection.transaction():
        if generations.find(connection, "orders") is None:
            generations.create(connection, PROJECTIONS["orders"])


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bnVsbA", "W10", "WyItY3JlYXRlZF9hdCIsMSwyXQ", "%ff%fe"])
def test_a_cursor_of_another_making_is_malformed(client: FlaskClient, runtime: Runtime, cursor: str) -> None:
    _build(runtime)
    answer = client.get(f"{ORDERS}?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+14:00", "3000-01-01T00:00:00Z"])
def test_an_instant_at_the_ends_of_the_calendar_is_refused(client: FlaskClient, news: News, far: str) -> None:
    order = create(client, place=True)
    news.events()
    rules = {"kind": "percent", "percent": "10"}
    for url, told, field in (
        (f"{ORDERS}/{order['id']}/payments", {"method": "card", "amount": eur("1.00"), "paid_at": far}, "/paid_at"),
        (f"{API}/coupons", {"code": "FAR", "rules": rules | {"valid_until": far}}, "/rules/valid_until"),
        (f"{API}/tokens", {"name": "far", "role": "operator", "expires_at": far}, "/expires_at"),
    ):
        problem = refused(client.post(url, json=told), 422, "invalid-fields")
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(field, "date-out-of-range")]
    assert news.events() == []


def test_a_query_that_is_not_utf8_is_malformed(client: FlaskClient) -> None:
    refused(client.get(f"{ORDERS}?q=caf%E9"), 400, "malformed-request")


def test_one_thousand_faults_are_told_at_once_and_quickly(client: FlaskClient) -> None:
    problem = refused(client.post(ORDERS, json={"items": [{"quantity": "x"}] * 1000}), 422, "invalid-fields")
    assert len(problem["errors"]) == 1000


def test_a_fault_leaves_no_trace_with_the_client_one_in_the_log_and_no_half_order(
    client: FlaskClient, news: News, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret of the shop")

    with monkeypatch.context() as patched:
        patched.setattr(Session, "_kept", broken)
        headers = {"X-Request-Id": "asked-by-nora", "Idempotency-Key": "in-vain"}
        answer = client.post(ORDERS, json=cart(place=True), headers=headers)
    refused(answer, 500, "server-error")
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)
    printed = capsys.readouterr()
    assert "asked-by-nora" in printed.out + printed.err
    assert "RuntimeError" in printed.out + printed.err
    assert news.events() == []
    again = client.post(ORDERS, json=cart(place=True), headers=headers)
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers


def test_a_fault_after_the_answer_was_made_is_still_no_half_order(
    client: FlaskClient, news: News, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any, **__: Any) -> Any:
        raise RuntimeError("just before the append")

    monkeypatch.setattr(runtime.log.recorder, "append", lost)
    refused(client.post(ORDERS, json=cart()), 500, "server-error")
    assert news.events() == []


def test_the_methods_of_an_address_are_told(client: FlaskClient) -> None:
    answer = client.put(ORDERS, json={})
    refused(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_text_of_any_script_is_kept_as_it_was_told(client: FlaskClient) -> None:
    name = "Zo\u00eb \u674e \u05d0\u05d1 \U0001f6d2 <b>&amp;'\"; DROP TABLE orders --"
    order = create(client, line(name=name), billing_address={**BILLING, "name": name}, notes=[name])
    assert order["items"][0]["name"] == order["customer"]["name"] == order["notes"][0]["text"] == name
    read = client.get(f"{ORDERS}/{order['id']}")
    assert json.loads(read.get_data())["items"][0]["name"] == name


def test_the_description_is_served_whole(app: Flask, client: FlaskClient) -> None:
    description = client.get(f"{API}/openapi.json").get_json()
    assert description["openapi"].startswith("3.1")
    assert "OrderAnswer" in description["components"]["schemas"]
