"""Query parameters: a route of the API takes those it names and no others, each once unless it says that it repeats."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from marshmallow import Schema, fields

from api.problems import LONGEST_NAME, Problem

API = "/api/"  # what a mail program or a probe adds to the address of a customer's page, or of health, does no harm


def names_query(view: Any, form: Schema) -> Any:
    """Says by which form a view reads its query itself."""
    described = view.__dict__.setdefault("_apidoc", {}).setdefault("arguments", {})
    described.setdefault("parameters", []).append({"in": "query", "required": True, "schema": form})
    described.setdefault("responses", {})[422] = "UNPROCESSABLE_ENTITY"
    return view


def is_guarded(view: Any) -> bool:
    """Whether a view lets only callers in whom it knows; such a one looks at its parameters once it does."""
    return hasattr(view, "permission")


def refuse_foreign_parameters() -> None:
    """Refuses a parameter that this route does not name, and one that stands twice where it says one thing: 422.

    A wrong name is never passed over: `dry_run=true` where nothing knows it would write.
    """
    if not request.args or not request.path.startswith(API):
        return
    named = _named(current_app.view_functions.get(request.endpoint or ""))
    errors = [
        _fault(name, "unknown-field", "Unknown field.")
        if name not in named
        else _fault(name, "repeated-parameter", "This may stand here once; it does not repeat.")
        for name, values in request.args.lists()
        if name not in named or (len(values) > 1 and not isinstance(named[name], fields.List))
    ]
    if errors:
        detail = "The query has a parameter that this address does not take, or takes once; see errors."
        raise Problem(422, "invalid-fields", detail, errors=errors)


def _named(view: Any) -> dict[str, Any]:
    """The parameters that a view names, and what each may be."""
    told = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    return {
        field.data_key or name: field
        for one in told
        if one["in"] == "query"
        for name, field in one["schema"].load_fields.items()
    }


def _fault(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:LONGEST_NAME], "code": code, "detail": detail}
