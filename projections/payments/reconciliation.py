"""What provider and ledger tell differently: each look for it, and what the last one found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from projections.engine.tables import Connection

KEPT = 30  # runs
Subject = Literal["payment", "refund"]

# The window lies at the end of the log, whose positions grow with time: no index on the time is needed.
_TOUCHED = """
SELECT DISTINCT originator_id FROM log.events
WHERE position > coalesce(
    (
        SELECT position FROM log.events WHERE coalesce(recorded_at, occurred_at) < %(since)s
        ORDER BY position DESC LIMIT 1
    ), 0
) AND topic = ANY(%(topics)s)
"""
_PUT_RUN = """
INSERT INTO payments.reconciliations (id, since, until, providers, payments, refunds)
VALUES (%(id)s, %(since)s, %(until)s, %(providers)s, %(payments)s, %(refunds)s)
ON CONFLICT DO NOTHING
"""
_PUT_DIFFERENCE = """
INSERT INTO payments.differences (
    run, number, provider, subject, reference, order_id, order_number, currency, reason,
    provider_state, provider_amount, ledger_state, ledger_amount
) VALUES (
    %(run)s, %(number)s, %(provider)s, %(subject)s, %(reference)s, %(order_id)s, %(order_number)s, %(currency)s,
    %(reason)s, %(provider_state)s, %(provider_amount)s, %(ledger_state)s, %(ledger_amount)s
)
"""
_FORGET = """
DELETE FROM payments.reconciliations WHERE id NOT IN (
    SELECT id FROM payments.reconciliations ORDER BY finished_at DESC, id LIMIT %(kept)s
)
"""
_LATEST = """
SELECT id, since, until, providers, payments, refunds, finished_at FROM payments.reconciliations
ORDER BY finished_at DESC, id LIMIT 1
"""
_FIND = """
SELECT id, since, until, providers, payments, refunds, finished_at FROM payments.reconciliations WHERE id = %(id)s
"""
_DIFFERENCES = """
SELECT provider, subject, reference, order_id, order_number, currency, reason,
    provider_state, provider_amount, ledger_state, ledger_amount
FROM payments.differences WHERE run = %(run)s ORDER BY number LIMIT %(limit)s
"""
MOST_SHOWN = 10_000


class LedgerDifference(NamedTuple):
    """A payment or refund that provider and ledger tell differently; a side that knows nothing of it is None."""

    provider: str
    subject: Subject
    reference: str
    order_id: UUID | None
    order_number: str
    currency: str
    reason: str
    provider_state: str | None = None
    provider_amount: int | None = None
    ledger_state: str | None = None
    ledger_amount: int | None = None


class Reconciliation(NamedTuple):
    """One look: over which time, with which providers, and how much was compared."""

    id: UUID
    since: datetime
    until: datetime
    providers: list[str]
    payments: int
    refunds: int
    finished_at: datetime


def touched_orders(connection: Connection, since: datetime, topics: Sequence[str]) -> list[UUID]:
    """The orders to which one of these events happened since an instant."""
    return [row[0] for row in connection.execute(_TOUCHED, {"since": since, "topics": list(topics)})]


def keep(
    connection: Connection,
    run: UUID,
    since: datetime,
    until: datetime,
    providers: Sequence[str],
    compared: tuple[int, int],
    differences: Sequence[LedgerDifference],
) -> None:
    """Keeps what a look found, whole or not at all, and forgets those of long ago."""
    with connection.transaction(), connection.cursor() as cursor:
        payments, refunds = compared
        facts = {"id": run, "since": since, "until": until, "providers": list(providers)}
        if cursor.execute(_PUT_RUN, {**facts, "payments": payments, "refunds": refunds}).rowcount:
            rows = [{"run": run, "number": number, **one._asdict()} for number, one in enumerate(differences, 1)]
            cursor.executemany(_PUT_DIFFERENCE, rows)
        cursor.execute(_FORGET, {"kept": KEPT})


def latest(connection: Connection) -> Reconciliation | None:
    """The last look."""
    row = connection.execute(_LATEST).fetchone()
    return Reconciliation._make(row) if row else None


def find(connection: Connection, run: UUID) -> Reconciliation | None:
    """One look by its id."""
    row = connection.execute(_FIND, {"id": run}).fetchone()
    return Reconciliation._make(row) if row else None


def differences(connection: Connection, run: UUID) -> list[LedgerDifference]:
    """What a look found, in the order of its finding."""
    found = connection.execute(_DIFFERENCES, {"run": run, "limit": MOST_SHOWN})
    return [LedgerDifference._make(row) for row in found]
