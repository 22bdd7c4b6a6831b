"""The sales: a row for each placed order and for each article on it, and their sums by day, state and product.

The sums are shared by all orders: an order that changes takes off what it added before and adds what it comes to now.
Every order counts on the day it was placed, with its figures as they are today.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain import topics
from domain.orders.items import Item
from domain.orders.order import Order
from domain.settings import DefaultsSet, ShopSettings
from projections.engine.projection import EventBatch
from projections.engine.tables import Rows, Sums, Table
from projections.views.pages import Amount
from projections.views.zones import day_in, put_zones, zone_table

_ORDERS_DDL = """
    CREATE TABLE {schema}.sales_orders (
        order_id uuid NOT NULL,
        placed_at timestamptz NOT NULL,
        units bigint NOT NULL,
        returned bigint NOT NULL,
        net bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        refunded bigint NOT NULL,
        currency text NOT NULL,
        stage text NOT NULL,
        status text NOT NULL,
        source text NOT NULL,
        return_status text NOT NULL
    )
"""
_LINES_DDL = """
    CREATE TABLE {schema}.sales_lines (
        order_id uuid NOT NULL,
        placed_at timestamptz NOT NULL,
        units bigint NOT NULL,
        returned bigint NOT NULL,
        net bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        refunded bigint NOT NULL,
        currency text NOT NULL,
        stage text NOT NULL,
        source text NOT NULL,
        sku text COLLATE "C" NOT NULL
    )
"""
_DAYS_DDL = """
    CREATE TABLE {schema}.sales_days (
        day date NOT NULL,
        currency text NOT NULL,
        stage text NOT NULL,
        status text NOT NULL,
        source text NOT NULL,
        return_status text NOT NULL,
        orders bigint NOT NULL,
        units bigint NOT NULL,
        returned bigint NOT NULL,
        net bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        refunded bigint NOT NULL
    ) WITH (fillfactor = 80)
"""
_GOODS_DDL = """
    CREATE TABLE {schema}.%s (
        %s date NOT NULL,
        currency text NOT NULL,
        stage text NOT NULL,
        source text NOT NULL,
        sku text COLLATE "C" NOT NULL,
        orders bigint NOT NULL,
        units bigint NOT NULL,
        returned bigint NOT NULL,
        net bigint NOT NULL,
        tax bigint NOT NULL,
        total bigint NOT NULL,
        refunded bigint NOT NULL
    ) WITH (fillfactor = 80)
"""
_ZONE = "sales_zone"
_DAY = day_in(_ZONE, "placed_at")
_DAYS = f"""
    SELECT {_DAY} AS day, currency, stage, status, source, return_status,
        1 AS orders, units, returned, net, tax, total, refunded
    FROM {{schema}}.sales_orders WHERE {{only}}
"""  # noqa: S608 - constants of this module
_GOODS = """
    SELECT {} AS {}, currency, stage, source, sku, 1 AS orders, units, returned, net, tax, total, refunded
    FROM {{schema}}.sales_lines WHERE {{only}}
"""
_PRODUCT_DAYS = _GOODS.format(_DAY, "day")
_PRODUCT_MONTHS = _GOODS.format(f"date_trunc('month', {_DAY})::date", "month")


class OrderSale(NamedTuple):
    """What a placed order comes to; `units` are those ordered, `returned` those that came back.

    A line that is measured counts as one unit.
    """

    order_id: UUID
    placed_at: datetime
    currency: str
    stage: str
    status: str
    source: str
    return_status: str
    units: int
    returned: int
    net: Amount
    tax: Amount
    total: Amount
    refunded: Amount


class LineSale(NamedTuple):
    """What an article brings on a placed order, discounts and tax included; '' is what has no SKU."""

    order_id: UUID
    sku: str
    placed_at: datetime
    currency: str
    stage: str
    source: str
    units: int
    returned: int
    net: Amount
    tax: Amount
    total: Amount
    refunded: Amount


_DAY_KEY = ("day", "currency", "stage", "status", "source", "return_status")
_GOODS_KEY = ("currency", "stage", "source", "sku")
_ADDED = ("orders", "units", "returned", "net", "tax", "total", "refunded")


def _sums(name: str, key: tuple[str, ...], ddl: str, of: str, source: str) -> Table:
    return Table(name, (*key, *_ADDED), key, ddl, sums=Sums((of,), source, "order_id", (_ZONE,)))


# Who buys, where it goes, what is noted, sent and printed: nothing of it changes what an order comes to.
_PASSED_OVER = frozenset({
    "order.archived", "order.billing-address-changed", "order.customer-assigned", "order.customer-unset",
    "order.document-numbered", "order.document-printed", "order.document-voided", "order.message-sent",
    "order.note-added", "order.note-removed", "order.note-revised", "order.operator-assigned",
    "order.payment-link-issued", "order.payment-method-chosen", "order.shipping-address-changed",
    "order.shipping-method-chosen", "order.tagged", "order.tracking-corrected", "order.tracking-told",
    "order.unarchived", "order.untagged",
})  # fmt: skip


class Sales:
    """The view `sales`."""

    name = "sales"
    version = 1
    tables = (
        Table("sales_orders", OrderSale._fields, ("order_id",), _ORDERS_DDL),
        Table("sales_lines", LineSale._fields, ("order_id", "sku"), _LINES_DDL),
        zone_table(_ZONE),
        _sums("sales_days", _DAY_KEY, _DAYS_DDL, "sales_orders", _DAYS),
        _sums(
            "sales_product_days", ("day", *_GOODS_KEY), _GOODS_DDL % ("sales_product_days", "day"),
            "sales_lines", _PRODUCT_DAYS,
        ),
        _sums(
            "sales_product_months", ("month", *_GOODS_KEY), _GOODS_DDL % ("sales_product_months", "month"),
            "sales_lines", _PRODUCT_MONTHS,
        ),
    )  # fmt: skip
    aggregates = (Order, ShopSettings)
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[Order]) | {DefaultsSet.TOPIC}
    passed_over = _PASSED_OVER

    def fold(self, batch: EventBatch) -> Rows:
        """Each placed order as its events leave it, and each article on it; nothing of one that is there no more."""
        rows = Rows()
        put_zones(rows, _ZONE, batch)
        for order_id, order in batch.aggregates(Order).items():
            rows.delete("sales_lines", (order_id,))
            if not order.exists or order.placed_at is None:
                rows.delete("sales_orders", (order_id,))
                continue
            rows.put("sales_orders", (order_id,), order_sale(order, order.placed_at))
            for line in line_sales(order, order.placed_at):
                rows.put("sales_lines", (order_id, line.sku), line)
        return rows


def order_sale(order: Order, placed_at: datetime) -> OrderSale:
    """The row of a placed order."""
    price, goods = order.price, [item for item in order.items.values() if not item.is_discount]
    returned = order.returned_quantities() if order.returns else {}
    return OrderSale(
        order_id=order.id,
        placed_at=placed_at,
        currency=order.currency,
        stage=order.stage,
        status=order.status,
        source=order.source,
        return_status=order.return_status,
        units=sum(_units(item, item.quantity) for item in goods),
        returned=sum(_units(item, returned.get(item.id, 0)) for item in goods) if returned else 0,
        net=price.net,
        tax=price.tax,
        total=price.total,
        refunded=price.refunded,
    )


def line_sales(order: Order, placed_at: datetime) -> list[LineSale]:
    """The rows of a placed order's articles; lines that are discounts are taken off those they lower."""
    returned = order.returned_quantities() if order.returns else {}
    refunded: dict[str, int] = {}
    for refund in order.refunds:
        for part in refund.lines:
            refunded[part.item] = refunded.get(part.item, 0) + part.amount
    rows: dict[str, LineSale] = {}
    for line in order.price.lines:
        item = order.items[line.id]
        if item.is_discount:
            continue
        tax = sum(line.worth_parts)
        row = LineSale(
            order_id=order.id,
            sku=item.sku,
            placed_at=placed_at,
            currency=order.currency,
            stage=order.stage,
            source=order.source,
            units=_units(item, item.quantity),
            returned=_units(item, returned.get(item.id, 0)),
            net=line.worth - tax,
            tax=tax,
            total=line.worth,
            refunded=refunded.get(item.id, 0),
        )
        same = rows.get(item.sku)
        rows[item.sku] = row if same is None else _together(same, row)
    return list(rows.values())


def _together(one: LineSale, other: LineSale) -> LineSale:
    return one._replace(**{name: getattr(one, name) + getattr(other, name) for name in _ADDED[1:]})


def _units(item: Item, steps: int) -> int:
    """So many steps of a line as units of goods; what is measured, such as in kilograms, counts as one."""
    return min(steps, 1) if item.unit.decimals else steps
