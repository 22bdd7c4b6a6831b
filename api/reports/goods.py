"""Reports on products: what sells best, what comes back, and what runs low."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.access import needs
from api.reports.blueprint import Row, answer, compared, figures, filters_of, report, reports, totals
from api.reports.files import AS_FILES
from api.reports.forms import (
    MOST_PRODUCTS,
    LowStockAnswer,
    ProductsQuery,
    ReportQuery,
    ReturnFiguresAnswer,
    ReturnsQuery,
    SalesFiguresAnswer,
    StockDayAnswer,
    StockDaysQuery,
    report_form,
)
from api.reports.periods import SOLD, Period, list_of, period_of
from api.requests import fresh, read, shop
from projections.engine.tables import Connection
from projections.views.products import product_names
from projections.views.sales import SalesFilters, SalesRow, list_goods, list_sales
from projections.views.stock import StockFilters, StockHead, list_stock
from projections.views.stock_days import StockDay, list_stock_days

RETURNED = ("requested", "received", "settled")
MOST_LOW = 500
MOST_STOCK_DAYS = 50_000


@reports.get("/top-products")
@needs("orders:read")
@reports.arguments(ProductsQuery, location="query")
@reports.response(200, report_form(SalesFiguresAnswer, totals=True, compared=True))
@reports.doc(**AS_FILES)
def get_top_products(query: ProductsQuery.Loaded) -> Response:
    """The products that brought the most money, units or orders, the most first."""
    goods = _ranked(query, query.by)

    def look(connection: Connection, period: Period) -> tuple[list[Row], list[Row]]:
        rows, filters = goods(connection, period)
        return rows, totals(connection, filters, period)

    return compared("top-products", query, look, SalesFiguresAnswer)


@reports.get("/returns")
@needs("orders:read")
@reports.arguments(ReturnsQuery, location="query")
@reports.response(200, report_form(ReturnFiguresAnswer, totals=True, compared=True))
@reports.doc(**AS_FILES)
def get_returns(query: ReturnsQuery.Loaded) -> Response:
    """What came back: orders by how far their returns are, or the products of which the most units came back."""
    goods = _ranked(query, "returned")

    def look(connection: Connection, period: Period) -> tuple[list[Row], list[Row]]:
        filters = filters_of(query, period, return_statuses=RETURNED)
        all_returns = totals(connection, filters, period)
        if query.by == "product":
            return [row | {"state": None} for row in goods(connection, period)[0]], all_returns
        rows = sorted(list_sales(connection, filters, "return_status"), key=lambda row: RETURNED.index(row.grouped))
        return [_of_state(row, period, query) for row in rows], all_returns

    return compared("returns", query, look, ReturnFiguresAnswer)


def _of_state(row: SalesRow, period: Period, query: ReturnsQuery.Loaded) -> Row:
    orders = list_of(period, return_status=row.grouped, currency=row.currency, source=query.source)
    return figures(row, row.grouped, orders) | {"state": row.grouped}


def _ranked(
    query: ProductsQuery.Loaded | ReturnsQuery.Loaded, rank: str
) -> Callable[[Connection, Period], tuple[list[Row], SalesFilters]]:
    """The best products of the first period that is looked at, and the same ones of the next."""
    best: list[list[str]] = []

    def goods(connection: Connection, period: Period) -> tuple[list[Row], SalesFilters]:
        filters = filters_of(query, period, stages=SOLD)
        if best:
            rows = list_goods(connection, filters, rank, MOST_PRODUCTS, best[0])
        else:
            rows = list_goods(connection, filters, rank, query.limit)
            best.append([row.grouped for row in rows])
        names = product_names(connection, [row.grouped for row in rows], shop().defaults.locale)
        return [_product(row, period, query.source, names.get(row.grouped)) for row in rows], filters

    return goods


def _product(row: SalesRow, period: Period, source: str | None, name: str | None) -> Row:
    orders = list_of(period, sku=row.grouped, currency=row.currency, stage=SOLD, source=source)
    return figures(row, row.grouped, orders, name)


@reports.get("/low-stock")
@needs("stock:read")
@reports.arguments(ReportQuery, location="query")
@reports.response(200, report_form(LowStockAnswer))
@reports.doc(**AS_FILES)
def get_low_stock(query: ReportQuery.Loaded) -> Response:
    """The products of which little is left, in the order of their SKUs, and how much of each was sold in the period."""
    period = period_of(query.start, query.last)
    fresh("stock", anywhere=True)
    fresh("sales", anywhere=True)

    def look(connection: Connection) -> tuple[list[StockHead], dict[str, int]]:
        low = list_stock(connection, StockFilters(low=True), limit=MOST_LOW).items
        filters = SalesFilters(start=period.start, end=period.end, currency=query.currency, stages=SOLD)
        skus = [head.sku for head in low]
        sold: dict[str, int] = {}
        for row in list_goods(connection, filters, limit=MOST_LOW * 10, skus=skus) if skus else ():
            sold[row.grouped] = sold.get(row.grouped, 0) + row.units
        return low, sold

    low, sold = read(look)
    rows = [
        {
            "sku": head.sku,
            "on_hand": head.on_hand,
            "reserved": head.reserved,
            "available": head.available,
            "low_at": head.low_at,
            "sold": sold.get(head.sku, 0),
            "filter": list_of(period, sku=head.sku, stage=SOLD, currency=query.currency),
        }
        for head in low
    ]
    return answer("low-stock", query.format, report(period, rows), LowStockAnswer)


@reports.get("/stock-days")
@needs("stock:read")
@reports.arguments(StockDaysQuery, location="query")
@reports.response(200, report_form(StockDayAnswer))
@reports.doc(**AS_FILES)
def get_stock_days(query: StockDaysQuery.Loaded) -> Response:
    """The days on which stock moved, with what was on hand and reserved at their end; the first 50,000 of a period."""
    period = period_of(query.start, query.last)
    fresh("stock_days", anywhere=True)
    found = read(lambda connection: list_stock_days(connection, period.start, period.end, query.sku, MOST_STOCK_DAYS))
    return answer("stock-days", query.format, report(period, [_stock_day(row) for row in found]), StockDayAnswer)


def _stock_day(row: StockDay) -> Row:
    day = row.day.isoformat()
    return {**row._asdict(), "day": day, "filter": f"from={day}&to={day}"}
