"""What providers told us: kept once, sealed as it came, for as long as it may be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from projections.engine.tables import Connection
from projections.log.keys import SharedKey

_KEEP = """
INSERT INTO payments.webhooks (provider, event_id, body, order_id)
VALUES (%(provider)s, %(event_id)s, %(body)s, %(order_id)s)
ON CONFLICT DO NOTHING
"""
_FIND = "SELECT body FROM payments.webhooks WHERE provider = %(provider)s AND event_id = %(event_id)s"
_COUNT = """
INSERT INTO payments.forgeries AS f (provider, count, last_at) VALUES (%(provider)s, 1, now())
ON CONFLICT (provider) DO UPDATE SET count = f.count + 1, last_at = now()
"""
_FORGET_ORDERS = """
WITH waiting AS (
    SELECT payload ->> 'provider' AS provider, payload ->> 'event_id' AS event_id FROM work.effects
    WHERE kind = 'webhook.process' AND state NOT IN ('done', 'dropped', 'settled')
), gone AS (
    DELETE FROM payments.webhooks w WHERE order_id = ANY(%(order_ids)s)
        AND NOT EXISTS (SELECT FROM waiting a WHERE a.provider = w.provider AND a.event_id = w.event_id)
    RETURNING 1
)
SELECT (SELECT count(*) FROM payments.webhooks WHERE order_id = ANY(%(order_ids)s)) - (SELECT count(*) FROM gone)
"""
_FORGET = "DELETE FROM payments.webhooks WHERE received_at < now() - %(kept)s"


def keep(
    connection: Connection, seal: SharedKey, provider: str, event_id: str, body: bytes, order_id: UUID | None = None
) -> bool:
    """Keeps a verified message, with the order it names; False when it was kept before."""
    sealed = seal.seal(body, f"{provider}/{event_id}".encode())
    parameters = {"provider": provider, "event_id": event_id, "body": sealed, "order_id": order_id}
    return connection.execute(_KEEP, parameters).rowcount == 1


def find(connection: Connection, seal: SharedKey, provider: str, event_id: str) -> bytes | None:
    """A message as it came."""
    row = connection.execute(_FIND, {"provider": provider, "event_id": event_id}).fetchone()
    return seal.open(row[0], f"{provider}/{event_id}".encode()) if row else None


def count_forgery(connection: Connection, provider: str) -> None:
    """Counts a message that could not be verified; nothing of it is kept."""
    connection.execute(_COUNT, {"provider": provider})


def forget_old(connection: Connection, kept: timedelta) -> int:
    """Deletes messages that are older than they are kept, and tells how many."""
    return connection.execute(_FORGET, {"kept": kept}).rowcount


def forget_orders(connection: Connection, order_ids: Sequence[UUID]) -> int:
    """Deletes what providers told about orders; tells how many messages stay because nobody followed them yet."""
    [[left]] = connection.execute(_FORGET_ORDERS, {"order_ids": list(order_ids)}).fetchall()
    return int(left)
