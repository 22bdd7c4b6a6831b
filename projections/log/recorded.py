"""An event and its place in the log."""

from __future__ import annotations

from typing import NamedTuple

from domain.events import Event


class Recorded(NamedTuple):
    """An event and its place in the log."""

    position: int
    event: Event
