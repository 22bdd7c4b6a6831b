"""The platforms whose files are known by their headers: a folder each, and a line in the table."""

from __future__ import annotations

from importers.platform import Platform
from importers.platforms.amazon import AMAZON
from importers.platforms.prestashop import PRESTASHOP
from importers.platforms.shopify import SHOPIFY
from importers.platforms.woocommerce import WOOCOMMERCE

# The first that claims a file's headers takes it: whose columns another platform may also have comes before it.
PLATFORMS: tuple[Platform, ...] = (
    SHOPIFY,
    AMAZON,
    PRESTASHOP,
    WOOCOMMERCE,
)
