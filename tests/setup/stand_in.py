"""Stand-ins for Carnet's parts, to test the supervisor without them: an API that asks the database, and a worker."""

from __future__ import annotations

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg

from projections.settings import Settings
from scripts.supervise import Supervisor


class Handler(BaseHTTPRequestHandler):
    """Answers 200 while the database does, and 503 otherwise."""

    def do_GET(self) -> None:
        """The state of the database."""
        self.send_response(200 if database_answers() else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


def database_answers() -> bool:
    """Whether a query comes back."""
    try:
        with psycopg.connect(os.environ["CARNET_DATABASE_URL"], connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def serve() -> None:
    """Runs the stand-in API."""
    HTTPServer(("127.0.0.1", int(os.environ["CARNET_PORT"])), Handler).serve_forever()


def supervise() -> None:
    """Supervises the stand-ins."""
    here = (sys.executable, "-m", "tests.setup.stand_in")
    parts = {"api": (*here, "serve"), "projections": (*here, "wait")}
    admin = (sys.executable, "-c", "print('admin one-time')")
    Supervisor(Settings.read(), parts, admin).run((sys.executable, "-c", "print('demo ran', flush=True)"))


if __name__ == "__main__":
    {"serve": serve, "wait": signal.pause, "supervise": supervise}[sys.argv[1]]()
