"""Failed attempts to sign in, and the places from which an operator signed in well; of both, digests are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from psycopg_pool import ConnectionPool

WINDOW = timedelta(minutes=15)

_CLEAR = """
DELETE FROM access.attempts WHERE key IN (
    SELECT key FROM access.attempts WHERE began_at < now() - %s FOR UPDATE SKIP LOCKED
)
"""
_COUNT = """
INSERT INTO access.attempts AS known (key, began_at, count)
SELECT key, now(), 1 FROM unnest(%(keys)s::bytea[]) AS key
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN known.began_at < now() - %(window)s THEN 1 ELSE known.count + 1 END,
    began_at = CASE WHEN known.began_at < now() - %(window)s THEN now() ELSE known.began_at END
RETURNING key, count
"""
_TAKE_BACK = """
WITH held AS (SELECT key FROM access.attempts WHERE key = ANY(%s) ORDER BY key FOR UPDATE)
UPDATE access.attempts a SET count = a.count - 1 FROM held WHERE a.key = held.key AND a.count > 0
"""
_KNOWN = """
SELECT FROM access.origins JOIN access.operators USING (operator_id)
WHERE username = %s AND mark = %s AND seen_at > now() - interval '90 days'
"""
_REMEMBER = """
INSERT INTO access.origins AS known (operator_id, mark) VALUES (%s, %s)
ON CONFLICT (operator_id, mark) DO UPDATE SET seen_at = now() WHERE known.seen_at < now() - interval '1 day'
"""


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


class Attempts:
    """The attempts of the running quarter of an hour, and where who is known from; each call a statement or two."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def count(self, keys: Sequence[str]) -> list[int]:
        """Counts one more attempt under each key; how many there were in the running quarter of an hour."""
        digests = sorted({_digest(key) for key in keys})
        with self._pool.connection() as connection:
            connection.execute(_CLEAR, (WINDOW,))
            rows = connection.execute(_COUNT, {"window": WINDOW, "keys": digests}).fetchall()
        counts = {bytes(key): count for key, count in rows}
        return [counts[_digest(key)] for key in keys]

    def take_back(self, keys: Sequence[str]) -> None:
        """Counts one attempt less under each key: it was no failure, or was not made."""
        with self._pool.connection() as connection:
            connection.execute(_TAKE_BACK, ([_digest(key) for key in keys],))

    def forget(self, key: str) -> None:
        """Clears one key's count, after it turned out to be the right person."""
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM access.attempts WHERE key = %s", (_digest(key),))

    def is_known(self, username: str, place: str) -> bool:
        """Whether the operator signed in well from this address or network within ninety days."""
        with self._pool.connection() as connection:
            return connection.execute(_KNOWN, (username, _digest(place))).fetchone() is not None

    def remember(self, operator_id: UUID, place: str) -> None:
        """Keeps in mind that the operator signed in well from there."""
        with self._pool.connection() as connection:
            connection.execute(_REMEMBER, (operator_id, _digest(place)))
