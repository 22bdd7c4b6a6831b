"""The web console's built files: one page for all of its addresses, and parts that are kept by their name."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

BUILT = Path(__file__).parent / "console" / "dist"
YEAR = 365 * 24 * 3600
# The smaller one first, as the browser takes it.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Carnet</title>
<h1>The console is not built</h1>
<p>The API answers all the same: <a href="/api/docs/">its description</a>.</p>
<p>The console is built by <code>scripts/run</code> where Node.js 20 or later is found, or by
<code>npm ci &amp;&amp; npm run build</code> in <code>api/console</code>. Then load this page again.</p>
</html>
"""

console = Blueprint("console", __name__)


@console.get("/")
@console.get("/dashboard")
@console.get("/new")
@console.get("/guide")
@console.get("/audit")
@console.get("/orders")
@console.get("/orders/<path:rest>")
@console.get("/imports")
@console.get("/imports/<path:rest>")
@console.get("/coupons")
@console.get("/sequences")
@console.get("/sequences/<path:rest>")
@console.get("/tag-rules")
@console.get("/messages")
@console.get("/documents")
@console.get("/returns")
@console.get("/payments")
@console.get("/work")
@console.get("/settings")
@console.get("/settings/<path:rest>")
@console.get("/customers")
@console.get("/customers/<path:rest>")
@console.get("/products")
@console.get("/products/<path:rest>")
@console.get("/stock")
@console.get("/stock/<path:rest>")
def page(rest: str = "") -> Response:
    """The console, whichever of its addresses is asked for: it reads the address itself."""
    if not (BUILT / "index.html").is_file():
        return Response(NOT_BUILT, mimetype="text/html")
    answer = send_from_directory(BUILT, "index.html", conditional=False, etag=False, last_modified=None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@console.get("/icon.svg")
def icon() -> Response:
    """The console's icon."""
    return send_from_directory(BUILT, "icon.svg", max_age=3600)


@console.get("/assets/<path:name>")
def part(name: str) -> Response:
    """A part of the console. Its name changes with its contents, so that it may be kept; it is compressed already."""
    folder = BUILT / "assets"
    for encoding, ending in ENCODINGS:
        if request.accept_encodings.quality(encoding) > 0 and (folder / f"{name}{ending}").is_file():
            answer = send_from_directory(folder, name + ending, mimetype=_kind(name), conditional=False)
            answer.headers["Content-Encoding"] = encoding
            break
    else:
        answer = send_from_directory(folder, name, mimetype=_kind(name), conditional=False)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer.vary.add("Accept-Encoding")
    return answer


KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


def _kind(name: str) -> str:
    """What a part is, whatever this machine's tables say; the console has no others."""
    kind = KINDS.get(Path(name).suffix)
    if kind is None:
        raise NotFound
    return kind


@console.after_request
def allow_console(response: Response) -> Response:
    """The console runs its own files alone, and no text becomes script."""
    response.headers["Content-Security-Policy"] = POLICY
    return response
