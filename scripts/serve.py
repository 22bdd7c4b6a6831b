"""`carnet serve`: the API under gunicorn, a few processes with a few threads each."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from prometheus_client import values
from psycopg import OperationalError

from projections.log.masters import check_secret
from projections.postgres.connections import connect
from projections.postgres.embedded import tie_to_parent
from projections.postgres.roles import powers
from projections.postgres.usable import require_primary
from projections.settings import Settings
from scripts.handing_down import hand_down
from scripts.installation import installation
from scripts.listening import CONNECTIONS, WholeRequests
from scripts.logs import log_to_stderr
from scripts.memory import share_memory
from scripts.waiting import Waiting

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.config import Config
    from gunicorn.workers.base import Worker

    from projections.runtime import Runtime


_logger = structlog.get_logger()


class Log(Logger):  # type: ignore[misc]
    """The server's own messages, as lines of this process's structured log; requests are logged by the API."""

    def setup(self, cfg: Config) -> None:
        """Hands every message on to the log of the process."""
        self.error_log.propagate = True
        self.error_log.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[cfg.loglevel.upper()]))


class Server(BaseApplication):  # type: ignore[misc]
    """The API as gunicorn runs it: code is loaded before the processes part, connections are opened after."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.runtime: Runtime | None = None
        super().__init__()

    def load_config(self) -> None:
        """Passes our settings on in gunicorn's words."""
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Waiting[Runtime]:
        """The application of one server process, with connections of its own, opened as soon as it can be."""
        return Waiting(self._connect, _build).begin()

    def _connect(self) -> Runtime:
        from projections.runtime import open_runtime

        self.runtime = open_runtime(self.settings)
        return self.runtime

    def _options(self) -> dict[str, Any]:
        return {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": WholeRequests,
            "worker_connections": CONNECTIONS,
            # Neither where the API stands nor over what it is spoken to is a client's to say; proxies are `api.app`'s.
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "forwarded_allow_ips": "",
            "sendfile": False,  # which would wait for a client as long as it likes
            "workers": self.settings.processes,
            "threads": self.settings.threads,
            "timeout": self.settings.timeout,
            "graceful_timeout": 10,
            "keepalive": 30,
            "loglevel": self.settings.log_level,
            "logger_class": Log,
            "control_socket_disable": True,
            "post_fork": _after_fork,
            "worker_exit": self._close,
            "child_exit": _forget_gauges,
        }

    def _close(self, _arbiter: object, _worker: Worker) -> None:
        if self.runtime:
            self.runtime.close()


def _build(runtime: Runtime) -> Flask:
    from api.app import create_app
    from printing.documents.typefaces import make_ready
    from scripts.mappings import FileMappings

    application = create_app(runtime, FileMappings())
    make_ready()
    return application


def _after_fork(_arbiter: object, _worker: Worker) -> None:
    """A server process ends with its master, which would otherwise leave the port taken."""
    tie = tie_to_parent(signal.SIGKILL)
    if tie:
        tie()


def _forget_gauges(_arbiter: object, worker: Worker) -> None:
    """What a server process that ended had in use counts no more; what it has counted still does."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _share_counters(settings: Settings) -> None:
    """Gives the server processes a fresh folder through which their metrics add up."""
    folder = settings.data_dir / "metrics" / str(settings.port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # Chosen when the library was imported, which was before there was a folder.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


def _refuse_unusable(settings: Settings) -> None:
    """Says at once what is wrong with a database that can be reached; one that cannot is waited for."""
    with suppress(OperationalError):
        with connect(settings.database_url, "carnet") as connection:
            require_primary(connection)
            for sentence in powers(connection).sentences:
                _logger.warning(sentence, action="database.roles")
        check_secret(settings.database_url, settings.secrets)


@click.command()
def serve() -> None:
    """Serve the API until stopped."""
    hand_down("serve")
    share_memory()
    with installation(begins=True) as settings:
        log_to_stderr(settings.log_level)
        _share_counters(settings)
        for module in ("api.app", "projections.runtime"):
            importlib.import_module(module)
        _refuse_unusable(settings)
        Server(settings).run()
