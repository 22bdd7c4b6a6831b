"""Every route asked at random from the API's own description: no crash, and answers that are what it says."""

from __future__ import annotations

import re
import warnings
from base64 import b64encode
from typing import Any

import pytest
import schemathesis
from flask import Flask, request
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import requests
from api.orders import edits
from projections.runtime import Runtime
from tests.api.desk import API, coupon, place
from tests.api.roles_and_routes import rows
from tests.api.test_roles_and_routes import address
from tests.fixtures_api import TokenClient, hire, issue
from tests.printing import papers

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
# What a stranger's guesses would only slow down: signing in is braked on purpose.
LEFT_OUT = {f"{API}/session"}
# A token has no sessions, no draft of a template was typed, nothing is sealed here, and no question was asked.
ABSENT = dict.fromkeys((f"{API}/templates/draft/look", f"{API}/audit/checkpoint"), 404)
UNASKED = dict.fromkeys((f"{API}/audit/{name}" for name in ("questions", "consistency", "inclusion")), 422)
REFUSED = {f"{API}/sessions": 403, f"{API}/books/fec": 422, f"{API}/reports/restated": 422, **ABSENT, **UNASKED}


@pytest.fixture(scope="module")
def runtime(shared_runtime: Runtime) -> Runtime:
    """One installation for the whole file."""
    return shared_runtime


def _operations(app: Flask) -> list[Any]:
    """Every route of the description, but those left out."""
    schema: Any = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in operations if operation.path not in LEFT_OUT]


def _ask_everything(runtime: Runtime, app: Flask, examples: int) -> list[str]:
    """What went wrong, route by route, when each was asked so many times."""
    headers = {
        "Authorization": f"Bearer {issue(runtime, f'guesser-{examples}', 'admin')}",
        "Accept-Encoding": "identity",  # nothing between here and the application takes an answer out of its packing
    }
    wrong = []
    for operation in _operations(app):
        try:
            _guesses(operation, headers, examples)()
        except Exception as error:
            wrong.append(f"{operation.label}: {error}")
        except BaseExceptionGroup as errors:
            wrong.extend(f"{operation.label}: {error}" for error in errors.exceptions)
    return wrong


def _guesses(operation: Any, headers: dict[str, str], examples: int) -> Any:
    @seed(20260302)
    @hypothesis_settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(case=operation.as_strategy())
    def guess(case: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case.call_and_validate(headers=headers, checks=CHECKS)

    return guess


@pytest.mark.usefixtures("projecting")
def test_no_guess_breaks_a_route_or_the_description(runtime: Runtime, app: Flask) -> None:
    assert _ask_everything(runtime, app, 5) == []


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("projecting")
def test_no_guess_of_many_breaks_a_route_or_the_description(runtime: Runtime, app: Flask) -> None:
    assert _ask_everything(runtime, app, 500) == []


def test_a_body_may_be_left_out_where_none_of_its_fields_is_needed_and_nowhere_else(client: TokenClient) -> None:
    description = client.get(f"{API}/openapi.json").get_json()
    told = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            form = body.get("content", {}).get("application/json", {}).get("schema", {})
            name = form.get("$ref", "").rpartition("/")[2]
            if name:
                needed = bool(description["components"]["schemas"][name].get("required"))
                told[f"{method} {path}"] = (body.get("required", False), needed)
    assert len(told) > 40
    assert {label: pair for label, pair in told.items() if pair[0] != pair[1]} == {}
    assert told["patch /api/v1/customers/{customer_id}"] == (False, False)
    assert told["post /api/v1/coupons"] == (True, True)


@pytest.mark.usefixtures("projecting")
def test_real_answers_are_what_the_description_says(app: Flask, client: TokenClient, runtime: Runtime) -> None:
    """Guesses seldom meet an order that exists: here everything that can be read is there."""
    hire(runtime, "nora", "operator")
    code = coupon(client, "DESCRIBED")["code"]
    order = place(client, coupons=[code], tags=["a"], notes=["b"], operator="nora")
    client.put(f"{API}/settings/papers/logo", json={"image": b64encode(papers.logo().image).decode()})
    url = f"{API}/orders/{order['id']}"
    client.post(f"{url}/payments", json={"method": "card"})
    client.post(f"{url}/shipments", json={"carrier": "dhl", "tracking_code": "A1"})
    last = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}], "reason": "Broken"})
    paths = {"order_id": order["id"], "customer_id": order["customer"]["id"], "code": code}
    headers = {"Authorization": f"Bearer {client.token}", "X-Min-Position": last.headers["X-Position"]}
    headers["Accept-Encoding"] = "identity"
    asked = 0
    for operation in _operations(app):
        names = {parameter.name for parameter in operation.path_parameters}
        if operation.method.lower() != "get" or not names <= paths.keys():
            continue
        case = operation.Case(path_parameters={name: paths[name] for name in names})
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        assert answer.status_code == REFUSED.get(operation.path, 200), operation.label
        asked += 1
    assert asked > 20


def test_every_write_that_honours_if_match_says_so_and_no_other(
    app: Flask, client: TokenClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the writes do is seen by asking them all; what they say stands in the description."""
    description = client.get(f"{API}/openapi.json").get_json()["paths"]
    said = {
        (method.upper(), path)
        for path, operations in description.items()
        for method, operation in operations.items()
        if method != "parameters"
        if "If-Match" in {parameter.get("name") for parameter in operation.get("parameters", ())}
    }
    assert {("POST", f"{API}/orders/{{order_id}}/notes"), ("POST", f"{API}/orders/{{order_id}}/edits")} <= said
    assert ("POST", f"{API}/orders/summary") not in said
    for method, path in said:
        assert {"409", "412"} <= description[path][method.lower()]["responses"].keys()
    seen: set[tuple[str, str]] = set()

    def read() -> None:
        rule = str(request.url_rule)
        seen.add((request.method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)))

    for module in (requests, edits):
        monkeypatch.setattr(module, "if_match", read)
    order = place(client)
    url = f"{API}/orders/{order['id']}"
    client.post(f"{url}/notes", json={"text": "One"})
    client.post(f"{url}/edits", json={"changes": []})
    client.post(f"{url}/payments", json={"method": "card"})
    client.delete(f"{API}/products/x", json={})
    client.put(f"{API}/settings/defaults", json={"currency": "EUR", "locale": "fr", "timezone": "Europe/Paris"})
    for row in rows():
        if row.method != "GET":
            client.open(address(row.rule), method=row.method, json={})
    assert len(seen) > 20
    assert seen - said == set()
