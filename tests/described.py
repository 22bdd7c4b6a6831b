"""Every field of an answer is in the API's description: held against each answer that a test of the API is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, fields

from api.personal import form_of
from api.schemas import ProblemForm

JSON = ("application/json", "application/problem+json")


def undescribed(value: Any, field: Any, pointer: str = "") -> Iterator[str]:
    """The fields of an answer that its form does not have, as JSON pointers."""
    if isinstance(field, Schema):
        if isinstance(value, list):
            for one in value:
                yield from undescribed(one, field, pointer)
        elif isinstance(value, dict):
            known = {inner.data_key or name: inner for name, inner in field.fields.items()}
            for name, one in value.items():
                if name in known:
                    yield from undescribed(one, known[name], f"{pointer}/{name}")
                else:
                    yield f"{pointer}/{name}"
    elif isinstance(field, fields.Nested):
        yield from undescribed(value, field.schema, pointer)
    elif isinstance(field, fields.List) and isinstance(value, list):
        for one in value:
            yield from undescribed(one, field.inner, pointer)
    elif isinstance(field, fields.Dict) and field.value_field is not None and isinstance(value, dict):
        for one in value.values():
            yield from undescribed(one, field.value_field, f"{pointer}/*")


def watch(app: Flask) -> None:
    """Breaks every answer of the application that holds a field which the description lacks."""

    def described(response: Response) -> Response:
        if response.mimetype not in JSON or response.is_streamed or not response.data:
            return response
        if not request.path.startswith("/api/v1/") or request.path.endswith("openapi.json"):
            return response
        form = ProblemForm() if response.mimetype == JSON[1] else form_of(response.status_code)
        assert form is not None, f"{request.method} {request.url_rule}: {response.status_code} has no form"
        found = sorted(set(undescribed(response.get_json(), form)))
        assert not found, f"{request.method} {request.url_rule} answers fields that nothing describes: {found}"
        return response

    app.after_request(described)
