"""Bodies that break off, are badly cut into chunks or come too slowly: whatever the server raises is a 400 or 408."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from api.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SlowBody(ConnectionResetError):
    """What a server raises when a body comes more slowly than it waits for."""


class WholeBody:
    """A request's body whose reading fails in one way, whichever server hands it over."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes."""
        return self._told(lambda: self._stream.read(size) if size >= 0 else self._stream.read())

    def readline(self, size: int = -1) -> bytes:
        """A line, or at most so many bytes of it."""
        return self._told(lambda: self._stream.readline(size) if size >= 0 else self._stream.readline())

    def readlines(self, hint: int = -1) -> list[bytes]:
        """All lines."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _told(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except (Problem, HTTPException):
            raise
        except SlowBody as fault:
            detail = "The body came too slowly, or broke off."
            raise Problem(408, "request-timeout", detail, headers={"Connection": "close"}) from fault
        except Exception as fault:  # each server has errors of its own
            raise Problem(400, "malformed-request", "The body cannot be read to its end.") from fault


def with_whole_bodies(application: WSGIApplication) -> WSGIApplication:
    """Hands every request's body on as a `WholeBody`."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        return application(environ, start_response)

    return answer
