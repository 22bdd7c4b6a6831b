"""Connections to mail servers that stay open between mails, for whichever thread of a worker wants one next."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Hashable
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

LONGEST_IDLE = 20.0  # seconds; most servers hang up after a minute or more


class _Idle(NamedTuple):
    connection: smtplib.SMTP
    since: float


class OpenConnections:
    """Those that nobody uses at the moment, by their server. Safe for threads."""

    def __init__(self) -> None:
        self._idle: dict[Hashable, list[_Idle]] = {}
        self._lock = Lock()

    def take(self, server: Hashable) -> smtplib.SMTP | None:
        """One that still answers, with nothing of an earlier mail left in it; None where there is none."""
        while True:
            with self._lock:
                kept = self._idle.get(server)
                idle = kept.pop() if kept else None
            if idle is None:
                return None
            with suppress(OSError, smtplib.SMTPException):
                if time.monotonic() - idle.since < LONGEST_IDLE and idle.connection.rset()[0] == 250:
                    return idle.connection
            idle.connection.close()

    def give_back(self, server: Hashable, connection: smtplib.SMTP) -> None:
        """Keeps one for the next mail, unless it was closed."""
        if connection.sock is not None:
            with self._lock:
                self._idle.setdefault(server, []).append(_Idle(connection, time.monotonic()))

    def close(self) -> None:
        """Takes leave of every server."""
        with self._lock:
            left = [idle.connection for kept in self._idle.values() for idle in kept]
            self._idle.clear()
        for connection in left:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()
