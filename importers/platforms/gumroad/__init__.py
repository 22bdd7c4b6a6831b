"""Gumroad: its CSV of sales."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.gumroad.orders import SALES

GUMROAD = Platform(files=(LayoutFile(SALES),))
