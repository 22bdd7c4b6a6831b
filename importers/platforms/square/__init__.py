"""Square: its items detail, its transactions, and both together."""

from importers.layouts.laid_out import LayoutFile
from importers.layouts.pair import PairedFile
from importers.platform import Platform
from importers.platforms.square.orders import ITEMS, TRANSACTIONS

SQUARE = Platform(
    files=(
        LayoutFile(ITEMS),
        LayoutFile(TRANSACTIONS),
        PairedFile("square-transactions-and-items", TRANSACTIONS, ITEMS),
    )
)
