"""Holes: versions that a stream of the log lacks, though it has later ones; and which of them were declared lost."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from projections.log.durability import Connection
from projections.log.recorder import ALL

# A whole stream's versions run from 1 without a gap; a stream found damaged is looked at version by version.
_DAMAGED = """
SELECT originator_id FROM log.events WHERE position <= %(upto)s
GROUP BY originator_id HAVING count(*) <> max(originator_version) OR min(originator_version) <> 1
"""
_RECENT = """
SELECT s.originator_id FROM (
    SELECT DISTINCT originator_id FROM log.events WHERE position > (SELECT max(position) FROM log.events) - %(recent)s
) s CROSS JOIN LATERAL (
    SELECT count(*) AS stored, max(originator_version) AS last FROM log.events e
    WHERE e.originator_id = s.originator_id
) v WHERE v.stored <> v.last
"""
_HOLES = """
WITH damaged AS (SELECT unnest(%(ids)s::uuid[]) AS id),
stored AS MATERIALIZED (
    SELECT e.originator_id, e.originator_version, e.position, e.topic, e.state
    FROM damaged JOIN log.events e ON e.originator_id = damaged.id AND e.position <= %(upto)s
),
declared AS (
    SELECT originator_id, lost::integer AS version
    FROM stored CROSS JOIN LATERAL json_array_elements_text(state -> 'missing') AS lost
    WHERE topic LIKE '%%.gap-declared'
),
streams AS (
    SELECT originator_id, max(originator_version) AS last, split_part(min(topic), '.', 1) AS kind,
        (array_agg(position ORDER BY originator_version))[1] AS began
    FROM stored GROUP BY originator_id
)
SELECT s.originator_id, s.kind, s.last, s.began, h.missing, h.declared
FROM streams s CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(version ORDER BY version) FILTER (WHERE NOT said), '{}') AS missing,
        coalesce(array_agg(version ORDER BY version) FILTER (WHERE said), '{}') AS declared
    FROM (
        SELECT version, EXISTS (
            SELECT FROM declared d WHERE d.originator_id = s.originator_id AND d.version = number.version
        ) AS said
        FROM generate_series(1, s.last) AS number (version)
        WHERE NOT EXISTS (
            SELECT FROM stored e WHERE e.originator_id = s.originator_id AND e.originator_version = number.version
        )
    ) lost
) h
WHERE cardinality(h.missing) + cardinality(h.declared) > 0
ORDER BY s.began
"""


class Hole(NamedTuple):
    """A stream that lacks versions: those `missing` without a word, and those `declared` lost by an event of its own.

    `last` is its last version, `began` the position of the first event that is left.
    """

    originator_id: UUID
    kind: str
    last: int
    began: int
    missing: list[int]
    declared: list[int]

    def __str__(self) -> str:
        said = "missing: see `carnet doctor`" if self.missing else "declared lost"
        versions = ", ".join(map(str, self.missing or self.declared))
        return f"{self.kind} {self.originator_id} lacks version {versions} ({said})"

    @property
    def begins_late(self) -> bool:
        """Whether its first event is among those lost."""
        return 1 in self.missing or 1 in self.declared


def find_holes(connection: Connection, upto: int | None = None) -> list[Hole]:
    """Every stream with a hole, in the order in which they began; reads the index of streams once, whole."""
    end = ALL if upto is None else upto
    damaged = [row[0] for row in connection.execute(_DAMAGED, {"upto": end})]
    return holes_of(connection, damaged, upto) if damaged else []


def recent_holes(connection: Connection, recent: int) -> list[Hole]:
    """The holes of the streams that have an event among the last positions, so many of them."""
    damaged = [row[0] for row in connection.execute(_RECENT, {"recent": recent})]
    return holes_of(connection, damaged) if damaged else []


def holes_of(connection: Connection, originator_ids: Collection[UUID], upto: int | None = None) -> list[Hole]:
    """The holes of these streams; one that is whole is left out."""
    parameters: dict[str, Any] = {"ids": list(originator_ids), "upto": ALL if upto is None else upto}
    with connection.cursor(row_factory=class_row(Hole)) as cursor:
        return cursor.execute(_HOLES, parameters).fetchall()
