"""A request while it arrives: how much of it is there, and until when the rest is waited for. No sockets, no clock."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

LONGEST_HEAD = 64 * 1024
READ_AHEAD = 64 * 1024  # bytes of a body that are waited for before a thread reads the rest of it

State = Literal["head", "body", "whole", "long", "malformed", "too-large"]

_END = b"\r\n\r\n"
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]")
_LENGTH = re.compile(rb"\r\ncontent-length:([^\r]*)", re.IGNORECASE)
_CODING = re.compile(rb"\r\ntransfer-encoding:([^\r]*)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r", re.IGNORECASE)
_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]+")


class Pace(NamedTuple):
    """How long a client may take: seconds for a head, seconds for a body besides, and bytes a second of it."""

    head: float
    grace: float
    rate: float


class Arrival:
    """A request as far as it has arrived.

    `state`: "head" and "body" are waited for; "whole" can be read without waiting, or refused without;
    "long" has a body beyond READ_AHEAD, or one whose length is unclear; "malformed" and "too-large" are no request.
    """

    def __init__(self, began: float, pace: Pace) -> None:
        self.received = bytearray()
        self.state: State = "head"
        self.expects = False
        self.began = began
        self.deadline = began + pace.head
        self._pace = pace
        self._body_began = 0.0
        self._body = 0  # where the body begins
        self._read = 0  # up to where the head was searched, or the chunks were followed
        self._length: int | None = None
        self._chunked = False
        self._in_trailers = False

    def take(self, data: bytes, now: float) -> None:
        """Adds what came."""
        self.received += data
        if self.state == "head":
            self._find_head(now)
        elif self.state == "body":
            self._follow_body()
        if self.state == "body":
            self.deadline = self._body_began + self._pace.grace + (len(self.received) - self._body) / self._pace.rate

    def _find_head(self, now: float) -> None:
        while self.received.startswith(b"\r\n"):
            del self.received[:2]
        begins = max(0, self._read - len(_END) + 1)
        end = self.received.find(_END, begins)
        self._read = len(self.received)
        if self.received[:1].strip(b"\r") and not _METHOD.match(self.received):
            self.state = "malformed"
        elif 0 <= end <= LONGEST_HEAD:
            self._body = self._read = end + len(_END)
            self._body_began = now
            self._read_head(bytes(self.received[: end + 2]))
        elif len(self.received) > LONGEST_HEAD:
            self.state = "too-large"
        elif self.received.find(b"\n\n", begins) >= 0:  # lines that end with LF alone never end a head
            self.state = "malformed"

    def _read_head(self, head: bytes) -> None:
        """How long the body is; what a head leaves unclear is for a thread that may wait."""
        lengths, codings = _LENGTH.findall(head), _CODING.findall(head)
        self.expects = _EXPECTS.search(head) is not None
        if not lengths and not codings:
            self.state = "whole"
        elif len(lengths) == 1 and not codings and lengths[0].strip().isdigit() and len(lengths[0]) < 20:
            self._length = int(lengths[0])
            self._follow_body()
        elif not lengths and len(codings) == 1 and codings[0].strip().lower() == b"chunked":
            self._chunked = True
            self._follow_body()
        else:
            self.state = "long"

    def _follow_body(self) -> None:
        arrived = len(self.received) - self._body
        ended = self._follow_chunks() if self._chunked else arrived >= (self._length or 0)
        self.state = "whole" if ended else "long" if arrived > READ_AHEAD else "body"

    def _follow_chunks(self) -> bool:
        """Whether the last chunk and what trails it are there, or a chunk that is badly cut."""
        while not self._in_trailers:
            end = self.received.find(b"\r\n", self._read)
            if end < 0:
                return False
            size = bytes(self.received[self._read : end]).partition(b";")[0].strip(b" \t")
            if not _HEXADECIMAL.fullmatch(size):
                return True
            self._in_trailers = int(size, 16) == 0
            self._read = end if self._in_trailers else end + 2 + int(size, 16) + 2
        return self.received.find(_END, self._read) >= 0
