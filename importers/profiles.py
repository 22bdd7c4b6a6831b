"""Which profile reads a file: its mapping's, or the first of the platforms' that claims its headers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC

from importers.faults import UnusableFile
from importers.guessing.words import meanings
from importers.layouts.laid_out import LayoutFile
from importers.layouts.pair import PairedFile
from importers.mapping.generic import Generic
from importers.mapping.mapping import CsvMapping, columns_of
from importers.platform import Headers, KnownFile, Spelling
from importers.platforms import PLATFORMS
from importers.profile import Choices, Profile
from importers.reading.table import Table

ANY = Choices(zone=UTC, currency="EUR")  # for a profile that asks for these, only to see its columns
OF_LINES = frozenset({"sku", "name", "quantity", "unit_price"})
LOOKED_AT = 200  # rows, where no header is known


class NoProfile(UnusableFile):
    """No profile knows a file's header."""


def profile_claiming(headers: Headers) -> str:
    """The name of the profile that knows these headers, empty where none does."""
    known, _ = _claiming(headers)
    return known.name if known else ""


def _claiming(headers: Headers) -> tuple[KnownFile | None, Headers]:
    """The first profile that claims the headers and can account for them, and the headers as it spells them itself."""
    for platform in PLATFORMS:
        for known in platform.files:
            spell = platform.spellings.get(known.name)
            spelt = tuple(_respelt(header, spell) for header in headers) if spell else headers
            if known.claims(spelt) and not _lines_unread(known, spelt):
                return known, spelt
    return None, headers


def _lines_unread(known: KnownFile, headers: Headers) -> list[str]:
    """The columns that by their names hold the lines of orders, and that the profile would not read."""
    try:
        reads = known(headers, ANY).reads
    except UnusableFile:
        return []  # it says itself what it lacks
    aside = known.leaves if isinstance(known, LayoutFile | PairedFile) else lambda name: False
    unread = (name for header in headers for name in header if name not in reads and not aside(name))
    return [name for name in unread if any(one.surely == 1.0 and one.field in OF_LINES for one in meanings(name))]


def _respelt(header: tuple[str, ...], spell: Spelling) -> tuple[str, ...]:
    """The header with each name respelt, unless the right name is there beside it."""
    return tuple(name if (right := spell(name)) in header else right for name in header)


def _once(profile: Profile, headers: Headers) -> Profile:
    """The profile, unless a column that it reads stands in a file twice: nobody knows which of them holds."""
    for header in headers:
        if twice := [name for name, count in Counter(header).items() if count > 1 and name in profile.reads]:
            columns = ", ".join(twice)
            raise UnusableFile(f"The column {columns} stands in the file more than once: take out all but one.")
    return profile


def choose_profile(table: Table, mapping: CsvMapping | None, choices: Choices) -> Profile:
    """The mapping's profile, else the first that claims the headers; raises `NoProfile` when none does."""
    if mapping:
        wanted = set(columns_of(mapping))
        table.choose(lambda header: wanted <= set(header))
        return Generic(mapping, table.headers, choices)
    known, headers = _claiming(table.headers)
    if not known and table.choose(lambda header: _claiming((header,))[0] is not None):
        known, headers = _claiming(table.headers)
    table.headers = headers
    if known:
        return _once(known(table.headers, choices), table.headers)
    if len(table.headers) == 1:
        sample = table.sample(LOOKED_AT)
        tried = (platform.by_cells(table.headers[0], sample, choices) for platform in PLATFORMS if platform.by_cells)
        if found := next(filter(None, tried), None):
            return found
    columns = "; ".join(", ".join(header) for header in table.headers)
    raise NoProfile(
        "No profile knows this header. Explain its columns in a mapping and say --map mapping.toml "
        "(carnet import guess FILE proposes one); "
        f"the columns are: {columns[:2000]}."
    )
