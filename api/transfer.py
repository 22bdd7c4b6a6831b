"""How answers travel: JSON that is long goes compressed, and what a client has already does not go again."""

from __future__ import annotations

import gzip

from flask import Response, request

from api.current import itself
from api.headers import add_header

LEAST = 1024  # bytes from which on compressing pays
LEVEL = 5  # 50 rows of the list in about a millisecond, to a tenth of their size
JSON = ("application/json", "application/problem+json")
READING = frozenset({"GET", "HEAD"})


def answer_conditionally(response: Response) -> Response:
    """Answers 304 where If-None-Match names the version that is there; runs when the answer is complete."""
    if request.method in READING and response.status_code == 200 and "ETag" in response.headers:
        response.make_conditional(request)
    return response


def compress(response: Response) -> Response:
    """Compresses JSON for who takes it so; runs after everything that reads or changes an answer."""
    headers = response.headers
    if headers.get("Content-Type") not in JSON or response.is_streamed or "Content-Encoding" in headers:
        return response
    asked = itself(request)
    add_header(asked, "Vary", "Accept-Encoding")
    if "HTTP_ACCEPT_ENCODING" not in asked.environ or asked.method == "HEAD" or len(response.data) < LEAST:
        return response
    if asked.accept_encodings["gzip"] <= 0:
        return response
    response.data = compressed(response.data)
    response.headers["Content-Encoding"] = "gzip"
    return response


def compressed(body: bytes) -> bytes:
    """A body as it travels compressed."""
    return gzip.compress(body, LEVEL, mtime=0)
