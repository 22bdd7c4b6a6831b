"""What tests of platforms say of an imported order."""

from __future__ import annotations

from domain.money import amount_text
from domain.orders.order import Order


def money(order: Order) -> dict[str, str]:
    """An order's total, its tax, what was paid and went back, and what its parts do not explain."""
    currency = order.currency
    told = {
        "total": order.price.total,
        "tax": order.price.tax,
        "paid": order.paid,
        "refunded": order.refunded,
        "adjustment": order.adjustment,
    }
    return {name: amount_text(value, currency) for name, value in told.items() if value or name == "total"}


def lines(order: Order) -> list[tuple[str, str, str, str]]:
    """Each line's SKU, name, quantity and price."""
    return [
        (item.sku, item.name, str(item.quantity), amount_text(item.unit_price or 0, order.currency))
        for item in order.items.values()
    ]
