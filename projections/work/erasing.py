"""What is kept outside the log about the orders of a person who was forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from projections.engine.tables import Connection

_ORDERS = """
SELECT DISTINCT originator_id FROM log.events WHERE topic = 'order.customer-assigned' AND subject = %(customer)s
"""
_MAILS = "SELECT key FROM work.effects WHERE kind = 'mail.send' AND order_id = ANY(%(order_ids)s)"
_JOBS = """
SELECT count(*) FROM work.jobs
WHERE state IN ('running', 'paused') AND created_at < %(before)s AND kind = ANY(%(kinds)s)
"""
_FILED = ["exports", "orders.export", "orders.print"]


def orders_of(connection: Connection, customer_id: UUID) -> list[UUID]:
    """The orders that were ever a customer's."""
    return [order_id for (order_id,) in connection.execute(_ORDERS, {"customer": customer_id})]


def mails_of(connection: Connection, order_ids: Sequence[UUID]) -> list[UUID]:
    """The keys of mails about orders."""
    return [key for (key,) in connection.execute(_MAILS, {"order_ids": list(order_ids)})]


def jobs_at_work(connection: Connection, before: datetime) -> int:
    """How many jobs that make files began before an instant and are not at rest."""
    [[number]] = connection.execute(_JOBS, {"before": before, "kinds": _FILED}).fetchall()
    return int(number)
