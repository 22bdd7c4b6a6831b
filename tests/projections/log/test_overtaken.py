"""A decision that others overtook is made anew, and not for ever."""

from __future__ import annotations

import pytest
from psycopg.errors import DeadlockDetected

from projections.log import IncarnationChanged, VersionConflict, again_when_overtaken
from projections.log.overtaken import ATTEMPTS


class Decision:
    """Raises these, one an attempt, then gives how many attempts there were."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.attempts = 0

    def __call__(self) -> int:
        self.attempts += 1
        if self.faults:
            raise self.faults.pop(0)
        return self.attempts


@pytest.mark.parametrize("fault", [VersionConflict, IncarnationChanged, DeadlockDetected])
def test_a_decision_that_was_overtaken_is_made_anew(fault: type[Exception]) -> None:
    assert again_when_overtaken(Decision(fault(), fault())) == 3


def test_a_decision_is_made_twenty_times_and_no_more() -> None:
    decision = Decision(*(VersionConflict() for _ in range(ATTEMPTS)))
    with pytest.raises(VersionConflict):
        again_when_overtaken(decision)
    assert decision.attempts == ATTEMPTS == 20


def test_a_refusal_is_no_overtaking() -> None:
    decision = Decision(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        again_when_overtaken(decision)
    assert decision.attempts == 1
