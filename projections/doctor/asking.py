"""Asking something that may hang: whoever waits for the answer waits no longer than they choose to."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class NoAnswer(Exception):
    """What was asked does not answer."""


class Asking(Generic[T]):
    """One question, asked in a thread of its own for all who want to know at a time. Safe for threads.

    `give_up` ends a question that hangs, from another thread, where that can be done.
    """

    def __init__(self, ask: Callable[[], T], give_up: Callable[[], None] = lambda: None, hangs_after: float = 2.0):
        self._ask = ask
        self._give_up = give_up
        self._hangs_after = hangs_after
        self._changed = Condition()
        self._asked_at: float | None = None
        self._answered = 0
        self._answer: T | None = None
        self._fault: Exception | None = None

    def answer(self, timeout: float) -> T:
        """The answer to a question that is under way or asked now; raises `NoAnswer`, or what asking raises."""
        deadline = time.monotonic() + timeout
        with self._changed:
            wanted = self._answered + 1
            if self._asked_at is None:
                self._begin()
            elif time.monotonic() - self._asked_at > self._hangs_after:
                self._give_up()
            if not self._changed.wait_for(lambda: self._answered >= wanted, deadline - time.monotonic()):
                raise NoAnswer
            if self._fault is not None:
                raise self._fault
            answer: T = self._answer  # type: ignore[assignment]
            return answer

    def _begin(self) -> None:
        self._asked_at = time.monotonic()
        Thread(target=self._run, name="asking", daemon=True).start()

    def _run(self) -> None:
        answer, fault = None, None
        try:
            answer = self._ask()
        except Exception as raised:
            fault = raised
        with self._changed:
            self._answer, self._fault = answer, fault
            self._answered += 1
            self._asked_at = None
            self._changed.notify_all()
