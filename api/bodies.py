"""Reading what a request carries: strict JSON, strict query strings, one schema instance per route."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow
from flask import Request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from api.problems import Problem, of_validation


class DoubledKey(ValueError):
    """The same key stands twice in one JSON object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DoubledKey
    return value


def _constant(text: str) -> NoReturn:
    """JSON has no NaN and no Infinity."""
    raise ValueError(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def malformed(detail: str) -> Problem:
    """The request cannot be read at all."""
    return Problem(400, "malformed-request", detail)


def read_json(request: Request) -> Any:
    """The body as JSON in UTF-8; no body at all is an empty object."""
    body = request.get_data(cache=True)
    if not body:
        return {}
    if not (request.mimetype == "application/json" or request.mimetype.endswith("+json")):
        raise Problem(415, "unsupported-media-type", "Send the body as application/json.")
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise malformed("The body is not UTF-8.") from None
    except DoubledKey:
        raise malformed("A key stands twice in one object of the body.") from None
    except RecursionError:
        raise malformed("The body is nested too deeply.") from None
    except ValueError:
        raise malformed("The body is not JSON.") from None


def check_query(request: Request) -> None:
    """Refuses a query string that is not UTF-8."""
    if b"%" not in request.query_string:
        return
    try:
        unquote_to_bytes(request.query_string).decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("The query string is not UTF-8.") from None


class StrictParser(FlaskParser):
    """Hands requests to schemas: unknown fields are refused everywhere, every complaint becomes a problem."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {
        "json": marshmallow.RAISE,
        "query": marshmallow.RAISE,
        "headers": marshmallow.EXCLUDE,
    }

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        return read_json(req)

    def handle_error(self, error: marshmallow.ValidationError, *_: Any, **__: Any) -> NoReturn:
        raise of_validation(error) from None


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint whose schemas are made once and whose bodies are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **options: Any) -> Callable[[Any], Any]:
        made = schema() if isinstance(schema, type) else schema
        decorator: Callable[[Any], Any] = super().arguments(made, **options)
        return decorator
