"""Which routes honour If-Match, found in what they call, so that the description says so of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from api.requests import if_match

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what was decided on; a version that is gone is refused with 412",
    "schema": {"type": "string"},
    "example": '"3"',
}
REFUSALS = {409: "CONFLICT", 412: "PRECONDITION_FAILED"}


def honours_if_match(view: Any) -> bool:
    """Whether a view, or a function of the API that it calls, reads If-Match."""
    seen: set[FunctionType] = set()
    waiting = [view]
    while waiting:
        one = waiting.pop()
        if one is if_match:
            return True
        if isinstance(one, FunctionType) and one not in seen and one.__module__.split(".")[0] == "api":
            seen.add(one)
            waiting += _called(one)
    return False


def describe_conditions(operation: dict[str, Any]) -> None:
    """Adds to what is documented of an operation what If-Match does; said twice it stands there once."""
    parameters = operation.setdefault("arguments", {}).setdefault("parameters", [])
    if IF_MATCH not in parameters:
        parameters.append(IF_MATCH)
    manual = operation.setdefault("manual_doc", {})
    manual["responses"] = {**manual.get("responses", {}), **REFUSALS}


def _called(function: FunctionType) -> Iterator[Any]:
    """What a function may call: what it wraps, and what its names mean, in itself and in the functions within it."""
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None:
        yield wrapped
        return
    for name in _names(function.__code__):
        meant = function.__globals__.get(name)
        if meant is not None and not isinstance(meant, ModuleType):
            yield meant


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
