"""Programs' tokens: issued with a role and scopes, shown once, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate
from msgspec import UNSET, Struct, UnsetType

from api.access import caller, credentials, needs, require, require_grantable
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.instants import Instant
from api.lists import limit_of
from api.problems import Problem, pointed
from api.requests import context, handle, respond, runtime
from api.schemas import Body, Many, PageQuery, Text, page_form, shown_once
from domain.roles import PERMISSIONS, permissions
from domain.tokens import LASTS, IssueToken, RevokeToken, TokenNotFound, token_id
from projections.access.credentials import TokenRow, dropping, keep_token, made_by, new_token

tokens = Resource("tokens", __name__, url_prefix="/tokens", description="Keys of programs")


class NewTokenForm(Body):
    """What a token is called and what it may do; without scopes all that its role may."""

    name = Text(required=True, filled=True, metadata={"example": "warehouse"})
    role = Text(required=True, filled=True, metadata={"example": "operator"})
    scopes = Many(Text(filled=True), validate=validate.Length(1, len(PERMISSIONS)))
    expires_at = Instant(
        allow_none=True,
        metadata={"description": "A year from now unless told; null: never. No token outlives the one that makes it"},
    )

    class Loaded(Struct, frozen=True, kw_only=True):
        name: str
        role: str
        scopes: tuple[str, ...] = ()
        expires_at: datetime | UnsetType | None = UNSET


class TokenForm(Body):
    """A token, without its secret."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    issued_by = fields.String(required=True)
    last_used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "To the minute; null where it never was"}
    )
    version = fields.Integer(required=True)


class SecretTokenForm(TokenForm):
    """A new token and its text, which is shown this once."""

    token = fields.String(required=True, allow_none=True)
    secret_shown = shown_once()


def _render(row: TokenRow) -> dict[str, Any]:
    hidden = ("token_id", "account", "account_role")
    return {"id": row.token_id, **{name: value for name, value in row._asdict().items() if name not in hidden}}


def _expiry(expires_at: datetime | UnsetType | None, now: datetime) -> datetime | None:
    """When a new token ends: as it is told, else a year from now, and never after the token that makes it."""
    own = caller().expires_at
    if isinstance(expires_at, UnsetType):
        return min(now + LASTS, own) if own else now + LASTS
    if own and (expires_at is None or expires_at > own):
        detail = "A token ends no later than the one that makes it."
        raise Problem(403, "outlives-maker", detail, errors=[pointed("/expires_at", "outlives-maker", detail)])
    return expires_at


def _require_revocable(row: TokenRow) -> None:
    """Lets everybody revoke what they made themselves, and others' tokens only who may manage them."""
    who = caller()
    is_own = who.operator_id is not None and row.account == who.operator_id
    if who.maker.token is not None:
        with runtime().reading() as connection:
            is_own = row.token_id in (who.maker.token, *made_by(connection, who.maker.token))
    if not is_own:
        require("tokens:manage")
        require_grantable(permissions(row.role, tuple(row.scopes)))


@tokens.get("")
@needs("tokens:read")
@tokens.arguments(PageQuery, location="query")
@tokens.response(200, page_form(TokenForm))
def list_tokens(query: PageQuery.Loaded) -> Response:
    """All tokens that are good, by name."""
    limit = limit_of(query.limit)
    (after,) = read_cursor(query.cursor, "name", str) if query.cursor is not None else ("",)
    rows = credentials().tokens(after, limit + 1)
    following = write_cursor("name", rows[limit - 1].name) if len(rows) > limit else None
    return respond({"items": [_render(row) for row in rows[:limit]], "next": following})


@tokens.post("")
@needs("tokens:write")
@tokens.arguments(NewTokenForm)
@tokens.response(201, SecretTokenForm)
def issue_token(form: NewTokenForm.Loaded) -> Response:
    """Issue a token; its text is in this answer and nowhere else."""
    require_grantable(permissions(form.role, form.scopes))
    text, asked = new_token(), context()
    command = IssueToken(
        token_id=token_id(form.name),
        context=asked,
        name=form.name,
        role=form.role,
        scopes=form.scopes,
        expires_at=_expiry(form.expires_at, asked.at),
    )
    maker = caller().maker
    return handle(
        command,
        render=lambda token, shop: {
            "id": token.id, "name": token.name, "role": token.role, "scopes": token.scopes,
            "expires_at": token.expires_at, "issued_at": asked.at, "issued_by": asked.actor, "last_used_at": None,
            "version": token.version,
        },
        once={"token": text},
        status=201,
        location=lambda token: f"/api/v1/tokens/{token.id}",
        beside=lambda saving, token: keep_token(saving, token, text, asked.at, asked.actor, maker),
    )  # fmt: skip


@tokens.get("/<uuid:identifier>")
@needs("tokens:read")
@tokens.response(200, TokenForm)
def show_token(identifier: UUID) -> Response:
    """One token."""
    row = credentials().token_row(identifier)
    if row is None:
        raise TokenNotFound
    return respond(_render(row), version=row.version)


@tokens.delete("/<uuid:identifier>")
@needs("tokens:write")
@tokens.response(204)
def revoke_token(identifier: UUID) -> Response:
    """Revoke a token and all that were made by it; they are worthless within a second.

    Others' tokens are revoked with the permission `tokens:manage`.
    """
    row = credentials().token_row(identifier)
    if row is not None:
        _require_revocable(row)
    command = RevokeToken(token_id=identifier, context=context())
    drop = dropping(runtime().desk, command.context)
    answer = handle(command, render=lambda token, shop: None, status=204, beside=drop)
    credentials().forget_tokens()
    return answer
