"""What is owed: the open balance of each placed order, and their sums by the day the orders were placed."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from domain import topics
from domain.orders.order import Order
from domain.settings import DefaultsSet, ShopSettings
from projections.engine.projection import EventBatch
from projections.engine.tables import Connection, Rows, Sums, Table
from projections.views.pages import Amount
from projections.views.zones import day_in, put_zones, zone_table

_ORDERS_DDL = """
    CREATE TABLE {schema}.receivable_orders (
        order_id uuid NOT NULL,
        placed_at timestamptz NOT NULL,
        balance bigint NOT NULL,
        currency text NOT NULL
    )
"""
_DAYS_DDL = """
    CREATE TABLE {schema}.receivables (
        day date NOT NULL,
        currency text NOT NULL,
        side text NOT NULL,
        orders bigint NOT NULL,
        balance bigint NOT NULL
    )
"""
_ZONE = "receivables_zone"
_DAYS = f"""
    SELECT {day_in(_ZONE, "placed_at")} AS day, currency, CASE WHEN balance > 0 THEN 'due' ELSE 'credit' END AS side,
        1 AS orders, balance
    FROM {{schema}}.receivable_orders WHERE {{only}}
"""  # noqa: S608 - constants of this module
# Ages end before the day that lies so many days back; the last has no end.
_AGES = """
    SELECT currency, side, age.number, sum(orders)::bigint, sum(balance)::bigint
    FROM views.receivables JOIN unnest(%(oldest)s::date[], %(newest)s::date[])
        WITH ORDINALITY AS age (oldest, newest, number) ON day BETWEEN age.oldest AND age.newest
    WHERE (%(currency)s::text IS NULL OR currency = %(currency)s)
    GROUP BY currency, side, age.number ORDER BY currency, side DESC, age.number
"""


class OpenOrder(NamedTuple):
    """A placed order that is not settled: a positive balance is still due, a negative one is to be given back."""

    order_id: UUID
    placed_at: datetime
    balance: Amount
    currency: str


class Receivables:
    """The view `receivables`."""

    name = "receivables"
    version = 1
    tables = (
        Table("receivable_orders", OpenOrder._fields, ("order_id",), _ORDERS_DDL),
        zone_table(_ZONE),
        Table(
            "receivables", ("day", "currency", "side", "orders", "balance"), ("day", "currency", "side"), _DAYS_DDL,
            sums=Sums(("receivable_orders",), _DAYS, "order_id", (_ZONE,)),
        ),
    )  # fmt: skip
    aggregates = (Order, ShopSettings)
    topics = frozenset(event.TOPIC for event in topics.AGGREGATES[Order]) | {DefaultsSet.TOPIC}

    def fold(self, batch: EventBatch) -> Rows:
        """Each placed order with an open balance."""
        rows = Rows()
        put_zones(rows, _ZONE, batch)
        for order_id, order in batch.aggregates(Order).items():
            placed_at = order.placed_at if order.exists else None
            if placed_at is None or not order.price.balance:
                rows.delete("receivable_orders", (order_id,))
            else:
                row = OpenOrder(order_id, placed_at, order.price.balance, order.currency)
                rows.put("receivable_orders", (order_id,), row)
        return rows


class Age(NamedTuple):
    """Orders placed from one day to another, both included."""

    oldest: date
    newest: date


class OwedRow(NamedTuple):
    """The open balances of an age in a currency: `side` is due, or credit that the customers are to get back.

    `age` counts from 0, in the order in which ages were told; `balance` is in minor units.
    """

    currency: str
    side: str
    age: int
    orders: int
    balance: Amount


def list_owed(connection: Connection, ages: list[Age], currency: str | None = None) -> list[OwedRow]:
    """What is owed by age; ages without any have no row."""
    told = {
        "oldest": [age.oldest for age in ages],
        "newest": [age.newest for age in ages],
        "currency": currency,
    }
    rows = connection.execute(_AGES, told).fetchall()
    return [OwedRow(row[0], row[1], row[2] - 1, *row[3:]) for row in rows]
