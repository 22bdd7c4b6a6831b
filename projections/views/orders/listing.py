"""The list of orders: pages in several orders, narrowed by filters, counted exactly or by estimate."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg import sql

from projections.engine.tables import Connection
from projections.views.orders.filters import OrderFilters, conditions
from projections.views.orders.row import OrderHead
from projections.views.pages import Key, Listing, key, read
from projections.views.plain import number_order

_BY_NUMBER = sql.SQL(
    "SELECT id FROM {} WHERE number_order = %(number_order)s AND number = %(number)s ORDER BY created_at, id"
)
_HAS = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {} = %(value)s)")
CHOICES = ("status", "payment_method", "shipping_method", "operator")
_ID = key("id", UUID, "uuid")
# Drafts were never placed: they come before all that were.
_PLACED_AT = Key(
    "placed_at", datetime | None, "coalesce(placed_at, '-infinity')", "coalesce({}::timestamptz, '-infinity')"
)


# Words found in fewer orders than this are looked up in their index; of commoner ones the newest soon fill a page. On a
# million orders, finding and sorting 4,500 takes 17 ms, walking until one in 222 has filled a page 8 ms. The planner
# alone walks from 2,000 on, and its estimate is often wrong by half: then a page took 75 ms.
FEW = 4_500


def _few(connection: Connection, filters: OrderFilters, schema: str) -> bool:
    return bool(filters.q) and LISTING.count(connection, OrderFilters(q=filters.q), "estimate", schema) < FEW


# Amounts of two currencies cannot be compared, so totals come currency by currency.
LISTING: Listing[OrderHead, OrderFilters] = Listing(
    "{schema}.orders",
    OrderHead,
    {
        "created_at": (key("created_at", datetime, "timestamptz"), _ID),
        "placed_at": (_PLACED_AT, _ID),
        "updated_at": (key("position", int, "bigint"),),
        "number": (key("number_order", str, "text"), _ID),
        "customer": (key("left(person, 60)", str, "text"), _ID),
        "total": (key("currency", str, "text"), key("total", int, "bigint"), _ID),
    },
    "-created_at",
    conditions,
    _few,
)
SORTS = tuple(LISTING.sorts)
list_orders, count_orders = LISTING.page, LISTING.count


def order_ids(
    connection: Connection, filters: OrderFilters, most: int, sort: str = "", schema: str = "views"
) -> list[UUID]:
    """The ids of up to `most` orders that the filters leave, in the list's order."""
    return [row[0] for row in LISTING.rows(connection, ("id",), filters, sort, schema, limit=most)]


def has_order_with(connection: Connection, choice: str, value: str, schema: str = "views") -> bool:
    """Whether any order has this value of a choice: a status, a payment or shipping method, an operator."""
    if choice not in CHOICES:
        raise ValueError(choice)
    statement = _HAS.format(sql.Identifier(schema, "orders"), sql.Identifier(choice))
    return bool(read(connection, statement, {"value": value})[0][0])


def orders_by_number(connection: Connection, number: str, schema: str = "views") -> list[UUID]:
    """The orders of this number, oldest first: one, unless imports brought others of the same number."""
    statement = _BY_NUMBER.format(sql.Identifier(schema, "orders"))
    return [row[0] for row in read(connection, statement, {"number": number, "number_order": number_order(number)})]
