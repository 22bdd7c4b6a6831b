"""What providers told us: kept once, sealed as it came, for as long as it may be asked about."""

from __future__ import annotations

from datetime import timedelta

from projections.log.keys import DataKey
from projections.tables import Connection

KEPT = timedelta(days=90)

_KEEP = """
INSERT INTO payments.webhooks (provider, event_id, body) VALUES (%(provider)s, %(event_id)s, %(body)s)
ON CONFLICT DO NOTHING
"""
_FIND = "SELECT body FROM payments.webhooks WHERE provider = %(provider)s AND event_id = %(event_id)s"
_COUNT = """
INSERT INTO payments.forgeries AS f (provider, count, last_at) VALUES (%(provider)s, 1, now())
ON CONFLICT (provider) DO UPDATE SET count = f.count + 1, last_at = now()
"""
_FORGET = "DELETE FROM payments.webhooks WHERE received_at < now() - %(kept)s"


def keep(connection: Connection, seal: DataKey, provider: str, event_id: str, body: bytes) -> bool:
    """Keeps a verified message; False when it was kept before."""
    sealed = seal.seal(body, f"{provider}/{event_id}".encode())
    parameters = {"provider": provider, "event_id": event_id, "body": sealed}
    return connection.execute(_KEEP, parameters).rowcount == 1


def find(connection: Connection, seal: DataKey, provider: str, event_id: str) -> bytes | None:
    """A message as it came."""
    row = connection.execute(_FIND, {"provider": provider, "event_id": event_id}).fetchone()
    return seal.open(row[0], f"{provider}/{event_id}".encode()) if row else None


def count_forgery(connection: Connection, provider: str) -> None:
    """Counts a message that could not be verified; nothing of it is kept."""
    connection.execute(_COUNT, {"provider": provider})


def forget_old(connection: Connection) -> int:
    """Deletes messages that are older than they are kept, and tells how many."""
    return connection.execute(_FORGET, {"kept": KEPT}).rowcount
