"""Requests that wait without holding a thread: the server parks them, and answers them or hands them in again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol

LIST, LOG = "orders", "log"  # what a request can wait for: the list of orders, or the log itself
PARKING = "carnet.parking"  # in the WSGI environment, where the server has a place to wait in


class Parked(BaseException):
    """The request waits: nothing is answered now. No ordinary error, so that nobody takes it for one."""


class Question(NamedTuple):
    """What a parked request asks, by whom, and how its answer may travel. `wait` is in seconds."""

    after: int
    wait: int
    epoch: str | None
    authorization: str | None
    session: str | None
    address: str | None
    gzip: bool


class ParkedAnswer(NamedTuple):
    """An answer: its body, and the headers that are not those of every answer to the same question."""

    body: bytes
    headers: dict[str, str]


class Teller(Protocol):
    """Answers parked requests, many at once."""

    def told(self, questions: Sequence[Question]) -> list[ParkedAnswer | None]:
        """An answer for each question; None for one that must be handed in again, to be refused for instance."""
        ...


class Parking:
    """A place to wait in. A request that is handed in again has the same place, with the same `deadline`.

    `question` and `teller` are told where the request can be answered without being handed in again.
    """

    def __init__(self, deadline: float | None = None) -> None:
        self.deadline = deadline
        self._again = deadline is not None
        self.after: int | None = None
        self.of = LIST
        self.question: Question | None = None
        self.teller: Teller | None = None

    @property
    def has_waited(self) -> bool:
        """Whether the request is handed in again."""
        return self._again

    def ask(self, after: int, seconds: float, of: str = LIST) -> None:
        """Parks the request until the list, or the log, stands elsewhere than at a position, or for so many seconds."""
        now = time.monotonic()
        self.of = of
        self.deadline = now + seconds if self.deadline is None else self.deadline
        if self.deadline > now:
            self.after = after
