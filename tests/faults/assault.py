"""Sends hostile requests and judges the answers: none is a fault, slow, in another form, or repeats what was sent."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from tests.faults import hostile, hostile_sockets, hostile_texts
from tests.faults.hostile import Hostile, Target
from tests.faults.installation import HOST

CLIENTS = 4
SLOW = 1.0  # seconds
HANGS = 20.0  # seconds after which nothing is waited for any more
TRIES = 5
KINDS: tuple[tuple[float, Callable[[Target, Random, str], Hostile]], ...] = (
    (0.38, hostile.body), (0.20, hostile.query), (0.10, hostile.header), (0.15, hostile_sockets.raw),
    (0.06, hostile_texts.pattern), (0.04, hostile_texts.template), (0.07, hostile_texts.file),
)  # fmt: skip
UNKNOWN_CODING = 501  # which RFC 9112 asks for where a transfer coding is not known
HTTPS_OWN = {400, 401, 405, 408, 413, 414, 415, 417, 431, 501}
ADDRESSES = {"/problems/no-such-address", "/problems/method-not-allowed"}
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_CHUNK = re.compile(rb"([0-9a-fA-F]+)[^\r\n]*\r\n")


class Answer(NamedTuple):
    """What came back: the status (0: none), its head and body, and seconds until it was all there."""

    status: int
    head: bytes
    body: bytes
    seconds: float


class Judged(NamedTuple):
    """A request whose answer is wrong, and why."""

    why: str
    sent: Hostile
    answer: Answer

    def __str__(self) -> str:
        return (
            f"{self.why}: {self.sent.kind} {self.answer.status} in {self.answer.seconds:.2f} s\n"
            f"   sent {self.sent.raw[:700]!r}\n   told {(self.answer.head[-300:] + self.answer.body[:700])!r}"
        )


def requests(target: Target, seed: int) -> Iterator[Hostile]:
    """Hostile requests without end, the same for the same seed and shop."""
    chance, number = Random(seed), 0
    weights, makers = [weight for weight, _ in KINDS], [make for _, make in KINDS]
    while True:
        number += 1
        yield chance.choices(makers, weights)[0](target, chance, f"zq{seed}x{number}q")


def sent(port: int, one: Hostile) -> Answer:
    """Sends a request on a connection of its own; what is cut tells the server that no more comes."""
    began = time.perf_counter()
    received = b""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=HANGS) as client:
        with suppress(OSError):
            client.sendall(one.raw)
            if one.cut:
                client.shutdown(socket.SHUT_WR)
        while not _is_whole(received):
            data = client.recv(1 << 18)
            if not data:
                break
            received += data
    seconds = time.perf_counter() - began
    while received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
    status = _STATUS.match(received)
    head, _, body = received.partition(b"\r\n\r\n")
    return Answer(int(status[1]) if status else 0, head, body, seconds)


def _is_whole(received: bytes) -> bool:
    """Whether an answer is there, as far as its head tells."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end or b"100 Continue" in head:
        return False
    if match := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
        return len(body) >= int(match[1]) or b" 304 " in head[:20]
    return body.endswith(b"0\r\n\r\n") or head.startswith((b"HTTP/1.1 204", b"HTTP/1.1 304"))


def wrong(one: Hostile, answer: Answer) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if answer.status == 0:
        return "" if one.cut and answer.seconds < HANGS else "no answer"
    if answer.status >= 500 and not (answer.status == UNKNOWN_CODING and one.kind == "socket"):
        return "a fault"
    if answer.status < 400:
        return ""
    if b"application/problem+json" not in answer.head and b"/api/" in one.raw[:300]:
        return "no problem document"
    return "repeats what was sent" if _repeats(one, answer) else ""


def _repeats(one: Hostile, answer: Answer) -> bool:
    """Whether a refusal repeats what was sent.

    One of HTTP itself says nothing of it. A rule's refusal may name a code or a name, but no odd sign of it; the
    places of the fields at fault are told.
    """
    mark = one.mark.decode()
    if one.mark in answer.head:
        return True
    try:
        problem: Any = json.loads(answer.body)
    except ValueError:
        return one.mark in answer.body
    for error in problem.get("errors", ()):
        error.pop("pointer", None)
        error.pop("parameter", None)
    said = json.dumps(problem)
    if answer.status in HTTPS_OWN or problem["type"] in ADDRESSES:
        return mark in said
    return any(json.dumps(text)[1:-1][:60] in said for text in hostile.odd_texts(mark))


class Outcome(NamedTuple):
    """What an assault found: answers by kind and status, what is wrong, and how many were slow only once."""

    answers: Counter[tuple[str, int]]
    wrong: Sequence[Judged]
    slow_once: int
    slowest: float


def assault(port: int, target: Target, seed: int, count: int, tell: Callable[[int], None] = lambda _: None) -> Outcome:
    """Sends so many requests from a few clients at a time; one that was slow is sent again alone before it counts."""
    answers: Counter[tuple[str, int]] = Counter()
    found: list[Judged] = []
    slow: list[Hostile] = []
    slowest = 0.0
    coming = requests(target, seed)
    with ThreadPoolExecutor(CLIENTS) as clients:
        for done in range(0, count, 200):
            some = list(islice(coming, min(200, count - done)))
            for one, answer in zip(some, clients.map(lambda one: sent(port, one), some), strict=True):
                answers[one.kind, answer.status] += 1
                if why := wrong(one, answer):
                    found.append(Judged(why, one, answer))
                elif answer.seconds > SLOW:
                    slow.append(one)
                slowest = max(slowest, answer.seconds)
            tell(done + len(some))
    for one in slow:
        quickest = min((sent(port, one) for _ in range(TRIES)), key=lambda answer: answer.seconds)
        if quickest.seconds > SLOW:
            found.append(Judged("slow", one, quickest))
    return Outcome(answers, found, len(slow), slowest)
