"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from domain.settings import Shop
from projections.log import Connection, EventLog
from projections.settings import Settings

Gravity = Literal["note", "warning", "damage"]
MOST_PLACES = 20  # that one finding names; it counts all

Tell = Callable[[int, int], None]


class Finding(NamedTuple):
    """Something that is not as it should be.

    A `note` needs nothing to be done, a `warning` may become a fault, `damage` is one. `places` are at most MOST_PLACES
    of the `total` there are.
    """

    code: str
    gravity: Gravity
    what: str
    advice: str
    places: list[str] = []  # noqa: RUF012 - a default that is never changed
    total: int = 1


@dataclass(frozen=True)
class Look:
    """What every check looks at: one installation, over a connection that changes nothing.

    `quick`: only what takes a moment. `tell` hears how much of how much a long check has done.
    """

    connection: Connection
    log: EventLog
    settings: Settings
    shop: Callable[[], Shop]
    quick: bool = False
    tell: Tell = lambda _done, _total: None


class Check(NamedTuple):
    """One check: its name, what it looks for, and whether it is part of the quick form that is run at every start."""

    name: str
    looks_for: str
    find: Callable[[Look], Iterator[Finding]]
    quick: bool = True


def places(found: Iterable[object]) -> list[str]:
    """The first of the places found, as text."""
    return [str(one) for one in list(found)[:MOST_PLACES]]
