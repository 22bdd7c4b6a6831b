"""The views: each with its row, its fold and its queries; and the one table of them."""

from __future__ import annotations

from collections.abc import Mapping

from projections.engine.projection import Projection
from projections.views.coupons import Coupons
from projections.views.customers import Customers
from projections.views.documents import Documents
from projections.views.enrolments import Enrolments
from projections.views.imports import Imports
from projections.views.messages import Messages
from projections.views.order_status_history import OrderStatusHistory
from projections.views.order_timeline import OrderTimeline
from projections.views.orders import Orders
from projections.views.orders.past import OrdersPast
from projections.views.products import Products
from projections.views.receivables import Receivables
from projections.views.sales import Sales
from projections.views.status_durations import StatusDurations
from projections.views.stock import Stock
from projections.views.stock_movements import StockMovements

# Every view, by name: what the engine keeps up to date.
PROJECTIONS: Mapping[str, Projection] = {
    view.name: view
    for view in (
        Orders(),
        OrderStatusHistory(),
        OrderTimeline(),
        Customers(),
        Coupons(),
        Documents(),
        Messages(),
        Enrolments(),
        Stock(),
        StockMovements(),
        Products(),
        Imports(),
        Sales(),
        StatusDurations(),
        Receivables(),
        OrdersPast(),
    )
}
# Views that go behind the others in larger batches, so that what they cost keeps nobody waiting.
UNHURRIED = frozenset({OrdersPast.name, Sales.name, StatusDurations.name, Receivables.name})


def kept(*, orders_past: bool) -> Mapping[str, Projection]:
    """The views that an installation keeps; without `orders_past` all but that of the past."""
    return {name: view for name, view in PROJECTIONS.items() if orders_past or name != OrdersPast.name}
