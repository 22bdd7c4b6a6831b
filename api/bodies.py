"""Reading what a request carries: strict JSON, strict query strings, one schema instance per route."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, cast
from urllib.parse import unquote_to_bytes

import marshmallow
from flask import Request, g
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from api.current import itself
from api.personal import require_impersonal
from api.problems import Problem, of_validation

Form = type[marshmallow.Schema] | marshmallow.Schema
Decorator = Callable[[Any], Any]


class BrokenKey(ValueError):
    """A key of a JSON object is no text that could be written."""


class DoubledKey(ValueError):
    """The same key stands twice in one JSON object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different, and texts that can be written."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DoubledKey
    keys = "".join(value)
    if not keys.isascii() and HALVES.search(keys):
        raise BrokenKey
    return value


def _constant(text: str) -> NoReturn:
    """JSON has no NaN and no Infinity."""
    raise ValueError(text)


HALVES = re.compile("[\ud800-\udfff]")
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def malformed(detail: str) -> Problem:
    """The request cannot be read at all."""
    return Problem(400, "malformed-request", detail)


def read_json(request: Request) -> Any:
    """The body as JSON in UTF-8, read once; no body at all is an empty object."""
    about = itself(g)
    if "body" not in about:
        about.body = _decoded(request)
    return about.body


def _decoded(request: Request) -> Any:
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
    except BrokenKey:
        raise malformed("A key in the body holds half a character.") from None
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

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as the library declares it
        "json": marshmallow.RAISE,
        "query": marshmallow.RAISE,
        "headers": marshmallow.EXCLUDE,
    }

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        return read_json(req)

    def load_querystring(self, req: Request, schema: marshmallow.Schema) -> Any:
        """The query as a plain object, of which a form without fault is read in one pass; first of doubled names."""
        lists = {name for name, field in schema.load_fields.items() if isinstance(field, marshmallow.fields.List)}
        told = {name: values if name in lists else values[0] for name, values in req.args.lists()}
        require_impersonal(schema, told)
        return told

    def handle_error(self, error: marshmallow.ValidationError, *_: Any, **__: Any) -> NoReturn:
        raise of_validation(error) from None


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint whose schemas are made once, whose bodies are read strictly, and whose decorators have types."""

    ARGUMENTS_PARSER = StrictParser()

    def documented(self) -> list[tuple[str, dict[str, Any]]]:
        """What is documented of each route, by the name of its view and the method in small letters."""
        return list(self._docs.items())

    def route(self, rule: str, *, methods: Sequence[str], **options: Any) -> Decorator:
        """Serves a rule with the methods."""
        return cast("Decorator", super().route(rule, methods=list(methods), **options))

    def get(self, rule: str, **options: Any) -> Decorator:
        """Serves reads of a rule."""
        return self.route(rule, methods=("GET",), **options)

    def post(self, rule: str, **options: Any) -> Decorator:
        """Serves POST on a rule."""
        return self.route(rule, methods=("POST",), **options)

    def put(self, rule: str, **options: Any) -> Decorator:
        """Serves PUT on a rule."""
        return self.route(rule, methods=("PUT",), **options)

    def patch(self, rule: str, **options: Any) -> Decorator:
        """Serves PATCH on a rule."""
        return self.route(rule, methods=("PATCH",), **options)

    def delete(self, rule: str, **options: Any) -> Decorator:
        """Serves DELETE on a rule."""
        return self.route(rule, methods=("DELETE",), **options)

    def arguments(self, schema: Form, *, location: str = "json", **options: Any) -> Decorator:
        """Hands what the request carries (as `json` or `query`) to the view as its first argument.

        A form without a field that is required is described as a body that may be left out, as it may.
        """
        form = _made(schema)
        needed = form is None or any(field.required for field in form.fields.values())
        return cast("Decorator", super().arguments(form, location=location, **{"required": needed, **options}))

    def response(self, status_code: int, schema: Form | dict[str, Any] | None = None, **options: Any) -> Decorator:
        """Describes what the view answers; the view itself makes the answer. A dict is JSON Schema as it stands."""
        return cast("Decorator", super().response(status_code, _made(schema), **options))

    def alt_response(self, status_code: int, response: str | None = None, **options: Any) -> Decorator:
        """Describes another answer, by the name of its status."""
        return cast("Decorator", super().alt_response(status_code, response, **options))


def _made(schema: Any) -> Any:
    return schema() if isinstance(schema, type) else schema
