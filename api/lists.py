"""What every list does: cursors in and out, the page's bounds, counts on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate

from api.cursors import read_cursor, write_cursor
from api.instants import in_bounds
from api.problems import Problem
from api.requests import read, respond, runtime
from api.schemas import MARK, Body, PageQuery
from domain.shop import Shop
from projections.engine.generations import LIVE
from projections.engine.tables import Connection
from projections.views.counting import Counted, count_about
from projections.views.pages import Listing, Page

Row = TypeVar("Row")
Filters = TypeVar("Filters")
Counting = Literal["exact", "estimate"]

STANDARD = 50
BARE_DATE = len("2026-03-31")


class ListRequest(PageQuery.Loaded, Generic[Filters], frozen=True, kw_only=True):
    """What is asked of a list: which page of it, filtered and sorted how, and whether it is counted."""

    filters: Filters
    sort: str | None = None
    count: Counting | None = None


class ListForm(Body):
    """What a list is filtered and sorted by: what is told but how it is read goes into its `Filters`."""

    Filters: ClassVar[type[Any]]
    Loaded: ClassVar[type[Any]] = ListRequest

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """What is asked of the list."""
        reading = {name: facts.pop(name) for name in self.Loaded.__struct_fields__ if name in facts}
        return self.Loaded(filters=self.Filters(**facts), **reading)


class ListQuery(ListForm, PageQuery):
    """A list that can be counted (`exact`, or `estimate`, which is quick at any size, and exact where that is)."""

    count = fields.String(validate=validate.OneOf(get_args(Counting)))


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
            moment = date.fromisoformat(text) if len(text) == BARE_DATE else datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("Not a valid datetime.") from None
        return in_bounds(moment)


def zone_of(shop: Shop) -> tzinfo:
    """The shop's time zone; UTC where what it is set to is none."""
    try:
        return ZoneInfo(shop.defaults.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def instant_of(moment: date | datetime, zone: tzinfo, *, whole_day: bool = False) -> datetime:
    """The instant that a moment of a query stands for; a bare date's is its beginning, or its end for `whole_day`."""
    if isinstance(moment, datetime):
        instant = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    else:
        instant = datetime.combine(moment + timedelta(days=whole_day), time(), zone)
    return instant.astimezone(UTC)


def limit_of(asked: int | None, standard: int = STANDARD) -> int:
    """How many items a page has; raises a 422 problem for more than this installation answers with."""
    most = runtime().settings.page_limit
    limit = min(standard, most) if asked is None else asked
    if limit > most:
        detail = f"A page has at most {most} items."
        fault = {"parameter": "limit", "code": "limit-too-large", "detail": detail}
        raise Problem(422, "invalid-fields", detail, errors=[fault], details={"limit": most})
    return limit


def page_answer(
    query: ListRequest[Any],
    listing: Listing[Row, Filters],
    filters: Filters,
    render: Callable[[Any], Any],
    *,
    schema: str = LIVE,
    join: Callable[[Connection, list[Row]], list[Any]] | None = None,
) -> Response:
    """One page of a list as the query asks for it; `render` shows a row, or what `join` makes of it."""
    sort, counting = query.sort or listing.standard, query.count
    limit = limit_of(query.limit)
    after = read_cursor(query.cursor, sort, *listing.cursor_types(sort)) if query.cursor is not None else None

    def count(connection: Connection, rows: Page[Row]) -> Counted:
        if after is None and rows.next is None:
            return Counted(len(rows.items), exact=True)
        if counting == "estimate":
            return count_about(connection, listing, filters, schema, shown=len(rows.items) + (rows.next is not None))
        return Counted(listing.count(connection, filters, "exact", schema), exact=True)

    def look(connection: Connection) -> tuple[Page[Row], list[Any], Counted | None]:
        rows = listing.page(connection, filters, sort, limit, after, schema)
        items = join(connection, rows.items) if join else rows.items
        return rows, items, count(connection, rows) if counting else None

    rows, items, counted = read(look)
    answer: dict[str, Any] = {
        "items": [render(row) for row in items],
        "next": write_cursor(sort, *rows.next) if rows.next else None,
    }
    if counted is not None:
        answer["count"] = {"value": counted.value, "exact": counted.exact}
    return respond(answer)
