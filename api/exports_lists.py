"""What each list's export is narrowed by: the list's own query, and the filters that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from marshmallow import fields

from api.coupons import CouponsQuery
from api.customers import CustomersQuery
from api.documents import DocumentsQuery
from api.imports import ImportsQuery
from api.lists import ListQuery, sorts
from api.messages import MessagesQuery
from api.orders.collection import OrderListForm, order_filters
from api.schemas import Body, Code
from api.sequences import EnrolmentsQuery
from api.stock import StockQuery
from domain.stock import stock_id_of
from projections.coupons import CouponFilters
from projections.customers import CustomerFilters
from projections.documents import DocumentFilters
from projections.enrolments import EnrolmentFilters
from projections.messages import MessageFilters
from projections.order_status_history import HistoryFilters
from projections.runtime import Runtime
from projections.stock import StockFilters
from projections.stock_movements import MovementFilters

Told = Mapping[str, Any]
PAGING = tuple(ListQuery().fields)


class HistoryQuery(Body):
    """The moves of one order."""

    order_id = fields.UUID()
    sort = sorts(("at",))


class MovementsQuery(Body):
    """The movements of one SKU, or for one order."""

    sku = Code()
    order_id = fields.UUID()
    sort = sorts(("position", "version"))


class Narrowing(NamedTuple):
    """What a list is told in a query, and its filters at an instant."""

    query: type[Body]
    filters: Callable[[Told, Runtime, datetime], Any]

    def form(self) -> Body:
        """The query without what belongs to pages."""
        return self.query(exclude=[name for name in PAGING if name in self.query._declared_fields])


def _same(kind: Callable[..., Any]) -> Callable[[Told, Runtime, datetime], Any]:
    """Filters named as they are told."""
    return lambda told, runtime, at: kind(**_without_sort(told))


def _without_sort(told: Told) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "sort"}


def _orders(told: Told, runtime: Runtime, at: datetime) -> Any:
    return order_filters(told, runtime.desk.shop(), runtime.log)


def _customers(told: Told, runtime: Runtime, at: datetime) -> CustomerFilters:
    facts = _without_sort(told)
    return CustomerFilters(tags=tuple(facts.pop("tag", ())), **facts)


def _movements(told: Told, runtime: Runtime, at: datetime) -> MovementFilters:
    stock_id = stock_id_of(told["sku"]) if "sku" in told else None
    return MovementFilters(stock_id=stock_id, order_id=told.get("order_id"))


def _coupons(told: Told, runtime: Runtime, at: datetime) -> CouponFilters:
    return CouponFilters(at=at, **_without_sort(told))


# Every list that can be exported, by its name in `projections.exports.EXPORTED`.
NARROWING: Mapping[str, Narrowing] = {
    "orders": Narrowing(OrderListForm, _orders),
    "order-lines": Narrowing(OrderListForm, _orders),
    "status-history": Narrowing(HistoryQuery, _same(HistoryFilters)),
    "customers": Narrowing(CustomersQuery, _customers),
    "stock": Narrowing(StockQuery, _same(StockFilters)),
    "stock-movements": Narrowing(MovementsQuery, _movements),
    "coupons": Narrowing(CouponsQuery, _coupons),
    "messages": Narrowing(MessagesQuery, _same(MessageFilters)),
    "enrolments": Narrowing(EnrolmentsQuery, _same(EnrolmentFilters)),
    "documents": Narrowing(DocumentsQuery, _same(DocumentFilters)),
    "imports": Narrowing(ImportsQuery, _same(dict)),
}
