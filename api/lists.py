"""What every list does: cursors in and out, the page's bounds, counts on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, TypeVar

from flask import Response
from marshmallow import fields, validate

from api.cursors import read_cursor, write_cursor
from api.requests import respond, runtime
from api.schemas import PageQuery
from projections.pages import Page
from projections.tables import Connection

Row = TypeVar("Row")

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
    told: dict[str, Any],
    sort: str,
    cursor_types: tuple[Any, ...],
    page: Callable[[Connection, int, tuple[Any, ...] | None], Page[Row]],
    count: Callable[[Connection, Any], int],
    render: Callable[[Row], dict[str, Any]],
) -> Response:
    """One page: `page` reads so many rows after a cursor, `count` counts them all, `render` shows one."""
    limit = min(told.get("limit", STANDARD), runtime().settings.page_limit)
    after = read_cursor(told["cursor"], sort, *cursor_types) if "cursor" in told else None
    with runtime().reading() as connection:
        rows = page(connection, limit, after)
        counted = count(connection, told["count"]) if "count" in told else None
    answer: dict[str, Any] = {
        "items": [render(row) for row in rows.items],
        "next": write_cursor(sort, *rows.next) if rows.next else None,
    }
    if counted is not None:
        answer["count"] = {"value": counted, "exact": told["count"] == "exact"}
    return respond(answer)
