"""Programs' tokens: issued with a role and scopes, shown once, revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from api.access import credentials, needs, require_grantable
from api.bodies import Resource
from api.cursors import read_cursor, write_cursor
from api.requests import context, handle, respond, runtime
from api.schemas import Body, PageQuery, Text, page_form
from domain.roles import PERMISSIONS, permissions
from domain.tokens import IssueToken, RevokeToken, TokenNotFound, token_id
from projections.credentials import TokenRow, drop_token, keep_token, new_token

tokens = Resource("tokens", __name__, url_prefix="/tokens", description="Keys of programs")


class NewTokenForm(Body):
    """What a token is called and what it may do; without scopes all that its role may."""

    name = Text(required=True, filled=True, metadata={"example": "warehouse"})
    role = Text(required=True, filled=True, metadata={"example": "operator"})
    scopes = fields.List(Text(filled=True), validate=validate.Length(1, len(PERMISSIONS)))
    expires_at = fields.AwareDateTime(allow_none=True, format="iso")


class TokenForm(Body):
    """A token, without its secret."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    issued_by = fields.String(required=True)
    version = fields.Integer(required=True)


class SecretTokenForm(TokenForm):
    """A new token and its text, which is shown this once."""

    token = fields.String(required=True)


def _render(row: TokenRow) -> dict[str, Any]:
    return {"id": row.token_id, **{name: value for name, value in row._asdict().items() if name != "token_id"}}


@tokens.get("")
@needs("tokens:read")
@tokens.arguments(PageQuery, location="query")
@tokens.response(200, page_form(TokenForm))
def list_tokens(query: dict[str, Any]) -> Response:
    """All tokens that are good, by name."""
    limit = min(query.get("limit", 50), runtime().settings.page_limit)
    (after,) = read_cursor(query["cursor"], "name", str) if "cursor" in query else ("",)
    rows = credentials().tokens(after, limit + 1)
    following = write_cursor("name", rows[limit - 1].name) if len(rows) > limit else None
    return respond({"items": [_render(row) for row in rows[:limit]], "next": following})


@tokens.post("")
@needs("tokens:write")
@tokens.arguments(NewTokenForm)
@tokens.response(201, SecretTokenForm)
def issue_token(body: dict[str, Any]) -> Response:
    """Issue a token; its text is in this answer and nowhere else."""
    scopes = tuple(body.get("scopes", ()))
    require_grantable(permissions(body["role"], scopes))
    text, asked = new_token(), context()
    command = IssueToken(
        token_id=token_id(body["name"]),
        context=asked,
        name=body["name"],
        role=body["role"],
        scopes=scopes,
        expires_at=body.get("expires_at"),
    )
    return handle(
        command,
        render=lambda token, shop: {
            "id": token.id, "name": token.name, "role": token.role, "scopes": token.scopes,
            "expires_at": token.expires_at, "issued_at": asked.at, "issued_by": asked.actor,
            "version": token.version, "token": text,
        },
        status=201,
        location=lambda token: f"/api/v1/tokens/{token.id}",
        beside=lambda saving, token: keep_token(saving, token, text, asked.at, asked.actor),
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
    """Revoke a token; it is worthless within a second."""
    command = RevokeToken(token_id=identifier, context=context())
    answer = handle(command, render=lambda token, shop: None, status=204, beside=drop_token)
    credentials().forget_tokens()
    return answer
