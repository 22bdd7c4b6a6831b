"""Whether the process lives, whether it is ready to serve, and its metrics."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, request

from api.access import needs
from api.metrics import metrics
from api.problems import RETRY_SECONDS
from api.requests import respond
from projections.doctor.health import Health

HEALTH, READY = "/healthz", "/readyz"
EXTENSION = "carnet.health"

health = Blueprint("health", __name__)


@health.get(HEALTH)
def alive() -> Response:
    """The process answers."""
    return respond({"status": "alive"})


@health.get(READY)
def ready() -> Response:
    """Within a second: the database answers and takes writes, its migrations are these, no view or process stands still
    behind the log, every view is led, no disk is full; else 503 with what is wrong.
    """
    checks = cast("Health", current_app.extensions[EXTENSION]).checks()
    well = all(check.is_well for check in checks if check.needed)
    body = {"status": "ready" if well else "not ready", "checks": {check.name: check.text for check in checks}}
    return respond(body, status=200 if well else 503, headers=None if well else {"Retry-After": RETRY_SECONDS})


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
