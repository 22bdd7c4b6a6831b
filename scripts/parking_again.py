"""Questions that a server process knows: who asks the same again from another position waits without a thread."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from typing import NamedTuple
from uuid import uuid4

from api.parking import ParkedAnswer, Question, Teller

BELIEVED = 60.0  # seconds after which a question goes through the whole API again, which sees more than who asks
MOST = 1_000  # questions that are known at one time, some 2 MB

_ASKED = re.compile(rb"(GET [^ \r]*[?&]after=)(\d{1,18})((?:&[^ \r]*)? HTTP/1\.1\r\n(?:[^\r]+\r\n)+\r\n)")
# What is told anew with every answer.
_ANEW = frozenset({"content-length", "content-encoding", "x-request-id", "ratelimit", "ratelimit-policy", "connection"})

Key = tuple[str, bytes, bytes]
Headers = list[tuple[str, str]]


def may_be_known(request: bytes | bytearray) -> bool:
    """Whether a request has the form of one that is asked again and again."""
    return request.startswith(b"GET ") and b"after=" in request.partition(b"\r\n")[0]


class Known(NamedTuple):
    """A question that can be answered without its request: by whom, and the head of every answer to it."""

    question: Question
    teller: Teller
    head: str
    until: float

    def answer(self, told: ParkedAnswer) -> bytes:
        """The whole answer as it goes over the wire."""
        anew = {**told.headers, "X-Request-Id": uuid4().hex, "Content-Length": str(len(told.body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in anew.items())
        date = formatdate(usegmt=True)
        start = f"HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: {date}\r\nConnection: keep-alive\r\n"
        return f"{start}{self.head}{lines}\r\n".encode("latin-1") + told.body


def known(question: Question, teller: Teller, headers: Headers) -> Known:
    """A question whose answer, had it been sent, would have had these headers."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers if name.lower() not in _ANEW)
    return Known(question, teller, head, time.monotonic() + BELIEVED)


class KnownQuestions:
    """The questions that were asked lately, each by its whole request but the position."""

    def __init__(self) -> None:
        self._known: dict[Key, Known] = {}

    def note(self, address: str, request: bytes, asked: Known) -> None:
        """Keeps a question for who asks it again."""
        split = _ASKED.fullmatch(request)
        if split is None:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[address, split[1], split[3]] = asked

    def find(self, address: str, request: bytes) -> Known | None:
        """The question that a request asks, from its position, if it is known and was looked at lately."""
        split = _ASKED.fullmatch(request)
        if split is None:
            return None
        key = address, split[1], split[3]
        asked = self._known.get(key)
        if asked is None:
            return None
        if asked.until < time.monotonic():
            del self._known[key]
            return None
        return asked._replace(question=asked.question._replace(after=int(split[2])))
