"""What events changed on an order as the API tells it: amounts as money, in the order's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.schemas import money
from domain.orders.changes import Change, FieldChange

# The fields of an order, its lines, payments and refunds, and of their events, that are amounts.
AMOUNTS = frozenset({
    "total", "paid", "refunded", "balance", "subtotal", "shipping_total", "tax", "unit_price", "discount",
    "discount_was", "shipping_charge", "adjustment", "amount", "shipping", "goodwill", "credit", "handed_over",
    "change", "captured",
})  # fmt: skip
# Events whose `was` is an amount; that of others is a quantity or a word.
AMOUNT_BEFORE = frozenset({"order.discount-set", "order.shipping-charge-set", "order.item-price-changed"})


def told(name: str, value: Any, currency: str) -> Any:
    """A value as it is told, under the name of its field; whatever stands in it likewise."""
    if isinstance(value, Mapping):
        return {key: told(str(key), one, currency) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [told(name if not isinstance(one, Mapping) else "", one, currency) for one in value]
    if currency and name in AMOUNTS and isinstance(value, int) and not isinstance(value, bool):
        return money(value, currency)
    return value


def told_fields(fields: Iterable[FieldChange], currency: str) -> list[dict[str, Any]]:
    """Fields before and after."""
    return [
        {
            "pointer": one.pointer,
            "before": told(_last(one.pointer), one.before, currency),
            "after": told(_last(one.pointer), one.after, currency),
        }
        for one in fields
    ]


def told_change(change: Change, currency: str) -> dict[str, Any]:
    """An event and the fields that it changed."""
    return {
        "version": change.version,
        "at": change.at,
        "actor": change.actor,
        "topic": change.topic,
        "reason": change.reason,
        "fields": told_fields(change.fields, currency),
    }


def told_summary(topic: str, summary: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What an event says."""
    answer: dict[str, Any] = told("", summary, currency)
    if currency and topic in AMOUNT_BEFORE and isinstance(answer.get("was"), int):
        answer["was"] = money(answer["was"], currency)
    return answer


def _last(pointer: str) -> str:
    return pointer.rsplit("/", 1)[-1]
