"""A server process that cannot reach the database yet: it answers 503 until it can, and then as the API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog
from psycopg import OperationalError

from api.app import SAFE_HEADERS
from api.health import HEALTH, READY
from api.problems import MIMETYPE, RETRY_SECONDS, TYPE_PREFIX
from projections.log.masters import AlteredMasters, WrongSecret
from projections.postgres.usable import UnusableDatabase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AGAIN = 0.5  # seconds between two attempts
PATIENCE = 1.0  # seconds the first requests wait, so that a start with a database at hand refuses nobody
UNREACHABLE = "The database cannot be reached at the moment."

_logger = structlog.get_logger()


class Waiting:
    """The application of a server process. `open` makes it; while it cannot, everything is refused with 503."""

    def __init__(self, open_application: Callable[[], WSGIApplication]) -> None:
        self._open = open_application
        self._application: WSGIApplication | None = None
        self._opened = Event()
        self._why = "cannot be reached"
        self._refuse_from = time.monotonic() + PATIENCE
        Thread(target=self._wait_for_it, name="opening", daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers as the API does, as soon as there is one."""
        path = environ.get("PATH_INFO", "")
        if path != HEALTH and not self._opened.is_set():
            self._opened.wait(max(0.0, self._refuse_from - time.monotonic()))
        if self._application is not None:
            return self._application(environ, start_response)
        if path == HEALTH:
            return _answer(start_response, "200 OK", "application/json", {"status": "alive"})
        if path == READY:
            body = {"status": "not ready", "checks": {"database": self._why}}
            return _answer(start_response, "503 Service Unavailable", "application/json", body)
        problem = {
            "type": f"{TYPE_PREFIX}database-unavailable",
            "title": "Database unavailable",
            "status": 503,
            "detail": UNREACHABLE,
        }
        return _answer(start_response, "503 Service Unavailable", MIMETYPE, problem)

    def _wait_for_it(self) -> None:
        while self._application is None:
            try:
                self._application = self._open()
                self._opened.set()
            except OperationalError as fault:
                self._why = "cannot be reached"
                _logger.warning("database.awaited", error=type(fault).__name__)
            except (UnusableDatabase, WrongSecret, AlteredMasters) as fault:
                self._why = str(fault)
                _logger.error("database.unusable", why=self._why)
            except Exception:
                _logger.exception("server.failed")
            if self._application is None:
                time.sleep(AGAIN)


def _answer(start_response: StartResponse, status: str, kind: str, body: object) -> Iterable[bytes]:
    content = json.dumps(body).encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), *SAFE_HEADERS]
    if not status.startswith("200"):
        headers.append(("Retry-After", RETRY_SECONDS))
    start_response(status, headers)
    return [content]
