"""What changed on an order from one version to another, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from domain.events import Event
from domain.orders.order import Order
from domain.points_in_time import fold_part

_HIDDEN = frozenset(
    {
        "commands",
        "subject",
        "stock_answer",
        "invoiced",
        "billing_subject",
        "shipping_subject",
        "last_item",
        "last_note",
        "payment_link",
        "payment_link_amount",
        "former_payment_link",
        "payment_link_method",
        "chosen_payment_method",
    }
)


class FieldChange(Struct, frozen=True, kw_only=True):
    """A field by its JSON pointer, before and after; None where it was not there."""

    pointer: str
    before: Any
    after: Any


class Change(Struct, frozen=True, kw_only=True):
    """One event and the fields that it changed."""

    version: int
    at: datetime
    actor: str
    topic: str
    reason: str | None
    fields: tuple[FieldChange, ...]


def state_of(order: Order) -> dict[str, Any]:
    """An order's state as plain values: everything its events left behind, and the figures that follow."""
    known = {name: value for name, value in vars(order).items() if not name.startswith("_") and name not in _HIDDEN}
    known["total"] = order.price.total
    known["payment_method"] = order.payment_method
    known["payment_status"] = order.payment_status
    known["fulfilment_status"] = order.fulfilment_status
    known["return_status"] = order.return_status
    known["paid"] = order.paid
    known["refunded"] = order.refunded
    known["balance"] = order.price.balance
    known["subtotal"] = order.price.subtotal
    known["shipping_total"] = order.price.shipping_total
    known["tax"] = order.price.tax
    state: dict[str, Any] = msgspec.to_builtins(known, str_keys=True)
    return state


def changes(order: Order, events: Sequence[Event], *, partial: bool = False) -> Iterator[Change]:
    """Applies the events to the order one by one and tells what each changed.

    `partial`: they are what a point in time shows of the order's history, so that no version counts as missing.
    """
    before = state_of(order)
    for event in events:
        if partial:
            fold_part(order, (event,))
        else:
            order.take(event)
        after = state_of(order)
        yield Change(
            version=event.originator_version,
            at=event.timestamp,
            actor=event.metadata.actor,
            topic=event.TOPIC,
            reason=event.metadata.reason,
            fields=tuple(field_changes(before, after)),
        )
        before = after


def field_changes(before: Any, after: Any, pointer: str = "") -> Iterator[FieldChange]:
    """Every leaf that differs, by its JSON pointer."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from field_changes(before.get(key), after.get(key), f"{pointer}/{key}")
    else:
        yield FieldChange(pointer=pointer, before=before, after=after)
