"""Magento and Adobe Commerce: the grid of orders, as it is exported."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.magento.orders import GRID

MAGENTO = Platform(files=(LayoutFile(GRID),))
