"""What reading asks of a platform: how its API is asked page by page, and how an order becomes rows of its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

Order = Mapping[str, Any]


class Page(NamedTuple):
    """Orders, the address of the next page (empty: this was the last), and of how many the platform knows, if told."""

    orders: Sequence[Order]
    next: str
    total: int | None = None


class LivePlatform(Protocol):
    """A platform whose API is read."""

    @property
    def name(self) -> str:
        """Its name, which is that of its source unless another is told."""
        ...

    @property
    def header(self) -> Sequence[str]:
        """The columns of the rows."""
        ...

    def headers(self, token: str) -> Mapping[str, str]:
        """What tells the platform who asks; raises `UnusableFile` for a token of another form."""
        ...

    def first(self, url: str, since: datetime | None) -> str:
        """The address of the first page of the orders that changed since then, or of all."""
        ...

    def page(self, asked: str, headers: Mapping[str, str], body: object) -> Page:
        """What an answer holds; raises `UnusableFile` where it is none of this API."""
        ...

    def identity(self, order: Order) -> str:
        """What is the same for an order wherever it is met."""
        ...

    def changed_at(self, order: Order) -> datetime:
        """When the order changed last."""
        ...

    def rows(self, order: Order) -> Iterator[Sequence[str]]:
        """The order as rows under the columns."""
        ...
