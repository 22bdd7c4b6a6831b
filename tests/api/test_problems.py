"""What cannot be read is refused with a problem that says where and why."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import psycopg
import pytest
from flask.testing import FlaskClient
from marshmallow import fields
from psycopg_pool import ConnectionPool

from api.app import create_app
from api.bodies import Resource
from api.requests import respond
from api.schemas import AddressForm, Body, Code, Money, MoneyForm, Text, Whole
from domain.addresses import Address
from projections.runtime import Runtime
from projections.settings import Settings

OPERATORS = "/api/v1/operators"
NOBODY = "00000000-0000-4000-8000-000000000000"


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    problem: dict[str, Any] = response.get_json(force=True)
    assert problem["type"] == f"/problems/{code}", problem
    assert problem["status"] == status
    assert problem["instance"] == response.headers["X-Request-Id"]
    return problem


class LineForm(Body):
    sku = Code(required=True)
    quantity = Whole(1, 1000, required=True)

    class Loaded(NamedTuple):
        sku: str
        quantity: int


class CartForm(Body):
    items = fields.List(fields.Nested(LineForm), required=True)
    price = fields.Nested(MoneyForm)
    address = fields.Nested(AddressForm)
    note = Text(20, lines=True)

    class Loaded(NamedTuple):
        items: list[LineForm.Loaded]
        price: Money | None = None
        address: Address | None = None
        note: str | None = None


@pytest.fixture
def cart() -> FlaskClient:
    """A client of an invented resource that takes every kind of field, and of one that breaks; none has a database."""
    unopened = SimpleNamespace(settings=Settings(), pool=ConnectionPool("", open=False))
    app = create_app(cast("Runtime", unopened))
    resource = Resource("carts", __name__)

    @resource.post("/carts")
    @resource.arguments(CartForm)
    def take(form: CartForm.Loaded) -> Any:
        return respond({"price": form.price, "quantities": [line.quantity for line in form.items]})

    @resource.get("/broken")
    def break_down() -> Any:
        raise RuntimeError("secret of the shop")

    @resource.get("/away")
    def be_away() -> Any:
        raise psycopg.OperationalError("connection to 10.0.0.7 refused")

    app.register_blueprint(resource)
    return app.test_client()


def test_a_well_formed_body_is_loaded(cart: FlaskClient) -> None:
    body = {"items": [{"sku": "A-1", "quantity": 2}], "price": {"amount": "129.90", "currency": "EUR"}}
    answer = cart.post("/carts", json=body)
    assert answer.get_json() == {"price": list(Money(12990, "EUR")), "quantities": [2]}


@pytest.mark.parametrize(
    ("line", "pointer", "code"),
    [
        ({"sku": "A", "quantity": 1.7}, "/items/0/quantity", "not-an-integer"),
        ({"sku": "A", "quantity": 1.0}, "/items/0/quantity", "not-an-integer"),
        ({"sku": "A", "quantity": "12"}, "/items/0/quantity", "not-an-integer"),
        ({"sku": "A", "quantity": True}, "/items/0/quantity", "not-an-integer"),
        ({"sku": "A", "quantity": 0}, "/items/0/quantity", "invalid-value"),
        ({"sku": "A", "quantity": -3}, "/items/0/quantity", "invalid-value"),
        ({"sku": "A", "quantity": 10**30}, "/items/0/quantity", "invalid-value"),
        ({"sku": "A"}, "/items/0/quantity", "missing-field"),
        ({"sku": None, "quantity": 1}, "/items/0/sku", "null-field"),
        ({"sku": 7, "quantity": 1}, "/items/0/sku", "not-a-text"),
        ({"sku": " ", "quantity": 1}, "/items/0/sku", "text-missing"),
        ({"sku": "A" * 65, "quantity": 1}, "/items/0/sku", "text-too-long"),
        ({"sku": "A\u0000B", "quantity": 1}, "/items/0/sku", "forbidden-character"),
        ({"sku": "A\nB", "quantity": 1}, "/items/0/sku", "forbidden-character"),
        ({"sku": "\ud800", "quantity": 1}, "/items/0/sku", "forbidden-character"),
        ({"sku": "A", "quantity": 1, "colour/hue": "x"}, "/items/0/colour~1hue", "unknown-field"),
        ("A", "/items/0", "not-an-object"),
    ],
)
def test_a_field_of_the_wrong_form_is_named(cart: FlaskClient, line: Any, pointer: str, code: str) -> None:
    problem = refused(cart.post("/carts", json={"items": [line]}), 422, "invalid-fields")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("amount", "currency", "place", "code"),
    [
        ("12.5", "EUR", "amount", "wrong-amount"),
        ("12.500", "EUR", "amount", "wrong-amount"),
        ("12", "EUR", "amount", "wrong-amount"),
        ("12.00", "JPY", "amount", "wrong-amount"),
        ("NaN", "EUR", "amount", "wrong-amount"),
        ("1e3", "EUR", "amount", "wrong-amount"),
        ("\u0661\u0662.\u0660\u0660", "EUR", "amount", "wrong-amount"),
        (12.5, "EUR", "amount", "not-a-text"),
        ("12.50", "XXX", "currency", "unknown-currency"),
    ],
)
def test_an_amount_is_a_text_with_exactly_the_currencys_decimals(
    cart: FlaskClient, amount: Any, currency: str, place: str, code: str
) -> None:
    body = {"items": [], "price": {"amount": amount, "currency": currency}}
    problem = refused(cart.post("/carts", json=body), 422, "invalid-fields")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"/price/{place}", code)]


def test_every_field_at_fault_is_told_at_once(cart: FlaskClient) -> None:
    problem = refused(cart.post("/carts", json={"items": 3, "note": 4, "colour": 1}), 422, "invalid-fields")
    assert {error["pointer"] for error in problem["errors"]} == {"/items", "/note", "/colour"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"items": NaN}',
        b'{"items": [], "note": "caf\xe9"}',
        b'{"items": [], "items": []}',
        b"[" * 100_000,
        b'{"items": ' + b"9" * 5000 + b"}",
    ],
    ids=["cut off", "NaN", "latin-1", "doubled key", "deep", "endless number"],
)
def test_a_body_that_is_no_json_is_malformed(cart: FlaskClient, body: bytes) -> None:
    refused(cart.post("/carts", data=body, content_type="application/json"), 400, "malformed-request")


def test_a_body_of_another_type_is_not_read(cart: FlaskClient) -> None:
    refused(cart.post("/carts", data="{}", content_type="text/plain"), 415, "unsupported-media-type")


def test_a_list_is_no_body(cart: FlaskClient) -> None:
    problem = refused(cart.post("/carts", json=[1]), 422, "invalid-fields")
    assert problem["errors"][0]["code"] == "not-an-object"


def test_a_body_over_the_limit_is_not_read(cart: FlaskClient) -> None:
    body = b'{"note": "' + b"x" * (1024 * 1024) + b'"}'
    refused(cart.post("/carts", data=body, content_type="application/json"), 413, "body-too-large")


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.patch(OPERATORS)
    refused(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_an_unknown_address_is_a_problem_too(client: FlaskClient) -> None:
    refused(client.get("/api/v1/no-such-thing"), 404, "no-such-address")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1.5", "limit=x", "limit=\u0661", "nonsense=1", "limit=99999999999"]
)
def test_a_wrong_query_names_the_parameter(client: FlaskClient, query: str) -> None:
    problem = refused(client.get(f"{OPERATORS}?{query}"), 422, "invalid-fields")
    assert problem["errors"][0]["parameter"] == query.split("=")[0]


def test_a_query_that_is_not_utf8_is_malformed(client: FlaskClient) -> None:
    refused(client.get(f"{OPERATORS}?cursor=caf%E9"), 400, "malformed-request")


@pytest.mark.parametrize("cursor", ["x", "eyJ", "bnVsbA", "WyJuYW1lIiwieCJd", "WyJ1c2VybmFtZSIsMV0", "é", "a" * 1001])
def test_a_cursor_of_another_list_is_malformed(client: FlaskClient, cursor: str) -> None:
    answer = client.get(OPERATORS, query_string={"cursor": cursor})
    if len(cursor) > 1000:
        refused(answer, 422, "invalid-fields")
    else:
        refused(answer, 400, "malformed-cursor")


def test_a_fault_of_the_server_stays_in_its_log(cart: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = cart.get("/broken", headers={"X-Request-Id": "seen-by-the-proxy"})
    refused(answer, 500, "server-error")
    assert "secret" not in answer.get_data(as_text=True)
    assert answer.headers["X-Request-Id"] == "seen-by-the-proxy"
    printed = capsys.readouterr()
    logged = printed.out + printed.err
    assert "seen-by-the-proxy" in logged
    assert "RuntimeError" in logged


def test_a_database_that_is_away_is_told_as_such(cart: FlaskClient) -> None:
    answer = cart.get("/away")
    refused(answer, 503, "database-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0.7" not in answer.get_data(as_text=True)


def test_every_answer_has_the_safe_headers(stranger: FlaskClient) -> None:
    for path in ("/healthz", "/nowhere", OPERATORS, "/api/docs/"):
        headers = stranger.get(path).headers
        assert "'unsafe-inline'" not in headers["Content-Security-Policy"].split("style-src")[0]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["X-Request-Id"]


def test_a_query_is_never_logged(client: FlaskClient, capsys: pytest.CaptureFixture[str], caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    client.get(f"{OPERATORS}?q=ada@example.com")
    printed = capsys.readouterr()
    assert "request.answered" in printed.out + printed.err
    assert "example.com" not in printed.out + printed.err + caplog.text


def test_a_trace_in_the_log_holds_no_values_of_variables() -> None:
    program = """
import structlog
from scripts.logs import log_to_stderr
log_to_stderr("info")
def fail(name: str) -> None:
    raise RuntimeError("broken")
try:
    fail("ada" + "@example.com")
except RuntimeError as error:
    structlog.get_logger().error("request.failed", exc_info=error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "RuntimeError" in ended.stderr
    assert "fail" in ended.stderr
    assert "ada@example.com" not in ended.stderr


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api", "There is nothing at this address; /api/docs tells what there is."),
        ("/api/v2/orders", "There is nothing at this address; /api/docs tells what there is."),
        ("/api/v1/no-such-thing", "There is nothing at this address; /api/docs tells what there is."),
        ("/api/docs/no-such-file.js", None),
        ("/api/v1/orders/17", "In this address the order id is none."),
        (f"/api/v1/orders/{NOBODY}/returns/x/slip.pdf", "In this address the number is none."),
        (f"/api/v1/orders/{NOBODY}/nothing", "There is nothing at this address; /api/docs tells"),
    ],
)
def test_what_is_not_there_is_told_without_repeating_it(client: FlaskClient, path: str, said: str | None) -> None:
    problem = refused(client.get(path), 404, "no-such-address")
    if said:
        assert problem["detail"].startswith(said)
        assert path not in str(problem).replace("/api/docs", "")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/orders", ["GET", "POST"]),
        ("BREW", "/api/v1/orders/quote", ["POST"]),
        ("POST", f"/api/v1/orders/{NOBODY}", ["GET"]),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(
    client: FlaskClient, method: str, path: str, allowed: list[str]
) -> None:
    answer = client.open(path, method=method)
    problem = refused(answer, 405, "method-not-allowed")
    assert problem["detail"] == f"This address does not take this method; it takes {', '.join(allowed)}."
    assert problem["details"] == {"allowed": allowed}
    assert set(allowed) <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    ("path", "code", "named"),
    [
        (f"/api/v1/orders/{NOBODY}", "order-not-found", {"order_id": NOBODY}),
        (f"/api/v1/customers/{NOBODY}", "customer-not-found", {"customer_id": NOBODY}),
        ("/api/v1/coupons/LOST", "coupon-not-found", {"code": "LOST"}),
        ("/api/v1/stock/LOST", "stock-item-not-found", {"sku": "LOST"}),
        (f"/api/v1/jobs/{NOBODY}", "job-not-found", {"job_id": NOBODY}),
        (f"/api/v1/imports/{NOBODY}", "import-not-found", {"import_id": NOBODY}),
    ],
)
def test_an_id_that_nothing_has_is_named(client: FlaskClient, path: str, code: str, named: dict[str, str]) -> None:
    assert refused(client.get(path), 404, code)["details"] == named


def test_of_every_address_that_takes_ids_unknown_ones_are_problems_that_name_them(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").get_json()
    asked = [path for path, operations in description["paths"].items() if "get" in operations and "{" in path]
    for path in asked:
        url = re.sub(r"{(\w+)}", lambda found: NOBODY if found[1].endswith("id") else "0", path)
        answer = client.get(url)
        if answer.status_code == 404:
            problem = answer.get_json()
            assert answer.mimetype == "application/problem+json", path
            assert problem["details"], path
