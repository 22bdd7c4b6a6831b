"""What is due later: kept until its time comes, then an effect like any other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from projections.engine.tables import Connection
from projections.work.effects import EffectRequest

TICKING = 7106411

_PUT = """
INSERT INTO work.schedule (key, due_at, kind, payload, order_id, position)
VALUES (%(key)s, %(due_at)s, %(kind)s, %(payload)s, %(order_id)s, %(position)s)
ON CONFLICT DO NOTHING
"""
_NEXT = "SELECT min(due_at) FROM work.schedule"
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%(class)s, 0)"
_TICK = """
WITH due AS (
    DELETE FROM work.schedule WHERE key IN (
        SELECT key FROM work.schedule WHERE due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s
    ) RETURNING key, due_at, kind, payload, order_id, position
)
INSERT INTO work.effects (key, kind, payload, order_id, position, due_at)
SELECT key, kind, payload, order_id, position, due_at FROM due ORDER BY due_at
ON CONFLICT DO NOTHING
"""


def put(connection: Connection, asked: Sequence[EffectRequest]) -> None:
    """Keeps effects until they are due; one that is already kept stays as it is."""
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, [_row(one) for one in asked])


def next_due(connection: Connection) -> datetime | None:
    """When the next effect is due; None where none is kept."""
    [(due_at,)] = connection.execute(_NEXT, prepare=True).fetchall()
    return due_at  # type: ignore[no-any-return]


def tick(connection: Connection, now: datetime, limit: int = 500) -> int:
    """Turns what is due into effects and tells how many; 0 as well while another process ticks."""
    with connection.transaction():
        [[alone]] = connection.execute(_TRY_LOCK, {"class": TICKING}).fetchall()
        return connection.execute(_TICK, {"now": now, "limit": limit}).rowcount if alone else 0


def _row(asked: EffectRequest) -> dict[str, Any]:
    return {
        "key": asked.key,
        "due_at": asked.effect.due_at,
        "kind": asked.effect.kind,
        "payload": Jsonb(asked.effect.payload),
        "order_id": asked.effect.order_id,
        "position": asked.position,
    }
