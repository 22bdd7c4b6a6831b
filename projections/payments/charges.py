"""Charges that customers began by a link: each is kept before the provider is asked, so that none is out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, LiteralString, NamedTuple
from uuid import UUID

from projections.engine.tables import Connection
from projections.payments.provider import Charge

Settled = Literal["voided", "paid"]

LONGEST = timedelta(hours=23)  # a provider's page is open for less than a day
SHORTEST = timedelta(minutes=31)  # and for half an hour at least
_LATE = timedelta(minutes=1)

_CHARGES: LiteralString = """
SELECT id, order_id, link, number, provider, method, amount, currency, capture, return_url, began_at, expires_at, state,
    reference, url
FROM payments.charges
"""
_BEGIN = """
INSERT INTO payments.charges
    (id, order_id, link, number, provider, method, amount, currency, capture, return_url, began_at, expires_at)
VALUES (%(id)s, %(order_id)s, %(link)s, %(number)s, %(provider)s, %(method)s, %(amount)s, %(currency)s, %(capture)s,
    %(return_url)s, %(began_at)s, %(expires_at)s)
ON CONFLICT (link) WHERE state IN ('beginning', 'open') DO NOTHING
"""
_PAYABLE: LiteralString = " AND state IN ('beginning', 'open') ORDER BY began_at"
_OF_LINK: LiteralString = " WHERE link = %(link)s"
_OF_ORDER: LiteralString = " WHERE order_id = %(order_id)s"
_BY_ID: LiteralString = " WHERE id = %(id)s"
_OPEN = """
UPDATE payments.charges SET state = 'open', reference = %(reference)s, url = %(url)s
WHERE id = %(id)s AND state IN ('beginning', 'open')
"""
_SETTLE = """
UPDATE payments.charges SET state = %(state)s, url = NULL, return_url = '', settled_at = now()
WHERE id = %(id)s AND state <> 'paid'
"""
_FORGET_ORDERS = "DELETE FROM payments.charges WHERE order_id = ANY(%(order_ids)s) AND settled_at IS NOT NULL"
_FORGET = "DELETE FROM payments.charges WHERE settled_at < now() - %(kept)s"


class BegunCharge(NamedTuple):
    """A charge of a link; `reference` is the provider's name of its page, None until the provider answered.

    One that is `beginning` or `open` may be paid, until it expires.
    """

    id: UUID
    order_id: UUID
    link: str
    number: str
    provider: str
    method: str
    amount: int
    currency: str
    capture: bool
    return_url: str
    began_at: datetime
    expires_at: datetime
    state: Literal["beginning", "open", "voided", "paid"] = "beginning"
    reference: str | None = None
    url: str | None = None

    @property
    def asked(self) -> Charge:
        """What the provider is asked for: the same whenever it is asked again."""
        return Charge(
            key=str(self.id),
            link=self.link,
            order_id=self.order_id,
            number=self.number,
            amount=self.amount,
            currency=self.currency,
            return_url=self.return_url,
            expires_at=self.expires_at,
            capture=self.capture,
        )

    def is_payable(self, now: datetime) -> bool:
        """Whether its page can be shown to the customer."""
        return self.expires_at - _LATE > now


def expiry(link_expires_at: datetime, now: datetime) -> datetime:
    """When a page that is opened now closes: with its link, as far as providers allow."""
    return min(max(link_expires_at, now + SHORTEST), now + LONGEST).replace(microsecond=0)


def begin(connection: Connection, charge: BegunCharge) -> BegunCharge | None:
    """Keeps a charge unless its link has one that may be paid; gives the one that has."""
    connection.execute(_BEGIN, charge._asdict())
    row = connection.execute(_CHARGES + _OF_LINK + _PAYABLE, {"link": charge.link}).fetchone()
    return BegunCharge._make(row) if row else None


def opened(connection: Connection, charge: BegunCharge, reference: str, url: str) -> bool:
    """Keeps what the provider answered; False where the charge was called off or paid meanwhile."""
    return connection.execute(_OPEN, {"id": charge.id, "reference": reference, "url": url}).rowcount == 1


def unsettled(connection: Connection, order_id: UUID) -> list[BegunCharge]:
    """The charges of an order that may be paid, the oldest first."""
    rows = connection.execute(_CHARGES + _OF_ORDER + _PAYABLE, {"order_id": order_id})
    return [BegunCharge._make(row) for row in rows]


def find(connection: Connection, charge_id: str) -> BegunCharge | None:
    """A charge by its id, as a provider tells it back; None where it is none of ours."""
    try:
        known = UUID(charge_id)
    except ValueError:
        return None
    row = connection.execute(_CHARGES + _BY_ID, {"id": known}).fetchone()
    return BegunCharge._make(row) if row else None


def settle(connection: Connection, charge: BegunCharge, state: Settled) -> None:
    """Keeps how it ended; what was paid stays so."""
    connection.execute(_SETTLE, {"id": charge.id, "state": state})


def forget_old(connection: Connection, kept: timedelta) -> int:
    """Deletes charges that were settled longer ago than they are kept, and tells how many."""
    return connection.execute(_FORGET, {"kept": kept}).rowcount


def forget_orders(connection: Connection, order_ids: Sequence[UUID]) -> int:
    """Deletes the settled charges of orders, and tells how many."""
    return connection.execute(_FORGET_ORDERS, {"order_ids": list(order_ids)}).rowcount
