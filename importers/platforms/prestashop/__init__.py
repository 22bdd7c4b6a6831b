"""PrestaShop: the export of its list of orders."""

from importers.platform import Platform
from importers.platforms.prestashop.orders import PrestaShop

PRESTASHOP = Platform(files=(PrestaShop,))
