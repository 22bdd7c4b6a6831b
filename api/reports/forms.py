"""What reports are asked, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, get_args

from marshmallow import Schema, fields, validate
from msgspec import Struct

from api.instants import in_bounds
from api.points_in_time import PointInTimeQuery
from api.reports.periods import Comparison
from api.schemas import Body, Code, Count, MoneyAnswer, Text
from domain.orders.order import ReturnStatus
from domain.statuses import STAGES
from printing.exports import FORMATS
from projections.views.sales import PERIODS
from projections.views.sales.goods import RANKS

MOST_PRODUCTS = 500


class Day(fields.Date):
    """A day at the shop."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        return in_bounds(super()._deserialize(value, attr, data, **options))


def _by(*choices: str) -> fields.String:
    about = {"description": f"What rows are put together by; {choices[0]} unless told"}
    return fields.String(validate=validate.OneOf(choices), metadata=about)


def _format() -> fields.String:
    return fields.String(validate=validate.OneOf(tuple(FORMATS)), metadata={"description": "JSON unless told"})


def _currency() -> Text:
    return Text(validate=validate.Length(equal=3), metadata={"maxLength": 3})


class DaysQuery(Body):
    """The orders placed on some days at the shop; `format` makes a file of the rows."""

    start = Day(data_key="from", metadata={"description": "The first day; thirty days before the last unless told"})
    last = Day(data_key="to", metadata={"description": "The last day, included; today unless told"})
    format = _format()

    class Loaded(Struct, frozen=True, kw_only=True):
        start: date | None = None
        last: date | None = None
        format: str | None = None


class ReportQuery(DaysQuery):
    """The same, in one currency or in all."""

    currency = _currency()

    class Loaded(DaysQuery.Loaded, frozen=True, kw_only=True):
        currency: str | None = None


class ComparedQuery(ReportQuery):
    """The same, beside as many days just before (`previous`) or the same days a year earlier (`year`)."""

    compare = fields.String(validate=validate.OneOf(get_args(Comparison)))
    source = Code()

    class Loaded(ReportQuery.Loaded, frozen=True, kw_only=True):
        compare: Comparison | None = None
        source: str | None = None


class SalesQuery(ComparedQuery):
    """What was sold, part by part of the calendar or by source; orders that were called off are left out."""

    by = _by(*PERIODS, "source")

    class Loaded(ComparedQuery.Loaded, frozen=True, kw_only=True):
        by: str = "day"


class StatusesQuery(ComparedQuery):
    """How many orders have each status now, those that were called off included."""


class ProductsQuery(ComparedQuery):
    """What sold best, by one of the figures."""

    by = _by(*RANKS)
    limit = Count(1, MOST_PRODUCTS)

    class Loaded(ComparedQuery.Loaded, frozen=True, kw_only=True):
        by: str = "total"
        limit: int = 10


class ReturnsQuery(ComparedQuery):
    """What came back: orders by how far their returns are, or products by their units."""

    by = _by("state", "product")
    limit = Count(1, MOST_PRODUCTS)

    class Loaded(ComparedQuery.Loaded, frozen=True, kw_only=True):
        by: str = "state"
        limit: int = 10


class ReceivablesQuery(PointInTimeQuery):
    """What is owed now, or was at a point in time, in one currency or in all."""

    currency = _currency()
    format = _format()

    class Loaded(PointInTimeQuery.Loaded, frozen=True, kw_only=True):
        currency: str | None = None
        format: str | None = None


def _filter() -> fields.String:
    return fields.String(
        required=True,
        metadata={"description": "The query of GET /orders for these orders", "example": "status=pending&archived=all"},
    )


class SalesFiguresAnswer(Body):
    """Orders of one currency that have `key` in common: the first day of a part of the calendar, a source, a SKU.

    `units` were ordered and `returned` came back; `refunded` is the money that went back. `label` is what people call
    the key, where they call it otherwise. Of SKUs, amounts are those of their lines.
    """

    key = fields.String(required=True)
    label = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    orders = fields.Integer(required=True)
    units = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    net = fields.Nested(MoneyAnswer, required=True)
    tax = fields.Nested(MoneyAnswer, required=True)
    total = fields.Nested(MoneyAnswer, required=True)
    refunded = fields.Nested(MoneyAnswer, required=True)
    filter = _filter()


class StatusFiguresAnswer(SalesFiguresAnswer):
    """Orders of one currency that have a status, and the stage it stands on."""

    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    colour = fields.String(required=True, metadata={"example": "#f59e0b"})


class ReturnFiguresAnswer(SalesFiguresAnswer):
    """Orders by how far their returns are, or a product of which units came back."""

    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(get_args(ReturnStatus)))


class StatusDurationAnswer(Body):
    """How long orders stood in a status: stays that ended, together and by length, and those that have it now.

    Seconds; null where there is none. `filter` leads to the orders that have it now.
    """

    status = fields.String(required=True)
    label = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    colour = fields.String(required=True, metadata={"example": "#f59e0b"})
    ended = fields.Integer(required=True)
    average = fields.Integer(required=True, allow_none=True)
    within_hour = fields.Integer(required=True)
    within_day = fields.Integer(required=True)
    within_three_days = fields.Integer(required=True)
    within_week = fields.Integer(required=True)
    longer = fields.Integer(required=True)
    open = fields.Integer(required=True)
    waiting = fields.Integer(required=True, allow_none=True)
    filter = _filter()


class ReceivableAnswer(Body):
    """The open balances of orders of one age: money `due`, or `credit` that customers are to get back.

    An order is as many days old as have passed since the day on which it was placed; the oldest age has no `to`.
    """

    side = fields.String(required=True, validate=validate.OneOf(("due", "credit")))
    currency = fields.String(required=True)
    days_from = fields.Integer(required=True)
    days_to = fields.Integer(required=True, allow_none=True)
    orders = fields.Integer(required=True)
    balance = fields.Nested(MoneyAnswer, required=True)
    filter = _filter()


class LowStockAnswer(Body):
    """A SKU whose stock is low: its figures, and how many units of it were sold in the period."""

    sku = fields.String(required=True)
    on_hand = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    available = fields.Integer(required=True)
    low_at = fields.Integer(required=True, allow_none=True)
    sold = fields.Integer(required=True)
    filter = _filter()


class PeriodTotalAnswer(Body):
    """All orders of one currency in the period, whatever rows are shown of them."""

    currency = fields.String(required=True)
    orders = fields.Integer(required=True)
    units = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    net = fields.Nested(MoneyAnswer, required=True)
    tax = fields.Nested(MoneyAnswer, required=True)
    total = fields.Nested(MoneyAnswer, required=True)
    refunded = fields.Nested(MoneyAnswer, required=True)
    filter = _filter()


@cache
def report_form(row: type[Schema], *, ends: bool = True, totals: bool = False, compared: bool = False) -> Schema:
    """The form of a report: its days at the shop, if it has any, and its rows.

    With `totals`, and beside another period where that may be asked.
    """
    name = row.__name__.removesuffix("Answer") + "ReportAnswer"
    days = {"start": fields.Date(data_key="from", required=True), "last": fields.Date(data_key="to", required=True)}
    parts: dict[str, Any] = {
        **(days if ends else {}),
        "timezone": fields.String(required=True, metadata={"example": "Europe/Paris"}),
        "rows": fields.List(fields.Nested(row), required=True),
    }
    if totals:
        parts["totals"] = fields.List(fields.Nested(PeriodTotalAnswer), required=True)
    if compared:
        other = Schema.from_dict(dict(parts), name=f"Compared{name}")
        parts["compared"] = fields.Nested(other, required=True, allow_none=True)
    return Schema.from_dict(parts, name=name)()
