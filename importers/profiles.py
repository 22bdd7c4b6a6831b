"""Every kind of file that Carnet knows by its headers, and the choice among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Protocol

from importers import amazon, shopify, woocommerce
from importers.amazon import Amazon
from importers.amazon_api import AmazonApi
from importers.faults import UnusableFile
from importers.generic import Generic
from importers.guess_words import meanings
from importers.mapping import CsvMapping
from importers.prestashop import PrestaShop
from importers.profile import Choices, Profile
from importers.shopify import Shopify
from importers.shopify_api import ShopifyApi
from importers.table import Table
from importers.woocommerce import WooCommerce
from importers.woocommerce_analytics import WooCommerceAnalytics

ANY = Choices(zone=UTC, currency="EUR")  # for a profile that asks for these, only to see its columns
OF_LINES = frozenset({"sku", "name", "quantity", "unit_price"})
LOOKED_AT = 200  # rows, where no header is known

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


class NoProfile(UnusableFile):
    """No profile knows a file's header."""


# The first that claims the headers is taken: a kind whose columns another kind may also have comes before it.
PROFILES: tuple[KnownFile, ...] = (
    Shopify,
    ShopifyApi,
    Amazon,
    AmazonApi,
    PrestaShop,
    WooCommerce,
    WooCommerceAnalytics,
)


def _spelling(names: Iterable[str]) -> Callable[[str], str]:
    """What gives a profile's own spelling of a column's name, whatever its capitals."""
    known = {name.casefold(): name for name in names}
    return lambda name: known.get(name.casefold(), name)


def _woocommerce_spelling(name: str) -> str:
    small = name.lower()
    return small if small in _WOOCOMMERCE or woocommerce.PACKED.fullmatch(small) else name


_WOOCOMMERCE = woocommerce.READS.keys() | woocommerce.TELLING
# Spreadsheets and scripts write the names of columns otherwise; profiles that are not here look past capitals.
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "shopify": _spelling(shopify.READS),
    "amazon": _spelling(amazon.READS),
    "woocommerce": _woocommerce_spelling,
}


def profile_claiming(headers: Headers) -> str:
    """The name of the profile that knows these headers, empty where none does."""
    known, _ = _claiming(headers)
    return known.name if known else ""


def _claiming(headers: Headers) -> tuple[KnownFile | None, Headers]:
    """The first profile that claims the headers and can account for them, and the headers as it spells them itself."""
    for known in PROFILES:
        spell = SPELLINGS.get(known.name)
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
    unread = (name for header in headers for name in header if name not in reads)
    return [name for name in unread if any(one.surely == 1.0 and one.field in OF_LINES for one in meanings(name))]


def _respelt(header: tuple[str, ...], spell: Callable[[str], str]) -> tuple[str, ...]:
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
        return Generic(mapping, table.headers, choices)
    known, table.headers = _claiming(table.headers)
    if known:
        return _once(known(table.headers, choices), table.headers)
    if len(table.headers) == 1:
        found = WooCommerceAnalytics.resembling(table.headers[0], table.sample(LOOKED_AT), choices)
        if found:
            return found
    columns = "; ".join(", ".join(header) for header in table.headers)
    raise NoProfile(
        "No profile knows this header. Explain its columns in a mapping and say --map mapping.toml "
        "(carnet import guess FILE proposes one); "
        f"the columns are: {columns[:2000]}."
    )
