"""What every payment provider can do for the shop, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

Kind = Literal["captured", "authorized", "refunded", "refund-failed", "dispute-opened", "dispute-won", "dispute-lost"]


class Charge(NamedTuple):
    """What a customer is asked to pay by a link."""

    link: str
    order_id: UUID
    number: str
    amount: int
    currency: str
    return_url: str


class Told(NamedTuple):
    """What a provider tells: about which payment of which order; `subject` is the refund or the dispute."""

    event_id: str
    kind: Kind
    order_id: UUID
    reference: str
    amount: int
    currency: str
    subject: str = ""


class RefundResult(NamedTuple):
    """How a refund went; `pending` is told later."""

    state: Literal["succeeded", "failed", "pending"]
    reference: str
    failure: str = ""


class Forged(Exception):
    """A message that is not from the provider, or too old."""


class Provider(Protocol):
    """A payment provider; every write takes a key under which repeating it does nothing."""

    def begin(self, charge: Charge) -> str:
        """The address of the page where the customer pays."""

    def refund(self, reference: str, amount: int, key: str) -> RefundResult:
        """Gives back a part of a payment."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> Told:
        """What a webhook tells; raises `Forged` when it is not the provider's."""

    def trust(self, body: bytes) -> Told:
        """What a webhook tells that was verified when it came."""
