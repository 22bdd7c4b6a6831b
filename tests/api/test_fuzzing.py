"""Whatever the description allows, and much that it does not, never makes the server fail."""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from projections.runtime import Runtime
from tests.fixtures_api import issue
from workers.projecting import Projecting

# Few tries a route here; FUZZ_EXAMPLES asks for more.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))


def _operations(app: Flask) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
        return [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]


@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_the_server_fail(app: Flask, runtime: Runtime, projecting: Projecting) -> None:
    headers = {"Authorization": f"Bearer {issue(runtime, 'fuzz', 'admin')}"}
    failed: list[str] = []
    operations = _operations(app)
    assert len(operations) > 60
    for operation in operations:

        @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            answer = case.call(headers=headers)
            if answer.status_code >= 500:
                failed.append(f"{case.as_curl_command()} -> {answer.status_code} {answer.text[:200]}")

        send()
    assert not failed, "\n".join(failed)
