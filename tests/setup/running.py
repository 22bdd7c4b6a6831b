"""A supervised installation of a test: started as a process of its own, watched from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
STAND_IN = (sys.executable, "-m", "tests.setup.stand_in", "supervise")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], bool], what: str, said: Callable[[], str] = str) -> None:
    """Waits for the condition; fails saying what did not happen, and what was said meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"This did not happen within {PATIENCE:.0f} s: {what}\n{said()}")
        time.sleep(0.05)


class Running:
    """One supervisor and its children."""

    def __init__(self, data_dir: Path, port: int, command: Sequence[str] = STAND_IN, **more: str) -> None:
        """`more` are variables of its environment."""
        self.port = port
        self.last_answer = "none"
        self.output = data_dir / f"output-{time.monotonic_ns()}"
        variables = os.environ | {"CARNET_DATA_DIR": str(data_dir), "CARNET_PORT": str(port), **more}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def said(self) -> str:
        """Everything it printed so far, and its last answer."""
        return f"{self.output.read_text()}\nLast answer: {self.last_answer}"

    def is_ready(self) -> bool:
        """Whether it answers 200 on /readyz."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            self.last_answer = refused.read().decode()
        except OSError as error:
            self.last_answer = str(error)
        return False

    def wait_until_ready(self) -> None:
        """Waits for the first 200, or fails with what was printed."""
        eventually(lambda: self.is_ready() or self.process.poll() is not None, "the supervisor became ready", self.said)
        assert self.process.poll() is None, self.said()

    def child(self, word: str) -> int:
        """The process id of the child whose command line has this word; 0 when there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next((int(pid) for pid in children if word in command_line(int(pid))), 0)

    def stop(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """Ends it with a signal and gives its exit code."""
        self.process.send_signal(kind)
        return self.process.wait(PATIENCE)


def command_line(pid: int) -> list[str]:
    """The words a process was started with; none when it is gone, or dead and not yet buried."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []
