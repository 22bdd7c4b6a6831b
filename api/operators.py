"""The operators' accounts: adding, changing roles, shutting out and letting in again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import credentials, needs, require_grantable
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.lists import limit_of
from api.requests import context, handle, respond, runtime
from api.schemas import Body, PageQuery, Text, page_form, shown_once
from domain.operators import (
    AddOperator,
    ChangeOperatorPassword,
    ChangeOperatorRole,
    DisableOperator,
    EnableOperator,
    Operator,
    OperatorCommand,
    OperatorNotFound,
    operator_id,
)
from domain.roles import ROLES, permissions
from projections.access.credentials import OperatorRow, active_usernames, keep_operator, keep_password
from projections.access.passwords import hash_password, new_password

operators = Resource("operators", __name__, url_prefix="/operators", description="People who work the order book")


class OperatorNameAnswer(Body):
    """An operator who may be given orders."""

    username = fields.String(required=True)


class RoleAnswer(Body):
    """A role, and what it may do."""

    role = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True)


class NewOperatorForm(Body):
    """A person's account and role."""

    username = Text(required=True, filled=True, metadata={"example": "ada"})
    role = Text(required=True, filled=True, metadata={"example": "operator"})

    class Loaded(Struct, frozen=True, kw_only=True):
        username: str
        role: str


class RoleForm(Body):
    """A role."""

    role = Text(required=True, filled=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        role: str


class OperatorForm(Body):
    """An operator's account."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    role = fields.String(required=True)
    disabled = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class OneTimeForm(OperatorForm):
    """An operator's account and the one-time password that is shown this once."""

    one_time_password = fields.String(required=True, allow_none=True)
    secret_shown = shown_once()


def render(operator: Operator, shop: object = None) -> dict[str, Any]:
    """An account as the API shows it."""
    return {
        "id": operator.id,
        "username": operator.username,
        "role": operator.role,
        "disabled": operator.disabled,
        "version": operator.version,
    }


def _render_row(row: OperatorRow) -> dict[str, Any]:
    return {
        "id": row.operator_id,
        "username": row.username,
        "role": row.role,
        "disabled": row.disabled,
        "version": row.version,
    }


def _row(identifier: UUID) -> OperatorRow:
    row = credentials().operator(identifier)
    if row is None:
        raise OperatorNotFound
    return row


def require_grantable_account(identifier: UUID) -> None:
    """Refuses who may do less than the account whose affairs they would settle."""
    require_grantable(permissions(_row(identifier).role))


def _handle(command: OperatorCommand) -> Response:
    """Handles a command on an account; what it may do from now on holds at once for its tokens as well."""
    answer = handle(command, render=render, beside=keep_operator)
    credentials().forget_tokens()
    return answer


def _with_password(command: OperatorCommand, status: int) -> Response:
    """Handles a command that gives an account a one-time password, and shows it in the answer."""
    password = new_password()
    hashed = hash_password(password)
    return handle(
        command,
        render=render,
        once={"one_time_password": password},
        status=status,
        location=lambda operator: f"/api/v1/operators/{operator.id}",
        beside=lambda saving, operator: keep_password(saving, operator, hashed, temporary=True),
    )


@operators.get("")
@needs("operators:read")
@operators.arguments(PageQuery, location="query")
@operators.response(200, page_form(OperatorForm))
def list_operators(query: PageQuery.Loaded) -> Response:
    """All accounts, by name."""
    limit = limit_of(query.limit)
    (after,) = read_cursor(query.cursor, "username", str) if query.cursor is not None else ("",)
    rows = credentials().operators(after, limit + 1)
    following = write_cursor("username", rows[limit - 1].username) if len(rows) > limit else None
    return respond({"items": [_render_row(row) for row in rows[:limit]], "next": following})


@operators.post("")
@needs("operators:write")
@operators.arguments(NewOperatorForm)
@operators.response(201, OneTimeForm)
def add_operator(form: NewOperatorForm.Loaded) -> Response:
    """Add an operator.

    The one-time password in the answer is good for one sign-in within 72 hours, at which it must be changed.
    """
    require_grantable(permissions(form.role))
    command = AddOperator(
        operator_id=operator_id(form.username), context=context(), username=form.username, role=form.role
    )
    return _with_password(command, 201)


@operators.get("/names")
@needs("orders:read")
@operators.response(200, page_form(OperatorNameAnswer))
def get_operator_names() -> Response:
    """The operators who may come in, by name alone, for whoever gives orders to them."""
    with runtime().reading() as connection:
        names = active_usernames(connection)
    return respond({"items": [{"username": name} for name in names], "next": None})


@operators.get("/roles")
@needs("operators:read")
@operators.response(200, page_form(RoleAnswer))
def get_roles() -> Response:
    """Every role, and what each may do."""
    held = [{"role": role, "permissions": sorted(may)} for role, may in ROLES.items()]
    return respond({"items": held, "next": None})


@operators.get("/<uuid:identifier>")
@needs("operators:read")
@operators.response(200, OperatorForm)
def show_operator(identifier: UUID) -> Response:
    """One account."""
    row = _row(identifier)
    return respond(_render_row(row), version=row.version)


@operators.put("/<uuid:identifier>/role")
@needs("operators:write")
@operators.arguments(RoleForm)
@operators.response(200, OperatorForm)
def change_role(form: RoleForm.Loaded, identifier: UUID) -> Response:
    """Give an operator another role; their tokens may do no more than it from now on."""
    require_grantable(permissions(form.role) | permissions(_row(identifier).role))
    return _handle(ChangeOperatorRole(operator_id=identifier, context=context(), role=form.role))


@operators.post("/<uuid:identifier>/disable")
@needs("operators:write")
@operators.response(200, OperatorForm)
def disable_operator(identifier: UUID) -> Response:
    """Shut an operator out; their sessions end at once, and their tokens are worthless until they are let in again."""
    require_grantable_account(identifier)
    return _handle(DisableOperator(operator_id=identifier, context=context()))


@operators.post("/<uuid:identifier>/enable")
@needs("operators:write")
@operators.response(200, OperatorForm)
def enable_operator(identifier: UUID) -> Response:
    """Let an operator in again."""
    require_grantable_account(identifier)
    return _handle(EnableOperator(operator_id=identifier, context=context()))


@operators.post("/<uuid:identifier>/password")
@needs("operators:write")
@operators.response(200, OneTimeForm)
def reset_password(identifier: UUID) -> Response:
    """Give an operator a new one-time password; their sessions end at once."""
    require_grantable_account(identifier)
    command = ChangeOperatorPassword(operator_id=identifier, context=context(), temporary=True)
    return _with_password(command, 200)
