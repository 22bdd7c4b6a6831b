"""The shop's own small provider: cards that always pay, decline or pay later, on tables of this database.

Refunds of an amount that ends in 13 fail, so that a failure can be tried out.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from psycopg_pool import ConnectionPool

from projections.payments.provider import Charge, Forged, RefundResult, Told
from projections.tables import Connection

NAME = "sandbox"
SIGNATURE = "Sandbox-Signature"
OLDEST = 300  # seconds
FAILING = 13
CHOICES = {"pay": "paid", "decline": "declined", "later": "pending"}

_BEGIN = """
INSERT INTO sandbox.charges (id, link, order_id, number, amount, currency, return_url)
VALUES (%(id)s, %(link)s, %(order_id)s, %(number)s, %(amount)s, %(currency)s, %(return_url)s)
ON CONFLICT (link) DO UPDATE SET return_url = excluded.return_url
RETURNING id
"""
_FIND = "SELECT id, order_id, number, amount, currency, return_url, state FROM sandbox.charges WHERE id = %(id)s"
_CHOOSE = """
UPDATE sandbox.charges SET state = %(state)s WHERE id = %(id)s AND state IN ('open', 'declined', 'pending')
"""
_REFUND = """
INSERT INTO sandbox.refunds (key, charge_id, amount, state)
SELECT %(key)s, id, %(amount)s, CASE WHEN %(amount)s %% 100 = %(failing)s THEN 'failed' ELSE 'succeeded' END
FROM sandbox.charges
WHERE id = %(id)s AND state = 'paid' AND amount >= %(amount)s + (
    SELECT coalesce(sum(amount), 0) FROM sandbox.refunds WHERE charge_id = %(id)s AND state = 'succeeded'
)
ON CONFLICT DO NOTHING
"""
_REFUNDED = "SELECT state FROM sandbox.refunds WHERE key = %(key)s"
_LOCK = "SELECT FROM sandbox.charges WHERE id = %(id)s FOR UPDATE"


class SandboxCharge(NamedTuple):
    """A payment as the sandbox knows it."""

    id: str
    order_id: UUID
    number: str
    amount: int
    currency: str
    return_url: str
    state: str


class Sandbox:
    """The provider `sandbox`."""

    def __init__(self, pool: ConnectionPool[Connection], key: bytes, public_url: str) -> None:
        self._pool = pool
        self._key = key
        self._public_url = public_url

    def begin(self, charge: Charge) -> str:
        """The address of the sandbox's page; the same link gives the same page."""
        with self._pool.connection() as connection:
            [[known]] = connection.execute(_BEGIN, {"id": f"ch_{uuid4().hex}", **charge._asdict()}).fetchall()
        return f"{self._public_url}/sandbox/{known}"

    def refund(self, reference: str, amount: int, key: str) -> RefundResult:
        """Gives money back at once; one of more than is left fails."""
        parameters = {"id": reference, "amount": amount, "key": key, "failing": FAILING}
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_LOCK, parameters)
            connection.execute(_REFUND, parameters)
            row = connection.execute(_REFUNDED, {"key": key}).fetchone()
        if row is None or row[0] == "failed":
            return RefundResult("failed", key, "refused-by-bank" if row else "above-payment")
        return RefundResult("succeeded", key)

    def sign(self, body: bytes, at: float | None = None) -> str:
        """The signature of a webhook: its second and an HMAC over second and body."""
        second = str(int(time.time() if at is None else at))
        return f"t={second},v1={hmac.new(self._key, second.encode() + b'.' + body, sha256).hexdigest()}"

    def read(self, body: bytes, headers: Mapping[str, str]) -> Told:
        """What a webhook tells, once its signature was verified."""
        given = headers.get(SIGNATURE, "")
        second = given.partition(",")[0].removeprefix("t=")
        if not (second.isascii() and second.isdigit() and len(second) <= 12):
            raise Forged
        if not hmac.compare_digest(given.encode(), self.sign(body, int(second)).encode()):
            raise Forged
        if abs(time.time() - int(second)) > OLDEST:
            raise Forged
        return self.trust(body)

    def trust(self, body: bytes) -> Told:
        """What a webhook tells that was verified when it came."""
        try:
            return msgspec.json.decode(body, type=Told)
        except msgspec.MsgspecError:
            raise Forged from None


def find_charge(connection: Connection, charge_id: str) -> SandboxCharge | None:
    """A payment by its id."""
    row = connection.execute(_FIND, {"id": charge_id}).fetchone()
    return SandboxCharge._make(row) if row else None


def choose(connection: Connection, charge_id: str, choice: str) -> bool:
    """What the customer chose on the page; False once it was paid."""
    return connection.execute(_CHOOSE, {"id": charge_id, "state": CHOICES[choice]}).rowcount == 1


def captured(charge: SandboxCharge) -> bytes:
    """The webhook that tells of a payment; telling it again gives the same."""
    told: dict[str, Any] = Told(
        f"ev_{charge.id}", "captured", charge.order_id, charge.id, charge.amount, charge.currency
    )._asdict()
    return msgspec.json.encode(list(told.values()))
