"""Imports over HTTP: a file streamed to disk, taken in by workers, followed, stopped and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate
from msgspec import to_builtins

from api.access import needs, require_all
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.imports.figures import CHOICES, TAKEN_BACK, TOTALS
from api.imports.upload import OPTIONS, Upload, asked_of, received, request_key_of
from api.lists import ListQuery, ListRequest, limit_of, page_answer, sorts
from api.parameters import names_query
from api.positions import tell_position
from api.problems import Problem
from api.requests import context, fresh, respond, runtime
from api.schemas import Body, PageQuery, Text, instant, page_form
from domain import texts
from domain.imports import (
    KINDS,
    STATES,
    Import,
    ImportNotFound,
    StartImport,
    needed,
)
from domain.settings import Shop
from projections.desk import Outcome
from projections.log import Answer, NothingRecorded, Session
from projections.views.imports import (
    LISTING,
    SORTS,
    ImportFilters,
    ImportHead,
)
from projections.work import import_effects, import_files
from projections.work import imports as work
from projections.work.import_differences import differences

imports = Resource("imports", __name__, url_prefix="/imports", description="Files taken in")
MOST_KEPT, MOST_REFUSED = 1_000, 50
CSV = "text/csv; charset=utf-8"


class ImportsQuery(ListQuery):
    """The state, the kind and the source."""

    state = fields.String(validate=validate.OneOf(STATES))
    kind = fields.String(validate=validate.OneOf(KINDS))
    source = Text(texts.NAME, filled=True)
    sort = sorts(SORTS)

    Filters = ImportFilters


class ImportRowAnswer(Body):
    """An import as the list shows it; `totals` once it came to its end."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    source = fields.String(required=True)
    profile = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    started_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    totals = fields.Dict(keys=fields.String(), required=True, metadata=TOTALS)


class ImportProgressAnswer(Body):
    """How far the file is read, and how much of what was read is taken in: 1 is all of it."""

    read = fields.Float(required=True)
    taken_in = fields.Float(required=True)
    rows = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    ranges = fields.Integer(required=True)
    ranges_done = fields.Integer(required=True)


class KeptAnswer(Body):
    """An order, or a product with its SKU as `number`, that an undo left, and why."""

    order_id = fields.UUID(required=True)
    number = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class FindingAnswer(Body):
    """What looks wrong, in how many orders of those looked at, and whether somebody said that it is right."""

    name = fields.String(required=True)
    orders = fields.Integer(required=True)
    looked_at = fields.Integer(required=True)
    detail = fields.String(required=True)
    checked = fields.Boolean(required=True)


class RowFaultAnswer(Body):
    """What is wrong with a refused row: the column at fault (empty: the whole row), why, and a way out."""

    column = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    fix = fields.String(required=True)


class RefusedRowAnswer(Body):
    """Where a refused row stands (`17`, or `2:17` in the second file), and all that is wrong with it."""

    row = fields.String(required=True)
    faults = fields.List(fields.Nested(RowFaultAnswer), required=True)


class ImportAnswer(ImportRowAnswer):
    """An import with what was chosen for it, its progress, its refusals and what an undo left.

    `refusals` counts rows by code; `refused_rows` are the first fifty, `errors.csv` has all of them with their cells.

    In the state `needs-answer` its `findings` ask for a look; a dry run tells them and goes on.
    """

    detail = fields.String(required=True)
    choices = fields.Dict(keys=fields.String(), required=True, metadata=CHOICES)
    progress = fields.Nested(ImportProgressAnswer, required=True)
    refusals = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    refused_rows = fields.List(fields.Nested(RefusedRowAnswer), required=True)
    findings = fields.List(fields.Nested(FindingAnswer), required=True)
    taken_back = fields.Dict(keys=fields.String(), required=True, metadata=TAKEN_BACK)
    kept = fields.List(fields.Nested(KeptAnswer), required=True)


class ImportDifferenceAnswer(Body):
    """An order that keeps a total which its parts do not come to: by how much, in its own currency."""

    order_id = fields.UUID(required=True)
    external_id = fields.String(required=True)
    difference = fields.String(required=True)


class ExplainedFileAnswer(Body):
    """How a file is written."""

    encoding = fields.String(required=True)
    delimiter = fields.String(required=True)
    columns = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    warnings = fields.List(fields.String(), required=True)


class ExplainedColumnAnswer(Body):
    """What a column is read as (empty: it is ignored), in which forms, and samples where they are nobody's data."""

    kind = fields.Integer(required=True)
    column = fields.String(required=True)
    read_as = fields.String(required=True)
    filled = fields.Integer(required=True)
    forms = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    samples = fields.List(fields.String(), required=True)


class ExplanationAnswer(Body):
    """How the files of an import are read; `rows` were looked at, all of them where it is the `whole`."""

    profile = fields.String(required=True)
    why = fields.String(required=True)
    source = fields.String(required=True)
    dates = fields.String(required=True)
    decimal = fields.String(required=True)
    asks = fields.String(required=True)
    rows = fields.Integer(required=True)
    whole = fields.Boolean(required=True)
    broken_rows = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    files = fields.List(fields.Nested(ExplainedFileAnswer), required=True)
    columns = fields.List(fields.Nested(ExplainedColumnAnswer), required=True)
    ignored = fields.List(fields.String(), required=True)


def import_answer(one: Import, shop: Shop | None = None) -> dict[str, Any]:
    """An import as the API shows it."""
    with runtime().reading() as connection:
        progress = work.progress(connection, one.id)
        ranges = work.ranges(connection, one.id)
        kept = work.kept(connection, one.id, MOST_KEPT)
        standing = work.find(connection, one.id)
    chosen = one.choices
    return {
        "id": str(one.id),
        "version": one.version,
        "kind": one.kind,
        "source": one.source,
        "profile": one.profile,
        "state": one.state,
        "reason": one.reason,
        "detail": one.detail,
        "dry_run": chosen.dry_run,
        "choices": {name: getattr(chosen, name) for name in chosen.__struct_fields__},
        "started_at": instant(one.started_at),
        "ended_at": instant(one.ended_at),
        "progress": _progress_answer(progress),
        "totals": one.totals,
        "refusals": work.refusals(ranges),
        "refused_rows": _refused_rows(standing, ranges),
        "findings": _findings(one, standing.told if standing else {}),
        "taken_back": one.taken_back,
        "kept": [{**row._asdict(), "order_id": str(row.order_id)} for row in kept],
    }


def _refused_rows(standing: work.RunningImport | None, ranges: list[work.Range]) -> list[dict[str, Any]]:
    """What is wrong with the first refused rows; it repeats no cell."""
    if standing is None:
        return []
    folder = import_files.folder_of(runtime().settings, standing.id)
    found = import_files.first_refused(folder, standing.header, standing.delimiter, ranges, MOST_REFUSED)
    return [{"row": one.row, "faults": [fault._asdict() for fault in one.faults]} for one in found]


def _findings(one: Import, told: dict[str, Any]) -> list[dict[str, Any]]:
    """What looked wrong: as its history tells it, else what a dry run would have asked."""
    found = [to_builtins(finding) for finding in one.findings] or told.get("findings", [])
    return [{**finding, "checked": finding["name"] in one.checked} for finding in found]


def _progress_answer(now: work.Progress | None) -> dict[str, Any]:
    if now is None:
        return {"read": 0.0, "taken_in": 0.0, "rows": 0, "orders": 0, "ranges": 0, "ranges_done": 0}
    return {
        "read": 1.0 if now.is_read else round(now.read_bytes / max(1, now.size), 4),
        "taken_in": round(now.done_bytes / now.bytes, 4) if now.bytes else 0.0,
        "rows": now.rows,
        "orders": now.orders,
        "ranges": now.ranges,
        "ranges_done": now.ranges_done,
    }


def _row_answer(row: ImportHead) -> dict[str, Any]:
    return {
        **row._asdict(),
        "id": str(row.id),
        "started_at": instant(row.started_at),
        "ended_at": instant(row.ended_at),
    }


def import_of(import_id: UUID) -> Import:
    """The import of that id; raises `ImportNotFound`."""
    try:
        return runtime().log.load(Import, import_id)
    except NothingRecorded:
        raise ImportNotFound from None


@imports.get("")
@needs("imports:read")
@imports.arguments(ImportsQuery, location="query")
@imports.response(200, page_form(ImportRowAnswer, counted=True))
def get_imports(query: ListRequest[ImportFilters]) -> Response:
    """All imports, the newest first."""
    fresh("imports", anywhere=True)
    return page_answer(query, LISTING, query.filters, _row_answer)


@imports.post("")
@needs("imports:write")
@imports.response(202, ImportAnswer)
@partial(names_query, form=OPTIONS)
def post_import() -> Response:
    """Take files in: a form with one `file` or more and, where needed, `mapping_text`, or the only file as the body.

    In the place of a `file` stands an `upload`, the id of one that came before (`/imports/uploads`).

    It needs, besides `imports:write`, the permissions of what it does: `orders:write`; for orders `orders:refund` and
    `customers:write`, with `stock=apply` `stock:write`; for products and stock `stock:write` alone, for customers
    `customers:write`, for coupons `coupons:write`; a dry run none of these. It goes on while who asked has them.

    Several files belong together (orders and their lines) or are the pieces of one export; their order is no matter.

    The query says how: `kind` (orders, tracking, statuses, products, payments, customers, stock, coupons), `source`,
    `mapping` (the name of one that is kept or comes along), `currency`, `timezone`, `dates`, `years_from` (the first
    year that two digits may mean), `decimal`, `dry_run`, `stock` (leave or apply), `automations`, `on_change` (report
    or update), `customers` (keep or update their names). With `like`, the id of an import, whatever is not told is as
    that one was asked and as its files proved: so are its refused rows loaded again.

    Where the first orders look wrong, nothing is stored and the state is `needs-answer`: see `findings`.
    """
    with received(runtime().settings) as upload:
        upload.read_by(runtime().desk.shop())
        if upload.like:
            import_of(upload.like)
            upload.read_like(*asked_of(upload.like))
        return _started(upload)


def _started(upload: Upload) -> Response:
    require_all(needed(upload.kind, upload.choices))
    said, key = context(), request_key_of(upload)
    import_id = upload.import_id(said.command_id)
    command = StartImport(
        import_id=import_id, context=said, kind=upload.kind, source=upload.source, choices=upload.choices
    )

    def beside(session: Session, _: Import) -> None:
        session.begin()
        asked = upload.keep(runtime().settings, import_id)
        work.begin(session.connection, import_id, upload.fingerprint, asked, upload.size)
        import_effects.ask_for(session.connection, import_id)

    def answer(one: Import, shop: Shop) -> Answer:
        return upload.answer(one, import_answer(one))

    return _accepted(runtime().desk.handle(command, request=key, render=answer, beside=beside))


def _accepted(outcome: Outcome) -> Response:
    answer = outcome.answer
    if answer is None:
        raise Problem(500, "server-error", "The import gave no answer.")
    response = Response(answer.body, answer.status, answer.headers, mimetype="application/json")
    tell_position(outcome.position, outcome.incarnation)
    if outcome.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@imports.get("/<uuid:import_id>")
@needs("imports:read")
@imports.response(200, ImportAnswer)
def get_import(import_id: UUID) -> Response:
    """One import: how far it is, its totals, and its refusals by code."""
    one = import_of(import_id)
    return respond(import_answer(one), version=one.version)


@imports.get("/<uuid:import_id>/explanation")
@needs("imports:read")
@imports.response(200, ExplanationAnswer)
def get_explanation(import_id: UUID) -> Response:
    """How its files are read: profile, encodings, forms, and each column with samples that are nobody's data."""
    one = import_of(import_id)
    with runtime().reading() as connection:
        standing = work.find(connection, import_id)
    told = standing.told.get("explained") if standing else None
    if not told:
        raise Problem(409, "not-explained", "This import has not been read as orders, or not yet.")
    return respond(told, version=one.version)


@imports.get("/<uuid:import_id>/differences")
@needs("imports:read")
@imports.arguments(PageQuery, location="query")
@imports.response(200, page_form(ImportDifferenceAnswer))
def get_differences(query: PageQuery.Loaded, import_id: UUID) -> Response:
    """The orders whose parts come to another total than the one told, which they keep."""
    import_of(import_id)
    limit = limit_of(query.limit)
    (after,) = read_cursor(query.cursor, "order_id", UUID) if query.cursor is not None else (UUID(int=0),)
    with runtime().reading() as connection:
        found = differences(connection, import_id, after, limit + 1)
    more = write_cursor("order_id", found[limit - 1].order_id) if len(found) > limit else None
    return respond({"items": [{**one._asdict(), "order_id": str(one.order_id)} for one in found[:limit]], "next": more})


@imports.get("/<uuid:import_id>/errors.csv")
@needs("imports:read", personal=True)
@imports.response(200)
def get_errors(import_id: UUID) -> Response:
    """The refused rows so far with what is wrong with each, to correct and load again."""
    import_of(import_id)
    with runtime().reading() as connection:
        standing = work.find(connection, import_id)
        ranges = work.ranges(connection, import_id)
    if standing is None or any(one.error_bytes and not _has(import_id, one.number) for one in ranges):
        raise Problem(410, "files-deleted", "The files of this import were deleted; import the file again.")
    folder = import_files.folder_of(runtime().settings, import_id)
    chunks: Iterator[bytes] = import_files.error_report(folder, standing.header, standing.delimiter, ranges)
    disposition = f'attachment; filename="{import_id}-errors.csv"'
    return Response(chunks, 200, {"Content-Disposition": disposition}, content_type=CSV)


def _has(import_id: UUID, number: int) -> bool:
    folder = import_files.folder_of(runtime().settings, import_id)
    return import_files.errors_path(folder, number).is_file()
