"""What every write and read shares: request ids, the context of commands, If-Match, Idempotency-Key and positions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4, uuid5

import msgspec
import psycopg
from flask import Response, current_app, g, request

from api.access import caller
from api.bodies import malformed, read_json
from api.current import itself
from api.positions import LEAST, least_position, tell_position
from api.problems import Problem, unavailable
from domain.errors import StaleVersion
from domain.events import Aggregate, Command, Context
from domain.settings import Shop
from projections.desk import Outcome
from projections.desk.desk import TransactionHook
from projections.engine.freshness import TooFarBehind
from projections.engine.tables import Connection
from projections.log import Answer, RequestKey, Session
from projections.runtime import Runtime

JSON = "application/json"
LARGEST_VERSION = 2**31 - 1
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ENTITY_TAG = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e]*)"\s*')
_COMMANDS = UUID("9a3c1f52-0b1e-5c64-8a8e-2f5c1f0e7d42")

Render = Callable[[Any, Shop], Any]
T = TypeVar("T")


def runtime() -> Runtime:
    """The runtime of this application."""
    return cast("Runtime", current_app.extensions["carnet"])


def new_request_id() -> str:
    """The id that a proxy gave the request, or a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def context(reason: str | None = None) -> Context:
    """By whom, when and why a command is given; the same Idempotency-Key of a caller gives the same command id."""
    key, actor = idempotency_key(), caller().actor
    command_id = uuid5(_COMMANDS, f"{actor} {request.path} {key}") if key else uuid4()
    return Context(command_id=command_id, actor=actor, at=datetime.now(UTC), reason=reason)


def idempotency_key() -> str | None:
    """The request's Idempotency-Key: 1 to 255 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise malformed("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    return key


def request_key() -> RequestKey | None:
    """What makes repeating this POST harmless: its key, its caller and what exactly was asked."""
    key, sent = idempotency_key(), itself(request)
    if key is None or sent.method != "POST":
        return None
    actor = caller().actor
    asked = [sent.method, sent.path, actor, read_json(sent)]
    try:
        told = msgspec.json.encode(asked, order="deterministic")
    except UnicodeEncodeError:  # halves of a character, which only an escaped form can tell
        told = json.dumps(asked, sort_keys=True).encode()
    return RequestKey(key, actor, sha256(told).digest())


def if_match() -> tuple[int, ...] | None:
    """The versions the caller decided on, latest first; None when any will do. A proxy's `W/` is understood."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [_ENTITY_TAG.fullmatch(part) for part in header.split(",")]
    if not all(tags) or len(tags) > 20:
        raise malformed('If-Match holds entity tags such as "3".')
    texts = [tag[1] for tag in tags if tag]
    versions = [int(text) for text in texts if text.isdigit() and text.isascii() and len(text) <= 10]
    return tuple(sorted({version for version in versions if version <= LARGEST_VERSION}, reverse=True)) or (-1,)


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def respond(
    body: Any, *, status: int = 200, version: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer; `version` becomes its ETag."""
    response = Response(b"" if body is None else msgspec.json.encode(body), status, headers, mimetype=JSON)
    if version is not None:
        response.headers["ETag"] = etag(version)
    if body is None:
        del response.headers["Content-Type"]
    return response


def handle(
    command: Command,
    *,
    render: Render,
    status: int = 200,
    location: Callable[[Any], str] | None = None,
    require_match: bool = False,
    beside: TransactionHook | None = None,
    once: Mapping[str, str] | None = None,
) -> Response:
    """Handles one command for the caller and answers with what `render` makes of the aggregate (None: no body).

    Honours If-Match and Idempotency-Key; `require_match` refuses a write that names no version (428). `beside` writes
    what belongs into the same transaction. `once` are secrets for the first answer; none is kept, and none repeated.
    """
    versions = if_match()
    if require_match and "If-Match" not in request.headers:
        raise Problem(428, "precondition-required", "Say which version you decided on: send its ETag as If-Match.")

    def answer(aggregate: Aggregate, shop: Shop) -> Answer:
        body = render(aggregate, shop)
        headers = {"ETag": etag(aggregate.version)}
        if location is not None:
            headers["Location"] = location(aggregate)
        encoded = b"" if body is None else msgspec.json.encode(body)
        return Answer(status=status, headers=headers, body=encoded, subject=aggregate.subject)

    outcome = _decide(command, versions, answer, beside)
    response = _response(outcome)
    if once is not None and response.data:
        told = dict.fromkeys(once) if outcome.replayed else dict(once)
        body = {**msgspec.json.decode(response.data), **told, "secret_shown": outcome.replayed}
        response.data = msgspec.json.encode(body)
    return response


def perform(
    change: Callable[[Session], Any],
    *,
    status: int = 200,
    headers: Callable[[Any], Mapping[str, str]] | None = None,
) -> Response:
    """Makes a change that is no part of any history and answers with its body; honours Idempotency-Key.

    `headers` gives those that belong to the body.
    """
    key = request_key()
    with runtime().log.session() as session:
        known = session.claim_request(key) if key else None
        if known:
            return _response(Outcome(None, 0, known, replayed=True))
        session.begin()
        body = change(session)
        told = dict(headers(body)) if headers else {}
        answer = Answer(status=status, headers=told, body=msgspec.json.encode(body))
        return _response(Outcome(None, session.commit(answer), answer, False, session.incarnation))


def _decide(
    command: Command,
    versions: tuple[int, ...] | None,
    render: Callable[[Any, Shop], Answer],
    beside: TransactionHook | None,
) -> Outcome:
    """The outcome at the first of the versions that is still current."""
    desk, key = runtime().desk, request_key()
    for version in (versions or ())[:-1]:
        try:
            return desk.handle(command, expected_version=version, request=key, render=render, beside=beside)
        except StaleVersion:
            continue
    last = versions[-1] if versions else None
    return desk.handle(command, expected_version=last, request=key, render=render, beside=beside)


def _response(outcome: Outcome) -> Response:
    """The answer of an outcome, with the position from which on views show it (the log's end for a repeated one)."""
    answer = outcome.answer
    if answer is None:
        return respond(None, status=204)
    response = Response(answer.body, answer.status, answer.headers, mimetype=JSON)
    if not answer.body:
        del response.headers["Content-Type"]
    incarnation, position = outcome.incarnation, outcome.position
    if incarnation is None:
        incarnation, position = runtime().log.end()
    tell_position(position, incarnation)
    if outcome.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def shop() -> Shop:
    """The shop for what is only shown: at most a moment old, or as it is now for who asks with X-Min-Position."""
    desk = runtime().desk
    return desk.shop() if LEAST in request.headers else desk.recent_shop()


def fresh(projection: str, *, anywhere: bool = False, upto: int = 0) -> None:
    """Waits until the view shows the position the caller asks for in X-Min-Position; 503 when it takes too long.

    `upto` is a position that it must show whoever asks. A view that is not built yet, or whose rows are of another form
    than this program reads, is 503 as well. `anywhere`: what is then read by `read` comes from the replica, where that
    shows the position already.
    """
    position = max(least_position(), upto)
    replica = runtime().replica
    g.on_replica = bool(anywhere and replica and replica.shows(projection, position))
    if g.on_replica:
        return
    try:
        runtime().views.wait_for(projection, position)
    except TooFarBehind:
        raise unavailable("view-behind", f"The view {projection} has not come to position {position} yet.") from None


def read(look: Callable[[Connection], T]) -> T:
    """What is looked at in the views: on the replica where `fresh` chose it, on the primary where that fails."""
    replica = runtime().replica
    if replica and g.get("on_replica"):
        try:
            with replica.reading() as connection:
                return look(connection)
        except (psycopg.OperationalError, psycopg.ProgrammingError) as fault:
            replica.rest(fault)
    with runtime().reading() as connection:
        return look(connection)
