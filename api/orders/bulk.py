"""The same asked of many orders over HTTP: picked by id or by the list's filters, previewed, done by a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import marshmallow
from flask import Response
from marshmallow import fields, validate
from msgspec import Struct
from msgspec.structs import asdict

from api.access import caller, needs, require
from api.jobs import JobAnswer, accepted
from api.lists import ListForm, ListRequest
from api.orders.answers_history import FiguresAnswer
from api.orders.blueprint import orders
from api.orders.filters import OrderListForm, order_filters
from api.orders.forms import balance_choice, notify_choice, stock_choice
from api.personal import require_impersonal, sees_persons
from api.problems import Problem, of_validation, pointed
from api.requests import context, fresh, respond, runtime
from api.schemas import Body, Code, Many, Text, Whole
from domain import texts
from domain.orders.bulk import (
    MOST_ORDERS,
    ExportOrders,
    MoveOrders,
    NothingMatches,
    PrintOrders,
    Reversible,
    TooManyOrders,
    action_of,
)
from domain.orders.documents import KINDS, SIZES, size_of
from domain.orders.moves import BalanceChoice, Recipient
from domain.orders.notes import MAX_TAGS
from domain.orders.order import StockChoice
from domain.personal import PERMISSION
from domain.settings import LOCALES
from domain.stock.following import StockConfirmationRequired, figures_told
from printing.exports import FORMATS
from projections.desk.previews import preview_all
from projections.engine.tables import Connection
from projections.exports import EXPORTED, columns_of
from projections.exports.asking import OF_ORDERS
from projections.exports.reading import MOST_COLUMNS
from projections.log import Session
from projections.views.orders import order_ids
from projections.views.orders.changed import versions_at
from projections.work import jobs
from projections.work.jobs import Part

KIND = "orders.bulk"
UNDO = "orders.bulk-undo"
IN_PART = 100  # orders of one part of a job
MOST_PREVIEWED = 1_000
EXAMPLES = 10
MOST_HOURS = 24 * 90
LARGEST = 2**63 - 1

# What each action is told, that first without which it means nothing, and the permission it needs.
TOLD: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "status": (("status",), ("stock", "balance", "notify", "reason"), "orders:write"),
    "tags": ((), ("add", "remove", "reason"), "orders:write"),
    "operator": (("operator",), ("reason",), "orders:write"),
    "archive": ((), ("reason",), "orders:write"),
    "unarchive": ((), ("reason",), "orders:write"),
    "payment-link": ((), ("method", "hours", "reason"), "orders:write"),
    "resend": ((), ("template", "reason"), "messages:write"),
    "print": ((), ("kind", "locale", "paper"), "documents:read"),
    "export": ((), ("list", "format", "columns"), "orders:read"),
}
# Actions whose job makes one file, which one part does; the job's kind.
FILED: Mapping[str, str] = {"print": "orders.print", "export": OF_ORDERS}
OF_PERSONS = frozenset({"print", "resend"})  # actions that hand out what tells of persons
PICKING = ("ids", "filter", "position")


class BulkForm(Body):
    """An action, what it is told, and the orders it is for: `ids`, or the list's own filters."""

    action = fields.String(required=True, validate=validate.OneOf(tuple(TOLD)))
    ids = Many(fields.UUID(), validate=validate.Length(min=1, max=MOST_ORDERS))
    filter = fields.Dict(keys=fields.String(), metadata={"description": "As in the query of GET /orders"})
    position = Whole(
        0,
        LARGEST,
        metadata={"description": "`position` of the preview: an order that was worked on after it is refused"},
    )
    status = Code()
    stock = stock_choice()
    balance = balance_choice()
    notify = notify_choice()
    reason = Text(texts.LINE)
    add = Many(Code(), validate=validate.Length(min=1, max=MAX_TAGS))
    remove = Many(Code(), validate=validate.Length(min=1, max=MAX_TAGS))
    operator = Text(texts.CODE)
    method = Code()
    hours = Whole(1, MOST_HOURS)
    template = Code()
    kind = fields.String(validate=validate.OneOf(KINDS))
    list = fields.String(validate=validate.OneOf(("orders", "order-lines")))
    format = fields.String(validate=validate.OneOf(tuple(FORMATS)))
    columns = Many(Code(), validate=validate.Length(min=1, max=MOST_COLUMNS))
    locale = fields.String(validate=validate.OneOf(LOCALES))
    paper = fields.String(
        validate=validate.OneOf(SIZES), metadata={"description": "Of a print; left out: that of the kind of document"}
    )

    class Loaded(Struct, frozen=True, kw_only=True):
        action: str
        ids: tuple[UUID, ...] | None = None
        filter: Mapping[str, Any] | None = None
        position: int | None = None
        status: str | None = None
        stock: StockChoice | None = None
        balance: BalanceChoice | None = None
        notify: tuple[Recipient, ...] | None = None
        reason: str | None = None
        add: tuple[str, ...] | None = None
        remove: tuple[str, ...] | None = None
        operator: str | None = None
        method: str | None = None
        hours: int | None = None
        template: str | None = None
        kind: str | None = None
        list: str | None = None
        format: str | None = None
        columns: tuple[str, ...] | None = None
        locale: str | None = None
        paper: str | None = None


class RefusalsAnswer(Body):
    """How many orders are refused by one rule, and some of them."""

    code = fields.String(required=True)
    orders = fields.Integer(required=True)
    examples = fields.List(fields.UUID(), required=True)


class MailsAnswer(Body):
    """How many mails would be sent."""

    customer = fields.Integer(required=True)
    administrators = fields.Integer(required=True)


class BulkPreviewAnswer(Body):
    """What the action would do to all of the orders; `looked_at` are those it was worked out for, the first of them.

    Told as `position` with the action, `position` keeps it from orders that were worked on since.
    """

    position = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    looked_at = fields.Integer(required=True)
    done = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusalsAnswer), required=True)
    mails = fields.Nested(MailsAnswer, required=True)
    stock = fields.List(fields.Nested(FiguresAnswer), required=True)


@orders.post("/bulk")
@needs("orders:read")
@orders.arguments(BulkForm)
@orders.response(202, JobAnswer)
def act_on_orders(form: BulkForm.Loaded) -> Response:
    """Do the same to many orders: a job with a result for each. Each action needs the permission of what it does."""
    action, permission = _action(form)
    require(permission)
    if form.action in OF_PERSONS:
        require(PERMISSION)
    _require_stock_answer(action)
    if isinstance(action, ExportOrders):
        columns_of(EXPORTED[action.list], action.columns)
        fresh("orders")
    kind = FILED.get(form.action, KIND)
    parameters = _told(form)
    if isinstance(action, ExportOrders):
        parameters["personal"] = sees_persons()

    def ask(session: Session) -> UUID:
        ids = picked(session.connection, form)
        in_part = len(ids) if kind != KIND else IN_PART
        seen = versions_at(session.connection, ids, form.position) if form.position is not None else None
        parts = [
            _part(ids[first : first + in_part], (form.filter or {}).get("sort", ""), seen)
            for first in range(0, len(ids), in_part)
        ]
        job_id = uuid5(context().command_id, "job")
        undo_kind = UNDO if isinstance(action, Reversible) else None
        jobs.create(
            session, job_id, kind, parameters, parts, caller().actor, permission=permission, undo_kind=undo_kind
        )
        return job_id

    return accepted(ask)


@orders.post("/bulk/preview")
@needs("orders:write")
@orders.arguments(BulkForm)
@orders.response(200, BulkPreviewAnswer)
def preview_bulk(form: BulkForm.Loaded) -> Response:
    """What the action would do to them all, stock summed up: the same decisions, nothing stored."""
    action, _ = _action(form)
    if not isinstance(action, Reversible):
        detail = f"There is nothing to preview of {form.action}."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/action", "not-previewed", detail)])
    position = runtime().log.head()
    with runtime().reading() as connection:
        ids = picked(connection, form)
    sum_ = preview_all(runtime().log, runtime().desk, action, ids[:MOST_PREVIEWED], context(action.reason))
    refused = [
        {"code": code, "orders": len(ids_of), "examples": [str(one) for one in ids_of[:EXAMPLES]]}
        for code, ids_of in sum_.refused.items()
    ]
    return respond(
        {
            "position": position,
            "orders": len(ids),
            "looked_at": min(len(ids), MOST_PREVIEWED),
            "done": sum_.done,
            "unchanged": sum_.unchanged,
            "refused": refused,
            "mails": sum_.mails,
            "stock": [figures_told(figures) for figures in sum_.stock],
        }
    )


def _part(ids: list[UUID], sort: str, seen: Mapping[UUID, int] | None) -> Part:
    """A share of a job: its orders, and where somebody looked at them, their versions then."""
    content: dict[str, Any] = {"ids": [str(one) for one in ids], "sort": sort}
    if seen is not None:
        content["versions"] = [seen.get(one, 0) for one in ids]
    return Part(len(ids), content)


def picked(connection: Connection, form: BulkForm.Loaded) -> list[UUID]:
    """The orders that are meant: those picked by id, each once, or those the filter leaves, in the list's order."""
    if (form.ids is None) == (form.filter is None):
        detail = "Name the orders by `ids`, or by a `filter`."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/ids", "missing-field", detail)])
    if form.filter is None:
        return list(dict.fromkeys(form.ids or ()))
    query = filter_of(OrderListForm(), form.filter)
    fresh("orders")
    filters = order_filters(query.filters, runtime().desk.shop(), runtime().log)
    ids = order_ids(connection, filters, MOST_ORDERS + 1, query.sort or "")
    if not ids:
        raise NothingMatches("/filter")
    if len(ids) > MOST_ORDERS:
        raise TooManyOrders("/filter", limit=MOST_ORDERS)
    return ids


def filter_of(form: ListForm, asked: Mapping[str, Any]) -> ListRequest[Any]:
    """A filter in a body, told as in the list's query string; what is wrong is pointed at under `/filter`."""
    require_impersonal(form, asked)
    try:
        loaded: ListRequest[Any] = form.load(dict(asked))
    except marshmallow.ValidationError as error:
        raise of_validation(marshmallow.ValidationError({"json": {"filter": error.messages}})) from None
    return loaded


def _told(form: BulkForm.Loaded) -> dict[str, Any]:
    """The action and what it is told, as its job keeps it."""
    return {name: value for name, value in asdict(form).items() if value is not None and name not in PICKING}


def _action(form: BulkForm.Loaded) -> tuple[Any, str]:
    """The action as it is told; what it lacks or does not know is refused where it stands."""
    require_impersonal(OrderListForm(), form.filter or {})
    required, known, permission = TOLD[form.action]
    told = _told(form)
    missing = [name for name in required if name not in told]
    if form.action == "tags" and not {"add", "remove"} & told.keys():
        missing = ["add"]
    foreign = [name for name in told if name not in ("action", *required, *known)]
    errors = [pointed(f"/{name}", "missing-field", "Missing data for required field.") for name in missing]
    errors += [pointed(f"/{name}", "unknown-field", "Unknown field.") for name in foreign]
    if errors:
        detail = f"The action {form.action} lacks fields or does not know some; see errors."
        raise Problem(422, "invalid-fields", detail, errors=errors)
    action = action_of(told)
    if isinstance(action, PrintOrders):
        size_of(action.kind, action.paper, "/paper")
    return action, permission


def _require_stock_answer(action: Any) -> None:
    """A move to a status that acts on stock says, once for all orders, whether it should."""
    if not isinstance(action, MoveOrders):
        return
    status = runtime().desk.shop().status(action.status)
    if (status.deducts_stock or status.restores_stock) and action.stock is None:
        raise StockConfirmationRequired("/stock")
