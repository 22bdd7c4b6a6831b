"""The orders of an import whose parts come to another total than the one told: kept as told, marked, listed here."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from projections.engine.tables import Connection

AS_TOLD = "total-as-told: "  # how the order's remark begins; the difference follows

_PAGE = """
SELECT e.originator_id, e.state ->> 'external_id', right(remark, -length(%(as_told)s::text))
FROM log.events e CROSS JOIN json_array_elements_text(e.state -> 'remarks') AS remark
WHERE e.topic = 'order.imported' AND (e.state -> 'metadata' ->> 'import_id')::uuid = %(import_id)s
    AND e.originator_id > %(after)s AND starts_with(remark, %(as_told)s::text)
ORDER BY e.originator_id LIMIT %(limit)s
"""


class TotalDifference(NamedTuple):
    """An order, its number in the files' own words, and what its told total has beyond its parts."""

    order_id: UUID
    external_id: str
    difference: str


def differences(connection: Connection, import_id: UUID, after: UUID, limit: int) -> list[TotalDifference]:
    """The next of these orders, by their ids; every total that an import was told stays as it is in the log."""
    told = {"import_id": import_id, "after": after, "limit": limit, "as_told": AS_TOLD}
    return [TotalDifference._make(row) for row in connection.execute(_PAGE, told)]
