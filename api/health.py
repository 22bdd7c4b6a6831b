"""Whether the process lives, whether it is ready to serve, and its metrics."""

from __future__ import annotations

import psycopg
from flask import Blueprint, Response, current_app, request

from api.access import needs
from api.metrics import metrics
from api.requests import respond, runtime
from projections import PROJECTIONS
from projections.freshness import seconds_behind
from projections.postgres.migrate import pending

MOST_SECONDS_BEHIND = 10.0

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return respond({"status": "alive"})


@health.get("/readyz")
def ready() -> Response:
    """The database answers, its migrations are current and no view is more than ten seconds behind; else 503."""
    checks = _checks()
    well = all(check == "ok" for check in checks.values())
    body = {"status": "ready" if well else "not ready", "checks": checks}
    return respond(body, status=200 if well else 503, headers=None if well else {"Retry-After": "2"})


def _checks() -> dict[str, str]:
    """Each thing needed to serve, `ok` or what is wrong with it."""
    try:
        missing = _missing_migrations()
        if missing:
            return {"database": "ok", "migrations": "missing: " + ", ".join(missing)}
        with runtime().reading() as connection:
            behind = seconds_behind(connection, tuple(PROJECTIONS))
    except psycopg.Error:
        return {"database": "cannot be reached"}
    return {"database": "ok", "migrations": "ok"} | {f"view {name}": _freshness(late) for name, late in behind.items()}


def _freshness(seconds: float | None) -> str:
    if seconds is None:
        return "not built yet"
    return "ok" if seconds <= MOST_SECONDS_BEHIND else f"{seconds:.0f} s behind"


def _missing_migrations() -> list[str]:
    """Migrations not yet applied; once there are none, this process need not look again."""
    known = current_app.extensions
    if not known.get("carnet.migrated"):
        missing = pending(runtime().settings.database_url)
        known["carnet.migrated"] = not missing
        return missing
    return []


@health.get("/metrics")
def show_metrics() -> Response:
    """Counters and gauges; for this machine itself, or for whoever holds the permission metrics:read."""
    if request.remote_addr not in {"127.0.0.1", "::1"} or "X-Forwarded-For" in request.headers:
        return _metrics_by_permission()
    return _metrics()


@needs("metrics:read")
def _metrics_by_permission() -> Response:
    return _metrics()


def _metrics() -> Response:
    return Response(metrics().text(), mimetype="text/plain; version=0.0.4; charset=utf-8")
