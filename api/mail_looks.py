"""How a mail looks: its HTML as a page of its own, which loads nothing, runs nothing and leads nowhere."""

from __future__ import annotations

import re
from typing import Literal

from flask import Response

# Its own style and pictures that come within it; `sandbox` holds where the page is opened without a frame, too.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)

Scheme = Literal["light", "dark"]
_ASKED = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)


def look(html: str) -> Response:
    """A mail's HTML for a frame of the console; an empty page where nothing of it is known any more."""
    return Response(html, headers={"Content-Security-Policy": POLICY}, mimetype="text/html")


def in_scheme(html: str, scheme: Scheme) -> str:
    """A mail's HTML as a mail program in light or dark colours shows it, whatever the browser's own are."""
    told = _ASKED.sub(lambda asked: "all" if asked[1].lower() == scheme else "not all", html)
    return f"{told}<style>:root {{ color-scheme: {scheme} }}</style>"
