"""Etsy: its CSV of sold orders, its CSV of sold order items, and both together."""

from importers.layouts.laid_out import LayoutFile
from importers.layouts.pair import PairedFile
from importers.platform import Platform
from importers.platforms.etsy.orders import ITEMS, ORDERS

ETSY = Platform(files=(LayoutFile(ORDERS), LayoutFile(ITEMS), PairedFile("etsy-orders-and-items", ORDERS, ITEMS)))
