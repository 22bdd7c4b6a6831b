"""Every route asked at random from the API's own description: no crash, and answers that are what it says."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from projections.runtime import Runtime
from tests.api.desk import API, coupon, place
from tests.fixtures_api import TokenClient, hire, issue

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
# What a stranger's guesses would only slow down: signing in is braked on purpose.
LEFT_OUT = {f"{API}/session"}
OPERATORS_OWN = {f"{API}/sessions"}  # a token has no sessions


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
    headers = {"Authorization": f"Bearer {issue(runtime, f'guesser-{examples}', 'admin')}"}
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


@pytest.mark.usefixtures("projecting")
def test_real_answers_are_what_the_description_says(app: Flask, client: TokenClient, runtime: Runtime) -> None:
    """Guesses seldom meet an order that exists: here everything that can be read is there."""
    hire(runtime, "nora", "operator")
    code = coupon(client, "DESCRIBED")["code"]
    order = place(client, coupons=[code], tags=["a"], notes=["b"], operator="nora")
    url = f"{API}/orders/{order['id']}"
    client.post(f"{url}/payments", json={"method": "card"})
    client.post(f"{url}/shipments", json={"carrier": "dhl", "tracking_code": "A1"})
    last = client.post(f"{url}/refunds", json={"items": [{"item": "1", "quantity": 1}], "reason": "Broken"})
    paths = {"order_id": order["id"], "customer_id": order["customer"]["id"], "code": code}
    headers = {"Authorization": f"Bearer {client.token}", "X-Min-Position": last.headers["X-Position"]}
    asked = 0
    for operation in _operations(app):
        names = {parameter.name for parameter in operation.path_parameters}
        if operation.method.lower() != "get" or not names <= paths.keys():
            continue
        case = operation.Case(path_parameters={name: paths[name] for name in names})
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        assert answer.status_code == (403 if operation.path in OPERATORS_OWN else 200), operation.label
        asked += 1
    assert asked > 20
