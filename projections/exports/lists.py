"""Every list that can be exported: its columns in the API's words, the view it is of and the permission it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.addresses import Address
from domain.personal import OF_ADDRESSES
from projections import coupons, customers, documents, enrolments, imports, messages, orders, stock, stock_movements
from projections import order_status_history as history
from projections.exports import lines
from projections.exports.columns import (
    Column,
    boolean,
    day,
    identity,
    instant,
    integer,
    money,
    person,
    rate,
    several,
    text,
)
from projections.exports.lines import Reader
from projections.pages import Listing


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


_ORDERS = (
    identity("id"), text("number"), integer("version"), instant("created_at"), instant("placed_at"),
    instant("updated_at"), text("currency"), text("status"), text("stage"), text("payment_status"),
    text("fulfilment_status"), text("return_status"), text("dispute_status"), identity("customer_id"),
    person("customer_name"), person("customer_email"), text("operator"), text("source"), text("payment_method"),
    text("shipping_method"), several("tags"), boolean("archived"), integer("item_count"), money("total"),
    money("paid"), money("refunded"), money("kept", "balance + paid - refunded"), money("balance"),
    money("credit", "greatest(0, -balance)"), several("skus"), several("carriers"),
    several("tracking_codes"), text("imported_source"), text("external_id"),
)  # fmt: skip
_CUSTOMERS = (
    identity("id"), integer("version"), instant("created_at"), instant("updated_at"),
    *(person(name) if name in OF_ADDRESSES else text(name) for name in Address.FIELDS), several("tags"),
)  # fmt: skip
_STOCK = (
    text("sku"), text("policy"), integer("low_at"), integer("on_hand"), integer("reserved"), integer("available"),
    boolean("low", "is_low"), integer("version"), instant("updated_at"),
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
_MESSAGES = (
    identity("id"), integer("version"), instant("requested_at"), instant("updated_at"), identity("order_id"),
    identity("customer_id"), text("template"), integer("template_version"), text("purpose"), text("locale"),
    text("state"), text("code"), identity("resend_of"),
)  # fmt: skip
_ENROLMENTS = (
    identity("id"), identity("sequence_id"), integer("sequence_version"), identity("order_id"),
    identity("customer_id"), text("state"), integer("step"), text("outcome"), instant("started_at"),
    instant("changed_at"), instant("ended_at"),
)  # fmt: skip
_DOCUMENTS = (
    text("number"), text("kind"), text("series"), identity("order_id"), text("order_number"), day("issued_on"),
    day("due_on"), text("currency"), money("tax"), money("total"), text("refund"), text("refers_to"),
    instant("voided_at"), text("void_reason"),
)  # fmt: skip
_HISTORY = (
    identity("order_id"), integer("version"), instant("at"), text("from_status"), text("from_stage"),
    text("to_status"), text("to_stage"), text("actor"), text("reason"), boolean("forced"), instant("recorded_at"),
)  # fmt: skip
_IMPORTS = (
    identity("id"), integer("version"), instant("started_at"), instant("ended_at"), text("kind"), text("source"),
    text("profile"), text("state"), text("reason"), boolean("dry_run"),
)  # fmt: skip

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
        Exported("imports", "imports:read", "imports", imports.LISTING, dict[str, Any], _IMPORTS),
    )
}  # fmt: skip
