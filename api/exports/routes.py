"""Lists out over HTTP: streamed as a file at once, or written by a job, of the past as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID, uuid5

from flask import Response, current_app
from marshmallow import fields, validate

from api.access import caller, needs, require
from api.bodies import Resource
from api.exports.lists import NARROWING, PAGING
from api.jobs import JobAnswer, accepted, get_job_file, job_answer, visible
from api.lists import ListForm, ListRequest
from api.orders.blueprint import orders
from api.orders.bulk import filter_of
from api.orders.collection import kept_at, schema_at
from api.personal import sees_persons
from api.points_in_time import Moment, PointInTimeQuery, passed_point
from api.positions import tell_position
from api.problems import unavailable
from api.requests import context, fresh, respond, runtime
from api.schemas import Code, Many, Text
from domain.points_in_time import NOW
from printing.exports import FORMATS, file_name
from projections.engine.freshness import TooFarBehind
from projections.exports import EXPORTED, Export, Exported, ExportRequest, Reading, columns_of, reading
from projections.exports.asking import KIND, OF_ORDERS, Wanted, ask
from projections.exports.reading import MOST_COLUMNS
from projections.log import Session
from projections.runtime import Runtime
from projections.work.jobs import JobNotFound

exports = Resource("exports", __name__, url_prefix="/exports", description="Lists as files")


def _format() -> fields.String:
    return fields.String(validate=validate.OneOf(tuple(FORMATS)), metadata={"description": "csv unless told"})


class ExportQuery(PointInTimeQuery):
    """How a list is written: its format, its columns in their order, parted by commas, and of which point in time."""

    format = _format()
    columns = Text(4_000, filled=True, metadata={"example": "number,created_at,total,currency"})

    class Loaded(ListRequest[Any], frozen=True, kw_only=True):
        format: str = "csv"
        columns: str = ""
        as_of: Moment | None = None
        known_at: Moment | None = None


class ExportForm(PointInTimeQuery):
    """An export by a job: the list, its filter, the format, its columns in their order, of which point in time."""

    list = fields.String(required=True, validate=validate.OneOf(tuple(EXPORTED)))
    format = _format()
    columns = Many(Code(), validate=validate.Length(min=1, max=MOST_COLUMNS))
    filter = fields.Dict(keys=fields.String(), metadata={"description": "As in the query of the list, sort included"})

    class Loaded(PointInTimeQuery.Loaded, frozen=True, kw_only=True):
        list: str
        format: str = "csv"
        columns: tuple[str, ...] = ()
        filter: Mapping[str, Any] = MappingProxyType({})


class Slots:
    """How many exports this process streams at one time; each holds a connection and a thread for as long."""

    def __init__(self, runtime: Runtime) -> None:
        self._free = BoundedSemaphore(runtime.settings.exports)

    def take(self) -> Callable[[], None]:
        """Takes a slot and gives what gives it back; 503 where none is free."""
        if not self._free.acquire(blocking=False):
            raise unavailable(
                "exports-busy", "Enough exports are under way: try again, or ask for a job: POST /exports."
            )
        return self._free.release


def _streamed(name: str, query: ExportQuery.Loaded) -> Response:
    """The list as a file, row by row as it is read; who goes away ends the reading."""
    exported = EXPORTED[name]
    fresh(exported.view)
    columns, point = tuple(part.strip() for part in query.columns.split(",") if part.strip()), passed_point(query)
    columns_of(exported, columns)
    schema = "" if kept_at(exported.view, point) else schema_at(point, exported.view)
    filters = NARROWING[name].filters(query.filters, runtime(), point.seen_from(datetime.now(UTC)))
    asked = ExportRequest(
        list=name,
        filters=filters,
        columns=columns,
        sort=query.sort or "",
        personal=sees_persons(),
        as_of=point.as_of,
        known_at=point.known_at,
    )
    # The replica may not have a list of the past that was built a moment ago.
    view = exported.view if point == NOW else ""
    with ExitStack() as opening:
        opening.callback(cast("Slots", current_app.extensions["carnet.exports"]).take())
        try:
            export = opening.enter_context(reading(Reading.of(runtime(), view), asked, schema=schema))
        except TooFarBehind as error:
            raise unavailable("view-behind", str(error)) from None
        held = opening.pop_all()
    response = Response(_to_its_end(export, query.format, held), content_type=FORMATS[query.format].media_type)
    response.call_on_close(held.close)
    file = file_name(name, query.format, datetime.now(UTC))
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    tell_position(export.moment.position)
    return response


def _to_its_end(export: Export, form: str, held: ExitStack) -> Iterator[bytes]:
    """The file; what it is read by is let go after its last byte."""
    yield from FORMATS[form].write(export.columns, export.chunks())
    held.close()


def _route(exported: Exported) -> None:
    """Makes the route that streams a list; `GET /orders/export` is the one of orders under another name."""
    name = exported.name
    declared = {**NARROWING[name].query._declared_fields, **ExportQuery._declared_fields}
    shape = {field: read for field, read in declared.items() if field not in PAGING}
    parts = {**shape, "Filters": NARROWING[name].query.Filters, "Loaded": ExportQuery.Loaded}
    form = cast("type[ListForm]", type(f"{name.title().replace('-', '')}ExportQuery", (ListForm,), parts))

    def get_export(query: ExportQuery.Loaded) -> Response:
        return _streamed(name, query)

    get_export.__name__ = f"get_{name.replace('-', '_')}_export"
    get_export.__doc__ = f"The list {name} as a file."
    view: Any = exports.arguments(form, location="query")(exports.response(200)(get_export))
    view = needs(exported.permission)(view)
    exports.get(f"/{name}")(view)
    if name == "orders":
        orders.get("/export")(view)


for _exported in EXPORTED.values():
    _route(_exported)


@exports.post("")
@needs()
@exports.arguments(ExportForm)
@exports.response(202, JobAnswer)
def ask_for_export(form: ExportForm.Loaded) -> Response:
    """Export a list of any size by a job, also of a point in time; the job's `outcome` describes its file."""
    exported = EXPORTED[form.list]
    require(exported.permission)
    point = passed_point(form)
    columns_of(exported, form.columns)
    narrowing = NARROWING[exported.name]
    query = filter_of(narrowing.form(), form.filter)
    fresh(exported.view)
    asked = ExportRequest(
        list=exported.name,
        filters=narrowing.filters(query.filters, runtime(), point.seen_from(datetime.now(UTC))),
        columns=form.columns,
        sort=query.sort or "",
        personal=sees_persons(),
        as_of=point.as_of,
        known_at=point.known_at,
    )
    wanted = Wanted(asked, form.format)

    def begin(session: Session) -> UUID:
        job_id = uuid5(context().command_id, "job")
        ask(session, runtime().log.keys.exports, job_id, wanted, caller().actor)
        return job_id

    return accepted(begin)


@exports.get("/<uuid:job_id>")
@needs()
@exports.response(200, JobAnswer)
def get_export_job(job_id: UUID) -> Response:
    """One export that a job makes, and how far it came."""
    return respond(job_answer(_export(job_id)))


@exports.get("/<uuid:job_id>/file")
@needs()
@exports.response(200)
def get_export_file(job_id: UUID) -> Response:
    """The file of an export: for who asked for it, and with `jobs:write` for others."""
    _export(job_id)
    return cast("Response", get_job_file(job_id))


def _export(job_id: UUID) -> Any:
    with runtime().reading() as connection:
        row = visible(connection, job_id)
    if row.kind not in (KIND, OF_ORDERS):
        raise JobNotFound
    return row
