"""The row of an order, column by column: what the list shows, and what it is searched and sorted by besides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.orders.order import DisputeStatus, FulfilmentStatus, PaymentStatus, ReturnStatus
from projections.views.pages import Amount, PersonalText


class OrderHead(NamedTuple):
    """An order as the list shows it."""

    id: UUID
    number: str
    version: int
    position: int
    created_at: datetime
    placed_at: datetime | None
    updated_at: datetime
    currency: str
    status: str
    stage: str
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    return_status: ReturnStatus
    dispute_status: DisputeStatus
    customer_id: UUID | None
    customer_name: PersonalText
    customer_email: PersonalText
    operator: str
    source: str
    payment_method: str
    shipping_method: str
    tags: Sequence[str]
    archived: bool
    item_count: int
    quantity: int
    total: Amount
    paid: Amount
    refunded: Amount
    balance: Amount
    skus: Sequence[str]
    carriers: Sequence[str]
    tracking_codes: Sequence[str]
    imported_source: str
    external_id: str


class OrderWords(NamedTuple):
    """What a list of orders is searched and sorted by, in plain form: things apart from what tells of persons."""

    number_order: str
    things: str
    person: str
