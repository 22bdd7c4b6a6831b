"""Reports on orders: what was sold, where orders stand and for how long, and what is owed.

A report looks at the orders that were placed on some days at the shop, with their figures as they are now; every row
names the list of its orders.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Response

from api.access import needs
from api.lists import zone_of
from api.orders.collection import listing_at
from api.points_in_time import passed_point
from api.reports.blueprint import (
    Row,
    answer,
    compared,
    figures,
    filters_of,
    report,
    reports,
    status_facts,
    status_place,
    totals,
)
from api.reports.files import AS_FILES
from api.reports.forms import (
    DaysQuery,
    ReceivableAnswer,
    ReceivablesQuery,
    SalesFiguresAnswer,
    SalesQuery,
    StatusDurationAnswer,
    StatusesQuery,
    StatusFiguresAnswer,
    report_form,
)
from api.reports.periods import SOLD, Period, first_day_after, list_of, period_of, today
from api.requests import fresh, read, runtime, shop
from api.schemas import money
from domain.points_in_time import NOW, PointInTime
from projections.engine.tables import Connection
from projections.views.orders.owed import owed_by_day
from projections.views.receivables import Age, OwedRow, list_owed
from projections.views.sales import PERIODS, SalesRow, list_sales
from projections.views.status_durations import DurationRow, list_durations

# Days since an order was placed, the first and the last; the oldest age has no last.
AGES: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 30), (31, 60), (61, 90), (91, None))


@reports.get("/sales")
@needs("orders:read")
@reports.arguments(SalesQuery, location="query")
@reports.response(200, report_form(SalesFiguresAnswer, totals=True, compared=True))
@reports.doc(**AS_FILES)
def get_sales(query: SalesQuery.Loaded) -> Response:
    """What was sold, by day, week, month, year or source; with what of it was given back."""

    def look(connection: Connection, period: Period) -> tuple[list[Row], list[Row]]:
        filters = filters_of(query, period, stages=SOLD)
        rows = [_sale(row, period, query) for row in list_sales(connection, filters, query.by)]
        return rows, totals(connection, filters, period)

    return compared("sales", query, look, SalesFiguresAnswer)


def _sale(row: SalesRow, period: Period, query: SalesQuery.Loaded) -> Row:
    told: dict[str, Any] = {"currency": row.currency, "stage": SOLD, "source": query.source}
    if query.by not in PERIODS:
        return figures(row, row.grouped, list_of(period, **{**told, query.by: row.grouped}))
    part = period.part(row.grouped, first_day_after(row.grouped, query.by))
    return figures(row, part.start.isoformat(), list_of(part, **told))


@reports.get("/statuses")
@needs("orders:read")
@reports.arguments(StatusesQuery, location="query")
@reports.response(200, report_form(StatusFiguresAnswer, totals=True, compared=True))
@reports.doc(**AS_FILES)
def get_statuses(query: StatusesQuery.Loaded) -> Response:
    """How many orders have each status now, and what they come to; in the order that statuses have at the shop."""
    shown = shop()

    def status(row: SalesRow, period: Period) -> Row:
        orders = list_of(period, status=row.grouped, currency=row.currency, source=query.source)
        return figures(row, row.grouped, orders) | status_facts(shown, row.grouped)

    def look(connection: Connection, period: Period) -> tuple[list[Row], list[Row]]:
        filters = filters_of(query, period)
        rows = sorted(list_sales(connection, filters, "status"), key=lambda row: status_place(shown, row.grouped))
        return [status(row, period) for row in rows], totals(connection, filters, period)

    return compared("statuses", query, look, StatusFiguresAnswer)


@reports.get("/durations")
@needs("orders:read")
@reports.arguments(DaysQuery, location="query")
@reports.response(200, report_form(StatusDurationAnswer))
@reports.doc(**AS_FILES)
def get_durations(query: DaysQuery.Loaded) -> Response:
    """How long orders stand in each status: those that left it, and those that have it now."""
    period, shown, now = period_of(query.start, query.last), shop(), datetime.now(UTC)
    fresh("status_durations", anywhere=True)
    found = read(lambda connection: list_durations(connection, period.start, period.end))
    found.sort(key=lambda row: status_place(shown, row.status))
    rows = [_duration(row, period, now) | status_facts(shown, row.status) for row in found]
    return answer("durations", query.format, report(period, rows), StatusDurationAnswer)


def _duration(row: DurationRow, period: Period, now: datetime) -> Row:
    lengths = ("within_hour", "within_day", "within_three_days", "within_week", "longer")
    return {
        "status": row.status,
        "ended": row.ended,
        "average": row.average,
        **{name: getattr(row, name) for name in lengths},
        "open": row.open,
        "waiting": row.waiting(now),
        "filter": list_of(period, status=row.status),
    }


@reports.get("/receivables")
@needs("orders:read")
@reports.arguments(ReceivablesQuery, location="query")
@reports.response(200, report_form(ReceivableAnswer, ends=False))
@reports.doc(**AS_FILES)
def get_receivables(query: ReceivablesQuery.Loaded) -> Response:
    """What is owed now, by the age of its orders: money that is due, and what customers are to get back.

    Of a point in time it is read from the list of orders as it was then, and ages are those of that day.
    """
    point = passed_point(query)
    day = today() if point == NOW else point.seen_from(datetime.now(UTC)).astimezone(zone_of(shop())).date()
    if point == NOW:
        fresh("receivables", anywhere=True)
        found = read(lambda connection: list_owed(connection, _ages(day), query.currency))
    else:
        found = _owed_then(point, day, query.currency)
    rows = [_owed(row, day, point) for row in found]
    return answer("receivables", query.format, {"timezone": shop().defaults.timezone, "rows": rows}, ReceivableAnswer)


def _owed_then(point: PointInTime, day: date, currency: str | None) -> list[OwedRow]:
    """What was owed at a point in time, by age; ages without any have no row."""
    listing, schema = listing_at(point)
    with runtime().reading() as connection:
        days = owed_by_day(connection, listing, str(zone_of(shop())), currency, schema)
    sums: dict[tuple[str, str, int], OwedRow] = {}
    for number, age in enumerate(_ages(day)):
        for of_day in days:
            if age.oldest <= of_day.day <= age.newest:
                key = (of_day.currency, of_day.side, number)
                before = sums.get(key, OwedRow(*key, 0, 0))
                sums[key] = before._replace(
                    orders=before.orders + of_day.orders, balance=before.balance + of_day.balance
                )
    return sorted(sums.values(), key=lambda row: (row.currency, row.side != "due", row.age))


def _ages(day: date) -> list[Age]:
    """The days of each age; an order that a file dates tomorrow is no older than today's."""
    ages = [Age(_before(day, last) if last else date.min, _before(day, first)) for first, last in AGES]
    return [ages[0]._replace(newest=date.max), *ages[1:]]


def _before(day: date, days: int) -> date:
    return day - timedelta(days=days)


def _owed(row: OwedRow, day: date, point: PointInTime) -> Row:
    first, last = AGES[row.age]
    days = {
        "placed_from": _before(day, last).isoformat() if last else None,
        "placed_to": _before(day, first).isoformat() if row.age else None,
    }
    return {
        "side": row.side,
        "currency": row.currency,
        "days_from": first,
        "days_to": last,
        "orders": row.orders,
        "balance": money(row.balance, row.currency),
        "filter": list_of(None, balance=row.side, currency=row.currency, **days, **point.told()),
    }
