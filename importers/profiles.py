"""Every kind of file that Carnet knows by its headers, and the choice among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from importers import amazon, shopify, woocommerce
from importers.amazon import Amazon
from importers.amazon_api import AmazonApi
from importers.faults import UnusableFile
from importers.generic import Generic
from importers.mapping import CsvMapping
from importers.prestashop import PrestaShop
from importers.profile import Choices, Profile
from importers.shopify import Shopify
from importers.shopify_api import ShopifyApi
from importers.table import Table
from importers.woocommerce import WooCommerce
from importers.woocommerce_analytics import WooCommerceAnalytics

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


# The names that these profiles know, by their small letters: a spreadsheet or a script may have written them otherwise.
SPELLINGS = tuple(
    {name.casefold(): name for name in names}
    for names in (shopify.READS, amazon.READS, [*woocommerce.READS, *woocommerce.TELLING])
)


def profile_claiming(headers: Headers) -> str:
    """The name of the profile that knows these headers, empty where none does."""
    known, _ = _claiming(headers)
    return known.name if known else ""


def _claiming(headers: Headers) -> tuple[KnownFile | None, Headers]:
    """The first profile that claims the headers as they stand, else as it spells them itself."""
    for spelt in (headers, *(_respelt(headers, spelling) for spelling in SPELLINGS)):
        if known := next((known for known in PROFILES if known.claims(spelt)), None):
            return known, spelt
    return None, headers


def _respelt(headers: Headers, spelling: Mapping[str, str]) -> Headers:
    return tuple(tuple(spelling.get(name.casefold(), name) for name in header) for header in headers)


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
