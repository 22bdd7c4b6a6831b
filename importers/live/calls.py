"""Calls of a platform's API: what passes is waited for and asked again, what does not is told in plain words."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import msgspec

from importers.faults import UnusableFile

ATTEMPTS = 6
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before the next attempt, where the platform tells none
LONGEST_PAUSE = 300.0


class Unanswered(Exception):
    """A call that came to no whole answer: not reached, too slow, or cut off on the way."""


class Answer(NamedTuple):
    """What the platform answered; the names of its headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Get(Protocol):
    """Gets an address; redirects are not followed. Raises `Unanswered`."""

    def __call__(self, url: str, headers: Mapping[str, str], /) -> Answer: ...


class Caller:
    """Asks one shop with one token."""

    def __init__(self, get: Get, headers: Mapping[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
        self._get = get
        self._headers = {"Accept": "application/json", **headers}
        self._sleep = sleep

    def page(self, url: str) -> tuple[Answer, object]:
        """The answer and what its JSON holds; raises `UnusableFile` where it is refused or does not come."""
        why = pause = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(_seconds(pause, attempt))
            pause = ""
            try:
                answer = self._get(url, self._headers)
            except Unanswered as fault:
                why = f"it did not answer ({fault})"
                continue
            if answer.status == 200:
                try:
                    return answer, msgspec.json.decode(answer.body)
                except msgspec.DecodeError:
                    why = "its answer was cut off, or is no JSON"
                    continue
            _require_passing(answer)
            why, pause = f"it answered {answer.status}", answer.headers.get("retry-after", "")
        raise UnusableFile(f"The shop was asked {ATTEMPTS} times, and {why}. Ask again later: it goes on where it was.")


def _seconds(told: str, attempt: int) -> float:
    """The seconds that the platform asks to wait, else more with every attempt."""
    try:
        return min(max(float(told), 0.0), LONGEST_PAUSE)
    except ValueError:
        return PAUSES[attempt - 1]


def _require_passing(answer: Answer) -> None:
    """Refuses an answer that would be the same if it were asked for again."""
    status = answer.status
    if status in (401, 403):
        raise UnusableFile(
            f"The shop refuses the token ({status}): it is wrong, was revoked, or may not read orders. Give another."
        )
    if 300 <= status < 400:
        raise UnusableFile(f"The shop is at another address ({status}): say the one it redirects to as --url.")
    if status == 404:
        raise UnusableFile("There is no such API at this address (404): say the shop's own address as --url.")
    if status != 429 and status < 500:
        raise UnusableFile(f"The shop refuses what it is asked ({status}).")
