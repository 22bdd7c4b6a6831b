"""What whoever picks and packs an order is told of its goods: where they lie, and how they look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.errors import Conflict
from domain.orders.order import Order
from projections.engine.freshness import TooFarBehind
from projections.runtime import Runtime
from projections.views.products import pictures
from projections.views.stock import places


class GoodsUnknown(Conflict):
    """Where goods lie and how they look is still being gathered: try again in a moment."""

    code = "goods-unknown"


class Goods(NamedTuple):
    """Where a SKU is picked from, and the address of its picture; empty where that is not told."""

    place: str = ""
    picture: str = ""

    @property
    def picture_name(self) -> str:
        """The file name of its picture."""
        return self.picture.partition("?")[0].rstrip("/").rpartition("/")[2]


def goods_of(runtime: Runtime, orders: Iterable[Order]) -> Mapping[str, Goods]:
    """The goods of orders by their SKUs; raises `GoodsUnknown` where the views of them are not built yet."""
    skus = sorted({item.sku for order in orders for item in order.items.values() if item.sku})
    if not skus:
        return {}
    try:
        for view in ("stock", "products"):
            runtime.views.wait_for(view)
    except TooFarBehind:
        raise GoodsUnknown from None
    with runtime.reading() as connection:
        lie, look = places(connection, skus), pictures(connection, skus)
    return {sku: Goods(lie.get(sku, ""), look.get(sku, "")) for sku in skus}
