"""Headers that answers carry beside their own: those that make them safe, and those that tell of the request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ADDED = "carnet.headers"

# What a browser could let a page do, and no page of ours needs.
UNUSED_POWERS = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
# What every answer carries that does not say otherwise itself.
SAFE_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Permissions-Policy", ", ".join(f"{power}=()" for power in UNUSED_POWERS)),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("Cache-Control", "no-store"),
)
_SAFE = tuple((one[0].lower(), one) for one in SAFE_HEADERS)


def add_header(request: Request, name: str, value: str) -> None:
    """Puts a header on the answer to a request, whatever answers it; told twice, it has the last value."""
    request.environ.setdefault(_ADDED, {})[name] = value


def with_headers(application: WSGIApplication) -> WSGIApplication:
    """Puts what was added and the safe headers on every answer, also on those that are no request's of ours."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told = {name.lower() for name, _ in headers}
            safe = [one for name, one in _SAFE if name not in told]
            return start_response(status, [*headers, *environ.get(_ADDED, {}).items(), *safe], *more)

        return application(environ, start)

    return answer
