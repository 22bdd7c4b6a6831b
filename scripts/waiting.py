"""A server process that cannot reach the database yet: it answers 503 until it can, and then as the API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog
from psycopg import OperationalError

from api.headers import SAFE_HEADERS
from api.health import HEALTH, READY
from api.problems import MIMETYPE, RETRY_SECONDS, TYPE_PREFIX
from projections.faults import with_trace
from projections.log.masters import AlteredMasters, WrongSecret
from projections.postgres.usable import UnusableDatabase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Connected = TypeVar("Connected")

AGAIN = 0.5  # seconds between two attempts
PATIENCE = 1.0  # seconds a database at hand has to answer before the process takes requests, to refuse them
UNREACHABLE = "The database cannot be reached at the moment."

_logger = structlog.get_logger()


class Waiting(Generic[Connected]):
    """The application of a server process; while its database cannot be used, everything is refused with 503.

    `connect` reaches the database, and raises where it cannot; `build` makes the application of what it gives, which
    takes no more than time.
    """

    def __init__(self, connect: Callable[[], Connected], build: Callable[[Connected], WSGIApplication]) -> None:
        self._connect, self._build = connect, build
        self._application: WSGIApplication | None = None
        self._reached, self._tried = Event(), Event()
        self._why = "cannot be reached"
        Thread(target=self._wait_for_it, name="opening", daemon=True).start()

    def begin(self) -> Waiting[Connected]:
        """Lets the first attempt end, so that a start refuses nobody: other processes answer until this one can.

        A database that does not answer is given up for the time being after PATIENCE.
        """
        if self._reached.wait(PATIENCE):
            self._tried.wait()
        return self

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers as the API does, as soon as there is one."""
        path = environ.get("PATH_INFO", "")
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
                self._application = self._build(self._connected())
            except OperationalError as fault:
                self._why = "cannot be reached"
                _logger.warning("the database is waited for", action="database.awaited", **with_trace(fault))
            except (UnusableDatabase, WrongSecret, AlteredMasters) as fault:
                self._why = str(fault)
                _logger.error(self._why, action="database.unusable", **with_trace(fault))
            except Exception as fault:
                _logger.error("the server cannot begin", action="server.failed", **with_trace(fault))
            self._reached.set()
            self._tried.set()
            if self._application is None:
                time.sleep(AGAIN)

    def _connected(self) -> Connected:
        connected = self._connect()
        self._reached.set()
        return connected


def _answer(start_response: StartResponse, status: str, kind: str, body: object) -> Iterable[bytes]:
    content = json.dumps(body).encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), *SAFE_HEADERS]
    if not status.startswith("200"):
        headers.append(("Retry-After", RETRY_SECONDS))
    start_response(status, headers)
    return [content]
