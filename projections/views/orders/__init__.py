"""The list of orders: one row an order, made from the whole order, and every way to look for it."""

from projections.views.orders.filters import OrderFilters
from projections.views.orders.listing import (
    LISTING,
    SORTS,
    count_orders,
    has_order_with,
    list_orders,
    order_ids,
    orders_by_number,
)
from projections.views.orders.row import OrderHead
from projections.views.orders.view import Orders
from projections.views.pages import Page

__all__ = [
    "LISTING",
    "SORTS",
    "OrderFilters",
    "OrderHead",
    "Orders",
    "Page",
    "count_orders",
    "has_order_with",
    "list_orders",
    "order_ids",
    "orders_by_number",
]
