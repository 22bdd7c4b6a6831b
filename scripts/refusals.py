"""What the server says by itself to clients whose request never reaches the API."""

from __future__ import annotations

import json

from api.app import SAFE_HEADERS
from api.problems import MIMETYPE, TYPE_PREFIX

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _refusal(status: int, title: str) -> bytes:
    """A whole answer, after which the connection is closed."""
    code = title.lower().replace(" ", "-")
    body = json.dumps({"type": TYPE_PREFIX + code, "title": title, "status": status}).encode()
    headers = [("Connection", "close"), ("Content-Type", MIMETYPE), ("Content-Length", str(len(body))), *SAFE_HEADERS]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} {title}\r\n{lines}\r\n".encode() + body


REFUSALS = {
    "late": _refusal(408, "Request Timeout"),
    "malformed": _refusal(400, "Malformed request"),
    "too-large": _refusal(431, "Request Header Fields Too Large"),
}
