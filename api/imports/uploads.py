"""Files of imports on their way in over HTTP: sent part by part, gone on with after a break, imported by their id."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Response, request
from marshmallow import fields, validate
from msgspec import Struct

from api.access import caller, needs
from api.bodies import Resource
from api.imports.upload import copied
from api.problems import Problem
from api.requests import respond, runtime
from api.schemas import Body, Text, instant, page_form
from domain import texts
from projections.work.uploads import (
    KeptUpload,
    add_part,
    begin_upload,
    find_upload,
    path_of,
    remove_upload,
    require_offset,
    uploads_of,
)

uploads = Resource("uploads", __name__, url_prefix="/imports/uploads", description="Files of imports on their way in")
LARGEST_PART = 32 * 1024 * 1024
BYTES = "application/octet-stream"


class UploadForm(Body):
    """A file that is to come: what it is called, and its size in bytes."""

    name = Text(texts.NAME, filled=True, required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(1))

    class Loaded(Struct, frozen=True, kw_only=True):
        name: str
        size: int


class PartQuery(Body):
    """The byte of the file that the part begins at."""

    offset = fields.Integer(required=True, validate=validate.Range(0))

    class Loaded(Struct, frozen=True, kw_only=True):
        offset: int


class UploadAnswer(Body):
    """A file on its way in: how many of its bytes are there; it can be imported once all are."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    received = fields.Integer(required=True)
    complete = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)


@uploads.get("")
@needs("imports:write")
@uploads.response(200, page_form(UploadAnswer))
def get_uploads() -> Response:
    """One's own files on their way in, the oldest first: what broke off is gone on with from `received`."""
    with runtime().reading() as connection:
        found = uploads_of(connection, caller().actor)
    return respond({"items": [_answer(one) for one in found], "next": None})


@uploads.post("")
@needs("imports:write")
@uploads.arguments(UploadForm)
@uploads.response(201, UploadAnswer)
def post_upload(form: UploadForm.Loaded) -> Response:
    """Make a place for a file; its bytes follow in parts, and `POST /imports` takes its id in the place of a `file`."""
    limit = runtime().settings.upload_limit
    if form.size > limit:
        raise Problem(413, "body-too-large", f"A file has at most {limit} bytes.")
    with runtime().pool.connection() as connection:
        made = begin_upload(connection, caller().actor, form.name, form.size)
    return respond(_answer(made), status=201, headers={"Location": f"/api/v1/imports/uploads/{made.id}"})


@uploads.get("/<uuid:upload_id>")
@needs("imports:write")
@uploads.response(200, UploadAnswer)
def get_upload(upload_id: UUID) -> Response:
    """One of one's own files on their way in."""
    with runtime().reading() as connection:
        return respond(_answer(find_upload(connection, caller().actor, upload_id)))


@uploads.patch("/<uuid:upload_id>")
@needs("imports:write")
@uploads.arguments(PartQuery, location="query")
@uploads.response(200, UploadAnswer)
def patch_upload(query: PartQuery.Loaded, upload_id: UUID) -> Response:
    """Add the next part: the body is bytes of the file from `offset` on, which is where it stands (else 409)."""
    if request.mimetype != BYTES:
        raise Problem(415, "unsupported-media-type", f"Send the part as {BYTES}.")
    request.max_content_length = LARGEST_PART
    settings, owner = runtime().settings, caller().actor
    with runtime().reading() as connection:
        require_offset(find_upload(connection, owner, upload_id), query.offset)
    # A part comes as slowly as its line is: it is whole before a connection to the database is held for it.
    whole = path_of(settings, upload_id).with_suffix(f".{uuid4().hex}")
    try:
        whole.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copied(request.stream, whole)
        with runtime().pool.connection() as connection, whole.open("rb") as part:
            added = add_part(connection, settings, owner, upload_id, query.offset, part.read)
    except OSError as error:
        raise Problem(507, "no-room", f"The file cannot be kept: {error.strerror}.") from error
    finally:
        whole.unlink(missing_ok=True)
    return respond(_answer(added))


@uploads.delete("/<uuid:upload_id>")
@needs("imports:write")
@uploads.response(204)
def delete_upload(upload_id: UUID) -> Response:
    """Take it away; what was imported from it stays."""
    with runtime().pool.connection() as connection:
        remove_upload(connection, runtime().settings, caller().actor, upload_id)
    return respond(None, status=204)


def _answer(one: KeptUpload) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "size": one.size,
        "received": one.received,
        "complete": one.digest is not None,
        "created_at": instant(one.created_at),
        "changed_at": instant(one.changed_at),
    }
