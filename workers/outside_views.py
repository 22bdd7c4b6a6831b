"""Starts a process for each view from outside and looks after it; what becomes of them delays nothing of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import fields
from threading import Event, Thread
from typing import IO

import psycopg
import structlog

from projections.faults import with_trace
from projections.outside import catalogue
from projections.outside.limits import Limits, reason_of
from projections.outside.loading import sources
from projections.postgres.connections import connect
from projections.postgres.embedded import tie_to_parent
from projections.settings import Settings, variable

BEAT = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
WELL_AFTER = 30.0  # seconds after which a process is thought to have been well
MOST_DEATHS = 5  # young ones in a row, for reasons that nobody told
STOP_PATIENCE = 10.0

_logger = structlog.get_logger()


class OutsideViews:
    """The processes of all views from outside, running between `start` and `stop`."""

    def __init__(self, settings: Settings, found: Sequence[str] | None = None) -> None:
        """`found` are the sources, those that the settings name unless told."""
        self._settings = settings
        self._sources = sources(settings.projections) if found is None else list(found)
        self._processes = [ViewProcess(settings, source) for source in self._sources]
        self._stopping = Event()
        self._known = False
        self._thread = Thread(target=self._run, name="outside views", daemon=True)

    def start(self) -> None:
        """Begins to keep them."""
        self._thread.start()

    def stop(self) -> None:
        """Asks each to finish the batch in hand, and ends."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._tend()
            except (psycopg.Error, OSError) as fault:
                _logger.warning("views from outside wait", action="outside.waiting", **with_trace(fault))
                self._stopping.wait(1.0)
            if not self._processes and self._known:
                return
            self._stopping.wait(BEAT)
        for process in self._processes:
            process.ask_to_stop()
        for process in self._processes:
            process.await_end()

    def _tend(self) -> None:
        if not self._known:
            with connect(self._settings.database_url, "carnet outside") as connection:
                catalogue.forget_others(connection, self._sources)
                for source in self._sources:
                    catalogue.tell(connection, source, "starting")
            self._known = True
        for process in self._processes:
            if reason := process.tend():
                _logger.error("a view from outside was halted", action="outside.halted", reason=reason)
                with connect(self._settings.database_url, "carnet outside") as connection:
                    catalogue.tell(connection, process.source, "halted", reason)
                process.rests()


class ViewProcess:
    """The process of one view: started again where it dies, and not where it was ended by its limits."""

    def __init__(self, settings: Settings, source: str) -> None:
        self.source = source
        self._settings = settings
        self._limits = Limits(settings.projection_seconds, settings.projection_megabytes, -1)
        self._process: subprocess.Popen[bytes] | None = None
        self._told: IO[bytes] | None = None
        self._at_rest = False
        self._halted = ""
        self._deaths = 0
        self._started_at = self._due_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process else None

    def tend(self) -> str:
        """Starts it when it does not run; gives why it was halted, until somebody `rests` it."""
        now = time.monotonic()
        if self._at_rest or self._halted:
            return self._halted
        if self._process is None:
            if now >= self._due_at:
                self._start(now)
        elif self._process.poll() is not None:
            self._ended(self._process.returncode, now)
        return self._halted

    def rests(self) -> None:
        """It is not started again by this program."""
        self._at_rest, self._halted = True, ""

    def ask_to_stop(self) -> None:
        """Asks it to end."""
        if self._process is not None:
            self._process.terminate()

    def await_end(self) -> None:
        """Returns when it has ended, which it is made to where it takes too long."""
        if self._process is None:
            return
        try:
            self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said()

    def _start(self, now: float) -> None:
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        command = [sys.executable, "-m", "workers.outside_view", self.source, str(self._told.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - this program itself, and a file that its settings name
            command,
            env=_environment(self._settings),
            stdin=subprocess.DEVNULL,
            pass_fds=(self._told.fileno(),),
            preexec_fn=tie_to_parent(signal.SIGKILL),
        )
        self._started_at = now

    def _ended(self, code: int, now: float) -> None:
        self._process = None
        told = self._said()
        if told:
            self._halted = reason_of(told, self.source, self._limits)
        elif code == 0:
            self._at_rest = True
        else:
            self._deaths = self._deaths + 1 if now - self._started_at < WELL_AFTER else 1
            self._due_at = now + min(FIRST_PAUSE * 2 ** (self._deaths - 1), LONGEST_PAUSE)
            if self._deaths >= MOST_DEATHS:
                self._halted = f"Its process ended {self._deaths} times in a row ({_ending(code)})."

    def _said(self) -> str:
        """What the process wrote before it ended."""
        if self._told is None:
            return ""
        with self._told as file:
            file.seek(0)
            return file.read().decode(errors="replace")


def _environment(settings: Settings) -> dict[str, str]:
    """The variables by which the process reads these settings; not the address of the log's owner."""
    ours = {name: value for name, value in os.environ.items() if name != "CARNET_DATABASE_OWNER_URL"}
    for one in fields(settings):
        value = getattr(settings, one.name)
        if value != one.default and one.name not in ("database_owner_url", "data_dir"):
            ours[variable(one)] = str(value)
    return ours | {"CARNET_DATA_DIR": str(settings.data_dir.resolve())}


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
