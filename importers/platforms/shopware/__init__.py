"""Shopware 6: its default profile of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.shopware.orders import ORDERS

SHOPWARE = Platform(files=(LayoutFile(ORDERS),))
