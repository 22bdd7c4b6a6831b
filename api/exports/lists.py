"""What each list's export is narrowed by: the list's own query, and the filters that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marshmallow import fields
from msgspec import Struct

from api.coupons import CouponsQuery, coupon_filters
from api.customers.routes import CustomersQuery, customer_filters
from api.documents import DocumentsQuery
from api.imports.routes import ImportsQuery
from api.lists import ListForm, ListQuery, sorts
from api.messages import MessagesQuery
from api.orders.filters import OrderListForm, order_filters
from api.schemas import Code
from api.sequences.routes import EnrolmentsQuery
from api.stock import StockQuery
from domain.stock import stock_id_of
from projections.runtime import Runtime
from projections.views.coupons import CouponFilters
from projections.views.customers import CustomerFilters
from projections.views.order_status_history import HistoryFilters
from projections.views.orders import OrderFilters
from projections.views.stock_movements import MovementFilters

PAGING = tuple(ListQuery().fields)


class HistoryQuery(ListForm):
    """The moves of one order."""

    order_id = fields.UUID()
    sort = sorts(("at",))

    Filters = HistoryFilters


class MovementsQuery(ListForm):
    """The movements of one SKU, or for one order."""

    sku = Code()
    order_id = fields.UUID()
    sort = sorts(("position", "version"))

    class Filters(Struct, frozen=True, kw_only=True):
        sku: str | None = None
        order_id: UUID | None = None


class Narrowing(NamedTuple):
    """What a list is told in a query, and the filters of its view that this means at an instant."""

    query: type[ListForm]
    filters: Callable[[Any, Runtime, datetime], Struct]

    def form(self) -> ListForm:
        """The query without what belongs to pages."""
        return self.query(exclude=[name for name in PAGING if name in self.query._declared_fields])


def _same(asked: Struct, runtime: Runtime, at: datetime) -> Struct:
    return asked


def _orders(asked: OrderListForm.Filters, runtime: Runtime, at: datetime) -> OrderFilters:
    return order_filters(asked, runtime.desk.shop(), runtime.log)


def _customers(asked: CustomersQuery.Filters, runtime: Runtime, at: datetime) -> CustomerFilters:
    return customer_filters(asked)


def _movements(asked: MovementsQuery.Filters, runtime: Runtime, at: datetime) -> MovementFilters:
    return MovementFilters(stock_id=stock_id_of(asked.sku) if asked.sku else None, order_id=asked.order_id)


def _coupons(asked: CouponsQuery.Filters, runtime: Runtime, at: datetime) -> CouponFilters:
    return coupon_filters(asked, at)


# Every list that can be exported, by its name in `projections.exports.EXPORTED`.
NARROWING: Mapping[str, Narrowing] = {
    "orders": Narrowing(OrderListForm, _orders),
    "order-lines": Narrowing(OrderListForm, _orders),
    "status-history": Narrowing(HistoryQuery, _same),
    "customers": Narrowing(CustomersQuery, _customers),
    "stock": Narrowing(StockQuery, _same),
    "stock-movements": Narrowing(MovementsQuery, _movements),
    "coupons": Narrowing(CouponsQuery, _coupons),
    "messages": Narrowing(MessagesQuery, _same),
    "enrolments": Narrowing(EnrolmentsQuery, _same),
    "documents": Narrowing(DocumentsQuery, _same),
    "imports": Narrowing(ImportsQuery, _same),
}
