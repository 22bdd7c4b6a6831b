"""The application: every blueprint, and what is done around every request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api import problems
from api.bodies import Resource, check_query
from api.books import books
from api.changes.routes import changes
from api.changes.waiting import EXTENSION as DESKS_EXTENSION
from api.changes.waiting import Desks
from api.console_files import console
from api.coupons import coupons
from api.current import itself
from api.customers.routes import customers
from api.docs import describe, docs
from api.documents import documents
from api.drafts import drafts
from api.effects import effects, processes
from api.event_schemas import schemas
from api.events import epochs, events, views
from api.exports.routes import Slots, exports
from api.headers import add_header, with_headers
from api.health import EXTENSION as HEALTH_EXTENSION
from api.health import HEALTH, READY, health
from api.imports.mappings import EXTENSION, Mappings, mappings
from api.imports.routes import imports
from api.imports.uploads import uploads
from api.jobs import jobs
from api.limits import EXTENSION as LIMITS_EXTENSION
from api.limits import Limits, limit_address, tell_limits
from api.messages import messages
from api.metrics import Metrics, metrics
from api.operators import operators
from api.orders import orders
from api.outside import files as outside_files
from api.outside import outside
from api.papers import papers
from api.parameters import is_guarded, refuse_foreign_parameters
from api.payment_page import payment_page
from api.personal import mask_answer
from api.pickers import pickers
from api.products import products
from api.proofs import audit
from api.reads import note_read
from api.reconciliation import reconciliation
from api.reports import reports
from api.requests import new_request_id
from api.retention import retention
from api.saved_views import views as saved_views
from api.sequences.routes import enrolments, sequences
from api.sessions.opened import open_sessions
from api.sessions.routes import session
from api.settings.guide import settings
from api.settings.routes import meta
from api.stock import stock
from api.templates import templates
from api.tokens import tokens
from api.transfer import answer_conditionally, compress
from api.trying import EXTENSION as TURNS_EXTENSION
from api.trying import new_turns
from api.unsubscribe import unsubscribe
from api.upkeep import proofs, upkeep
from api.webhook_endpoints import endpoints
from api.webhooks import webhooks
from api.whole_bodies import with_whole_bodies
from projections.access.credentials import Credentials
from projections.doctor.health import Health
from projections.papers.prints import Papers
from projections.postgres.connections import Renewal
from projections.runtime import Runtime
from projections.views import kept

PREFIX = "/api/v1"
BLUEPRINTS: tuple[Resource, ...] = (
    session,
    open_sessions,
    orders,
    changes,
    saved_views,
    drafts,
    exports,
    documents,
    books,
    reports,
    outside,
    outside_files,
    customers,
    coupons,
    products,
    stock,
    sequences,
    enrolments,
    imports,
    mappings,
    uploads,
    settings,
    papers,
    meta,
    pickers,
    messages,
    templates,
    operators,
    tokens,
    epochs,
    schemas,
    events,
    audit,
    endpoints,
    proofs,
    webhooks,
    reconciliation,
    retention,
    views,
    upkeep,
    effects,
    processes,
    jobs,
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER = "other"  # what an invented method is counted as, or whoever invents them makes the metrics grow

log = structlog.get_logger()


class Application(Flask):
    """Flask, spared its look at every function whether it is a coroutine: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(runtime: Runtime, reader: Mappings | None = None) -> Flask:
    """The API over an open runtime; without a `reader` of mappings it keeps none and proposes none."""
    app = Application("api", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=runtime.settings.body_limit)
    app.extensions["carnet"] = runtime
    app.extensions["carnet.credentials"] = Credentials(runtime.pool)
    app.extensions["carnet.papers"] = Papers(runtime)
    app.extensions["carnet.exports"] = Slots(runtime)
    app.extensions[TURNS_EXTENSION] = new_turns()
    watched = Health(runtime, kept(orders_past=runtime.settings.orders_past))
    app.extensions[HEALTH_EXTENSION] = watched
    app.extensions[LIMITS_EXTENSION] = Limits(runtime.settings)
    app.extensions["carnet.metrics"] = Metrics(runtime, watched)
    app.extensions[DESKS_EXTENSION] = Desks(app, runtime)
    app.extensions["carnet.renew"] = Renewal(runtime.pool)
    app.extensions[EXTENSION] = reader
    problems.register(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.after_request(compress)
    app.after_request(answer_conditionally)
    app.after_request(mask_answer)
    app.after_request(tell_limits)
    app.register_blueprint(health)
    app.register_blueprint(console)
    app.register_blueprint(docs)
    app.register_blueprint(unsubscribe)
    app.register_blueprint(payment_page)
    api = describe(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=PREFIX + (blueprint.url_prefix or ""))
    app.wsgi_app = with_whole_bodies(with_headers(app.wsgi_app))  # type: ignore[assignment, method-assign]
    _trust_proxies(app, runtime.settings.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believes the X-Forwarded-* headers of so many proxies in front."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=0
        )


def _begin() -> None:
    """Names the request, and refuses one too many of an address or one that cannot be read; health is never refused."""
    asked, about = itself(request), itself(g)
    about.began = time.perf_counter()
    about.request_id = new_request_id()
    if asked.path not in {HEALTH, READY}:
        limit_address(asked.remote_addr)
    check_query(asked)
    if asked.url_rule and not is_guarded(current_app.view_functions.get(asked.url_rule.endpoint)):
        refuse_foreign_parameters()


def _finish(response: Response) -> Response:
    """Puts the request's id on an answer, counts it and writes one line of log."""
    asked, about = itself(request), itself(g)
    add_header(asked, "X-Request-Id", about.request_id)
    if asked.is_secure:
        add_header(asked, "Strict-Transport-Security", "max-age=31536000")
    seconds = time.perf_counter() - about.began
    route = str(asked.url_rule) if asked.url_rule else "none"
    metrics().count(asked.method if asked.method in METHODS else OTHER, route, response.status_code, seconds)
    caller = about.get("caller")
    if caller is not None:
        note_read(asked, response.status_code, caller, about.request_id)
    log.info(
        "request answered",
        action="request.answered",
        request_id=about.request_id,
        method=asked.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        actor=caller.actor if caller else None,
    )
    return response
