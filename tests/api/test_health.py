"""Health, metrics, and the API's description of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from projections import PROJECTIONS
from projections.runtime import Runtime
from tests.api.test_problems import refused
from tests.fixtures_api import hire
from workers.projecting import Projecting

AFAR = {"REMOTE_ADDR": "192.0.2.1"}


def test_a_process_that_lives_says_so(stranger: FlaskClient) -> None:
    assert stranger.get("/healthz").get_json() == {"status": "alive"}


def test_ready_tells_of_each_thing_it_looked_at(stranger: FlaskClient) -> None:
    answer = stranger.get("/readyz")
    checks = answer.get_json()["checks"]
    assert checks["database"] == "ok"
    assert checks["migrations"] == "ok"


def test_ready_once_every_view_follows(stranger: FlaskClient, projecting: Projecting) -> None:
    answer = stranger.get("/readyz")
    assert answer.status_code == 200
    assert {f"view {name}" for name in PROJECTIONS} <= set(answer.get_json()["checks"])


def test_a_view_that_stands_still_behind_an_event_is_named(
    stranger: FlaskClient, runtime: Runtime, projecting: Projecting
) -> None:
    projecting.stop()
    hire(runtime, "ada", "operator")
    assert stranger.get("/readyz").status_code == 200, "a moment behind is no matter"
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE views.positions SET updated_at = now() - interval '1 hour'")
        connection.execute("UPDATE views.positions SET position = 1000 WHERE projection <> 'orders'")
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER ALL")
        connection.execute("UPDATE log.events SET recorded_at = recorded_at - interval '1 minute'")
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    late = {name: text for name, text in answer.get_json()["checks"].items() if text != "ok"}
    assert list(late) == ["view orders"]
    assert late["view orders"].endswith("s behind")


def test_a_missing_migration_is_named(stranger: FlaskClient, runtime: Runtime) -> None:
    with runtime.pool.connection() as connection:
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0003-access'")
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert "0003-access" in answer.get_json()["checks"]["migrations"]


def test_a_database_that_is_gone_is_told(stranger: FlaskClient, runtime: Runtime) -> None:
    runtime.pool.close()
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": "cannot be reached"}


def test_requests_are_counted_by_route(client: FlaskClient, stranger: FlaskClient) -> None:
    client.get("/api/v1/operators")
    text = stranger.get("/metrics").get_data(as_text=True)
    counted = r'carnet_requests_total\{method="GET",route="/api/v1/operators",status="200"\} 1\.0'
    assert re.search(counted, text), text
    assert "carnet_request_seconds_bucket" in text
    assert re.search(r"^carnet_log_position [1-9]", text, re.M)
    assert "carnet_connections_in_use" in text


def test_metrics_are_for_this_machine_or_by_permission(
    stranger: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    refused(stranger.get("/metrics", environ_base=AFAR), 401, "not-authenticated")
    refused(client_as("operator").get("/metrics", environ_base=AFAR), 403, "permission-missing")
    assert client_as("data").get("/metrics", environ_base=AFAR).status_code == 200
    refused(stranger.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}), 401, "not-authenticated")


def test_the_description_names_every_route(app: Flask, stranger: FlaskClient) -> None:
    described: dict[str, Any] = stranger.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                operation = described["paths"][path][method.lower()]
                assert operation["summary"], f"{method} {path}"
    problem = described["components"]["responses"]["UNAUTHORIZED"]["content"]
    assert list(problem) == ["application/problem+json"]


def test_the_documentation_comes_from_here_alone(stranger: FlaskClient) -> None:
    page = stranger.get("/api/docs/").get_data(as_text=True)
    parts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(parts) == 4
    for part in parts:
        assert part.startswith("/api/docs/")
        with stranger.get(part) as answer:
            assert answer.status_code == 200
    assert "<script>" not in page
    with stranger.get("/api/docs/oauth2-redirect.html") as answer:
        assert answer.status_code == 404
