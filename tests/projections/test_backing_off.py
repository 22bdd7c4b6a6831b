"""What runs until it is stopped tries again what goes wrong, later and later, and begins anew once it went well."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from projections.backing_off import BackOff, run_until_stopped


def test_pauses_double_up_to_the_longest_and_begin_anew() -> None:
    back_off = BackOff(0.5, 3.0)
    assert [back_off.pause() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    back_off.reset()
    assert back_off.pause() == 0.5


class Ending(Event):
    """Is set after so many waits, each of which it notes."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.left -= 1
        if not self.left:
            self.set()
        return self.is_set()


def test_a_turn_says_when_the_next_one_is_and_a_failure_waits_for_longer_each_time() -> None:
    stop = Ending(6)
    told: list[tuple[str, float]] = []
    turns: Iterator[float | ValueError] = iter([1.0, ValueError("a"), ValueError("b"), 2.0, ValueError("c"), 0.0])

    def turn() -> float:
        match next(turns):
            case float() as wait:
                return wait
            case fault:
                raise fault

    run_until_stopped(stop, turn, BackOff(10.0, 60.0), lambda fault, wait: told.append((str(fault), wait)))
    assert stop.waited == [1.0, 10.0, 20.0, 2.0, 10.0, 0.0]
    assert told == [("a", 10.0), ("b", 20.0), ("c", 10.0)]
