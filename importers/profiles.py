"""Every kind of file that Carnet knows by its headers, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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


def profile_claiming(headers: Headers) -> str:
    """The name of the profile that knows these headers, empty where none does."""
    return next((known.name for known in PROFILES if known.claims(headers)), "")


def choose_profile(table: Table, mapping: CsvMapping | None, choices: Choices) -> Profile:
    """The mapping's profile, else the first that claims the headers; raises `NoProfile` when none does."""
    if mapping:
        return Generic(mapping, table.headers, choices)
    for known in PROFILES:
        if known.claims(table.headers):
            return known(table.headers, choices)
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
