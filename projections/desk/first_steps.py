"""What a shop already has, for the guide through an owner's first day."""

from __future__ import annotations

from typing import NamedTuple

from projections.engine.tables import Connection

_SEEN = """
SELECT EXISTS (SELECT FROM views.products),
    EXISTS (SELECT FROM views.orders WHERE imported_source <> ''),
    EXISTS (SELECT FROM views.orders WHERE imported_source = ''),
    EXISTS (SELECT FROM views.messages WHERE purpose = 'test' AND state = 'sent')
"""


class FirstSteps(NamedTuple):
    """Whether there are products, imported orders, orders taken here, and test mails that left."""

    products: bool
    past_orders: bool
    orders: bool
    test_mails: bool


def first_steps(connection: Connection) -> FirstSteps:
    """What the shop has by now."""
    row = connection.execute(_SEEN).fetchone()
    return FirstSteps(*row) if row else FirstSteps(False, False, False, False)
