"""PostgreSQL: the event log, the views built from it and their queries."""

from __future__ import annotations

from collections.abc import Mapping

from projections.coupons import Coupons
from projections.customers import Customers
from projections.documents import Documents
from projections.enrolments import Enrolments
from projections.imports import Imports
from projections.messages import Messages
from projections.order_status_history import OrderStatusHistory
from projections.order_timeline import OrderTimeline
from projections.orders import Orders
from projections.projection import Projection
from projections.stock import Stock
from projections.stock_movements import StockMovements

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
        Imports(),
    )
}
