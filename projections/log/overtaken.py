"""Deciding anew where others were quicker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected

from projections.log.errors import VersionConflict

ATTEMPTS = 20

T = TypeVar("T")


def again_when_overtaken(decide: Callable[[], T]) -> T:
    """What the decision gives; made anew, on what others left, where they were quicker. It raises after 20 attempts.

    There is no pause between: whoever was quicker has committed, or has been chosen to go on.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return decide()
        except (VersionConflict, DeadlockDetected):
            continue
    return decide()
