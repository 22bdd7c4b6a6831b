"""A part that root starts by hand runs as another user: root keeps the database for it, and waits."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType

from projections.settings import Settings
from scripts.accounts import run_as, warning
from scripts.installation import installation
from scripts.supervise import CARNET, environment, say, start

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hand_down(command: str) -> None:
    """Where root may not run a part itself: runs it as one who may, and ends as that does. Elsewhere does nothing."""
    wanted = Settings.read()
    chosen = run_as(wanted)
    if chosen.obstacle:
        say(warning(chosen))
    if not chosen.user.changes:
        return
    with installation(wanted, begins=True) as settings:
        variables = environment(settings, settings.database_url, chosen.user)
        code = _attended(lambda: start((*CARNET, command), variables, chosen.user))
    sys.exit(code if code >= 0 else 128 - code)


def _attended(begin: Callable[[], subprocess.Popen[bytes]]) -> int:
    """Begins a child and hands signals on until it has ended, also those that came before; gives its exit code."""
    asked: list[int] = []
    begun: list[subprocess.Popen[bytes]] = []

    def forward(kind: int, _frame: FrameType | None) -> None:
        asked.append(kind)
        for child in begun:
            child.send_signal(kind)

    for kind in FORWARDED:
        signal.signal(kind, forward)
    begun.append(begin())
    for before in asked:
        begun[0].send_signal(before)
    return begun[0].wait()
