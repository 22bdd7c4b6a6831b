"""The application: every blueprint, and what is done around every request."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api import problems
from api.bodies import Resource, check_query
from api.coupons import coupons
from api.customers import customers
from api.docs import describe, docs
from api.documents import documents
from api.effects import effects, processes
from api.events import audit, epochs, events, views
from api.exports import Slots, exports
from api.health import EXTENSION as HEALTH_EXTENSION
from api.health import HEALTH, READY, health
from api.imports import imports
from api.imports_mappings import EXTENSION, Mappings, mappings
from api.jobs import jobs
from api.limits import EXTENSION as LIMITS_EXTENSION
from api.limits import Limits, limit_address, tell_limits
from api.messages import messages
from api.metrics import Metrics, metrics
from api.operators import operators
from api.orders import orders
from api.papers import papers
from api.payment_page import payment_page
from api.personal import mask_answer
from api.reconciliation import reconciliation
from api.requests import new_request_id
from api.retention import retention
from api.sequences import enrolments, sequences
from api.sessions import session
from api.sessions_open import open_sessions
from api.settings import meta, settings
from api.stock import stock
from api.templates import templates
from api.tokens import tokens
from api.unsubscribe import unsubscribe
from api.webhooks import webhooks
from api.whole_bodies import with_whole_bodies
from projections import PROJECTIONS
from projections.credentials import Credentials
from projections.health import Health
from projections.postgres.connections import Renewal
from projections.prints import Papers
from projections.runtime import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/api/v1"
BLUEPRINTS: tuple[Resource, ...] = (
    session,
    open_sessions,
    orders,
    exports,
    documents,
    customers,
    coupons,
    stock,
    sequences,
    enrolments,
    imports,
    mappings,
    settings,
    papers,
    meta,
    messages,
    templates,
    operators,
    tokens,
    epochs,
    events,
    audit,
    webhooks,
    reconciliation,
    retention,
    views,
    effects,
    processes,
    jobs,
)

# What a browser could let a page do, and no page of ours needs.
UNUSED_POWERS = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER = "other"  # what an invented method is counted as, or whoever invents them makes the metrics grow

# What every answer carries that does not say otherwise itself.
SAFE_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Permissions-Policy", ", ".join(f"{power}=()" for power in UNUSED_POWERS)),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("Cache-Control", "no-store"),
)

log = structlog.get_logger()


def create_app(runtime: Runtime, reader: Mappings | None = None) -> Flask:
    """The API over an open runtime; without a `reader` of mappings it keeps none and proposes none."""
    app = Flask("api", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=runtime.settings.body_limit)
    app.extensions["carnet"] = runtime
    app.extensions["carnet.credentials"] = Credentials(runtime.pool)
    app.extensions["carnet.papers"] = Papers(runtime)
    app.extensions["carnet.exports"] = Slots(runtime)
    watched = Health(runtime, PROJECTIONS)
    app.extensions[HEALTH_EXTENSION] = watched
    app.extensions[LIMITS_EXTENSION] = Limits(runtime.settings)
    app.extensions["carnet.metrics"] = Metrics(runtime, watched)
    app.extensions["carnet.renew"] = Renewal(runtime.pool)
    app.extensions[EXTENSION] = reader
    problems.register(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.after_request(mask_answer)
    app.after_request(tell_limits)
    app.register_blueprint(health)
    app.register_blueprint(docs)
    app.register_blueprint(unsubscribe)
    app.register_blueprint(payment_page)
    api = describe(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=PREFIX + (blueprint.url_prefix or ""))
    app.wsgi_app = with_whole_bodies(_with_safe_headers(app.wsgi_app))  # type: ignore[assignment, method-assign]
    _trust_proxies(app, runtime.settings.trusted_proxies)
    return app


def _with_safe_headers(application: WSGIApplication) -> WSGIApplication:
    """Puts the safe headers on every answer, also on those that are no request's of ours."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told = {name.lower() for name, _ in headers}
            return start_response(status, headers + [one for one in SAFE_HEADERS if one[0].lower() not in told], *more)

        return application(environ, start)

    return answer


def _trust_proxies(app: Flask, count: int) -> None:
    """Believes the X-Forwarded-* headers of so many proxies in front."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=0
        )


def _begin() -> None:
    """Names the request, and refuses one too many of an address or one that cannot be read; health is never refused."""
    g.began = time.perf_counter()
    g.request_id = new_request_id()
    if request.path not in {HEALTH, READY}:
        limit_address(request.remote_addr)
    check_query(request)


def _finish(response: Response) -> Response:
    """Puts the request's id on an answer, counts it and writes one line of log."""
    response.headers["X-Request-Id"] = g.request_id
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    seconds = time.perf_counter() - g.began
    route = str(request.url_rule) if request.url_rule else "none"
    metrics().count(request.method if request.method in METHODS else OTHER, route, response.status_code, seconds)
    caller = g.get("caller")
    log.info(
        "request.answered",
        request_id=g.request_id,
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        actor=caller.actor if caller else None,
    )
    return response
