"""WooCommerce: its orders as WebToffee's exporter writes them, and its Analytics."""

from importers.platform import Platform
from importers.platforms.woocommerce.analytics import WooCommerceAnalytics
from importers.platforms.woocommerce.orders import WooCommerce, spelling

WOOCOMMERCE = Platform(
    files=(WooCommerce, WooCommerceAnalytics),
    spellings={WooCommerce.name: spelling},
    by_cells=WooCommerceAnalytics.resembling,
)
