"""A PostgreSQL whose disk answers slowly, and which may be killed at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psycopg
import pytest

from projections.postgres.binaries import ServerUser
from projections.postgres.embedded import ADMINISTRATOR, EmbeddedServer
from projections.postgres.migrate import migrate

SOURCE = Path(__file__).with_name("slow_fdatasync.c")
RESTART_PATIENCE = 120.0
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
_FLUSH = "SELECT pg_logical_emit_message(true, 'slow disk', '')"


class SlowServer(EmbeddedServer):
    """An embedded server whose every fdatasync takes so many milliseconds longer; 0 leaves it as it is."""

    def __init__(self, data_dir: Path, milliseconds: int) -> None:
        super().__init__(data_dir, {"wal_sync_method": "fdatasync", "shared_buffers": "128MB"})
        self.milliseconds = milliseconds

    def kill(self, *, alone: bool) -> None:
        """Kills the postmaster and all its processes at once; or `alone`, and they end when they notice.

        One that is writing the log ends its write before it notices: less is lost where the postmaster dies alone.
        """
        assert self.process is not None
        pid = self.process.pid
        children = [] if alone else Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for victim in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Starts it again at once, as the supervisor does, until it runs."""
        deadline = time.monotonic() + RESTART_PATIENCE
        while True:
            try:
                return self.start()
            except Exception:
                if time.monotonic() > deadline:
                    raise

    def kill_backend(self, chance: Random) -> None:
        """Kills one of the processes that serve clients: all others end with it, and the server recovers by itself."""
        try:
            with psycopg.connect(self.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
                backends = sorted(pid for (pid,) in connection.execute(_BACKENDS).fetchall())
        except psycopg.OperationalError:
            return
        if backends:
            os.kill(chance.choice(backends), signal.SIGKILL)

    def flush_seconds(self) -> float:
        """How long one durable commit takes."""
        with psycopg.connect(self.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as connection:
            assert connection.execute("SHOW wal_sync_method").fetchone() == ("fdatasync",)
            begun = time.monotonic()
            connection.execute(_FLUSH)
            return time.monotonic() - begun

    def _launch(self, program: str, user: ServerUser) -> None:
        super()._launch(str(slowed(program, self.data_dir, self.milliseconds)) if self.milliseconds else program, user)


def slowed(program: str, folder: Path, milliseconds: int) -> Path:
    """A script that starts the server's program with the slow fdatasync loaded before everything else."""
    script = folder / "slow-postgres"
    library = compiled(folder)
    script.write_text(f'#!/bin/sh\nSLOW_FDATASYNC_MS={milliseconds} LD_PRELOAD={library} exec {program} "$@"\n')
    script.chmod(0o755)
    return script


def compiled(folder: Path) -> Path:
    """The library, compiled into the folder; skips the test where there is no compiler, and fails it under CI=true."""
    library = folder / "slow_fdatasync.so"
    if library.exists():
        return library
    compiler = shutil.which("cc")
    if compiler is None:
        message = "there is no C compiler (`cc`) to make the disk slow with"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    library.chmod(0o755)
    return library


@contextmanager
def slow_server(milliseconds: int) -> Iterator[SlowServer]:
    """A server of its own, migrated before its disk became that slow, gone after the block with all it stored."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-slow-"))
    server = SlowServer(folder, 0)
    try:
        with server:
            migrate(server.url(), server.owner_url())
            server.stop()
            server.milliseconds = milliseconds
            server.start()
            assert server.flush_seconds() >= milliseconds / 1000
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
