"""Numbers and events that leave the house, and who is told of them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from domain.errors import Conflict


class NumbersInDoubt(Conflict):
    """Number {number} of the series {series} was given out before the log was brought back: see `carnet doctor`."""

    code = "numbers-in-doubt"


class Numbers(Protocol):
    """Who is told of numbers and events that leave the house."""

    def ready(self) -> None:
        """Returns once series stand after all that was given out: a number drawn before may be drawn a second time."""

    def cover(self, series: str, number: int) -> None:
        """Returns once the number is written down as given out; raises a conflict where the series has to be moved."""

    def check_document(self, series: str, period: int, number: int) -> None:
        """Raises `NumbersInDoubt` where a document has this number already."""

    def issued(self, series: str, period: int, number: int) -> None:
        """A document with this number is stored."""

    def seen(self, position: int, event_id: UUID) -> None:
        """The event at this position is durable."""

    def look(self, head: int) -> None:
        """Looks whether the log went back, and notes that everything up to the head is durable."""

    def drop(self) -> None:
        """The database may be another than it was."""

    def close(self) -> None:
        """Nothing more will be told."""


class NoReserve:
    """Remembers nothing: for logs that are only read, and for tests."""

    def ready(self) -> None: ...

    def cover(self, series: str, number: int) -> None: ...

    def check_document(self, series: str, period: int, number: int) -> None: ...

    def issued(self, series: str, period: int, number: int) -> None: ...

    def seen(self, position: int, event_id: UUID) -> None: ...

    def look(self, head: int) -> None: ...

    def drop(self) -> None: ...

    def close(self) -> None: ...
