"""Finding what a command line names: an order by its number or id."""

from __future__ import annotations

from uuid import UUID

import click

from projections.engine.freshness import TooFarBehind
from projections.runtime import Runtime
from projections.views.orders import orders_by_number


def find_order(runtime: Runtime, number: str) -> UUID:
    """The one order of that number or id; several of one number are listed by id."""
    try:
        return UUID(number)
    except ValueError:
        pass
    try:
        runtime.views.wait_for("orders", runtime.log.head(), timeout=10)
    except TooFarBehind as behind:
        advice = "start the server or `carnet project`, or name the order by its id"
        raise click.ClickException(f"Numbers cannot be looked up yet ({behind}): {advice}.") from None
    with runtime.reading() as connection:
        found = orders_by_number(connection, number)
    if not found:
        raise click.ClickException(f"There is no order {number}.")
    if len(found) > 1:
        ids = "\n  ".join(map(str, found))
        raise click.ClickException(f"{len(found)} orders have the number {number}; name one by its id:\n  {ids}")
    return found[0]
