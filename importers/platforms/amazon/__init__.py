"""Amazon: its files of all orders, of shipments and of payments, and its orders as its API tells them."""

from importers.layouts.laid_out import LayoutFile
from importers.platform import Platform, spelling_of
from importers.platforms.amazon.api import AmazonApi
from importers.platforms.amazon.orders import READS, Amazon
from importers.platforms.amazon.payments import DATE_RANGE
from importers.platforms.amazon.shipments import SHIPMENTS

AMAZON = Platform(
    files=(Amazon, AmazonApi, LayoutFile(SHIPMENTS), LayoutFile(DATE_RANGE)),
    spellings={Amazon.name: spelling_of(READS)},
)
