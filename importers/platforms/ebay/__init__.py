"""eBay: its orders report."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.ebay.orders import ORDERS

EBAY = Platform(files=(LayoutFile(ORDERS),))
