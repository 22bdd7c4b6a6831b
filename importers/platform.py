"""What each platform tells of itself: the kinds of its files, and how they are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from importers.profile import Choices, Profile

Headers = Sequence[tuple[str, ...]]
Spelling = Callable[[str], str]
ByCells = Callable[[tuple[str, ...], Sequence[Sequence[str]], Choices], Profile | None]


class KnownFile(Protocol):
    """A profile's class: which headers it claims, and how it is opened on them."""

    name: str

    def __call__(self, headers: Headers, choices: Choices) -> Profile:
        """The profile opened on the headers of a table's files, one for each kind of file among them."""
        ...

    def claims(self, headers: Headers) -> bool:
        """Whether these are the headers of such a table."""
        ...


class Platform(Struct, frozen=True, kw_only=True):
    """A platform's kinds of files; one whose columns another kind may also have comes before it.

    `spellings`, by a kind's name: gives its own spelling of a column's name, for spreadsheets and scripts write names
    otherwise; kinds that are not there look past capitals. `by_cells` opens a file whose header nobody claims, where
    the cells below it are those of such a file.
    """

    files: tuple[KnownFile, ...]
    spellings: Mapping[str, Spelling] = {}
    by_cells: ByCells | None = None


def spelling_of(names: Iterable[str]) -> Spelling:
    """What gives a profile's own spelling of a column's name, whatever its capitals."""
    known = {name.casefold(): name for name in names}
    return lambda name: known.get(name.casefold(), name)
