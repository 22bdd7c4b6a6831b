"""What every list does: cursors in and out, the page's bounds, counts on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Response
from marshmallow import ValidationError, fields, validate

from api.cursors import read_cursor, write_cursor
from api.instants import in_bounds
from api.requests import read, respond, runtime
from api.schemas import MARK, PageQuery
from domain.shop import Shop
from projections.generations import LIVE
from projections.pages import Listing, Page
from projections.tables import Connection

Row = TypeVar("Row")
Filters = TypeVar("Filters")

STANDARD = 50
BARE_DATE = len("2026-03-31")


class ListQuery(PageQuery):
    """A list that can be counted (`exact`, or `estimate`, which is quick at any size)."""

    count = fields.String(validate=validate.OneOf(("exact", "estimate")))


def sorts(names: tuple[str, ...], personal: tuple[str, ...] = ()) -> fields.String:
    """The field that says by what a list is sorted, upwards or, with a `-`, downwards; `personal` tell of persons."""
    mark = {MARK: list(personal)} if personal else {}
    return fields.String(validate=validate.OneOf((*names, *(f"-{name}" for name in names))), metadata=mark)


class ShopMoment(fields.String):
    """A moment in a query: an instant, a time without an offset (the shop's), or a bare date (that whole day there)."""

    def __init__(self, edge: str) -> None:
        about = f"{edge}; without an offset it is the shop's own time, and a bare date is that whole day there"
        super().__init__(metadata={"description": about, "example": "2026-03-31"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            told = date.fromisoformat(text) if len(text) == BARE_DATE else datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("Not a valid datetime.") from None
        return in_bounds(told)


def zone_of(shop: Shop) -> tzinfo:
    """The shop's time zone; UTC where what it is set to is none."""
    try:
        return ZoneInfo(shop.defaults.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def instant_of(moment: date | datetime, zone: tzinfo, *, whole_day: bool = False) -> datetime:
    """The instant that a moment of a query stands for; a bare date's is its beginning, or its end for `whole_day`."""
    if isinstance(moment, datetime):
        told = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    else:
        told = datetime.combine(moment + timedelta(days=whole_day), time(), zone)
    return told.astimezone(UTC)


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

    def look(connection: Connection) -> tuple[Page[Row], list[Any], int | None]:
        rows = listing.page(connection, filters, sort, limit, after, schema)
        items = join(connection, rows.items) if join else rows.items
        return rows, items, listing.count(connection, filters, told["count"], schema) if "count" in told else None

    rows, items, counted = read(look)
    answer: dict[str, Any] = {
        "items": [render(row) for row in items],
        "next": write_cursor(sort, *rows.next) if rows.next else None,
    }
    if counted is not None:
        answer["count"] = {"value": counted, "exact": told["count"] == "exact"}
    return respond(answer)
