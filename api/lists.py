"""What every list does: cursors in and out, the page's bounds, counts on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, TypeVar

from flask import Response
from marshmallow import fields, validate

from api.cursors import read_cursor, write_cursor
from api.requests import respond, runtime
from api.schemas import PageQuery
from projections.generations import LIVE
from projections.pages import Listing
from projections.tables import Connection

Row = TypeVar("Row")
Filters = TypeVar("Filters")

STANDARD = 50


class ListQuery(PageQuery):
    """A list that can be counted (`exact`, or `estimate`, which is quick at any size)."""

    count = fields.String(validate=validate.OneOf(("exact", "estimate")))


def sorts(names: tuple[str, ...]) -> fields.String:
    """The field that says by what a list is sorted, upwards or, with a `-`, downwards."""
    return fields.String(validate=validate.OneOf((*names, *(f"-{name}" for name in names))))


def instant_field() -> Any:
    """An instant in a query string; UTC where no zone is told."""
    return fields.AwareDateTime(format="iso", default_timezone=UTC)


def page_answer(
    told: Mapping[str, Any],
    listing: Listing[Row, Filters],
    filters: Filters,
    render: Callable[[Any], Any],
    *,
    schema: str = LIVE,
    join: Callable[[Connection, list[Row]], list[Any]] | None = None,
) -> Response:
    """One page of a list as the query asks for it; `render` shows a row, or what `join` makes of it."""
    sort = told.get("sort", listing.standard)
    limit = min(told.get("limit", STANDARD), runtime().settings.page_limit)
    after = read_cursor(told["cursor"], sort, *listing.cursor_types(sort)) if "cursor" in told else None
    with runtime().reading() as connection:
        rows = listing.page(connection, filters, sort, limit, after, schema)
        items = join(connection, rows.items) if join else rows.items
        counted = listing.count(connection, filters, told["count"], schema) if "count" in told else None
    answer: dict[str, Any] = {
        "items": [render(row) for row in items],
        "next": write_cursor(sort, *rows.next) if rows.next else None,
    }
    if counted is not None:
        answer["count"] = {"value": counted, "exact": told["count"] == "exact"}
    return respond(answer)
