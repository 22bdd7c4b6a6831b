"""How a refusal looks on the wire: RFC 9457 problems, and the one place where kinds of error become statuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec
import psycopg
import structlog
from flask import Flask, Response, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from domain.errors import Conflict, DomainError, NotFound, Rejected, StaleVersion
from projections.log import VersionConflict

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
INSTANT = "Write an instant such as 2026-01-31T12:00:00Z."

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
        return Response(msgspec.json.encode(document, enc_hook=str), self.status, self.headers, mimetype=MIMETYPE)


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
    by_place = cast(dict[str, Any], error.messages)
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
    errors = [pointed(error.pointer, error.code, str(error))] if error.pointer else []
    return Problem(status, error.code, str(error), errors=errors, details=error.details)


def of_http(error: HTTPException) -> Problem:
    """What HTTP itself refuses, with the headers that belong to it (`Allow`, `WWW-Authenticate`, ...)."""
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    code = HTTP_CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
    return Problem(status, code, error.description or HTTPStatus(status).phrase, headers=headers)


def unavailable(code: str, detail: str) -> Problem:
    """Something is not there at the moment; trying again shortly is right."""
    return Problem(503, code, detail, headers={"Retry-After": RETRY_SECONDS})


def _answer_problem(error: Problem) -> Response:
    return error.response()


def _answer_domain(error: DomainError) -> Response:
    return of_domain(error).response()


def _answer_http(error: HTTPException) -> Response:
    return of_http(error).response()


def _answer_database(error: psycopg.Error) -> Response:
    log.warning("database.unreachable", request_id=g.get("request_id"), error=type(error).__name__)
    return unavailable("database-unavailable", "The database cannot be reached at the moment.").response()


def _answer_crash(error: Exception) -> Response:
    """A fault of ours: the trace stands in the log under the request's id and nowhere else."""
    log.error("request.failed", request_id=g.get("request_id"), route=str(request.url_rule), exc_info=error)
    return Problem(
        500, "server-error", "This is a fault of the server; its log names it under this instance."
    ).response()


def register(app: Flask) -> None:
    """Makes every error of the application a problem document."""
    app.register_error_handler(Problem, _answer_problem)
    app.register_error_handler(DomainError, _answer_domain)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(psycopg.OperationalError, _answer_database)
    app.register_error_handler(psycopg.InterfaceError, _answer_database)
    app.register_error_handler(Exception, _answer_crash)
