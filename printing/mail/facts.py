"""What a template may say of an order: plain texts and numbers, amounts written in the order's language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_currency

from domain.addresses import Address
from domain.events import Erased
from domain.labels import label_in
from domain.money import amount_text
from domain.orders.order import Order, Refund, Shipment
from domain.shop import Shop
from domain.units import PIECE, quantity_answer

Facts = dict[str, Any]


def order_facts(order: Order, shop: Shop, status: str, locale: str, facts: Mapping[str, str] | None = None) -> Facts:
    """Everything a template sees: `order`, `shop`, and the `facts` that the message carries itself."""
    return {"order": _order(order, shop, status, locale), "shop": shop_facts(shop), "facts": dict(facts or {})}


def money_facts(order: Order, shop: Shop, locale: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The facts of a message about a payment or a refund: its amount and its method in words; others as they are."""
    known = (order.payments.get(facts.get("payment", "")), _refund(order, facts.get("refund", "")))
    moved = next((one for one in known if one), None)
    if moved is None:
        return dict(facts)
    method = label_in(shop, "payment_method", moved.method, locale)
    amount = _money(moved.amount, order.currency, locale)
    return {**facts, "amount": amount, "method": method}


def _refund(order: Order, refund: str) -> Refund | None:
    return next((one for one in order.refunds if one.id == refund), None)


def shop_facts(shop: Shop) -> Facts:
    """What a template may say of the shop."""
    return {"name": shop.seller.company or shop.seller.name, **_address(shop.seller)}


def _order(order: Order, shop: Shop, status: str, locale: str) -> Facts:
    price = order.price
    named = ("subtotal", "discount", "tax", "total", "paid", "refunded", "kept", "balance")
    amounts = {name: _money(getattr(price, name), order.currency, locale) for name in named}
    return {
        "number": order.number,
        "locale": locale,
        "currency": order.currency,
        "status": status,
        "status_label": label_in(shop, "status", status, locale),
        "payment_status": order.payment_status,
        "payment_method": label_in(shop, "payment_method", order.payment_method, locale),
        "shipping_method": label_in(shop, "shipping_method", order.shipping_method, locale),
        "customer_name": _told(order.buyer_name),
        "customer_email": _told(order.mails_to),
        "source": order.source,
        "lines": _lines(order, locale),
        **amounts,
        "shipping": _money(price.shipping_total, order.currency, locale),
        "credit": _money(max(0, -price.balance), order.currency, locale),
        "is_due": price.balance > 0,
        "has_credit": price.balance < 0,
        "billing_address": _address(order.billing_address),
        "shipping_address": _address(order.shipping_address or order.billing_address),
        "shipments": [_parcel(one, shop) for one in order.shipments.values() if one.state != "cancelled"],
    }


def _lines(order: Order, locale: str) -> list[Facts]:
    return [
        {
            "sku": item.sku,
            "name": item.name,
            "quantity": quantity_answer(item.quantity, item.unit),
            "unit": "" if item.unit == PIECE else item.unit.code,
            "options": ", ".join(f"{option.name}: {option.value}" for option in item.options),
            "unit_price": _money(item.unit_price or 0, order.currency, locale),
            "total": _money(line.total, order.currency, locale),
        }
        for item, line in zip(order.items.values(), order.price.lines, strict=True)
    ]


def _parcel(parcel: Shipment, shop: Shop) -> Facts:
    known = shop.carriers.get(parcel.carrier)
    return {
        "carrier": known.label if known else parcel.carrier,
        "tracking_code": parcel.tracking_code,
        "tracking_url": shop.tracking_url(parcel.carrier, parcel.tracking_code),
    }


@lru_cache(maxsize=20_000)
def _money(amount: int, currency: str, locale: str) -> str:
    return format_currency(Decimal(amount_text(amount, currency)), currency, locale=locale)


def _told(value: str | Erased) -> str:
    return "" if isinstance(value, Erased) else value


def _address(address: Address | Erased) -> Facts:
    known = Address() if isinstance(address, Erased) else address
    return {name: getattr(known, name) for name in Address.FIELDS}
