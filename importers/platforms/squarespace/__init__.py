"""Squarespace: its CSV of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.squarespace.orders import ORDERS

SQUARESPACE = Platform(files=(LayoutFile(ORDERS),))
