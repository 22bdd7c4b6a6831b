"""How a mail looks: its HTML as a page of its own, which loads nothing, runs nothing and leads nowhere."""

from __future__ import annotations

from flask import Response

# Its own style and pictures that come within it; `sandbox` holds where the page is opened without a frame, too.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def look(html: str) -> Response:
    """A mail's HTML for a frame of the console; an empty page where nothing of it is known any more."""
    return Response(html, headers={"Content-Security-Policy": POLICY}, mimetype="text/html")
