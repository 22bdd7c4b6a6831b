"""Retention over HTTP: how long each kind of thing is kept, and when that was last seen to."""

from __future__ import annotations

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.bodies import Resource
from api.requests import respond, runtime
from api.schemas import Body, instant
from projections.work.retention import KINDS, runs

retention = Resource("retention", __name__, url_prefix="/retention", description="How long what is kept")


class RetainedAnswer(Body):
    """A kind of thing: how long it is kept by which setting, and the last look at it, null before the first."""

    kind = fields.String(required=True)
    what = fields.String(required=True)
    setting = fields.String(required=True)
    kept = fields.Integer(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(("hours", "days", "years")))
    last_run_at = fields.DateTime(required=True, allow_none=True)
    deleted = fields.Integer(required=True, allow_none=True)
    deleted_in_all = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


class RetentionAnswer(Body):
    """Every kind that is kept for a time only."""

    items = fields.List(fields.Nested(RetainedAnswer), required=True)


@retention.get("")
@needs("effects:read")
@retention.response(200, RetentionAnswer)
def get_retention() -> Response:
    """How long each kind of thing is kept, and what the last nightly look deleted of it."""
    with runtime().reading() as connection:
        known = runs(connection)
    items = []
    for kind in KINDS:
        run = known.get(kind.name)
        items.append(
            {
                "kind": kind.name,
                "what": kind.what,
                "setting": f"CARNET_{kind.setting.upper()}",
                "kept": getattr(runtime().settings, kind.setting),
                "unit": kind.unit,
                "last_run_at": instant(run.ran_at) if run else None,
                "deleted": run.deleted if run else None,
                "deleted_in_all": run.deleted_in_all if run else None,
                "error": run.error if run else None,
            }
        )
    return respond({"items": items})
