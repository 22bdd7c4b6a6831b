"""The platforms whose files are known by their headers: a folder each, and a line in the table."""

from __future__ import annotations

from importers.platform import Platform
from importers.platforms.amazon import AMAZON
from importers.platforms.bigcartel import BIGCARTEL
from importers.platforms.bigcommerce import BIGCOMMERCE
from importers.platforms.carnet import CARNET
from importers.platforms.ebay import EBAY
from importers.platforms.erpnext import ERPNEXT
from importers.platforms.etsy import ETSY
from importers.platforms.faire import FAIRE
from importers.platforms.gumroad import GUMROAD
from importers.platforms.magento import MAGENTO
from importers.platforms.odoo import ODOO
from importers.platforms.prestashop import PRESTASHOP
from importers.platforms.shopify import SHOPIFY
from importers.platforms.shopware import SHOPWARE
from importers.platforms.square import SQUARE
from importers.platforms.squarespace import SQUARESPACE
from importers.platforms.wix import WIX
from importers.platforms.woocommerce import WOOCOMMERCE

# The first that claims a file's headers takes it: whose columns another platform may also have comes before it.
PLATFORMS: tuple[Platform, ...] = (
    CARNET,
    SHOPIFY,
    SQUARESPACE,
    AMAZON,
    PRESTASHOP,
    WOOCOMMERCE,
    ETSY,
    EBAY,
    SQUARE,
    WIX,
    MAGENTO,
    ODOO,
    ERPNEXT,
    BIGCOMMERCE,
    BIGCARTEL,
    GUMROAD,
    FAIRE,
    SHOPWARE,
)
