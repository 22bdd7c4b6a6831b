"""The list of orders: one row an order, made from the whole order, and every way to look for it."""

from projections.orders.filters import OrderFilters
from projections.orders.listing import (
    LISTING,
    SORTS,
    OrderHead,
    count_orders,
    has_order_with,
    list_orders,
    order_ids,
    orders_by_number,
)
from projections.orders.view import Orders
from projections.pages import Page

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
