"""Odoo: sale.order, as its list is exported."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.odoo.orders import ORDERS

ODOO = Platform(files=(LayoutFile(ORDERS),))
