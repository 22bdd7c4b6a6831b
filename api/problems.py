"""How a refusal looks on the wire: RFC 9457 problems, and the one place where kinds of error become statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec
import psycopg
import structlog
from flask import Flask, Response, current_app, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as HTTPNotFound
from werkzeug.routing import Rule

from domain.errors import Conflict, DomainError, NotFound, Rejected, StaleVersion
from projections.faults import with_trace
from projections.log import IncarnationChanged, OutcomeUnknown, VersionConflict

MIMETYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_SECONDS = "2"

# A kind of refusal and the status it answers with.
KINDS: dict[type[DomainError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Rejected: HTTPStatus.UNPROCESSABLE_ENTITY,
}
# What HTTP itself refuses, by the code under which programs know it.
HTTP_CODES = {
    400: "malformed-request",
    404: "no-such-address",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}
# The stable codes of the sentences marshmallow says; sentences of our own carry theirs.
FIELD_CODES = {
    "Unknown field.": "unknown-field",
    "Missing data for required field.": "missing-field",
    "Field may not be null.": "null-field",
    "Not a valid string.": "not-a-text",
    "Not a valid integer.": "not-an-integer",
    "Not a valid boolean.": "not-a-boolean",
    "Not a valid list.": "not-a-list",
    "Not a valid UUID.": "not-an-identifier",
    "Not a valid datetime.": "not-an-instant",
    "Not a valid aware datetime.": "not-an-instant",
    "Invalid input type.": "not-an-object",
}
# What the database cannot do at the moment, the narrower kinds first: how the log's action ends, the code, a sentence.
UNAVAILABLE: dict[type[psycopg.Error], tuple[str, str, str]] = {
    psycopg.errors.DiskFull: (
        "disk-full", "database-full", "The database's disk is full: nothing was stored."
    ),
    psycopg.errors.ReadOnlySqlTransaction: (
        "read-only", "database-read-only", "The database takes no writes at the moment: nothing was stored."
    ),
    psycopg.errors.QueryCanceled: (
        "cancelled", "database-unavailable", "The database broke off what took too long."
    ),
    psycopg.errors.IdleInTransactionSessionTimeout: (
        "idle", "database-unavailable", "The database broke off what stood still for too long."
    ),
    psycopg.OperationalError: (
        "unreachable", "database-unavailable", "The database cannot be reached at the moment."
    ),
    psycopg.InterfaceError: (
        "unreachable", "database-unavailable", "The database cannot be reached at the moment."
    ),
}  # fmt: skip
INSTANT = "Write an instant such as 2026-01-31T12:00:00Z."

LONGEST_NAME = 200  # of what was asked for, repeated in a problem
_PARAMETER = re.compile("<(?:[a-z]+:)?([a-z_]+)>")
# What markup, templates, shells, terminals and mail headers take for their own.
_ODD = re.compile('[<>{}"`|=;\\\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

log = structlog.get_logger()


class CodedMessage(str):
    """A sentence about a field together with its stable code."""

    code: str

    def __new__(cls, text: str, code: str) -> CodedMessage:
        message = super().__new__(cls, text)
        message.code = code
        return message


class Problem(Exception):
    """A refusal that the HTTP side itself makes: its status, stable code, one sentence, and the fields at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.details = dict(details or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem document of RFC 9457; `instance` is the request's id, which is also in the log."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.code.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "instance": g.get("request_id", ""),
        }
        if self.errors:
            document["errors"] = self.errors
        if self.details:
            document["details"] = self.details
        return Response(_encoded(document), self.status, self.headers, mimetype=MIMETYPE)


def _encoded(document: dict[str, Any]) -> bytes:
    """The document as JSON, whatever text of the request it repeats: halves of a character become question marks."""
    try:
        return msgspec.json.encode(document, enc_hook=str)
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("?", json.dumps(document, ensure_ascii=False, default=str)).encode()


def pointed(pointer: str, code: str, detail: str) -> dict[str, str]:
    """One entry of a problem's `errors`: which field, which rule, one sentence."""
    return {"pointer": pointer, "code": code, "detail": detail}


def _escaped(part: object) -> str:
    """One part of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _field_errors(messages: Any, pointer: str = "") -> Iterator[tuple[str, str, str]]:
    """Pointer, code and sentence of every complaint in marshmallow's nested messages."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _field_errors(inner, pointer if name == "_schema" else f"{pointer}/{_escaped(name)}")
        return
    for message in messages if isinstance(messages, list) else [messages]:
        code = message.code if isinstance(message, CodedMessage) else FIELD_CODES.get(message, "invalid-value")
        yield pointer, code, INSTANT if code == "not-an-instant" else str(message)


def of_validation(error: ValidationError) -> Problem:
    """Fields that do not have the right form: all of them at once; of the query string by `parameter`."""
    by_place = cast("dict[str, Any]", error.messages)
    errors = [
        pointed(pointer, code, detail)
        if place == "json"
        else {"parameter": pointer.removeprefix("/").split("/")[0], "code": code, "detail": detail}
        for place, messages in by_place.items()
        for pointer, code, detail in _field_errors(messages)
    ]
    return Problem(422, "invalid-fields", "Some fields do not have the right form; see errors.", errors=errors)


def of_domain(error: DomainError) -> Problem:
    """What a rule refused, by kind; a version that If-Match named and that is gone is 412."""
    status = next((status for kind, status in KINDS.items() if isinstance(error, kind)), HTTPStatus.CONFLICT)
    if isinstance(error, StaleVersion | VersionConflict) and request.headers.get("If-Match"):
        status = HTTPStatus.PRECONDITION_FAILED
    name = error.pointer[1:]
    in_address = name in (request.view_args or {}) and not _is_told(name)
    details, sentence = _plain_details(error), plain_sentence(error)
    errors = [pointed(error.pointer, error.code, sentence)] if error.pointer else []
    if in_address:  # nothing in the body is at fault
        errors = [{"parameter": name, "code": error.code, "detail": sentence}]
    if isinstance(error, NotFound) and (in_address or not errors) and request.path.startswith("/api/"):
        told = (request.view_args or {}).items()
        details = {**{name: plain(str(value)[:LONGEST_NAME]) for name, value in told}, **details}
    return Problem(status, error.code, sentence, errors=errors, details=details)


def _plain_details(error: DomainError) -> dict[str, Any]:
    return {name: plain(value) for name, value in error.details.items()}


def plain_sentence(error: DomainError) -> str:
    """What a rule says, its details without odd signs."""
    details = _plain_details(error)
    return str(error) if details == error.details else error.message(details)


def plain(value: Any) -> Any:
    """A detail of a refusal as it is repeated: of a name or a code, no sign that anything could take for its own."""
    return _ODD.sub("?", value) if isinstance(value, str) else value


def _is_told(name: str) -> bool:
    """Whether the request's body, which was read before, has a field of this name."""
    body = g.get("body")
    return isinstance(body, dict) and name in body


def of_http(error: HTTPException) -> Problem:
    """What HTTP itself refuses, with the headers that belong to it (`Allow`, `WWW-Authenticate`, ...)."""
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    code = HTTP_CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
    detail = error.description or HTTPStatus(status).phrase
    details: dict[str, Any] = {}
    if request.routing_exception is error:
        detail, details = _unrouted(error, detail)
    return Problem(status, code, detail, details=details, headers=headers)


def _unrouted(error: HTTPException, otherwise: str) -> tuple[str, dict[str, Any]]:
    """What of a request leads nowhere, in a sentence and by name: its path, an id in it, or its method.

    Neither repeats what was sent: who is not even known may have sent it.
    """
    if isinstance(error, MethodNotAllowed):
        allowed = sorted({*(error.valid_methods or ())} - {"HEAD", "OPTIONS"})
        return f"This address does not take this method; it takes {', '.join(allowed)}.", {"allowed": allowed}
    if not isinstance(error, HTTPNotFound):
        return otherwise, {}
    for rule in current_app.url_map.iter_rules():
        if name := _wrong_part(rule, request.path):
            return f"In this address the {name.replace('_', ' ')} is none.", {"parameter": name}
    return "There is nothing at this address; /api/docs tells what there is.", {}


def _wrong_part(rule: Rule, path: str) -> str:
    """The name of the first part of a path that would lead to a rule if it had its form, such as an id's."""
    asked, known = path.split("/"), rule.rule.split("/")
    if len(asked) != len(known) or not rule.arguments:
        return ""
    wrong = ""
    for text, part in zip(asked, known, strict=True):
        found = _PARAMETER.fullmatch(part)
        if found is None:
            if text != part:
                return ""
        elif not wrong and not re.fullmatch(rule._converters[found[1]].regex, text):
            wrong = found[1]
    return wrong


def unavailable(code: str, detail: str) -> Problem:
    """Something is not there at the moment; trying again shortly is right."""
    return Problem(503, code, detail, headers={"Retry-After": RETRY_SECONDS})


def _answer_problem(error: Problem) -> Response:
    return error.response()


def _answer_domain(error: DomainError) -> Response:
    return of_domain(error).response()


def _answer_replaced(error: IncarnationChanged) -> Response:
    log.warning("the database was restarted or replaced", action="database.replaced", **_request(), **with_trace(error))
    return unavailable("database-unavailable", "The database was restarted or replaced at this moment.").response()


def _answer_unknown(error: OutcomeUnknown) -> Response:
    log.error("nobody knows whether it was stored", action="request.outcome-unknown", **_request(), **with_trace(error))
    detail = (
        "The database went away and did not say whether this was recorded. Ask again with the same Idempotency-Key."
    )
    return unavailable("outcome-unknown", detail).response()


def _answer_http(error: HTTPException) -> Response:
    return of_http(error).response()


def _answer_database(error: psycopg.Error) -> Response:
    """The database does not do what it is asked just now; the log says what has to be seen to."""
    state, code, detail = next(told for kind, told in UNAVAILABLE.items() if isinstance(error, kind))
    log.warning("the database does not answer", action=f"database.{state}", **_request(), **with_trace(error))
    renew = current_app.extensions.get("carnet.renew")
    if renew and isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        renew()
    return unavailable(code, detail).response()


def _answer_crash(error: Exception) -> Response:
    """A fault of ours: the trace stands in the log under the request's id and nowhere else."""
    log.error("a fault of the server", action="request.failed", **_request(), **with_trace(error))
    return Problem(
        500, "server-error", "This is a fault of the server; its log names it under this instance."
    ).response()


def _request() -> dict[str, Any]:
    """What a line of log names a request by."""
    return {"request_id": g.get("request_id"), "method": request.method, "route": str(request.url_rule)}


def register(app: Flask) -> None:
    """Makes every error of the application a problem document."""
    app.register_error_handler(Problem, _answer_problem)
    app.register_error_handler(DomainError, _answer_domain)
    app.register_error_handler(IncarnationChanged, _answer_replaced)
    app.register_error_handler(OutcomeUnknown, _answer_unknown)
    app.register_error_handler(HTTPException, _answer_http)
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _answer_database)
    app.register_error_handler(Exception, _answer_crash)
