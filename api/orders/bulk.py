"""The same asked of many orders over HTTP: picked by id or by the list's filters, previewed, done by a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import marshmallow
from flask import Response
from marshmallow import fields, validate

from api.access import caller, needs, require
from api.jobs import JobAnswer, accepted
from api.orders.answers_history import FiguresAnswer
from api.orders.blueprint import orders
from api.orders.collection import OrderListForm, OrdersQuery, order_filters
from api.orders.forms import balance_choice, notify_choice, stock_choice
from api.personal import require_impersonal, sees_persons
from api.problems import Problem, of_validation, pointed
from api.requests import context, fresh, respond, runtime
from api.schemas import Body, Code, Text, Whole
from domain import texts
from domain.orders.bulk import (
    MOST_ORDERS,
    ExportOrders,
    MoveOrders,
    NothingMatches,
    Reversible,
    TooManyOrders,
    action_of,
)
from domain.orders.documents import KINDS
from domain.orders.notes import MAX_TAGS
from domain.personal import PERMISSION
from domain.settings import LOCALES
from domain.stock.following import StockConfirmationRequired, figures_told
from printing.exports import FORMATS
from projections.exports import EXPORTED, columns_of
from projections.exports.asking import OF_ORDERS
from projections.exports.reading import MOST_COLUMNS
from projections.log import Session
from projections.orders import order_ids
from projections.previews import preview_all
from projections.tables import Connection
from projections.work import jobs
from projections.work.jobs import Part

KIND = "orders.bulk"
UNDO = "orders.bulk-undo"
IN_PART = 100  # orders of one part of a job
MOST_PREVIEWED = 1_000
EXAMPLES = 10
MOST_HOURS = 24 * 90

# What each action is told, that first without which it means nothing, and the permission it needs.
TOLD: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "status": (("status",), ("stock", "balance", "notify", "reason"), "orders:write"),
    "tags": ((), ("add", "remove", "reason"), "orders:write"),
    "operator": (("operator",), ("reason",), "orders:write"),
    "archive": ((), ("reason",), "orders:write"),
    "unarchive": ((), ("reason",), "orders:write"),
    "payment-link": ((), ("method", "hours", "reason"), "orders:write"),
    "resend": ((), ("template", "reason"), "messages:write"),
    "print": ((), ("kind", "locale"), "documents:read"),
    "export": ((), ("list", "format", "columns"), "orders:read"),
}
# Actions whose job makes one file, which one part does; the job's kind.
FILED: Mapping[str, str] = {"print": "orders.print", "export": OF_ORDERS}
OF_PERSONS = frozenset({"print", "resend"})  # actions that hand out what tells of persons
PICKING = ("action", "ids", "filter", "sort")


class BulkForm(Body):
    """An action, what it is told, and the orders it is for: `ids`, or the list's own filters."""

    action = fields.String(required=True, validate=validate.OneOf(tuple(TOLD)))
    ids = fields.List(fields.UUID(), validate=validate.Length(min=1, max=MOST_ORDERS))
    filter = fields.Dict(keys=fields.String(), metadata={"description": "As in the query of GET /orders"})
    status = Code()
    stock = stock_choice()
    balance = balance_choice()
    notify = notify_choice()
    reason = Text(texts.LINE)
    add = fields.List(Code(), validate=validate.Length(min=1, max=MAX_TAGS))
    remove = fields.List(Code(), validate=validate.Length(min=1, max=MAX_TAGS))
    operator = Text(texts.CODE)
    method = Code()
    hours = Whole(1, MOST_HOURS)
    template = Code()
    kind = fields.String(validate=validate.OneOf(KINDS))
    list = fields.String(validate=validate.OneOf(("orders", "order-lines")))
    format = fields.String(validate=validate.OneOf(tuple(FORMATS)))
    columns = fields.List(Code(), validate=validate.Length(min=1, max=MOST_COLUMNS))
    locale = fields.String(validate=validate.OneOf(LOCALES))


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
    """What the action would do to all of the orders; `looked_at` are those it was worked out for, the first of them."""

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
def act_on_orders(told: dict[str, Any]) -> Response:
    """Do the same to many orders: a job with a result for each. Each action needs the permission of what it does."""
    action, permission = _action(told)
    require(permission)
    if told["action"] in OF_PERSONS:
        require(PERMISSION)
    _require_stock_answer(action)
    if isinstance(action, ExportOrders):
        columns_of(EXPORTED[action.list], action.columns)
        fresh("orders")
    kind = FILED.get(told["action"], KIND)
    parameters = {name: value for name, value in told.items() if name not in ("ids", "filter", "sort")}
    if isinstance(action, ExportOrders):
        parameters["personal"] = sees_persons()

    def ask(session: Session) -> UUID:
        ids = picked(session.connection, told)
        in_part = len(ids) if kind != KIND else IN_PART
        parts = [
            Part(len(share), {"ids": [str(one) for one in share], "sort": told.get("filter", {}).get("sort", "")})
            for share in (ids[first : first + in_part] for first in range(0, len(ids), in_part))
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
def preview_bulk(told: dict[str, Any]) -> Response:
    """What the action would do to them all, stock summed up: the same decisions, nothing stored."""
    action, _ = _action(told)
    if not isinstance(action, Reversible):
        detail = f"There is nothing to preview of {told['action']}."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/action", "not-previewed", detail)])
    with runtime().reading() as connection:
        ids = picked(connection, told)
    sum_ = preview_all(runtime().log, runtime().desk, action, ids[:MOST_PREVIEWED], context(action.reason))
    refused = [
        {"code": code, "orders": len(ids_of), "examples": [str(one) for one in ids_of[:EXAMPLES]]}
        for code, ids_of in sum_.refused.items()
    ]
    return respond(
        {
            "orders": len(ids),
            "looked_at": min(len(ids), MOST_PREVIEWED),
            "done": sum_.done,
            "unchanged": sum_.unchanged,
            "refused": refused,
            "mails": sum_.mails,
            "stock": [figures_told(figures) for figures in sum_.stock],
        }
    )


def picked(connection: Connection, told: Mapping[str, Any]) -> list[UUID]:
    """The orders that are meant: those picked by id, each once, or those the filter leaves, in the list's order."""
    if ("ids" in told) == ("filter" in told):
        detail = "Name the orders by `ids`, or by a `filter`."
        raise Problem(422, "invalid-fields", detail, errors=[pointed("/ids", "missing-field", detail)])
    if "ids" in told:
        return list(dict.fromkeys(told["ids"]))
    query = filter_of(OrdersQuery(exclude=("limit", "cursor", "count", "as_of", "known_at")), told["filter"])
    fresh("orders")
    filters = order_filters(query, runtime().desk.shop(), runtime().log)
    ids = order_ids(connection, filters, MOST_ORDERS + 1, query.get("sort", ""))
    if not ids:
        raise NothingMatches("/filter")
    if len(ids) > MOST_ORDERS:
        raise TooManyOrders("/filter", limit=MOST_ORDERS)
    return ids


def filter_of(query: marshmallow.Schema, told: Mapping[str, Any]) -> dict[str, Any]:
    """A filter in a body, told as in the list's query string; what is wrong is pointed at under `/filter`."""
    require_impersonal(query, told)
    try:
        loaded: dict[str, Any] = query.load(dict(told))
    except marshmallow.ValidationError as error:
        raise of_validation(marshmallow.ValidationError({"json": {"filter": error.messages}})) from None
    return loaded


def _action(told: Mapping[str, Any]) -> tuple[Any, str]:
    """The action as it is told; what it lacks or does not know is refused where it stands."""
    require_impersonal(OrderListForm(), told.get("filter", {}))
    required, known, permission = TOLD[told["action"]]
    missing = [name for name in required if name not in told]
    if told["action"] == "tags" and not {"add", "remove"} & told.keys():
        missing = ["add"]
    foreign = [name for name in told if name not in (*required, *known, *PICKING)]
    errors = [pointed(f"/{name}", "missing-field", "Missing data for required field.") for name in missing]
    errors += [pointed(f"/{name}", "unknown-field", "Unknown field.") for name in foreign]
    if errors:
        detail = f"The action {told['action']} lacks fields or does not know some; see errors."
        raise Problem(422, "invalid-fields", detail, errors=errors)
    facts = {name: value for name, value in told.items() if name == "action" or name not in PICKING}
    return action_of(facts), permission


def _require_stock_answer(action: Any) -> None:
    """A move to a status that acts on stock says, once for all orders, whether it should."""
    if not isinstance(action, MoveOrders):
        return
    status = runtime().desk.shop().status(action.status)
    if (status.deducts_stock or status.restores_stock) and action.stock is None:
        raise StockConfirmationRequired("/stock")
