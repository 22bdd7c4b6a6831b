"""How many seconds a view is behind what happened."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

_SECONDS_BEHIND = """
    SELECT p.projection, CASE
        WHEN next.recorded_at IS NULL THEN 0
        ELSE extract(epoch FROM clock_timestamp() - greatest(next.recorded_at, p.updated_at))::float8
    END
    FROM views.positions p
    LEFT JOIN LATERAL (
        SELECT e.recorded_at FROM log.events e WHERE e.position > p.position ORDER BY e.position LIMIT 1
    ) next ON true
    WHERE p.schema = 'views' AND p.projection = ANY(%s)
"""


def seconds_behind(connection: Connection, projections: Sequence[str]) -> dict[str, float | None]:
    """For each view how long the first event it lacks has waited: 0 when there is none, None when it is not built.

    A view that moves is catching up: the time counts from its last step, as imported events are old when stored.
    """
    found: dict[str, float] = dict(connection.execute(_SECONDS_BEHIND, (list(projections),)).fetchall())
    return {name: found.get(name) for name in projections}
