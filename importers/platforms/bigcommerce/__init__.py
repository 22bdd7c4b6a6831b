"""BigCommerce: its default export of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.bigcommerce.orders import ORDERS

BIGCOMMERCE = Platform(files=(LayoutFile(ORDERS),))
