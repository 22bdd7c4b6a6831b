"""Saved views of the list of orders: the desk's tabs, each with how many orders it has."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from flask import Response
from marshmallow import fields, validate
from msgspec import Struct

from api.access import caller, needs, require
from api.bodies import Resource
from api.orders.bulk import filter_of
from api.orders.filters import OrderListForm, order_filters
from api.personal import searches_persons, sees_persons
from api.problems import Problem, pointed
from api.requests import context, fresh, perform, read, respond, runtime, shop
from api.schemas import Body, Code, FieldProblem, Flag, Many, Text, page_form
from domain import texts
from projections.access.saved_views import SavedView, add_view, change_view, remove_view, saved_view, saved_views
from projections.engine.tables import Connection
from projections.log import Session
from projections.views.counting import Counted
from projections.views.orders import LISTING, OrderFilters
from projections.views.orders.counting import count_each

MOST_COLUMNS = 40
FORM = OrderListForm()

views = Resource("saved_views", __name__, url_prefix="/views", description="Saved views of the list of orders")


class SavedViewForm(Body):
    """A view: its filter as in the query of GET /orders, `sort` among it or beside it, and the columns it shows."""

    name = Text(texts.CODE, required=True, filled=True)
    shared = Flag(metadata={"description": "For everybody who reads orders; needs `orders:write`"})
    filter = fields.Dict(keys=fields.String(), metadata={"description": "As in the query of GET /orders"})
    sort = fields.String(validate=FORM.fields["sort"].validate)
    columns = Many(Code(), validate=validate.Length(max=MOST_COLUMNS))

    class Loaded(Struct, frozen=True, kw_only=True):
        name: str
        shared: bool = False
        filter: Mapping[str, Any] = MappingProxyType({})
        sort: str | None = None
        columns: tuple[str, ...] = ()


class SavedViewAnswer(Body):
    """A view; `errors` say what of its filter no longer exists, and until that is changed it leaves nothing."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    shared = fields.Boolean(required=True)
    owner = fields.String(required=True)
    changeable = fields.Boolean(required=True, metadata={"description": "Whether the caller may change and remove it"})
    filter = fields.Dict(required=True)
    sort = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    errors = fields.List(fields.Nested(FieldProblem), required=True)


class SavedViewCountAnswer(Body):
    """How many orders a view has; null where its filter is of something that no longer exists."""

    value = fields.Integer(required=True, allow_none=True)
    exact = fields.Boolean(required=True)


class SavedViewCountsAnswer(Body):
    """How many orders each view has, by its id, and the position of the log that this was looked at or after."""

    counts = fields.Dict(keys=fields.String(), values=fields.Nested(SavedViewCountAnswer), required=True)
    position = fields.Integer(required=True)


@views.get("")
@needs("orders:read")
@views.response(200, page_form(SavedViewAnswer))
def get_views() -> Response:
    """My views and the shared ones, the oldest first; none that searches for persons without `personal:read`."""
    return respond({"items": [_answer(view) for view in _mine()], "next": None})


@views.post("")
@needs("orders:read")
@views.arguments(SavedViewForm)
@views.response(201, SavedViewAnswer)
def create_view(form: SavedViewForm.Loaded) -> Response:
    """Keep a view: for oneself, or shared."""
    _require_sharing(form)
    view = _view(form, uuid5(context().command_id, "view"), caller().actor)

    def change(session: Session) -> dict[str, Any]:
        add_view(session.connection, runtime().log.keys.exports, view)
        return _answer(view)

    return perform(change, status=201, headers=lambda body: {"Location": f"/api/v1/views/{body['id']}"})


@views.get("/counts")
@needs("orders:read")
@views.response(200, SavedViewCountsAnswer)
def get_counts() -> Response:
    """How many orders each of my views has, in one answer: counted while that is quick, else estimated."""
    fresh("orders", anywhere=True)
    position = runtime().views.position("orders")
    mine = _mine()
    known = {view.id: filters for view in mine if (filters := _filters(view)) is not None}
    counted = read(lambda connection: dict(zip(known, count_each(connection, known.values()), strict=True)))
    counts = {str(view.id): _told(counted.get(view.id)) for view in mine}
    return respond({"counts": counts, "position": position})


@views.put("/<uuid:view_id>")
@needs("orders:read")
@views.arguments(SavedViewForm)
@views.response(200, SavedViewAnswer)
def replace_view(form: SavedViewForm.Loaded, view_id: UUID) -> Response:
    """Change a view, all of it: one's own, or with `settings:write` one that is shared."""

    _require_sharing(form)

    def change(session: Session) -> dict[str, Any]:
        before = _changeable(session.connection, view_id)
        view = _view(form, view_id, before.owner)
        newly_shared = view.shared and not before.shared
        change_view(session.connection, runtime().log.keys.exports, view, newly_shared=newly_shared)
        return _answer(view)

    return perform(change)


@views.delete("/<uuid:view_id>")
@needs("orders:read")
@views.response(204)
def delete_view(view_id: UUID) -> Response:
    """Keep a view no longer: one's own, or with `settings:write` one that is shared."""
    with runtime().pool.connection() as connection:
        remove_view(connection, _changeable(connection, view_id).id)
    return respond(None, status=204)


def _require_sharing(form: SavedViewForm.Loaded) -> None:
    """What everybody sees is shared by who works on orders."""
    if form.shared:
        require("orders:write")


def _mine() -> list[SavedView]:
    with runtime().reading() as connection:
        found = saved_views(connection, runtime().log.keys.exports, caller().actor)
    return [view for view in found if not view.personal or sees_persons()]


def _changeable(connection: Connection, view_id: UUID) -> SavedView:
    """A view that the caller may change; raises `ViewNotFound`, or a 403 problem."""
    view = saved_view(connection, runtime().log.keys.exports, caller().actor, view_id)
    if view.owner != caller().actor:
        require("settings:write")
    return view


def _view(form: SavedViewForm.Loaded, view_id: UUID, owner: str) -> SavedView:
    """The view that a body tells; raises a 422 problem for a filter that the list would refuse."""
    asked = dict(form.filter)
    own_sort = asked.pop("sort", LISTING.standard)
    sort = own_sort if form.sort is None else form.sort
    query = {**asked, "sort": sort}
    _checked(query)
    return SavedView(
        id=view_id,
        name=form.name,
        owner=owner,
        shared=form.shared,
        personal=searches_persons(FORM, query),
        filter=asked,
        sort=sort,
        columns=list(form.columns),
    )


def _checked(query: Mapping[str, Any]) -> OrderFilters:
    """The filters of a query; raises a 422 problem that points into the body's `filter`."""
    asked = filter_of(FORM, query)
    fresh("orders")
    try:
        return order_filters(asked.filters, shop(), runtime().log)
    except Problem as problem:
        errors = [pointed(f"/filter/{one['parameter']}", one["code"], one["detail"]) for one in problem.errors]
        raise Problem(problem.status, problem.code, problem.detail, errors=errors) from None


def _filters(view: SavedView) -> OrderFilters | None:
    """What a view's filter stands for today; None where something of it no longer exists."""
    try:
        return _checked({**view.filter, "sort": view.sort})
    except Problem:
        return None


def _faults(view: SavedView) -> list[Mapping[str, str]]:
    try:
        _checked({**view.filter, "sort": view.sort})
    except Problem as problem:
        return list(problem.errors)
    return []


def _answer(view: SavedView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "name": view.name,
        "shared": view.shared,
        "owner": view.owner,
        "changeable": view.owner == caller().actor or "settings:write" in caller().permissions,
        "filter": view.filter,
        "sort": view.sort,
        "columns": view.columns,
        "errors": _faults(view),
    }


def _told(counted: Counted | None) -> dict[str, Any]:
    return counted._asdict() if counted else {"value": None, "exact": False}
