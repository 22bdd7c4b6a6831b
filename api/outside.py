"""Views from outside: their rows in pages or as a file, and how their files are doing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, cast

import msgspec
import psycopg
from flask import Response, current_app
from marshmallow import fields, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.exports.routes import Slots
from api.lists import limit_of
from api.problems import Problem, unavailable
from api.requests import fresh, read, respond, runtime
from api.schemas import Body, Many, PageQuery, Text, instant, page_form
from domain.errors import NotFound
from printing.exports import FORMATS, file_name
from projections.engine import generations
from projections.engine.tables import Connection
from projections.exports.reading import opened
from projections.outside import catalogue
from projections.outside.reading import columns_of, filters_of, listing
from projections.outside.served import Served

outside = Resource("outside", __name__, url_prefix="/views", description="Views of other teams")
files = Resource("outside_files", __name__, url_prefix="/projections", description="The files of other teams' views")
MOST_FILTERS = 20


class OutsideViewNotFound(NotFound):
    """There is no view of this name from outside, or it was refused."""

    code = "view-not-found"


class RowsQuery(Body):
    """What of a view: `where` repeats, and all of it holds."""

    where = Many(
        Text(500, filled=True),
        validate=validate.Length(max=MOST_FILTERS),
        metadata={"description": "A column, one of = != < <= > >=, and a value; repeats", "example": ["units>=10"]},
    )
    sort = Text(64, metadata={"description": "A column, with a - before it downwards; the key unless told"})

    class Loaded(Struct, frozen=True, kw_only=True):
        where: tuple[str, ...] = ()
        sort: str = ""


class RowsPageQuery(RowsQuery, PageQuery):
    """A page of that."""

    class Loaded(RowsQuery.Loaded, frozen=True, kw_only=True):
        limit: int | None = None
        cursor: str | None = None


class RowsFileQuery(RowsQuery):
    """All of that, as a file."""

    format = fields.String(validate=validate.OneOf(tuple(FORMATS)), metadata={"description": "csv unless told"})

    class Loaded(RowsQuery.Loaded, frozen=True, kw_only=True):
        format: str = "csv"


class ServedColumnAnswer(Body):
    """A column: its PostgreSQL type, and whether rows may be filtered and sorted by it."""

    name = fields.String(required=True)
    type = fields.String(required=True)
    filter = fields.Boolean(required=True)
    sort = fields.Boolean(required=True)


class OutsideRowsAnswer(Body):
    """A page of a view: its columns, and rows that have a field for each of them."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    columns = fields.List(fields.Nested(ServedColumnAnswer), required=True)
    items = fields.List(fields.Dict(keys=fields.String()), required=True)
    next = fields.String(required=True, allow_none=True)


class OutsideFileAnswer(Body):
    """A file that gives a view, or would: what it serves, whether it is followed, and why it is not."""

    file = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("starting", "following", "halted", "refused")))
    reason = fields.String(required=True)
    at = fields.DateTime(required=True)
    columns = fields.List(fields.Nested(ServedColumnAnswer), required=True)


@files.get("/outside")
@needs("projections:read")
@files.response(200, page_form(OutsideFileAnswer))
def get_outside_files() -> Response:
    """The views from outside and the files that gave none; how far each has come stands with all views."""
    with runtime().reading() as connection:
        found = catalogue.every(connection)
    items = [
        {
            "file": PurePath(one.source).name,
            "name": one.name,
            "version": one.version,
            "state": one.state,
            "reason": one.reason,
            "at": instant(one.at),
            "columns": msgspec.to_builtins(one.served.columns) if one.served else [],
        }
        for one in found
    ]
    return respond({"items": items, "next": None})


@outside.get("/<string:name>")
@needs("views:read")
@outside.arguments(RowsPageQuery, location="query")
@outside.response(200, OutsideRowsAnswer)
def get_outside_rows(query: RowsPageQuery.Loaded, name: str) -> Response:
    """The rows of a view from outside, page by page, with what its columns are."""
    version, served = _served(name)
    rows_of, filters = listing(served, query.sort), filters_of(served, query.where)
    limit, sort = limit_of(query.limit), f"{name} {query.sort}"
    kinds = rows_of.cursor_types(query.sort)
    after = read_cursor(query.cursor, sort, *kinds) if query.cursor is not None else None
    page = _looked(lambda connection: rows_of.page(connection, filters, query.sort, limit, after))
    return respond({
        "name": name,
        "version": version,
        "columns": msgspec.to_builtins(served.columns),
        "items": [_shown(row) for row in page.items],
        "next": write_cursor(sort, *page.next) if page.next else None,
    })  # fmt: skip


@outside.get("/<string:name>/export")
@needs("views:read")
@outside.arguments(RowsFileQuery, location="query")
@outside.response(200)
def get_outside_export(query: RowsFileQuery.Loaded, name: str) -> Response:
    """The rows of a view from outside as a file, row by row as they are read."""
    _, served = _served(name)
    rows_of, filters = listing(served, query.sort), filters_of(served, query.where)
    _looked(lambda connection: rows_of.page(connection, filters, query.sort, 1))
    columns = columns_of(served)
    with ExitStack() as opening:
        opening.callback(cast("Slots", current_app.extensions["carnet.exports"]).take())
        connection = opening.enter_context(opened(runtime().settings.database_url))
        held = opening.pop_all()

    def chunks() -> Iterator[Any]:
        for rows in rows_of.chunks(connection, [column.sql for column in columns], filters, query.sort):
            yield list(zip(*rows, strict=True))

    def written() -> Iterator[bytes]:
        yield from FORMATS[query.format].write(columns, chunks())
        held.close()

    response = Response(written(), content_type=FORMATS[query.format].media_type)
    response.call_on_close(held.close)
    file = file_name(name, query.format, datetime.now(UTC))
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _served(name: str) -> tuple[int, Served]:
    """What a view serves and its version, once its rows are of that and as fresh as was asked for."""
    with runtime().reading() as connection:
        found = catalogue.find(connection, name)
        stands = generations.find(connection, name)
    if found is None or found.served is None or found.version is None:
        raise OutsideViewNotFound
    if stands is None or stands.version != found.version:
        raise unavailable("view-behind", f"The view {name} is being built.")
    fresh(name)
    return found.version, found.served


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _looked(look: Any) -> Any:
    """What is looked at; a value that is none of its column's type is told as a fault of `where`."""

    def tried(connection: Connection) -> Any:
        try:
            return look(connection)
        except psycopg.DataError as error:
            detail = f"A filter's value is not of its column's type: {error.diag.message_primary}."
            fault = {"parameter": "where", "code": "invalid-value", "detail": detail}
            raise Problem(422, "invalid-fields", detail, errors=[fault]) from None

    return read(tried)
