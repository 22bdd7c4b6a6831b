"""The guide through an owner's first day over HTTP: what the shop's own state says is done, and what was skipped."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.access import needs
from api.requests import context, fresh, handle, read, respond, runtime
from api.schemas import Body, Flag, Many
from api.settings.routes import settings as settings
from domain.addresses import Address
from domain.guide import SetGuide
from domain.settings import ShopSettings
from domain.shop import GUIDE_STEPS, Guide, Shop
from projections.desk.first_steps import FirstSteps, first_steps

DONE, SKIPPED, OPEN = STATES = ("done", "skipped", "open")
VIEWS = ("orders", "products", "messages")


_SOME = validate.Length(max=len(GUIDE_STEPS))


def _step() -> fields.String:
    return fields.String(validate=validate.OneOf(GUIDE_STEPS))


class GuideForm(Body):
    """Steps that the owner confirmed as they are or skipped, and whether the guide is put away; left out: none, no."""

    confirmed = Many(
        fields.String(validate=validate.OneOf(GUIDE_STEPS)), validate=validate.Length(max=len(GUIDE_STEPS))
    )
    skipped = Many(fields.String(validate=validate.OneOf(GUIDE_STEPS)), validate=validate.Length(max=len(GUIDE_STEPS)))
    put_away = Flag()

    Loaded = Guide


class GuideStepAnswer(Body):
    """A step: `done` where the shop's state says so or it was confirmed, else `skipped` or `open`."""

    code = fields.String(required=True, validate=validate.OneOf(GUIDE_STEPS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    confirmed = fields.Boolean(required=True)


class GuideAnswer(Body):
    """The guide. `shown`: it is offered, until every step is done or skipped, it is put away, or the shop is at work.

    `sends_mail`: whether a mail server is set; without one mails are kept, not sent.
    """

    shown = fields.Boolean(required=True)
    put_away = fields.Boolean(required=True)
    sends_mail = fields.Boolean(required=True)
    steps = fields.List(fields.Nested(GuideStepAnswer), required=True)


@settings.get("/guide")
@needs("settings:read")
@settings.response(200, GuideAnswer)
def get_guide() -> Response:
    """How far the guide through the first day is; its ETag is that of the whole set-up."""
    shop, version = runtime().desk.set_up()
    return respond(guide_answer(shop), version=version)


@settings.put("/guide")
@needs("settings:write")
@settings.arguments(GuideForm)
@settings.response(200, GuideAnswer)
def set_guide(form: Guide) -> Response:
    """Confirm or skip steps of the guide, or put it away."""

    def render(changed: ShopSettings, shop: Shop) -> dict[str, Any]:
        return guide_answer(changed.shop)

    return handle(SetGuide(context=context(), guide=form), render=render)


def guide_answer(shop: Shop) -> dict[str, Any]:
    """The guide as the API shows it; of one that was put away nothing is looked up in the views."""
    for view in VIEWS:
        fresh(view)
    seen = read(first_steps)
    done = _done(shop, seen)
    states = [
        {
            "code": step,
            "state": DONE if step in done else SKIPPED if step in shop.guide.skipped else OPEN,
            "confirmed": step in shop.guide.confirmed,
        }
        for step in GUIDE_STEPS
    ]
    is_new = not seen.orders or bool(shop.guide.confirmed or shop.guide.skipped)
    is_open = any(one["state"] == OPEN for one in states)
    return {
        "shown": is_new and is_open and not shop.guide.put_away,
        "put_away": shop.guide.put_away,
        "sends_mail": bool(runtime().settings.smtp_url),
        "steps": states,
    }


def _done(shop: Shop, seen: FirstSteps) -> set[str]:
    """The steps that are done: told by the shop's state, or confirmed."""
    fresh_shop = Shop()
    ways = ("payment_methods", "shipping_methods")
    told = {
        "seller": shop.seller != Address(),
        "methods": any(getattr(shop, way) != getattr(fresh_shop, way) for way in ways),
        "catalogue": seen.products or seen.past_orders,
        "mail": seen.test_mails,
        "order": seen.orders,
    }
    return {step for step in GUIDE_STEPS if told[step]} | set(shop.guide.confirmed)
