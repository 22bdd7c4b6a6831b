"""What was sold: orders by the day they were placed at the shop, and what each product brought."""

from projections.views.sales.goods import list_goods
from projections.views.sales.orders import PERIODS, SalesFilters, SalesRow, list_sales
from projections.views.sales.view import Sales

__all__ = ["PERIODS", "Sales", "SalesFilters", "SalesRow", "list_goods", "list_sales"]
