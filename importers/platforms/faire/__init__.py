"""Faire: its CSV of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.faire.orders import ORDERS

FAIRE = Platform(files=(LayoutFile(ORDERS),))
