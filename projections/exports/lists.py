"""Every list that can be exported: its columns in the API's words, the view it is of and the permission it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from projections.exports import lines
from projections.exports.columns import (
    Column,
    boolean,
    identity,
    instant,
    integer,
    money,
    of_head,
    rate,
    text,
)
from projections.exports.lines import Reader
from projections.views import (
    coupons,
    customers,
    documents,
    enrolments,
    imports,
    messages,
    orders,
    stock,
    stock_movements,
)
from projections.views import order_status_history as history
from projections.views.pages import Listing


class Exported(NamedTuple):
    """A list that can be exported.

    `view` names the view it is read from, `filters` the class of what narrows it, `sort` its order unless told.
    `currency` is in SQL what the row's amounts are in. `reader`, where there is one, makes rows of its own of each row
    of the listing: of an order, its lines.
    """

    name: str
    permission: str
    view: str
    listing: Listing[Any, Any]
    filters: Any
    columns: tuple[Column, ...]
    currency: str = "''"
    sort: str = ""
    reader: Reader | None = None


_ORDERS = of_head(
    orders.OrderHead,
    without=("position", "quantity"),
    after={
        "refunded": money("kept", "balance + paid - refunded"),
        "balance": money("credit", "greatest(0, -balance)"),
    },
)
_CUSTOMERS = of_head(customers.CustomerHead, without=("position",))
_STOCK = (
    text("sku"), text("policy"), integer("low_at"), text("place"), integer("on_hand"), integer("reserved"),
    integer("available"), boolean("low", "is_low"), integer("version"), instant("updated_at"),
)  # fmt: skip
_MOVEMENTS = (
    text("sku"), integer("version"), integer("position"), instant("at"), text("topic"),
    integer("on_hand"), integer("on_hand_change"), integer("reserved"), integer("reserved_change"),
    integer("available", "on_hand - reserved"), text("cause"), text("reference"), text("reason"), text("actor"),
    identity("order_id"), text("order_number"), text("line"),
)  # fmt: skip
_COUPONS = (
    identity("id"), text("code"), text("kind"), rate("percent", "CASE WHEN kind = 'percent' THEN value END"),
    money("amount", "CASE WHEN kind = 'amount' THEN value END"),
    money("minimum", "CASE WHEN currency <> '' THEN minimum END"), text("currency"), instant("valid_from"),
    instant("valid_until"), integer("limit", "usage_limit"), integer("limit_per_customer"),
    boolean("enabled", "is_enabled"), text("state"), integer("uses"), instant("created_at"), instant("updated_at"),
)  # fmt: skip
_MESSAGES = of_head(messages.MessageHead)
_ENROLMENTS = of_head(enrolments.EnrolmentHead)
_DOCUMENTS = of_head(documents.DocumentHead, without=("contents_differ", "buyer_differs"))
_HISTORY = of_head(history.StatusRow)
_IMPORTS = of_head(imports.ImportHead, without=("totals",))

EXPORTED: Mapping[str, Exported] = {
    one.name: one
    for one in (
        Exported(
            "orders", "orders:read", "orders", orders.LISTING, orders.OrderFilters, _ORDERS, currency="currency"
        ),
        Exported(
            "order-lines", "orders:read", "orders", orders.LISTING, orders.OrderFilters, lines.COLUMNS,
            reader=lines.lines_of,
        ),
        Exported(
            "status-history", "orders:read", "order_status_history", history.LISTING, history.HistoryFilters, _HISTORY
        ),
        Exported(
            "customers", "customers:read", "customers", customers.LISTING, customers.CustomerFilters, _CUSTOMERS
        ),
        Exported("stock", "stock:read", "stock", stock.LISTING, stock.StockFilters, _STOCK),
        Exported(
            "stock-movements", "stock:read", "stock_movements", stock_movements.LISTING,
            stock_movements.MovementFilters, _MOVEMENTS, sort="position",
        ),
        Exported(
            "coupons", "coupons:read", "coupons", coupons.LISTING, coupons.CouponFilters, _COUPONS, currency="currency"
        ),
        Exported("messages", "messages:read", "messages", messages.LISTING, messages.MessageFilters, _MESSAGES),
        Exported(
            "enrolments", "marketing:read", "enrolments", enrolments.LISTING, enrolments.EnrolmentFilters, _ENROLMENTS
        ),
        Exported(
            "documents", "documents:read", "documents", documents.LISTING, documents.DocumentFilters, _DOCUMENTS,
            currency="currency",
        ),
        Exported("imports", "imports:read", "imports", imports.LISTING, imports.ImportFilters, _IMPORTS),
    )
}  # fmt: skip
