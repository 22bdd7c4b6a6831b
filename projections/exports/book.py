"""The order book as files beside each other: orders, lines, payments, refunds, shipments and notes.

All are read from each order's own history, as of one moment. What Carnet imports from them is the same book again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from domain.addresses import NOWHERE, Address
from domain.events import Erased
from domain.money import amount_text
from domain.orders.order import Order, Refund, RefundedLine
from domain.reductions import CouponTerms
from domain.taxes import Taxes, tax_rate_text
from domain.units import quantity_answer
from projections.exports import lines
from projections.exports.columns import (
    Chunk,
    Column,
    boolean,
    identity,
    instant,
    money,
    person,
    quantity,
    several,
    text,
    with_values,
)
from projections.exports.reading import Export

Field = tuple[Column, Callable[[Order, Any], Any]]


class BookTable(NamedTuple):
    """A file of the book: its name, its columns, and the rows that an order has in it."""

    name: str
    fields: Sequence[Field]
    parts: Callable[[Order], Iterable[Any]]

    @property
    def columns(self) -> list[Column]:
        """The columns in their order."""
        return [column for column, _ in self.fields]

    def chunk(self, orders: Iterable[Order]) -> Chunk:
        """The values of these orders' rows, column by column; nothing where they have none."""
        rows = [
            (*(value(order, part) for _, value in self.fields), order.currency)
            for order in orders
            for part in self.parts(order)
        ]
        return with_values(self.columns, list(zip(*rows, strict=True))) if rows else ()


def chunks_of(opened: Export, tell: Callable[[int], None] = lambda _: None) -> Iterator[dict[str, Chunk]]:
    """What each table has of some orders at a time; `tell` hears how many orders were read."""
    done = 0
    for rows in opened.exported.listing.chunks(
        opened.connection, ("id",), opened.asked.filters, opened.asked.sort, opened.schema
    ):
        orders = lines.orders_of(opened.moment, [row[0] for row in rows])
        while some := list(islice(orders, lines.AT_ONCE)):
            yield {table.name: table.chunk(some) for table in TABLES}
        done += len(rows)
        tell(done)


def _text(value: str | Erased) -> str:
    return "" if isinstance(value, Erased) else value


def _address(kind: str, value: Callable[[Order], Address | Erased]) -> list[Field]:
    """The columns of an address; one that was erased is empty."""

    def part(field: str) -> Callable[[Order, Any], str]:
        def told(order: Order, _: Any) -> str:
            address = value(order)
            return str(getattr(NOWHERE if isinstance(address, Erased) else address, field))

        return told

    return [(person(f"{kind}_{field}"), part(field)) for field in Address.FIELDS]


def coupon_text(terms: CouponTerms, given: int, currency: str) -> str:
    """A coupon with what it gives: of one for some lines alone, what it gave this order."""
    if terms.kind == "percent" and not terms.is_scoped:
        return f"{terms.code} percent {terms.value // 100}.{terms.value % 100:02d}"
    if terms.kind == "free_shipping":
        return f"{terms.code} free_shipping"
    amount = terms.value if terms.kind == "amount" and not terms.is_scoped else given
    return f"{terms.code} amount {amount_text(amount, currency)}"


def _coupons(order: Order, _: Any) -> list[str]:
    pairs = zip(order.coupons, order.price.coupons, strict=True)
    return [coupon_text(terms, given.amount, order.currency) for terms, given in pairs]


def _taxes(taxes: Taxes) -> list[str]:
    """Taxes by their names, where they have any, and rates: `GST 5.00%`, `QST 9.975% compound`."""
    return [f"{tax.name} {tax_rate_text(tax.rate)}%{' compound' if tax.compound else ''}".strip() for tax in taxes]


def _given_back(order: Order, refund: Refund) -> list[str]:
    """The lines of a refund with their units, and how many of these were not sent: `1 x 2, 3 x 1 unsent 1`."""

    def units(line: RefundedLine, steps: int) -> int | str:
        return quantity_answer(steps, order.items[line.item].unit)

    return [
        f"{line.item} x {units(line, line.quantity)}{f' unsent {units(line, line.unsent)}' if line.unsent else ''}"
        for line in refund.lines
    ]


_OF_ORDER: tuple[Field, ...] = (
    (identity("order_id"), lambda order, _: order.id),
    (text("order_number"), lambda order, _: order.number),
)

ORDERS = BookTable(
    "orders",
    (
        (identity("id"), lambda order, _: order.id),
        (text("number"), lambda order, _: order.number),
        (instant("created_at"), lambda order, _: order.created_at),
        (instant("placed_at"), lambda order, _: order.placed_at),
        (text("currency"), lambda order, _: order.currency),
        (boolean("prices_include_tax"), lambda order, _: order.prices_include_tax),
        (text("locale"), lambda order, _: order.locale),
        (text("status"), lambda order, _: order.status),
        (text("stage"), lambda order, _: order.stage),
        (text("payment_status"), lambda order, _: order.payment_status),
        (text("fulfilment_status"), lambda order, _: order.fulfilment_status),
        (identity("customer_id"), lambda order, _: order.customer_id),
        (person("customer_name"), lambda order, _: _text(order.buyer_name)),
        (person("customer_email"), lambda order, _: _text(order.mails_to)),
        (text("operator"), lambda order, _: order.operator),
        (text("source"), lambda order, _: order.source),
        (text("payment_method"), lambda order, _: order.payment_method),
        (text("shipping_method"), lambda order, _: order.shipping_method),
        (several("tags"), lambda order, _: list(order.tags)),
        (boolean("archived"), lambda order, _: order.archived),
        (money("subtotal"), lambda order, _: order.price.subtotal),
        (money("discount"), lambda order, _: order.discount),
        (several("coupons"), _coupons),
        (money("discount_total"), lambda order, _: order.price.discount),
        (money("shipping_charge"), lambda order, _: order.shipping_charge),
        (several("shipping_taxes"), lambda order, _: _taxes(order.shipping_taxes)),
        (boolean("shipping_includes_tax"), lambda order, _: order.shipping_charge_includes_tax),
        (money("shipping_total"), lambda order, _: order.price.shipping_total),
        (money("net"), lambda order, _: order.price.net),
        (money("tax"), lambda order, _: order.price.tax),
        (money("adjustment"), lambda order, _: order.price.adjustment),
        (money("total"), lambda order, _: order.price.total),
        (money("paid"), lambda order, _: order.price.paid),
        (money("refunded"), lambda order, _: order.price.refunded),
        (money("balance"), lambda order, _: order.price.balance),
        (several("remarks"), lambda order, _: list(order.imported.remarks) if order.imported else []),
        (text("imported_source"), lambda order, _: order.imported.source if order.imported else ""),
        (text("external_id"), lambda order, _: order.imported.external_id if order.imported else ""),
        *_address("billing", lambda order: order.billing_address),
        *_address("shipping", lambda order: order.shipping_address),
    ),
    lambda order: (order,),
)

LINES = BookTable(
    "lines",
    (
        *_OF_ORDER,
        (text("line"), lambda order, part: part[0].id),
        (text("sku"), lambda order, part: part[0].sku),
        (text("name"), lambda order, part: part[0].name),
        (text("options"), lambda order, part: "; ".join(f"{one.name}: {one.value}" for one in part[0].options)),
        (quantity("quantity"), lambda order, part: quantity_answer(part[0].quantity, part[0].unit)),
        (text("unit"), lambda order, part: part[0].unit.code),
        (money("unit_price"), lambda order, part: part[0].unit_price),
        (money("discount"), lambda order, part: part[0].discount),
        (several("taxes"), lambda order, part: _taxes(part[0].taxes)),
        (text("exemption"), lambda order, part: part[0].exemption),
        (money("net"), lambda order, part: part[1].net),
        (money("tax"), lambda order, part: part[1].tax),
        (money("total"), lambda order, part: part[1].total),
        (text("currency"), lambda order, part: order.currency),
    ),
    lambda order: zip(order.items.values(), order.price.lines, strict=True),
)

PAYMENTS = BookTable(
    "payments",
    (
        *_OF_ORDER,
        (text("payment"), lambda order, part: part.id),
        (instant("at"), lambda order, part: part.at),
        (money("amount"), lambda order, part: part.amount),
        (text("currency"), lambda order, part: order.currency),
        (text("method"), lambda order, part: part.method),
        (text("state"), lambda order, part: part.state),
        (text("reference"), lambda order, part: part.reference),
        (text("provider"), lambda order, part: part.provider),
    ),
    lambda order: order.payments.values(),
)

REFUNDS = BookTable(
    "refunds",
    (
        *_OF_ORDER,
        (text("refund"), lambda order, part: part.id),
        (instant("at"), lambda order, part: part.at),
        (money("amount"), lambda order, part: part.amount),
        (text("currency"), lambda order, part: order.currency),
        (text("method"), lambda order, part: part.method),
        (text("state"), lambda order, part: part.state),
        (text("reference"), lambda order, part: part.reference),
        (text("reason"), lambda order, part: part.reason),
        (several("lines"), _given_back),
        (money("shipping"), lambda order, part: part.shipping),
        (money("goodwill"), lambda order, part: part.goodwill),
        (money("credit"), lambda order, part: part.credit),
        (boolean("pay_again"), lambda order, part: part.pay_again),
    ),
    lambda order: (*order.refunds, *order.refund_requests.values()),
)

SHIPMENTS = BookTable(
    "shipments",
    (
        *_OF_ORDER,
        (text("shipment"), lambda order, part: str(part[0].number)),
        (instant("at"), lambda order, part: part[0].at),
        (text("carrier"), lambda order, part: part[0].carrier),
        (text("tracking_code"), lambda order, part: part[0].tracking_code),
        (text("state"), lambda order, part: part[0].state),
        (text("line"), lambda order, part: part[1].item),
        (
            quantity("quantity"),
            lambda order, part: quantity_answer(part[1].quantity, order.items[part[1].item].unit),
        ),
    ),
    lambda order: ((parcel, item) for parcel in order.shipments.values() for item in parcel.items),
)

NOTES = BookTable(
    "notes",
    (
        *_OF_ORDER,
        (text("note"), lambda order, part: part.id),
        (instant("at"), lambda order, part: part.at),
        (text("author"), lambda order, part: part.author),
        (person("text"), lambda order, part: _text(part.text)),
    ),
    lambda order: order.notes.values(),
)

TABLES: tuple[BookTable, ...] = (ORDERS, LINES, PAYMENTS, REFUNDS, SHIPMENTS, NOTES)
