"""WooCommerce: its orders as WebToffee and other exporters write them, and its Analytics."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.woocommerce.analytics import WooCommerceAnalytics
from importers.platforms.woocommerce.orders import WooCommerce, spelling
from importers.platforms.woocommerce.tables import ADVANCED_EXPORT, ROW_PER_LINE

WOOCOMMERCE = Platform(
    files=(WooCommerce, LayoutFile(ADVANCED_EXPORT), LayoutFile(ROW_PER_LINE), WooCommerceAnalytics),
    spellings={WooCommerce.name: spelling},
    by_cells=WooCommerceAnalytics.resembling,
)
