"""Every kind of file that Carnet knows by its headers, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from importers.faults import UnusableFile
from importers.generic import Generic
from importers.mapping import CsvMapping
from importers.profile import Choices, Profile
from importers.shopify import Shopify

Headers = Sequence[tuple[str, ...]]


class KnownFile(Protocol):
    """A profile's class: which headers it claims, and how it is opened on them."""

    name: str

    def __call__(self, headers: Headers, choices: Choices) -> Profile:
        """The profile opened on the headers of a table's files, one for each kind of file among them."""
        ...

    def claims(self, headers: Headers) -> bool:
        """Whether these are the headers of such a table."""
        ...


class Table(Protocol):
    """What the choice looks at: the headers of a table's files, each kind of file once."""

    @property
    def headers(self) -> tuple[tuple[str, ...], ...]:
        """The headers, in the order in which the rows' `kind` counts them."""
        ...


# The first that claims the headers is taken: a kind whose columns another kind may also have comes before it.
PROFILES: tuple[KnownFile, ...] = (Shopify,)


def choose_profile(table: Table, mapping: CsvMapping | None, choices: Choices) -> Profile:
    """The mapping's profile, else the first that claims the headers; raises `UnusableFile` when none does."""
    if mapping:
        return Generic(mapping, table.headers, choices)
    for known in PROFILES:
        if known.claims(table.headers):
            return known(table.headers, choices)
    columns = "; ".join(", ".join(header) for header in table.headers)
    raise UnusableFile(
        "No profile knows this header. Explain its columns in a mapping and say --map mapping.toml; "
        f"the columns are: {columns[:2000]}."
    )
