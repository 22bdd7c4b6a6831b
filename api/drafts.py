"""Drafts of what operators type, kept for them alone while nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields
from msgspec import Struct

from api.access import caller, needs
from api.bodies import Resource
from api.requests import respond, runtime
from api.schemas import PERSONAL, Body, instant
from projections.access.drafts import Draft, DraftNotFound, keep_draft, read_draft, remove_draft

drafts = Resource("drafts", __name__, url_prefix="/drafts", description="What operators type and have not sent yet")
NAMED = "/<string:name>"
NAMES = frozenset({"new-order", "template"})


class DraftForm(Body):
    """What is typed, as the program that keeps it reads it again."""

    content = fields.Dict(required=True, keys=fields.String(), metadata=PERSONAL)

    class Loaded(Struct, frozen=True, kw_only=True):
        content: Mapping[str, Any]


class KeptDraftAnswer(Body):
    """That it is kept: how often by now, and when."""

    version = fields.Integer(required=True)
    changed_at = fields.DateTime(required=True)


class DraftAnswer(KeptDraftAnswer):
    """A draft with what was typed."""

    content = fields.Dict(required=True, metadata=PERSONAL)


@drafts.get(NAMED)
@needs("orders:write", personal=True)
@drafts.response(200, DraftAnswer)
def get_draft(name: str) -> Response:
    """One's own draft of this name."""
    _require_known(name)
    with runtime().pool.connection() as connection:
        draft = read_draft(connection, runtime().log.keys.exports, caller().actor, name)
    return respond({**_kept(draft), "content": draft.content})


@drafts.put(NAMED)
@needs("orders:write", personal=True)
@drafts.arguments(DraftForm)
@drafts.response(200, KeptDraftAnswer)
def put_draft(form: DraftForm.Loaded, name: str) -> Response:
    """Keep what is typed, in the place of what was kept under this name; sealed, and for `CARNET_DRAFTS_DAYS`."""
    _require_known(name)
    with runtime().pool.connection() as connection:
        draft = keep_draft(connection, runtime().log.keys.exports, caller().actor, name, form.content)
    return respond(_kept(draft))


@drafts.delete(NAMED)
@needs("orders:write", personal=True)
@drafts.response(204)
def delete_draft(name: str) -> Response:
    """Keep it no longer."""
    _require_known(name)
    with runtime().pool.connection() as connection:
        remove_draft(connection, caller().actor, name)
    return respond(None, status=204)


def _require_known(name: str) -> None:
    """What is kept has a name that is known, so that nobody keeps more than there are names."""
    if name not in NAMES:
        raise DraftNotFound


def _kept(draft: Draft) -> dict[str, Any]:
    return {"version": draft.version, "changed_at": instant(draft.changed_at)}
