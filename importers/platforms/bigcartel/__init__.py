"""Big Cartel: its CSV of orders."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.bigcartel.orders import ORDERS

BIGCARTEL = Platform(files=(LayoutFile(ORDERS),))
