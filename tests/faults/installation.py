"""An installation whose every part may be killed at any moment, and is started again at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from projections.settings import Settings

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"


class Mortal:
    """A part that is started again when it was killed."""

    def __init__(self, settings: Settings, port: int, *words: str, output: Path | None = None) -> None:
        """`output` is the file that takes what it says; without one it speaks where the test does."""
        self._words = (sys.executable, "-m", *words)
        self.variables = os.environ | {
            "CARNET_DATABASE_URL": settings.database_url,
            "CARNET_DATABASE_DIRECT_URL": settings.database_direct_url,
            "CARNET_DATABASE_REPLICA_URL": settings.database_replica_url,
            "CARNET_SECRET_KEY": settings.secret_key,
            "CARNET_DATA_DIR": str(settings.data_dir),
            "CARNET_BROKER_URL": settings.broker_url,
            "CARNET_LEASE_SECONDS": str(settings.lease_seconds),
            "CARNET_SMTP_URL": settings.smtp_url,
            "CARNET_PUBLIC_URL": settings.public_url,
            "CARNET_MAIL_FROM": "shop@example.com",
            "CARNET_HOST": HOST,
            "CARNET_PORT": str(port),
            "CARNET_LOG_LEVEL": "error",
        }
        self._output = output
        self._start()

    def kill(self) -> None:
        """Kills it with all the processes it started, and starts it again."""
        self.end()
        self._start()

    def tend(self) -> bool:
        """Starts it again where it ended by itself; whether it had."""
        ended = self._process.poll() is not None
        if ended:
            self._start()
        return ended

    def end(self) -> None:
        """Kills it with all the processes it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self) -> None:
        with self._output.open("ab") if self._output else nullcontext() as output:
            self._process = subprocess.Popen(
                self._words, cwd=ROOT, env=self.variables, process_group=0, stdout=output, stderr=output
            )


@contextmanager
def parts(settings: Settings, port: int, folder: Path) -> Iterator[dict[str, Mortal]]:
    """The API, what keeps the views, and two workers, running while the block does."""
    worker = ("tests.faults.parts", str(folder))
    running: dict[str, Mortal] = {}
    try:
        running["API"] = Mortal(settings, port, "scripts.cli", "serve")
        running["views"] = Mortal(settings, port, "scripts.cli", "project")
        running["one worker"] = Mortal(settings, port, *worker)
        running["other worker"] = Mortal(settings, port, *worker)
        yield running
    finally:
        for part in running.values():
            part.end()
