"""What stands in an order's ledger: money that came in, went back, or is disputed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.owed import RefundParts

PaymentState = Literal["requested", "failed", "authorized", "captured", "voided"]
RefundState = Literal["requested", "failed", "refunded", "withdrawn"]
DisputeState = Literal["open", "lost", "won"]


class Payment(Struct, frozen=True, kw_only=True):
    """Money that came in, or was promised by a provider (`authorized`); `voided` takes it back out.

    `requested`: a provider is asked to take it by a `token`; `failed`: it could not. `asked` is what a provider is
    asked to do with it now: `take`, `authorize`, `capture` or `void`; `failure` is why it last did not. Of cash,
    `handed_over` is what the customer gave (0: not told).
    """

    id: str
    amount: int
    method: str
    state: PaymentState
    reference: str
    at: datetime
    provider: str = ""
    token: str = ""
    asked: str = ""
    asked_amount: int = 0
    failure: str = ""
    handed_over: int = 0

    @property
    def change(self) -> int:
        """What was handed back at once of the cash handed over."""
        return self.handed_over - self.amount if self.handed_over else 0


class Refund(RefundParts, frozen=True, kw_only=True):
    """Money that went back: `requested` or `failed` where a provider gives it back, `withdrawn` where it never did.

    `of_cancelled`: the order was cancelled when it was made, so its credit is money for what had been sold.
    """

    id: str
    amount: int
    method: str
    reference: str
    reason: str | None
    at: datetime
    payment: str = ""
    restock: bool = False
    state: RefundState = "refunded"
    failure: str = ""
    asked_by: UUID | None = None
    of_cancelled: bool = False
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None


class Dispute(Struct, frozen=True, kw_only=True):
    """A payer who disputes a payment with the provider: `open`, `won` or `lost` by the shop."""

    id: str
    payment: str
    amount: int
    state: DisputeState
