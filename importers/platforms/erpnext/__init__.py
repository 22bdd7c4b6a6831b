"""ERPNext: Sales Order, as its data export writes it."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform
from importers.platforms.erpnext.orders import ORDERS

ERPNEXT = Platform(files=(LayoutFile(ORDERS),))
