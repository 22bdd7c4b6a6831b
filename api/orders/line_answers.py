"""The lines, taxes and charges of an order as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from api.schemas import money
from domain.orders.items import Item
from domain.orders.order import Order
from domain.pricing import PricedLine
from domain.taxes import Taxes, TaxShare, combined, rate_text, tax_rate_text
from domain.units import quantity_answer


def line_answers(order: Order) -> list[dict[str, Any]]:
    """Every line with its figures, in their order."""
    kept = order.kept_quantities()
    return [
        _line(item, line, kept[item.id], order.currency)
        for item, line in zip(order.items.values(), order.price.lines, strict=True)
    ]


def _line(item: Item, line: PricedLine, kept: int, currency: str) -> dict[str, Any]:
    taxes = zip(tax_answers(item.taxes), line.tax_parts, strict=True)
    return {
        "id": item.id,
        "sku": item.sku,
        "name": item.name,
        "options": [{"name": option.name, "value": option.value} for option in item.options],
        "quantity": quantity_answer(item.quantity, item.unit),
        "unit": item.unit.code,
        "refunded": quantity_answer(item.quantity - kept, item.unit),
        "kept": quantity_answer(kept, item.unit),
        "unit_price": None if item.unit_price is None else money(item.unit_price, currency),
        "discount": money(line.discount, currency),
        "tax_rate": taxes_rate(item.taxes),
        "taxes": [{**tax, "amount": money(part, currency)} for tax, part in taxes],
        "exemption": item.exemption or None,
        "net": money(line.net, currency),
        "tax": money(line.tax, currency),
        "total": money(line.total, currency),
    }


@lru_cache(maxsize=1024)
def tax_answers(taxes: Taxes) -> tuple[Mapping[str, Any], ...]:
    """Each tax with its rate in percent as text."""
    return tuple({"name": tax.name, "rate": tax_rate_text(tax.rate), "compound": tax.compound} for tax in taxes)


@lru_cache(maxsize=1024)
def taxes_rate(taxes: Taxes | None) -> str | None:
    """What all taxes of a line come to, in percent of its net, exact; None where nothing is known of them."""
    return None if taxes is None else rate_text(combined(taxes))


def share_answer(share: TaxShare, currency: str) -> dict[str, Any]:
    """One tax of a whole order."""
    return {
        "name": share.name,
        "rate": tax_rate_text(share.rate),
        "compound": share.compound,
        "exemption": share.exemption or None,
        "net": money(share.net, currency),
        "tax": money(share.tax, currency),
    }
