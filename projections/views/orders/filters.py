"""What the list of orders is narrowed by, and the condition in SQL that each filter stands for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from projections.views.plain import number_order, patterns

# What an order has one of, narrowed to one value or to several of which any will do.
CHOICES = (
    "status", "stage", "payment_status", "fulfilment_status", "return_status", "payment_method", "shipping_method",
    "operator", "source",
)  # fmt: skip
Choices = tuple[str, ...] | str
Balance = Literal["due", "credit"]


class OrderFilters(Struct, frozen=True, kw_only=True):
    """Each filter that is told narrows the list; None tells nothing.

    `q` are words of number, customer, recipient, company, city, e-mail, telephone number, tracking code, SKU or number
    elsewhere, all of which must be found, or an order's id; `tags` must all be there, of `tags_any` one.
    `total_min` and `total_max` (both included) are minor units of `currency`, which is told with them.
    `ids` are orders picked one by one. `customer_ids` are several cards, one of which the order is of.
    `created_from` and `placed_from` are included, `created_to` and `placed_to` are not; a draft was never placed.
    `balance`: money is due, or is to be given back.
    """

    q: str | None = None
    number: str | None = None
    ids: tuple[UUID, ...] | None = None
    customer_id: UUID | None = None
    customer_ids: tuple[UUID, ...] | None = None
    currency: str | None = None
    total_min: int | None = None
    total_max: int | None = None
    status: Choices | None = None
    stage: Choices | None = None
    payment_status: Choices | None = None
    fulfilment_status: Choices | None = None
    return_status: Choices | None = None
    payment_method: Choices | None = None
    shipping_method: Choices | None = None
    tags: tuple[str, ...] | None = None
    tags_any: tuple[str, ...] | None = None
    operator: Choices | None = None
    source: Choices | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    balance: Balance | None = None
    sku: str | None = None
    archived: bool | None = None

    def __post_init__(self) -> None:
        if self.currency is None and (self.total_min, self.total_max) != (None, None):
            raise ValueError("a total without its currency")


CONDITIONS = {
    "number": "number_order = %(number_order)s AND number = %(number)s",
    "ids": "id = ANY(%(ids)s)",
    "customer_id": "customer_id = %(customer_id)s",
    "customer_ids": "customer_id = ANY(%(customer_ids)s)",
    "currency": "currency = %(currency)s",
    "total_min": "total >= %(total_min)s",
    "total_max": "total <= %(total_max)s",
    "tags": "tags @> %(tags)s::text[]",
    "tags_any": "tags && %(tags_any)s::text[]",
    "created_from": "created_at >= %(created_from)s",
    "created_to": "created_at < %(created_to)s",
    "placed_from": "coalesce(placed_at, '-infinity') >= %(placed_from)s",
    "placed_to": "coalesce(placed_at, '-infinity') < %(placed_to)s AND placed_at IS NOT NULL",
    "balance": "CASE %(balance)s WHEN 'due' THEN balance > 0 ELSE balance < 0 END",
    "sku": "skus @> ARRAY[%(sku)s::text]",
    "archived": "archived = %(archived)s",
}
ONE = {name: f"{name} = %({name})s" for name in CHOICES}
ANY = {name: f"{name} = ANY(%({name})s)" for name in CHOICES}
ID_LENGTH = 36
# One for each word of a search; as many as `patterns` may give.
WORDS = tuple(f"(things || person) LIKE %(word_{number})s" for number in range(8))


def conditions(filters: OrderFilters) -> tuple[list[str], dict[str, Any]]:
    """The conditions in SQL (none: everything) and their parameters."""
    told = {name: value for name in CONDITIONS if (value := getattr(filters, name)) is not None}
    found = [CONDITIONS[name] for name in told]
    told |= {name: list(told[name]) for name in ("ids", "customer_ids", "tags", "tags_any") if name in told}
    for name in CHOICES:
        if (value := getattr(filters, name)) is not None:
            condition, told[name] = _of_choice(name, value)
            found.append(condition)
    if filters.number is not None:
        told["number_order"] = number_order(filters.number)
    if (order_id := _id_in(filters.q)) is not None:
        return [*found, "id = %(order_id)s"], told | {"order_id": order_id}
    for number, pattern in enumerate(patterns(filters.q or "")):
        found.append(WORDS[number])
        told[f"word_{number}"] = pattern
    return found, told


def _of_choice(name: str, value: Choices) -> tuple[str, Any]:
    """One value is compared as it is, since only then an index also gives the order."""
    values = [value] if isinstance(value, str) else list(dict.fromkeys(value))
    return (ONE[name], values[0]) if len(values) == 1 else (ANY[name], values)


def _id_in(query: str | None) -> UUID | None:
    """The order's id that a search is, if it is one."""
    try:
        return UUID(query.strip()) if query and len(query.strip()) == ID_LENGTH else None
    except ValueError:
        return None
