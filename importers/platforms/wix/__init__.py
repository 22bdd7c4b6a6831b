"""Wix: its CSV of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.wix.orders import ORDERS

WIX = Platform(files=(LayoutFile(ORDERS),))
