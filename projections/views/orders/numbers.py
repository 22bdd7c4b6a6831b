"""Orders by their numbers, which are what people and carriers know them by."""

from __future__ import annotations

from uuid import UUID

from projections.engine.tables import Connection
from projections.views.plain import number_order

_NUMBERED = """
SELECT id FROM views.orders WHERE number_order = %(number_order)s AND number = %(number)s ORDER BY id LIMIT 2
"""


def numbered(connection: Connection, number: str) -> list[UUID]:
    """The orders of this number, at most two: more than one is ambiguous."""
    told = {"number": number, "number_order": number_order(number)}
    return [order_id for (order_id,) in connection.execute(_NUMBERED, told, prepare=True)]
