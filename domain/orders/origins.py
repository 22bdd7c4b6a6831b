"""Where an order came from: an import of past orders, or goods of another order that came back."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

EXCHANGE = "exchange"  # the method by which the value of goods goes from one order to another


class ExchangeOf(Struct, frozen=True, kw_only=True):
    """The order whose goods came back and that this one is sent in place of, and what they are worth to it."""

    order_id: UUID
    number: str
    return_number: int
    credit: int


class Imported(Struct, frozen=True, kw_only=True):
    """Where an order of the past came from, and the total that was told there."""

    source: str
    external_id: str
    content_hash: str
    total: int
    remarks: tuple[str, ...] = ()
