"""Merchants' templates, filled in by a process apart, within three tenths of a second of its time and some megabytes.

The bounds of `sandbox` count what they know of; what they do not know of ends a process that nobody misses.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

import msgspec

from printing.mail import rendering
from printing.mail.example import names as names_of
from printing.mail.protocol import Answer, Request, receive, send
from printing.mail.rendering import Written
from printing.mail.sandbox import BadTemplate
from printing.mail.standard import Source

PATIENCE = 10.0  # seconds that a machine may take to give the process its time
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "VIRTUAL_ENV")  # of the environment: no secrets
_GONE = Answer(fault="it could not be filled in: the process that does so came to an end")

_answers = msgspec.json.Decoder(Answer)


def write(source: Source, facts: Mapping[str, Any]) -> Written:
    """The mail that a template makes of the facts; raises `BadTemplate` naming the part and line at fault."""
    if source.standard:
        return rendering.write(source, facts)
    return _written(source, Request("write", source.subject, source.html, source.text, facts=dict(facts)))


def check_template(source: Source, facts: tuple[str, ...] = ()) -> Written:
    """The mail it makes of an example order with these `facts` of its occasion.

    A template that cannot make one is refused with the line at fault, and the names that may be used.
    """
    try:
        return _written(source, Request("check", source.subject, source.html, source.text, names=facts))
    except BadTemplate as error:
        error.details["names"] = names_of(facts)
        raise


def _written(source: Source, request: Request) -> Written:
    for part in ("subject", "html", "text"):
        if not _is_encodable(getattr(source, part)):
            raise BadTemplate(f"/{part}", line=1, fault="it holds half of a character (a lone surrogate)")
    answer = _process.ask(request)
    if answer.written is None:
        raise BadTemplate(answer.pointer, line=answer.line, fault=answer.fault)
    return Written(*answer.written)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Process:
    """The process apart: begun when it is first needed, in each process of the server anew. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner = 0
        self._running: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def ask(self, request: Request) -> Answer:
        """What became of a request; a process that does not answer is ended.

        One that stood ready and turns out to have ended says nothing of this request: it is asked of a new one.
        """
        with self._lock:
            stood_ready = self._channel is not None
            answer = self._asked(request)
            if answer is None and stood_ready:
                answer = self._asked(request)
            return answer or _GONE

    def _asked(self, request: Request) -> Answer | None:
        """The answer; None where the process came to an end, or to the end of what may be waited for."""
        try:
            channel = self._ready()
            send(channel, request)
            answer = receive(channel)
            return _answers.decode(answer) if answer else None
        except TimeoutError:
            return _GONE
        except OSError:
            return None
        finally:
            if self._channel and not self._is_quiet(self._channel):
                self._end()

    def _ready(self) -> socket.socket:
        if self._channel is None or self._owner != os.getpid():
            self._begin()
        assert self._channel is not None  # noqa: S101 - for the type checker alone: just begun
        if not self._is_quiet(self._channel):  # it ended, or said something that nobody asked
            self._end()
            self._begin()
        return self._channel

    @staticmethod
    def _is_quiet(channel: socket.socket) -> bool:
        """Whether nothing is left to be read: an answer that came too late, or the end."""
        return channel.fileno() >= 0 and not select.select([channel], [], [], 0)[0]

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with theirs:
            self._running = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", "printing.mail.rendering_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what it says when it runs out of memory tells of somebody's template
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                start_new_session=True,
            )
        self._owner, self._channel = os.getpid(), ours

    def _end(self) -> None:
        """Ends the process; what another process began is let be."""
        channel, self._channel = self._channel, None
        if channel:
            channel.close()
        running, self._running = self._running, None
        if running and self._owner == os.getpid():
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


_process = _Process()
atexit.register(_process._end)
