"""Amazon: its flat file of all orders, and its orders as its API tells them."""

from importers.platform import Platform, spelling_of
from importers.platforms.amazon.api import AmazonApi
from importers.platforms.amazon.orders import READS, Amazon

AMAZON = Platform(files=(Amazon, AmazonApi), spellings={Amazon.name: spelling_of(READS)})
