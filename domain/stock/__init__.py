"""Stock: what lies on the shelf of each SKU, what is promised to orders, and every movement with its cause."""

from collections.abc import Callable

from domain.events import Command, Event
from domain.stock.item import (
    AdjustStock,
    PlaceStock,
    ReceiveStock,
    SetStockPolicy,
    StockAdjusted,
    StockCause,
    StockItem,
    StockItemNotFound,
    StockPlaced,
    StockPolicySet,
    StockReceived,
    adjust_stock,
    place_stock,
    receive_stock,
    set_stock_policy,
    stock_id_of,
)
from domain.stock.movements import (
    DeductStock,
    OutOfStock,
    ReleaseStock,
    ReserveStock,
    RestoreStock,
    StockDeducted,
    StockReleased,
    StockReserved,
    StockRestored,
    deduct_stock,
    release_stock,
    reserve_stock,
    restore_stock,
)

EVENTS: tuple[type[Event], ...] = (
    StockReceived,
    StockReserved,
    StockReleased,
    StockDeducted,
    StockRestored,
    StockAdjusted,
    StockPolicySet,
    StockPlaced,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    ReceiveStock: receive_stock,
    ReserveStock: reserve_stock,
    ReleaseStock: release_stock,
    DeductStock: deduct_stock,
    RestoreStock: restore_stock,
    AdjustStock: adjust_stock,
    SetStockPolicy: set_stock_policy,
    PlaceStock: place_stock,
}

__all__ = [
    "EVENTS",
    "HANDLERS",
    "AdjustStock",
    "DeductStock",
    "OutOfStock",
    "PlaceStock",
    "ReceiveStock",
    "ReleaseStock",
    "ReserveStock",
    "RestoreStock",
    "SetStockPolicy",
    "StockAdjusted",
    "StockCause",
    "StockDeducted",
    "StockItem",
    "StockItemNotFound",
    "StockPlaced",
    "StockPolicySet",
    "StockReceived",
    "StockReleased",
    "StockReserved",
    "StockRestored",
    "stock_id_of",
]
