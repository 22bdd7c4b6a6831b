"""The columns of events in Parquet: what they are looked up by, and the amounts, lines and ids that most hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from domain.money import decimals
from projections.published import PublishedEvent
from projections.published.amounts import AMOUNTS

Kind = Literal["whole", "text", "instant", "id", "amount", "texts", "lines"]

PRECISION, SCALE = 24, 4  # digits of an amount, and those of them after the point: as many as any currency has
ORDER = "order."

_encoder = msgspec.json.Encoder()


class EventColumn(NamedTuple):
    """A column: what kind of values it has, and how each is read from an event."""

    kind: Kind
    value: Callable[[PublishedEvent], Any]


def of_event(name: str) -> Callable[[PublishedEvent], Any]:
    """A field of the event, where it has one of the name that is no mark."""

    def value(one: PublishedEvent) -> Any:
        found = getattr(one.event, name, None)
        return found if isinstance(found, str | int | UUID | None) else None

    return value


def of_metadata(name: str) -> Callable[[PublishedEvent], Any]:
    """A field of the event's metadata; None for an event that cannot be read."""
    return lambda one: getattr(getattr(one.event, "metadata", None), name, None)


def amount(name: str) -> Callable[[PublishedEvent], Decimal | None]:
    """An amount of the event in its currency; None where it has none of the name."""

    def value(one: PublishedEvent) -> Decimal | None:
        return money(one, getattr(one.event, name, None)) if name in AMOUNTS.get(one.topic, ()) else None

    return value


def money(one: PublishedEvent, minor: Any) -> Decimal | None:
    """Minor units as a decimal number of the event's currency."""
    currency = getattr(one.event, "currency", None)
    return Decimal(minor).scaleb(-decimals(currency)) if currency and isinstance(minor, int) else None


def order_id(one: PublishedEvent) -> UUID | None:
    """The order that an event is of, or about."""
    told = getattr(one.event, "originator_id" if one.topic.startswith(ORDER) else "order_id", None)
    return told if isinstance(told, UUID) else None


def customer_id(one: PublishedEvent) -> UUID | None:
    """The customer that an event is of, or about."""
    told = getattr(one.event, "originator_id" if one.topic.startswith("customer.") else "customer_id", None)
    return told if isinstance(told, UUID) else None


def lines(one: PublishedEvent) -> Sequence[Mapping[str, Any]] | None:
    """The lines that an event is about: refunded, sent, to come back."""
    found = getattr(one.event, "lines", None) or getattr(one.event, "items", None)
    if not isinstance(found, tuple) or not found:
        return None
    return [
        {
            "item": line.item,
            "quantity": line.quantity,
            "amount": money(one, getattr(line, "amount", None)),
            "worth": money(one, getattr(line, "worth", None)),
            "condition": getattr(line, "condition", None),
            "restock": getattr(line, "restock", None),
        }
        for line in found
    ]


def texts(name: str) -> Callable[[PublishedEvent], list[str] | None]:
    """A list of texts of the event."""

    def value(one: PublishedEvent) -> list[str] | None:
        found = getattr(one.event, name, None)
        return list(found) if isinstance(found, tuple) and all(isinstance(text, str) for text in found) else None

    return value


# `timestamp` is `occurred_at` under the name of the JSON; `event` is the whole of it as the feed has it.
COLUMNS: Mapping[str, EventColumn] = {
    "position": EventColumn("whole", lambda one: one.position),
    "topic": EventColumn("text", lambda one: one.topic),
    "form": EventColumn("whole", lambda one: one.version),
    "originator_id": EventColumn("id", of_event("originator_id")),
    "originator_version": EventColumn("whole", of_event("originator_version")),
    "timestamp": EventColumn("instant", lambda one: one.occurred_at),
    "occurred_at": EventColumn("instant", lambda one: one.occurred_at),
    "recorded_at": EventColumn("instant", lambda one: one.recorded_at),
    "event_id": EventColumn("id", of_metadata("event_id")),
    "actor": EventColumn("text", of_metadata("actor")),
    "cause": EventColumn("id", of_metadata("cause")),
    "reason": EventColumn("text", of_metadata("reason")),
    "import_id": EventColumn("id", of_metadata("import_id")),
    "subject": EventColumn("id", of_metadata("subject")),
    "order_id": EventColumn("id", order_id),
    "customer_id": EventColumn("id", customer_id),
    "number": EventColumn("text", of_event("number")),
    "status": EventColumn("text", of_event("status")),
    "stage": EventColumn("text", of_event("stage")),
    "item": EventColumn("text", of_event("item")),
    "sku": EventColumn("text", of_event("sku")),
    "quantity": EventColumn("whole", of_event("quantity")),
    "currency": EventColumn("text", of_event("currency")),
    "amount": EventColumn("amount", amount("amount")),
    "total": EventColumn("amount", amount("total")),
    "tax": EventColumn("amount", amount("tax")),
    "unit_price": EventColumn("amount", amount("unit_price")),
    "discount": EventColumn("amount", amount("discount")),
    "shipping": EventColumn("amount", amount("shipping")),
    "goodwill": EventColumn("amount", amount("goodwill")),
    "credit": EventColumn("amount", amount("credit")),
    "lines": EventColumn("lines", lines),
    "tags": EventColumn("texts", texts("tags")),
    "event": EventColumn("text", lambda one: _encoder.encode(one.event).decode()),
}
