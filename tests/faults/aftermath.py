"""What a run left behind, in figures that are the same after every run of the same orders."""

from __future__ import annotations

from typing import Any, LiteralString

from projections.runtime import Runtime
from projections.work import positions

UNFINISHED = ("waiting", "queued", "claimed", "acting")

_BEHIND = "SELECT projection, position FROM views.positions WHERE schema = 'views' AND position < %s"
_UNFINISHED = """
SELECT kind, state, attempts, error, due_at, claimed_until, now() FROM work.effects WHERE state = ANY(%s) LIMIT 10
"""
_FIGURES: dict[str, LiteralString] = {
    "stock": "SELECT sku, on_hand, reserved FROM views.stock",
    "movements": """
        SELECT s.sku, m.topic, m.cause, m.on_hand_change, m.reserved_change, count(*)
        FROM views.stock_movements m JOIN views.stock s ON s.id = m.stock_id GROUP BY 1, 2, 3, 4, 5
    """,
    "orders": "SELECT status, count(*), count(DISTINCT number) FROM views.orders GROUP BY 1",
    "enrolments": """
        SELECT state, step, outcome, count(*), count(DISTINCT order_id) FROM views.enrolments
        GROUP BY sequence_id, state, step, outcome
    """,
    "payments": """
        SELECT payment_status, count(*), sum(paid)::bigint, sum(refunded)::bigint FROM views.orders GROUP BY 1
    """,
    "charges": "SELECT state, count(*), sum(amount)::bigint FROM sandbox.charges GROUP BY 1",
    "refunds": "SELECT state, count(*), count(DISTINCT key), sum(amount)::bigint FROM sandbox.refunds GROUP BY 1",
    "messages": "SELECT template, purpose, count(*), count(DISTINCT order_id) FROM views.messages GROUP BY 1, 2",
    "events": """
        SELECT topic, count(*), count(DISTINCT originator_id) FROM log.events
        WHERE topic LIKE 'order.%' OR topic LIKE 'customer.%' OR topic LIKE 'enrolment.%' GROUP BY 1
    """,
    "effects": """
        SELECT kind, count(*) FROM work.effects
        WHERE kind IN ('mail.send', 'tell', 'sequence.step', 'refund.send', 'sandbox.tell', 'webhook.process')
        GROUP BY 1
    """,
    "refusals": "SELECT process, command, code, count(*) FROM work.refusals GROUP BY 1, 2, 3",
}
_SUMS = """
    SELECT s.sku, sum(m.on_hand_change)::bigint, sum(m.reserved_change)::bigint
    FROM views.stock_movements m JOIN views.stock s ON s.id = m.stock_id GROUP BY 1
"""

Figures = dict[str, list[tuple[Any, ...]]]


def left_to_do(runtime: Runtime) -> list[str]:
    """What is left; nothing where nothing was recorded while every process, view and effect was seen at its end."""
    head = runtime.log.head()
    with runtime.reading() as connection:
        left = [f"{one} (of {head})" for one in positions.every(connection) if one.position < head]
        left += [f"view {name} at {at} of {head}" for name, at in connection.execute(_BEHIND, (head,)).fetchall()]
        left += [str(effect) for effect in connection.execute(_UNFINISHED, (list(UNFINISHED),)).fetchall()]
    return left or ([] if runtime.log.head() == head else [f"more than {head} events were recorded meanwhile"])


def figures(runtime: Runtime) -> Figures:
    """The figures by name, each a sorted list of rows."""
    with runtime.reading() as connection:
        return {name: sorted(connection.execute(query).fetchall()) for name, query in _FIGURES.items()}


def sums_of_movements(runtime: Runtime) -> list[tuple[Any, ...]]:
    """What each SKU's figures must be by its movements."""
    with runtime.reading() as connection:
        return sorted(connection.execute(_SUMS).fetchall())


def states_of(runtime: Runtime, kind: str) -> dict[str, str]:
    """The state of every effect of a kind, by its key."""
    with runtime.reading() as connection:
        rows = connection.execute("SELECT key::text, state FROM work.effects WHERE kind = %s", (kind,)).fetchall()
    return dict(rows)
