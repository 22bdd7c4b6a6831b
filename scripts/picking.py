"""Orders as a command line names them: by number or id, or by the filters of the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import click

from api.orders.filters import OrderListForm, order_filters
from domain.orders.bulk import MOST_ORDERS
from projections.runtime import Runtime
from projections.views.orders import order_ids, orders_by_number
from scripts.filtering import filters_told, refusals


def picked(
    runtime: Runtime, orders: Sequence[str], filters: Sequence[str], sort: str | None
) -> tuple[list[UUID], dict[str, str]]:
    """The orders that are meant, in their order, and what is told of those there are not."""
    return named(runtime, orders) if orders else (filtered(runtime, filters, sort), {})


def named(runtime: Runtime, orders: Iterable[str]) -> tuple[list[UUID], dict[str, str]]:
    """The orders of these numbers or ids, each once."""
    found: dict[UUID, None] = {}
    unknown = {}
    with runtime.reading() as connection:
        for told in orders:
            ids = [_uuid] if (_uuid := _id(told)) else orders_by_number(connection, told)
            if len(ids) == 1:
                found[ids[0]] = None
            else:
                several = ", ".join(map(str, ids))
                unknown[told] = f"Several orders have this number: {several}" if ids else "There is no such order."
    return list(found), unknown


def filtered(runtime: Runtime, filters: Sequence[str], sort: str | None) -> list[UUID]:
    """The orders that the list shows for these filters, told as `name=value`; what is wrong is a usage error."""
    query = filters_told(OrderListForm(), filters, sort)
    with refusals():
        wanted = order_filters(query.filters, runtime.desk.shop(), runtime.log)
    with runtime.reading() as connection:
        ids = order_ids(connection, wanted, MOST_ORDERS + 1, query.sort or "")
    if len(ids) > MOST_ORDERS:
        raise click.ClickException(f"The filter leaves more than {MOST_ORDERS} orders: narrow it.")
    return ids


def _id(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None
