"""Reads of personal data: which answers are one, noted behind the answer; and the record of them for auditors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import Request, Response, current_app
from marshmallow import Schema, fields
from msgspec import Struct

from api.access import Caller, needs
from api.audit import audit as audit
from api.bodies import read_json
from api.lists import ShopMoment, instant_of, zone_of
from api.requests import respond, runtime
from api.schemas import MARK, Body, Choices, Code, Count, Text, instant
from domain import texts
from domain.personal import PERMISSION
from projections.access.reads import Read, ReadFilters, look
from projections.exports import EXPORTED
from projections.views.orders import orders_by_number

READ = frozenset({200, 202, 206, 304})  # statuses of answers by which something was seen, now or before
LIMIT, MOST = 100, 1000

# Answers that tell of persons though their form does not mark where: events, files, and the jobs that make files.
UNMARKED = frozenset({
    "events.get_events", "audit.get_audit_events", "orders.get_events", "orders.get_diff", "orders.get_timeline",
    "jobs.get_job_file", "exports.get_export_file", "exports.ask_for_export", "orders.act_on_orders",
    "documents.print_orders", "documents.print_picking_list", "orders.preview_message", "orders.get_orders_export",
    *(f"exports.get_{name.replace('-', '_')}_export" for name, one in EXPORTED.items()
      if any(column.personal for column in one.columns)),
})  # fmt: skip
MADE_BY_BULK = frozenset({"print", "export"})  # the bulk actions that write a file of orders
# What somebody typed themselves, the shop's own addresses, and a sample that nobody lives in.
OWN = frozenset({"drafts.get_draft", "settings.get_settings", "templates.look_at_draft"})

_known: dict[str, bool] = {}


class ReadsQuery(Body):
    """Reads by whom, of what and when. `about` is an id or a document's number, `number` an order's."""

    after = Count(0, 2**63 - 1)
    limit = Count(1, MOST)
    actor = Choices(Text(texts.LINE, filled=True))
    about = Choices(Text(texts.LINE, filled=True))
    number = Choices(Code())
    read_from = ShopMoment("The first moment, included")
    read_to = ShopMoment("The last moment, not included; a bare date is")

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int = 0
        limit: int = LIMIT
        actor: tuple[str, ...] | None = None
        about: tuple[str, ...] | None = None
        number: tuple[str, ...] | None = None
        read_from: date | None = None
        read_to: date | None = None


class ReadAnswer(Body):
    """Who looked at what: the request's `action`, what it was `about`, and how a list or a file was narrowed.

    An `action` of `lost` tells in `filter` how many reads could not be written at that time.
    """

    id = fields.Integer(required=True)
    read_at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    request_id = fields.String(required=True)
    action = fields.String(required=True, metadata={"example": "GET /orders/{order_id}"})
    about = fields.String(required=True, allow_none=True)
    filter = fields.Dict(keys=fields.String(), required=True, allow_none=True, metadata={MARK: True})


class ReadsAnswer(Body):
    """Reads in the order they were written; `next` is what to ask for as `after` the next time, null at the end."""

    items = fields.List(fields.Nested(ReadAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


def note_read(asked: Request, status: int, caller: Caller, request_id: str) -> None:
    """Notes the request where its answer showed somebody's data to a caller who may see it."""
    if status not in READ or PERMISSION not in caller.permissions or asked.endpoint is None:
        return
    if not (asked.endpoint in UNMARKED or (asked.method == "GET" and marks_persons(asked.endpoint))):
        return
    told = _narrowed(asked)
    if asked.endpoint == "orders.act_on_orders" and told.get("action") not in MADE_BY_BULK:
        return
    values = [str(value) for value in (asked.view_args or {}).values()]
    action = f"{asked.method} {_path(str(asked.url_rule))}"
    about = values[0].replace("\0", "") if values else None
    runtime().reads.note(Read(datetime.now(UTC), caller.actor, request_id, action, about, told or None))


def marks_persons(endpoint: str) -> bool:
    """Whether a route says that its answers tell of persons, or their form marks where."""
    if endpoint not in _known:
        view: Any = current_app.view_functions[endpoint]
        told = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {}).values()
        forms = [one["schema"] for many in told for one in many if isinstance(one, Mapping) and "schema" in one]
        marked = any(_has_mark(form, ()) for form in forms if isinstance(form, Schema))
        _known[endpoint] = endpoint not in OWN and (getattr(view, "personal", False) or marked)
    return _known[endpoint]


def _has_mark(form: Schema, within: tuple[type[Schema], ...]) -> bool:
    return type(form) not in within and any(
        field.metadata.get(MARK) or any(_has_mark(inner, (*within, type(form))) for inner in _forms_in(field))
        for field in form.fields.values()
    )


def _forms_in(field: Any) -> Iterator[Schema]:
    while isinstance(field, fields.List | fields.Dict):
        field = field.inner if isinstance(field, fields.List) else field.value_field
    if isinstance(field, fields.Nested):
        yield field.schema


def _narrowed(asked: Request) -> dict[str, Any]:
    """What the request was narrowed by: its query, or the body of one that asks for files."""
    if asked.method == "POST":
        body = read_json(asked)
        return dict(body) if isinstance(body, dict) else {}
    return {name: values[0] if len(values) == 1 else values for name, values in asked.args.lists()}


def _path(rule: str) -> str:
    """A rule as the description writes it: `/orders/{order_id}`."""
    parts = [f"{{{part[1:-1].split(':')[-1]}}}" if part.startswith("<") else part for part in rule.split("/")]
    return "/".join(parts).removeprefix("/api/v1")


@audit.get("/reads")
@needs("audit:read")
@audit.arguments(ReadsQuery, location="query")
@audit.response(200, ReadsAnswer)
def get_reads(query: ReadsQuery.Loaded) -> Response:
    """Who looked at which order or customer, who searched lists and by what, who took files, and when.

    A read is written within a second of its answer; a crash loses those of that second. They are kept for
    `CARNET_READS_DAYS`.
    """
    zone = zone_of(runtime().desk.shop())
    with runtime().reading() as connection:
        named = [str(one) for number in query.number or () for one in orders_by_number(connection, number)]
        filters = ReadFilters(
            actors=query.actor,
            about=None if query.about is None and query.number is None else [*(query.about or ()), *named],
            start=None if query.read_from is None else instant_of(query.read_from, zone),
            end=None if query.read_to is None else instant_of(query.read_to, zone, whole_day=True),
        )
        found = look(connection, runtime().log.keys.answers, filters, query.after, query.limit)
    items = [one._asdict() | {"read_at": instant(one.read_at)} for one in found]
    return respond({"items": items, "next": found[-1].id if len(found) == query.limit else None})
