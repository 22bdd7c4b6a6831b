"""Running until stopped: what goes wrong is tried again, later and later."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event


class BackOff:
    """The pauses after failures in a row: each twice as long as the one before, up to the longest."""

    def __init__(self, first: float, longest: float) -> None:
        """`first` and `longest` in seconds."""
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """The seconds to wait after a failure."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause

    def reset(self) -> None:
        """It went well: the next failure is the first again."""
        self._next = self._first


def run_until_stopped(
    stop: Event, turn: Callable[[], float], back_off: BackOff, failed: Callable[[Exception, float], object]
) -> None:
    """Takes turns until told to stop; each answers the seconds until the next one.

    After one that failed it waits as `back_off` says, once `failed` was told of the error and the seconds. A turn that
    lasts resets the back-off itself as soon as it gets on.
    """
    while not stop.is_set():
        try:
            wait = turn()
            back_off.reset()
        except Exception as fault:
            wait = back_off.pause()
            failed(fault, wait)
        stop.wait(wait)
