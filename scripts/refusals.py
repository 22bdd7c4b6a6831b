"""What the server says by itself to clients whose request never reaches the API."""

from __future__ import annotations

import json

from gunicorn.http import errors

from api.headers import SAFE_HEADERS
from api.problems import MIMETYPE, TYPE_PREFIX

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _refusal(status: int, title: str) -> bytes:
    """A whole answer, after which the connection is closed."""
    code = title.lower().replace(" ", "-")
    body = json.dumps({"type": TYPE_PREFIX + code, "title": title, "status": status}).encode()
    headers = [("Connection", "close"), ("Content-Type", MIMETYPE), ("Content-Length", str(len(body))), *SAFE_HEADERS]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} {title}\r\n{lines}\r\n".encode() + body


# By why: what was sent is not repeated, for nobody knows who sent it.
REFUSALS = {
    "late": _refusal(408, "Request Timeout"),
    "malformed": _refusal(400, "Malformed request"),
    "too-long": _refusal(414, "URI Too Long"),
    "unmet": _refusal(417, "Expectation Failed"),
    "too-large": _refusal(431, "Request Header Fields Too Large"),
    "failed": _refusal(500, "Server error"),
    "unknown-coding": _refusal(501, "Unknown transfer coding"),
}
# What the server's reading of a request raises, the narrower kinds first.
_WHY: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((errors.InvalidResponseHeader, errors.InvalidResponseHeaderName), "failed"),
    ((errors.UnsupportedTransferCoding,), "unknown-coding"),
    ((errors.LimitRequestLine,), "too-long"),
    ((errors.LimitRequestHeaders,), "too-large"),
    ((errors.ExpectationFailed,), "unmet"),
    ((errors.ParseException,), "malformed"),
)


def reason(fault: Exception) -> str:
    """Why a request is refused that cannot be read; "failed" where that is a fault of the server's own."""
    return next((why for kinds, why in _WHY if isinstance(fault, kinds)), "failed")
