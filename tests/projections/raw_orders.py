"""Orders folded from the log's raw rows: written again from what the events say, without anything of the program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

_ROWS = """
SELECT e.originator_id, e.originator_version, e.topic, e.state, (e.state ->> 'timestamp')::timestamptz, coalesce(
    e.recorded_at,
    CASE WHEN r.started <= e.occurred_at AND e.occurred_at <= coalesce(first.recorded_at, now())
    THEN e.occurred_at ELSE r.started END,
    e.occurred_at
)
FROM log.events e CROSS JOIN log.book b
LEFT JOIN log.events first ON first.position = b.recorded_since + 1
LEFT JOIN log.import_runs r ON r.import_id = (e.state -> 'metadata' ->> 'import_id')::uuid
WHERE e.topic LIKE 'order.%%' ORDER BY e.originator_id, e.originator_version
"""


class RawEvent(NamedTuple):
    """A row: its version, its topic without `order.`, its JSON, and its two times."""

    version: int
    name: str
    state: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime


History = list[RawEvent]


def raw_histories(database: str) -> dict[UUID, History]:
    """Every order's rows in the order of versions."""
    found: dict[UUID, History] = {}
    with psycopg.connect(database) as connection:
        for order_id, version, topic, *rest in connection.execute(_ROWS):
            found.setdefault(order_id, []).append(RawEvent(version, topic.removeprefix("order."), *rest))
    return found


def shown(
    history: Iterable[RawEvent],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    version: int | None = None,
) -> History:
    """The rows that had occurred and were recorded by then; none where the order's creation is not among them."""
    rows = [
        row
        for row in history
        if (as_of is None or row.occurred_at <= as_of)
        and (known_at is None or row.recorded_at <= known_at)
        and (version is None or row.version <= version)
    ]
    return rows if any(row.name == "created" for row in rows) else []


def raw_order(rows: History) -> dict[str, Any] | None:
    """What the rows make of the order; None where there is none, or where its import was taken back."""
    order: dict[str, Any] | None = None
    for row in rows:
        if row.name == "created":
            order = _new(row)
        elif row.name == "import-undone":
            order = None
        elif order is not None:
            _change(order, row)
    if order is None:
        return None
    return _figures(order, rows[-1].version)


def _new(row: RawEvent) -> dict[str, Any]:
    return {
        "number": row.state["number"], "status": "draft", "stage": "draft", "placed": False, "items": {},
        "discount": 0, "shipping": 0, "adjustment": 0, "payments": {}, "refunds": {}, "asked": {}, "parcels": {},
        "tags": [], "notes": set(), "archived": False,
    }  # fmt: skip


def _change(order: dict[str, Any], row: RawEvent) -> None:
    told = row.state
    match row.name:
        case "placed" | "status-changed" | "status-forced":
            order["status"], order["stage"] = told["status"], told["stage"]
            forced = row.name == "status-forced" and told["stage"] not in ("draft", "cancelled")
            order["placed"] |= row.name == "placed" or forced
        case "item-added":
            order["items"][told["item"]] = [told["quantity"], told["unit_price"] or 0, told.get("discount", 0)]
        case "item-quantity-changed" if told["item"] in order["items"]:
            order["items"][told["item"]][0] = told["quantity"]
        case "item-price-changed" if told["item"] in order["items"]:
            order["items"][told["item"]][1:] = [told["unit_price"] or 0, told["discount"]]
        case "item-removed":
            order["items"].pop(told["item"], None)
        case "discount-set":
            order["discount"] = told["amount"]
        case "shipping-charge-set":
            order["shipping"] = told["amount"]
        case "imported" | "import-updated":
            order["adjustment"] = told["adjustment"]
        case "tagged":
            order["tags"] += [tag for tag in told["tags"] if tag not in order["tags"]]
        case "untagged":
            order["tags"] = [tag for tag in order["tags"] if tag not in told["tags"]]
        case "note-added":
            order["notes"].add(told["note"])
        case "note-removed":
            order["notes"].discard(told["note"])
        case "archived" | "unarchived":
            order["archived"] = row.name == "archived"
        case _:
            _move_money_and_goods(order, row.name, told)


def _move_money_and_goods(order: dict[str, Any], name: str, told: Mapping[str, Any]) -> None:
    payments = order["payments"]
    match name:
        case "payment-recorded":
            payments[told["payment"]] = ("captured", told["amount"])
        case "payment-authorized":
            payments[told["payment"]] = ("authorized", told["amount"])
        case "payment-captured" if told["payment"] in payments:
            payments[told["payment"]] = ("captured", told["amount"])
        case "payment-voided" if told["payment"] in payments:
            payments[told["payment"]] = ("voided", 0)
        case "refunded":
            order["refunds"][told["refund"]] = (told["amount"], told.get("goodwill", 0))
        case "shipped":
            order["parcels"][told["shipment"]] = [Counter({one["item"]: one["quantity"] for one in told["items"]}), ""]
        case "shipment-delivered" | "shipment-cancelled" if told["shipment"] in order["parcels"]:
            order["parcels"][told["shipment"]][1] = name.removeprefix("shipment-")


def _figures(order: dict[str, Any], version: int) -> dict[str, Any]:
    amounts = sum(max(0, quantity * price - discount) for quantity, price, discount in order["items"].values())
    total = amounts - min(order["discount"], amounts) + order["shipping"] + order["adjustment"]
    paid = sum(amount for state, amount in order["payments"].values() if state == "captured")
    promised = any(state == "authorized" for state, _ in order["payments"].values())
    refunded = sum(amount for amount, _ in order["refunds"].values())
    given = sum(goodwill for _, goodwill in order["refunds"].values())
    kept = 0 if order["stage"] == "cancelled" else total - min(given, max(0, total))
    sent: Counter[str] = sum((items for items, state in order["parcels"].values() if state != "cancelled"), Counter())
    held = paid - refunded
    if held > 0:
        short = "partially_paid" if kept > held else "overpaid"
        money = short if kept != held else "partially_refunded" if kept < total else "paid"
    elif refunded and total > 0 and not kept:
        money = "refunded"
    else:
        free = order["items"] and order["placed"] and total <= 0
        money = "authorized" if promised else "paid" if free else "unpaid"
    return {
        "number": order["number"], "version": version, "status": order["status"], "stage": order["stage"],
        "payment_status": money, "total": total, "paid": paid, "refunded": refunded, "tags": order["tags"],
        "shipped": sent.total(), "parcels": len(order["parcels"]), "notes": len(order["notes"]),
        "items": len(order["items"]), "archived": order["archived"],
    }  # fmt: skip
