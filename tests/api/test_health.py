"""Health, metrics, and the API's description of itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.metrics import Metrics
from domain.processes.process import Effect
from projections.doctor import health
from projections.doctor.health import Health
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from projections.work import effects, positions
from projections.work.effects import EffectRequest
from tests.api.test_problems import refused
from tests.damage import administrator, name_of, owner
from tests.fixtures_api import hire
from tests.projections.log.proxy import stalled
from tests.setup.running import eventually, free_port
from workers.projecting import Projecting

AFAR = {"REMOTE_ADDR": "192.0.2.1"}
ALERTS = Path(__file__).parent.parent.parent / "docs" / "alerts.rules.yml"


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


def looked(app: Flask, seconds: float = 0.0) -> dict[str, str]:
    """What is wrong, after so many more seconds by the process's own clock."""
    clock = cast("list[float]", app.extensions.setdefault("tests.clock", [0.0]))
    if not isinstance(app.extensions["carnet.health"], Watched):
        app.extensions["carnet.health"] = Watched(app.extensions["carnet"], PROJECTIONS, lambda: clock[0])
    clock[0] += seconds
    answer = app.test_client().get("/readyz")
    wrong = {name: text for name, text in answer.get_json()["checks"].items() if text != "ok"}
    assert answer.status_code == (503 if wrong else 200)
    assert ("Retry-After" in answer.headers) == bool(wrong)
    return wrong


class Watched(Health):
    """Health with a clock of the test's."""


def test_a_view_that_stands_still_behind_an_event_is_named_by_positions_and_not_by_clocks(
    app: Flask, runtime: Runtime, projecting: Projecting
) -> None:
    assert looked(app) == {}
    projecting.stop()
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE views.positions SET updated_at = now() + interval '2 hours'")
    hire(runtime, "ada", "operator")
    assert looked(app, 1) == {}, "a moment behind is no matter"
    assert looked(app, 9) == {}
    wrong = looked(app, 2)
    assert set(wrong) == {f"view {name}" for name in PROJECTIONS}
    assert set(wrong.values()) == {"stands still 1 events behind"}
    with runtime.pool.connection() as connection:
        connection.execute("UPDATE views.positions SET position = %s", (runtime.log.head(),))
    assert set(looked(app).values()) == {"led by nobody for 11 s"}


def test_a_view_or_a_process_ahead_of_the_log_is_named(app: Flask, runtime: Runtime, projecting: Projecting) -> None:
    with runtime.pool.connection() as connection:
        positions.begin(connection, ["mail_on_status"])
        connection.execute("UPDATE work.positions SET position = 8")
        connection.execute("UPDATE views.positions SET position = 7 WHERE projection = 'orders'")
    assert looked(app) == {
        "view orders": "ahead of the log: at 7, and the log ends at 0",
        "process mail_on_status": "ahead of the log: at 8, and the log ends at 0",
    }


def test_a_process_that_stands_still_is_named(app: Flask, runtime: Runtime, projecting: Projecting) -> None:
    with runtime.pool.connection() as connection:
        positions.begin(connection, ["mail_on_status"])
    hire(runtime, "ada", "operator")
    projecting_caught_up(runtime)
    assert looked(app) == {}
    assert looked(app, 11) == {"process mail_on_status": "stands still 1 events behind"}


def test_an_effect_that_nobody_hands_out_is_told(app: Flask, runtime: Runtime, projecting: Projecting) -> None:
    with runtime.pool.connection() as connection:
        effects.put_all(connection, [EffectRequest(UUID(int=7), Effect(kind="tell", payload={}), 0)])
    assert looked(app) == {}
    assert looked(app, 31) == {"relay": "hands nothing out for 31 s"}
    with runtime.pool.connection() as connection:
        effects.hand_out(connection, 30, [], runtime.log.ready(connection))
    assert looked(app) == {}


def test_a_database_that_takes_no_writes_is_told_and_a_write_is_503(
    app: Flask, client: FlaskClient, runtime: Runtime, projecting: Projecting
) -> None:
    name, administrating = name_of(runtime.settings.database_url), administrator(runtime.settings.database_url)
    with psycopg.connect(administrating, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    runtime.pool.drain()
    assert looked(app)["database"] == "read-only"
    refusal = client.post("/api/v1/stock/CUP/receipts", json={"quantity": 1})
    refused(refusal, 503, "database-read-only")
    assert refusal.headers["Retry-After"] == "2"
    with psycopg.connect(administrating, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())


def test_a_disk_that_is_nearly_full_is_told(
    app: Flask, projecting: Projecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "DISK_LEAST", 2**62)
    wrong = looked(app)
    assert set(wrong) == {"disk data", "disk files"}
    assert wrong["disk data"].endswith(" MiB free")


def test_a_pool_that_is_used_up_is_told(app: Flask, runtime: Runtime, projecting: Projecting) -> None:
    with ExitStack() as held, ThreadPoolExecutor(1) as waiting:
        for _ in range(runtime.settings.pool_size):
            held.enter_context(runtime.pool.connection())
        waits = waiting.submit(runtime.log.head)
        eventually(lambda: bool(runtime.pool.get_stats().get("requests_waiting")), "somebody waits")
        assert looked(app) == {}
        assert looked(app, 3) == {"connections": "all in use, and requests wait"}
        held.close()
        waits.result()


def projecting_caught_up(runtime: Runtime) -> None:
    for name in PROJECTIONS:
        runtime.views.wait_for(name, runtime.log.head())


def test_a_missing_migration_is_named(stranger: FlaskClient, runtime: Runtime) -> None:
    with psycopg.connect(owner(runtime.settings.database_url), autocommit=True) as connection:
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0003-access'")
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert "0003-access" in answer.get_json()["checks"]["migrations"]


def test_a_database_that_is_gone_is_told(app: Flask, runtime: Runtime) -> None:
    gone = replace(runtime.settings, database_url=f"postgresql://carnet@127.0.0.1:{free_port()}/carnet")
    app.extensions["carnet.health"] = Health(replace(runtime, settings=gone), PROJECTIONS)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"] == "cannot be reached"


def test_whatever_hangs_ready_answers_within_a_second(app: Flask, runtime: Runtime, database: str) -> None:
    with stalled(database) as (slow, stall):
        watched = Health(replace(runtime, settings=replace(runtime.settings, database_url=slow)), PROJECTIONS)
        app.extensions |= {"carnet.health": watched, "carnet.metrics": Metrics(runtime, watched)}
        assert app.test_client().get("/readyz").get_json()["checks"]["database"] == "ok"
        stall.set()
        for _ in range(3):
            began = time.monotonic()
            answer = app.test_client().get("/readyz")
            assert time.monotonic() - began < 1.0
            assert answer.get_json()["checks"]["database"] == "cannot be reached"
        began = time.monotonic()
        assert "carnet_database_up 0.0" in app.test_client().get("/metrics").get_data(as_text=True)
        assert time.monotonic() - began < 1.0


def test_every_metric_that_an_alert_names_is_there(stranger: FlaskClient, projecting: Projecting) -> None:
    names = set(re.findall(r"\bcarnet_\w+", ALERTS.read_text()))
    told = stranger.get("/metrics").get_data(as_text=True)
    assert len(names) > 10
    assert [name for name in sorted(names) if f"# TYPE {name} " not in told] == []


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
