"""The files in the API's description: of which kind the answer of each route is that gives no JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from printing.exports import FORMATS

PDF, CSV, PAGE, TEXT, ANY = "application/pdf", "text/csv", "text/html", "text/plain", "application/octet-stream"
_BY_END = {".pdf": PDF, ".csv": CSV, "/look": PAGE}
_PICTURES = ("image/png", "image/jpeg")
_PRINTS = {"/api/v1/documents", "/api/v1/documents/picking-list"}
_CONTENT = {"schema": {"type": "string", "format": "binary"}}


def with_files(description: dict[str, Any]) -> dict[str, Any]:
    """The description, in which every answer that is a file says of which kind it is."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            answer = operation.get("responses", {}).get("200") if isinstance(operation, dict) else None
            if answer is not None and "content" not in answer and "$ref" not in answer and method != "head":
                answer["content"] = dict.fromkeys(_kinds(path), _CONTENT)
    return description


def _kinds(path: str) -> Sequence[str]:
    """The media types of what a route answers."""
    for end, kind in _BY_END.items():
        if path.endswith(end):
            return (kind,)
    if path.endswith("/fec"):
        return (TEXT,)
    if path.endswith("/logo"):
        return _PICTURES
    if path in _PRINTS:
        return (PDF,)
    if path.endswith("/file"):  # what a job made: a list, or prints
        return (PDF, *_lists(), ANY)
    return _lists()


def _lists() -> tuple[str, ...]:
    return tuple(dict.fromkeys(form.media_type.partition(";")[0] for form in FORMATS.values()))
