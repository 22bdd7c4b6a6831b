"""Orders that a payment may be for, by what they cost and when they were taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from projections.engine.tables import Connection

BEFORE = timedelta(days=3)
AFTER = timedelta(days=1)  # clocks and zones may differ

_LIKE = """
SELECT id FROM views.orders
WHERE currency = %(currency)s AND total = %(total)s AND created_at BETWEEN %(since)s AND %(until)s
    AND stage <> 'cancelled' AND (%(email)s = '' OR customer_email = '' OR lower(customer_email) = %(email)s)
ORDER BY id LIMIT 2
"""


def like_payment(connection: Connection, currency: str, total: int, at: datetime, email: str) -> list[UUID]:
    """The orders of this total in minor units taken in the days before, of this e-mail address where both tell one.

    At most two are given: more than one is ambiguous.
    """
    told = {"currency": currency, "total": total, "since": at - BEFORE, "until": at + AFTER, "email": email}
    return [order_id for (order_id,) in connection.execute(_LIKE, told, prepare=True)]
