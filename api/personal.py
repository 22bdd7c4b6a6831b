"""What of persons is shown to whom: who lacks `personal:read` gets masks, and searches and sorts by nothing of persons.

Forms mark their fields by `PERSONAL` (see `api.schemas`); everything here follows these marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from flask import Response, current_app, g, request
from marshmallow import Schema, fields

from api.access import caller
from api.problems import Problem
from api.schemas import MARK
from domain.personal import MASK, PERMISSION

JSON = "application/json"


def sees_persons() -> bool:
    """Whether the caller may see what tells of a person."""
    return PERMISSION in caller().permissions


def require_impersonal(form: Schema, told: Mapping[str, Any]) -> None:
    """Refuses a filter or sort by what the caller may not see: its answers would tell it all the same."""
    if "caller" not in g or sees_persons():
        return
    for name in _personal(form, told):
        detail = f"To search or sort by this {name} needs the permission {PERMISSION}."
        raise Problem(403, "permission-missing", detail, details={"permission": PERMISSION})


def searches_persons(form: Schema, told: Mapping[str, Any]) -> bool:
    """Whether a filter or sort is by what tells of persons."""
    return any(True for _ in _personal(form, told))


def _personal(form: Schema, told: Mapping[str, Any]) -> Iterator[str]:
    for name, field in form.load_fields.items():
        mark = field.metadata.get(MARK)
        if name in told and (mark is True or (mark and str(told[name]).removeprefix("-") in mark)):
            yield name


def masked(value: Any, form: Schema) -> Any:
    """An answer of this form with a mask for everything that tells of a person."""
    if isinstance(value, list):
        return [masked(one, form) for one in value]
    if not isinstance(value, dict):
        return value
    answer = dict(value)
    for name, field in form.fields.items():
        key = field.data_key or name
        if key in answer:
            answer[key] = _mask(answer[key]) if field.metadata.get(MARK) else _within(answer[key], field)
    return answer


def _mask(value: Any) -> Any:
    return [] if isinstance(value, list) else {} if isinstance(value, dict) else MASK


def _within(value: Any, field: Any) -> Any:
    """A value that is not personal as a whole: what stands in it may be."""
    match field:
        case fields.Nested():
            return masked(value, field.schema)
        case fields.List():
            return [_within(one, field.inner) for one in value or ()] if value is not None else None
        case fields.Dict(value_field=inner) if inner is not None and isinstance(value, dict):
            return {key: _within(one, inner) for key, one in value.items()}
    return value


def mask_answer(response: Response) -> Response:
    """Masks an answer for a caller who may not see persons, a repeated one too; runs after every request."""
    if "caller" not in g or sees_persons() or response.mimetype != JSON or response.is_streamed:
        return response
    form = form_of(response.status_code)
    if form is None:  # nothing says what of it is personal
        detail = f"This answer needs the permission {PERMISSION}."
        return Problem(403, "permission-missing", detail, details={"permission": PERMISSION}).response()
    if response.data:
        response.data = msgspec.json.encode(masked(msgspec.json.decode(response.data), form))
    return response


def form_of(status: int) -> Schema | None:
    """The form by which this route's answer of a status is described; None where there is no such."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    told = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {}).get(status, ())
    return next((one["schema"] for one in told if isinstance(one, Mapping) and one.get("schema")), None)
