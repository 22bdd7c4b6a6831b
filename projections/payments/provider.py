"""What every payment provider can do for the shop, and what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID

Kind = Literal[
    "captured", "authorized", "voided", "expired", "refunded", "refund-failed", "dispute-opened", "dispute-won",
    "dispute-lost", "other",
]  # fmt: skip
State = Literal["open", "authorized", "captured", "voided", "failed"]


class Charge(NamedTuple):
    """What a customer is asked to pay by a link until `expires_at`; with `capture` at once, else the money is promised.

    `key` names it: asking again under it gives the same page.
    """

    key: str
    link: str
    order_id: UUID
    number: str
    amount: int
    currency: str
    return_url: str
    expires_at: datetime
    capture: bool = True


class Begun(NamedTuple):
    """The page where a customer pays: the provider's name for it, and its address."""

    reference: str
    url: str


class Taking(NamedTuple):
    """Money to take by a token of the customer's means of payment: which payment of which order it is."""

    key: str
    order_id: UUID
    payment: str
    number: str
    amount: int
    currency: str
    token: str
    capture: bool
    asked_at: datetime


class Giving(NamedTuple):
    """Money to give back of a payment: which refund of which order it is."""

    key: str
    order_id: UUID
    refund: str
    reference: str
    amount: int
    currency: str


class ProviderReport(NamedTuple):
    """What a provider tells by a webhook; `other` is nothing of ours.

    `reference` is the provider's name of the payment, of the refund where a refund is told of. `subject` is the shop's
    own id of the payment or refund, or the provider's id of a dispute. Without `order_id` the payment names the order.
    `charge` is the key of the charge that was begun by a link.
    """

    event_id: str
    kind: Kind
    order_id: UUID | None
    reference: str
    amount: int
    currency: str
    subject: str = ""
    charge: str = ""


class KnownPayment(NamedTuple):
    """A payment as the provider has it; `amount` is what was captured, before that what is asked or promised."""

    reference: str
    order_id: UUID | None
    payment: str
    state: State
    amount: int
    currency: str
    failure: str = ""


class KnownRefund(NamedTuple):
    """A refund as the provider has it, of the payment it calls by this reference."""

    reference: str
    payment_reference: str
    order_id: UUID | None
    refund: str
    state: Literal["succeeded", "failed", "pending"]
    amount: int
    currency: str
    failure: str = ""


def origin(url: str) -> str:
    """The origin of an address: its scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Forged(Exception):
    """A message that is not from the provider, or too old."""


class Troubled(Exception):
    """The provider did not do what it was asked; `code` is why, in its own words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProviderRefused(Troubled):
    """It never will: asking again gives the same."""


class Busy(Troubled):
    """It did nothing and may do it later."""


class Lost(Troubled):
    """Its answer did not come: it may have done it or not, and has to be asked."""


class Provider(Protocol):
    """A payment provider; every write takes a key under which repeating it does nothing.

    Whatever asks the provider raises `ProviderRefused`, `Busy` or `Lost` when it does not do it.
    """

    @property
    def pages(self) -> str:
        """The origin of the pages where customers pay."""

    def begin(self, charge: Charge) -> Begun:
        """Opens the page where the customer pays; it tells the charge's key back with whatever becomes of it."""

    def end(self, reference: str, key: str) -> KnownPayment:
        """Closes such a page and lets its promise go: nobody pays there. `voided`, or what was paid meanwhile."""

    def take(self, taking: Taking) -> KnownPayment:
        """Takes money, or has it promised, by a token."""

    def capture(self, reference: str, amount: int, currency: str, key: str) -> KnownPayment:
        """Takes promised money, or a part of it; the rest is let go."""

    def void(self, reference: str, key: str) -> KnownPayment:
        """Lets promised money go."""

    def refund(self, giving: Giving) -> KnownRefund:
        """Gives back a part of a payment; a `pending` one is told of later."""

    def fetch(self, reference: str) -> KnownPayment | None:
        """A payment as it is now."""

    def find_taken(self, taking: Taking) -> KnownPayment | None:
        """The payment that was made under the key of a taking."""

    def find_given(self, giving: Giving) -> KnownRefund | None:
        """The refund that was made under the key of a giving."""

    def payments(self, since: datetime, until: datetime) -> Iterable[KnownPayment]:
        """The payments that began between two instants."""

    def refunds(self, since: datetime, until: datetime) -> Iterable[KnownRefund]:
        """The refunds that were asked for between two instants."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> ProviderReport:
        """What a webhook tells; raises `Forged` when it is not the provider's."""

    def trust(self, body: bytes) -> ProviderReport:
        """What a webhook tells that was verified when it came."""
