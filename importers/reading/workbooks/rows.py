"""What a workbook's sheets give: rows of texts with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

MOST_COLUMNS = 1_000
NO_VALUE = "\x00formula"
"""What stands for a formula whose value was not kept."""


class RawRow(NamedTuple):
    """A row's number in its sheet, from 1, and its cells' texts up to the last that says something."""

    number: int
    cells: list[str]

    @classmethod
    def of(cls, number: int, cells: Mapping[int, str]) -> RawRow:
        """The row of these cells by their place."""
        return cls(number, [cells.get(place, "") for place in range(max(cells) + 1)])


class WorkbookSheet(NamedTuple):
    """A sheet by its name; `rows` reads it from its beginning."""

    name: str
    is_hidden: bool
    rows: Callable[[], Iterator[RawRow]]
