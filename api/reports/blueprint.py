"""The blueprint of every route under /reports, and what they share: rows, totals, comparisons, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import Schema

from api.bodies import Resource
from api.reports.files import report_file
from api.reports.forms import ComparedQuery
from api.reports.periods import Period, list_of, period_of
from api.requests import fresh, read, respond, shop
from api.schemas import money
from domain.labels import status_labels
from domain.shop import Shop
from projections.engine.tables import Connection
from projections.views.sales import SalesFilters, SalesRow, list_sales

reports = Resource("reports", "reports", url_prefix="/reports", description="Figures of a period, and their orders")

Row = dict[str, Any]
Look = Callable[[Connection, Period], tuple[list[Row], list[Row]]]


def filters_of(query: ComparedQuery.Loaded, period: Period, **narrowed: Any) -> SalesFilters:
    """The orders of a period that a query asks for."""
    told = {"currency": query.currency, "source": query.source, **narrowed}
    return SalesFilters(start=period.start, end=period.end, **told)


def figures(row: SalesRow, key: str, orders: str, label: str | None = None) -> Row:
    """A row of a report; `orders` is the query of the list that it stands for."""
    return {"key": key, "label": label, **_sums(row), "filter": orders}


def totals(connection: Connection, filters: SalesFilters, period: Period) -> list[Row]:
    """All orders that the filters leave, currency by currency."""
    choices: Mapping[str, str | Sequence[str] | None] = {
        "source": filters.source,
        "stage": filters.stages,
        "return_status": filters.return_statuses,
    }
    return [
        {**_sums(row), "filter": list_of(period, currency=row.currency, **choices)}
        for row in list_sales(connection, filters, "currency")
    ]


def _sums(row: SalesRow) -> Row:
    amounts = {name: money(getattr(row, name), row.currency) for name in ("net", "tax", "total", "refunded")}
    counted = {"orders": row.orders, "units": row.units, "returned": row.returned}
    return {"currency": row.currency, **counted, **amounts}


def compared(name: str, query: ComparedQuery.Loaded, look: Look, row: type[Schema]) -> Response:
    """The report of the period that is asked for, and of the one it is compared with."""
    period = period_of(query.start, query.last)
    fresh("sales", anywhere=True)
    other = period.compared(query.compare) if query.compare else None

    def both(connection: Connection) -> tuple[Any, Any]:
        return look(connection, period), look(connection, other) if other else None

    now, then = read(both)
    body = report(period, now[0], totals=now[1])
    body["compared"] = report(other, then[0], totals=then[1]) if other else None
    return answer(name, query.format, body, row)


def report(period: Period, rows: list[Row], **more: Any) -> Row:
    """The body of a report."""
    days = {"from": period.start.isoformat(), "to": period.last.isoformat()}
    return {**days, "timezone": shop().defaults.timezone, "rows": rows, **more}


def answer(name: str, form: str | None, body: Row, row: type[Schema]) -> Response:
    """The report as JSON, or its rows as a file."""
    if form is None:
        return respond(body)
    return report_file(name, form, body["rows"], tuple(row._declared_fields))


def status_facts(shown: Shop, code: str) -> Row:
    """What a status is called, its stage and its colour; one that the shop no longer has bears its code."""
    status = shown.statuses.get(code)
    if status is None:
        return {"label": code, "stage": "completed", "colour": "#6b7280"}
    label = status_labels(status).get(shown.defaults.locale, status.label)
    return {"label": label, "stage": status.stage, "colour": status.colour}


def status_place(shown: Shop, code: str) -> tuple[int, str]:
    """Where a status stands in the shop's order."""
    status = shown.statuses.get(code)
    return (status.position if status else 1_000_000, code)
