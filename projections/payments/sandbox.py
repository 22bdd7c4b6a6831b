"""The shop's own small provider, on tables of this database: it does what a bank may do, and tells it by webhooks.

The customer chooses on its page to pay, decline or pay later, and may dispute what was paid. A token `tok_decline` is
declined, any other pays. By the end of its amount a refund goes otherwise than at once: 13 fails, 17 comes through
later, 18 fails later.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import msgspec
from psycopg_pool import ConnectionPool

from projections.engine.tables import Connection
from projections.log.keys import SharedKey
from projections.payments import sandbox_events
from projections.payments.provider import (
    Begun,
    Charge,
    Forged,
    Giving,
    KnownPayment,
    KnownRefund,
    ProviderRefused,
    ProviderReport,
    State,
    Taking,
    origin,
)

NAME = "sandbox"
SIGNATURE = "Sandbox-Signature"
OLDEST = 300  # seconds
FAILING, LATER, FAILING_LATER = 13, 17, 18
LATE = timedelta(seconds=10)
DECLINED_TOKEN = "tok_decline"  # noqa: S105 - what a test types, no secret

_STATES: Mapping[str, State] = {
    "open": "open", "pending": "open", "declined": "failed", "authorized": "authorized", "paid": "captured",
    "voided": "voided",
}  # fmt: skip
_BEGIN = """
INSERT INTO sandbox.charges (id, link, order_id, number, amount, currency, return_url, capture)
VALUES (%(id)s, %(key)s, %(order_id)s, %(number)s, %(amount)s, %(currency)s, %(return_url)s, %(capture)s)
ON CONFLICT (link) DO UPDATE SET return_url = excluded.return_url
RETURNING id
"""
_TAKE = """
INSERT INTO sandbox.charges
    (id, link, order_id, payment, number, amount, currency, return_url, capture, state, captured, failure)
VALUES (%(id)s, %(key)s, %(order_id)s, %(payment)s, %(number)s, %(amount)s, %(currency)s, '', %(capture)s,
    %(state)s, %(captured)s, %(failure)s)
ON CONFLICT (link) DO NOTHING
"""
_PAYMENTS: LiteralString = """
SELECT id, order_id, payment, state, coalesce(captured, amount), currency, failure FROM sandbox.charges
"""
_LOCK = "SELECT FROM sandbox.charges WHERE id = %(id)s FOR UPDATE"
_CAPTURE = """
UPDATE sandbox.charges SET state = 'paid', captured = %(amount)s
WHERE id = %(id)s AND state = 'authorized' AND amount >= %(amount)s
"""
_VOID = "UPDATE sandbox.charges SET state = 'voided' WHERE id = %(id)s AND state IN ('authorized', 'open')"
_END = """
UPDATE sandbox.charges SET state = 'voided'
WHERE id = %(id)s AND state IN ('open', 'pending', 'declined', 'authorized')
"""
_REFUND = """
INSERT INTO sandbox.refunds (key, charge_id, order_id, refund, amount, state)
SELECT %(key)s, id, %(order_id)s, %(refund)s, %(amount)s, %(state)s
FROM sandbox.charges
WHERE id = %(id)s AND state = 'paid' AND captured >= %(amount)s + (
    SELECT coalesce(sum(amount), 0) FROM sandbox.refunds WHERE charge_id = %(id)s AND state <> 'failed'
)
ON CONFLICT DO NOTHING
"""
_REFUNDS: LiteralString = """
SELECT r.key, r.charge_id, r.order_id, r.refund, r.state, r.amount, c.currency
FROM sandbox.refunds AS r JOIN sandbox.charges AS c ON c.id = r.charge_id
"""
_BY_ID: LiteralString = " WHERE id = %(id)s"
_BY_LINK: LiteralString = " WHERE link = %(key)s"
_BY_KEY: LiteralString = " WHERE r.key = %(key)s"
_IN_TIME: LiteralString = " WHERE created_at BETWEEN %(since)s AND %(until)s ORDER BY created_at"
_REFUNDS_IN_TIME: LiteralString = " WHERE r.created_at BETWEEN %(since)s AND %(until)s ORDER BY r.created_at"


_told = msgspec.json.Decoder(ProviderReport)


class Sandbox:
    """The provider `sandbox`."""

    def __init__(self, pool: ConnectionPool[Connection], key: SharedKey, public_url: str) -> None:
        self._pool = pool
        self._key = key
        self._public_url = public_url

    @property
    def pages(self) -> str:
        """The shop's own pages."""
        return origin(self._public_url)

    def begin(self, charge: Charge) -> Begun:
        """The sandbox's page."""
        with self._pool.connection() as connection:
            [[known]] = connection.execute(_BEGIN, {"id": f"ch_{uuid4().hex}", **charge._asdict()}).fetchall()
        return Begun(known, f"{self._public_url}/sandbox/{known}")

    def end(self, reference: str, key: str) -> KnownPayment:
        """Closes a page that was not paid yet, also one whose payment was to come later, and lets its promise go."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_END, {"id": reference})
            known = next(iter(_payments(connection, _BY_ID, {"id": reference})), None)
        if known is None:
            raise ProviderRefused("no-such-payment")
        return known

    def take(self, taking: Taking) -> KnownPayment:
        """Takes money at once, unless the token is the one that is declined."""
        # allowed secret-compared: what anybody types on a laptop, no secret
        declined = taking.token == DECLINED_TOKEN
        state = "declined" if declined else "paid" if taking.capture else "authorized"
        parameters = {
            **taking._asdict(),
            "id": f"ch_{uuid4().hex}",
            "state": state,
            "captured": taking.amount if state == "paid" else None,
            "failure": "declined" if declined else "",
        }
        with self._pool.connection() as connection, connection.transaction():
            made = connection.execute(_TAKE, parameters).rowcount
            [known] = _payments(connection, _BY_LINK, parameters)
            if made and not declined:
                sandbox_events.tell(connection, "paid", known.reference)
        if known.state == "failed":
            raise ProviderRefused(known.failure)
        return known

    def capture(self, reference: str, amount: int, currency: str, key: str) -> KnownPayment:
        """Captures what was promised, once."""
        return self._settle(_CAPTURE, {"id": reference, "amount": amount}, "captured")

    def void(self, reference: str, key: str) -> KnownPayment:
        """Lets what was promised go, once."""
        return self._settle(_VOID, {"id": reference}, "voided")

    def _settle(self, statement: LiteralString, parameters: Mapping[str, Any], state: State) -> KnownPayment:
        with self._pool.connection() as connection, connection.transaction():
            changed = connection.execute(statement, parameters).rowcount
            known = next(iter(_payments(connection, _BY_ID, parameters)), None)
            if changed and known:
                sandbox_events.tell(connection, "paid" if state == "captured" else "voided", known.reference)
        if known is None or known.state != state:
            raise ProviderRefused(f"payment-{known.state}" if known else "no-such-payment")
        return known

    def refund(self, giving: Giving) -> KnownRefund:
        """Gives money back, at once or later by the amount's end; one of more than is left is refused."""
        ending = giving.amount % 100
        state = "pending" if ending in (LATER, FAILING_LATER) else "failed" if ending == FAILING else "succeeded"
        parameters = {**giving._asdict(), "id": giving.reference, "state": state}
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_LOCK, parameters)
            made = connection.execute(_REFUND, parameters).rowcount
            known = next(iter(_refunds(connection, _BY_KEY, parameters)), None)
            if made:
                due_at = datetime.now(UTC) + LATE if state == "pending" else None
                sandbox_events.tell(connection, "refunded", giving.key, due_at)
        if known is None:
            raise ProviderRefused("above-payment")
        return known

    def fetch(self, reference: str) -> KnownPayment | None:
        """A charge as it is now."""
        return self._payment(_BY_ID, {"id": reference})

    def find_taken(self, taking: Taking) -> KnownPayment | None:
        """The charge that a taking made."""
        return self._payment(_BY_LINK, {"key": taking.key})

    def find_given(self, giving: Giving) -> KnownRefund | None:
        """The refund that a giving made."""
        with self._pool.connection() as connection:
            return next(iter(_refunds(connection, _BY_KEY, {"key": giving.key})), None)

    def payments(self, since: datetime, until: datetime) -> list[KnownPayment]:
        """The charges of a time."""
        with self._pool.connection() as connection:
            return list(_payments(connection, _IN_TIME, {"since": since, "until": until}))

    def refunds(self, since: datetime, until: datetime) -> list[KnownRefund]:
        """The refunds of a time."""
        with self._pool.connection() as connection:
            return list(_refunds(connection, _REFUNDS_IN_TIME, {"since": since, "until": until}))

    def sign(self, body: bytes, at: float | None = None) -> str:
        """The signature of a webhook: its second and an HMAC over second and body."""
        second = str(int(time.time() if at is None else at))
        return f"t={second},v1={self._key.sign(second.encode() + b'.' + body).hex()}"

    def read(self, body: bytes, headers: Mapping[str, str]) -> ProviderReport:
        """What a webhook tells, once its signature was verified."""
        second, _, signature = headers.get(SIGNATURE, "").removeprefix("t=").partition(",v1=")
        if not (second.isascii() and second.isdigit() and len(second) <= 12):
            raise Forged
        if not self._key.proves(second.encode() + b"." + body, _from_hex(signature)):
            raise Forged
        if abs(time.time() - int(second)) > OLDEST:
            raise Forged
        return self.trust(body)

    def trust(self, body: bytes) -> ProviderReport:
        """What a webhook tells that was verified when it came."""
        try:
            return _told.decode(body)
        except msgspec.MsgspecError:
            raise Forged from None

    def _payment(self, condition: LiteralString, parameters: Mapping[str, Any]) -> KnownPayment | None:
        with self._pool.connection() as connection:
            return next(iter(_payments(connection, condition, parameters)), None)


def _payments(
    connection: Connection, condition: LiteralString, parameters: Mapping[str, Any]
) -> Iterator[KnownPayment]:
    for reference, order_id, payment, state, amount, currency, failure in connection.execute(
        _PAYMENTS + condition, parameters
    ):
        yield KnownPayment(reference, order_id, payment, _STATES[state], amount, currency, failure)


def _refunds(connection: Connection, condition: LiteralString, parameters: Mapping[str, Any]) -> Iterator[KnownRefund]:
    for key, charge, order_id, refund, state, amount, currency in connection.execute(_REFUNDS + condition, parameters):
        failure = "refused-by-bank" if state == "failed" else ""
        yield KnownRefund(
            key, charge, UUID(str(order_id)) if order_id else None, refund, state, amount, currency, failure
        )


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
