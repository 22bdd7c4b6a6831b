"""Which fields of an order's events are amounts of money, and the currency they are in, which stands with the order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from projections.log.durability import Connection
from projections.log.recorder import array_text

CURRENCY = "currency"
BEGINS = "order.created"

# Whole numbers of minor units by topic; `lines.amount` is that of each line. Events of coupons, products and sequences
# hold the currency of theirs; to these it is written on their way out.
AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "order.imported": ("total", "adjustment"),
    "order.item-added": ("unit_price", "discount"),
    "order.item-price-changed": ("unit_price", "discount", "was", "discount_was"),
    "order.coupon-applied": ("terms.value",),
    "order.discount-set": ("amount", "was"),
    "order.shipping-charge-set": ("amount", "was"),
    "order.payment-recorded": ("amount", "handed_over"),
    "order.payment-authorized": ("amount",),
    "order.payment-captured": ("amount",),
    "order.payment-voided": ("amount",),
    "order.payment-link-issued": ("amount",),
    "order.charge-voided": ("amount",),
    "order.charge-paid-late": ("amount",),
    "order.payment-requested": ("amount",),
    "order.capture-requested": ("amount",),
    "order.void-requested": ("amount",),
    "order.payment-failed": ("amount",),
    "order.refunded": ("amount", "shipping", "goodwill", "credit", "lines.amount", "lines.worth", "lines.line_total"),
    "order.refund-requested": (
        "amount", "shipping", "goodwill", "credit", "lines.amount", "lines.worth", "lines.line_total",
    ),
    "order.refund-failed": ("amount",),
    "order.refund-withdrawn": ("amount",),
    "order.dispute-opened": ("amount",),
    "order.dispute-closed": ("amount",),
    "order.exchange-begun": ("credit",),
    "order.document-numbered": ("tax", "total", "parts.net", "parts.tax_parts"),
    "order.import-updated": ("total", "adjustment"),
}  # fmt: skip

# The same of events and parts of events that hold the currency themselves.
OWN_CURRENCY: Mapping[str, tuple[str, ...]] = {
    "order.coupon-applied": ("terms.conditions.minimum",),
    "coupon.created": ("rules.value", "rules.minimum"),
    "coupon.changed": ("rules.value", "rules.minimum", "was.value", "was.minimum"),
    "product.added": ("facts.prices.amount",),
    "product.changed": ("facts.prices.amount", "was.prices.amount"),
    "books.period-closed": (
        "figures.invoiced",
        "figures.credited",
        "figures.net",
        "figures.taxes.amount",
        "figures.money.amount",
        "figures.perpetual",
        "figures.turned_over",
        "figures.received",
    ),
    "sequence.defined": ("definition.filter.total_min", "definition.filter.total_max"),
    "sequence.revised": ("definition.filter.total_min", "definition.filter.total_max"),
}

Before = tuple[UUID, int]  # a stream, and a version of it

_CURRENCIES = """
SELECT asked.id, asked.before, begun.currency
FROM unnest(%(ids)s::uuid[], %(before)s::integer[]) AS asked (id, before)
CROSS JOIN LATERAL (
    SELECT e.state ->> 'currency' AS currency FROM log.events e
    WHERE e.originator_id = asked.id AND e.originator_version < asked.before AND e.topic = 'order.created'
    ORDER BY e.originator_version DESC LIMIT 1
) AS begun
"""


def currencies_before(connection: Connection, asked: Collection[Before]) -> dict[Before, str]:
    """The currency of each order as it stood before a version; one whose beginning is lost is left out."""
    facts = {
        "ids": array_text([stream for stream, _ in asked]),
        "before": array_text([version for _, version in asked]),
    }
    rows = connection.execute(_CURRENCIES, facts, prepare=True).fetchall()
    return {(stream, version): currency for stream, version, currency in rows}
