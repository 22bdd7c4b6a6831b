"""Coupons over HTTP: brought out, changed, disabled, and how often each was used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate

from api.access import needs
from api.bodies import Resource
from api.instants import Instant
from api.lists import ListQuery, page_answer, sorts
from api.orders.cart_forms import Rate, ReasonForm, one_currency
from api.orders.rendering import rate_text
from api.problems import CodedMessage
from api.requests import context, fresh, handle, respond, runtime
from api.schemas import Body, Code, Flag, MoneyAnswer, MoneyForm, Text, Whole, instant, money, page_form
from domain import texts
from domain.coupons import (
    ChangeCoupon,
    Coupon,
    CouponNotFound,
    CouponRules,
    CreateCoupon,
    DisableCoupon,
    EnableCoupon,
    coupon_id_of,
)
from domain.coupons.rules import MOST_PATTERNS, MOST_PRODUCTS, MOST_TAGS, check_rules
from domain.errors import DomainError
from domain.pricing import CouponKind
from domain.settings import Shop
from projections.coupons import (
    LISTING,
    SORTS,
    CouponFilters,
    CouponHead,
)
from projections.log import NothingRecorded

coupons = Resource("coupons", __name__, url_prefix="/coupons", description="Coupons and their rules")
MOST_USES = 10**9
KINDS = ("percent", "amount", "free_shipping")
STATES = ("active", "scheduled", "expired", "used_up", "disabled")


def _texts(most: int, description: str) -> fields.List[Any]:
    return fields.List(Code(), validate=validate.Length(max=most), metadata={"description": description})


class RulesForm(Body):
    """What a coupon gives, and when and for whom: `percent` as text, `amount` as money, or free shipping."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    percent = Rate()
    amount = fields.Nested(MoneyForm)
    minimum = fields.Nested(MoneyForm)
    valid_from = Instant()
    valid_until = Instant()
    limit = Whole(1, MOST_USES)
    limit_per_customer = Whole(1, MOST_USES)
    combines = Flag(metadata={"description": "Whether others may stand beside it; left out: yes"})
    multiplies = Flag(metadata={"description": "Its percentage is taken of what other coupons leave; left out: no"})
    products = _texts(MOST_PRODUCTS, "SKUs that it is for")
    sku_patterns = _texts(MOST_PATTERNS, "Patterns of SKUs that it is for; * stands for any characters")
    tags = _texts(MOST_TAGS, "The order or its customer carries one of these")
    most_items = Whole(1, MOST_USES, metadata={"description": "The dearest units that it is for, so many"})

    @post_load
    def made(self, told: dict[str, Any], **_: Any) -> CouponRules:
        amount, minimum = told.get("amount"), told.get("minimum")
        value = {"percent": told.get("percent", 0), "amount": amount.minor if amount else 0}.get(told["kind"], 0)
        names = ("valid_from", "valid_until", "limit", "limit_per_customer", "combines", "multiplies", "most_items")
        rules = CouponRules(
            kind=told["kind"],
            value=value,
            currency=one_currency("", {"amount": amount, "minimum": minimum}),
            minimum=minimum.minor if minimum else 0,
            products=tuple(told.get("products", ())),
            patterns=tuple(told.get("sku_patterns", ())),
            tags=tuple(told.get("tags", ())),
            **{name: told[name] for name in names if name in told},
        )
        try:
            check_rules(rules)
        except DomainError as error:
            place = error.pointer.removeprefix("/").partition("/")[0]
            place = rules.kind if place in ("value", "currency") else place
            raise ValidationError({place: [CodedMessage(str(error), error.code)]}) from None
        return rules


class ChangedRulesForm(RulesForm):
    """Other rules for a coupon, and why."""

    reason = Text(texts.LINE)

    @post_load
    def made(self, told: dict[str, Any], **_: Any) -> Any:
        """The rules, and the reason."""
        reason = told.pop("reason", None)
        return super().made(told), reason


class CouponsQuery(ListQuery):
    """A part of the code, the kind, and whether the coupon can be used now."""

    q = Text(texts.NAME, filled=True)
    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf(STATES))
    sort = sorts(SORTS)


class CouponForm(Body):
    """A new coupon: its code and its rules."""

    code = Code(required=True)
    rules = fields.Nested(RulesForm, required=True)
    reason = Text(texts.LINE)


class RulesAnswer(Body):
    """What a coupon gives, and when and for whom; null where nothing is told."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    percent = fields.String(required=True, allow_none=True)
    amount = fields.Nested(MoneyAnswer, required=True, allow_none=True)
    minimum = fields.Nested(MoneyAnswer, required=True, allow_none=True)
    valid_from = fields.DateTime(required=True, allow_none=True)
    valid_until = fields.DateTime(required=True, allow_none=True)
    limit = fields.Integer(required=True, allow_none=True)
    limit_per_customer = fields.Integer(required=True, allow_none=True)
    combines = fields.Boolean(required=True)
    multiplies = fields.Boolean(required=True)
    products = fields.List(fields.String(), required=True)
    sku_patterns = fields.List(fields.String(), required=True)
    tags = fields.List(fields.String(), required=True)
    most_items = fields.Integer(required=True, allow_none=True)


class CouponAnswer(Body):
    """A coupon, its rules, and how many orders use it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    uses = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    rules = fields.Nested(RulesAnswer, required=True)


class CouponRowAnswer(Body):
    """A coupon as the list shows it, with whether it can be used now."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    uses = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    rules = fields.Nested(RulesAnswer, required=True)


def rules_answer(rules: CouponRules) -> dict[str, Any]:
    """A coupon's rules as the API shows them."""
    return {
        "kind": rules.kind,
        "percent": rate_text(rules.value) if rules.kind == "percent" else None,
        "amount": money(rules.value, rules.currency) if rules.kind == "amount" else None,
        "minimum": money(rules.minimum, rules.currency) if rules.minimum else None,
        "valid_from": instant(rules.valid_from),
        "valid_until": instant(rules.valid_until),
        "limit": rules.limit,
        "limit_per_customer": rules.limit_per_customer,
        "combines": rules.combines,
        "multiplies": rules.multiplies,
        "products": rules.products,
        "sku_patterns": rules.patterns,
        "tags": rules.tags,
        "most_items": rules.most_items,
    }


def coupon_answer(coupon: Coupon, shop: Shop | None = None) -> dict[str, Any]:
    """A coupon as the API shows it."""
    return {
        "id": str(coupon.id),
        "version": coupon.version,
        "code": coupon.code,
        "enabled": coupon.is_enabled,
        "uses": len(coupon.uses),
        "created_at": instant(coupon.created_at),
        "rules": rules_answer(coupon.rules),
    }


@coupons.get("")
@needs("coupons:read")
@coupons.arguments(CouponsQuery, location="query")
@coupons.response(200, page_form(CouponRowAnswer, counted=True))
def get_coupons(told: dict[str, Any]) -> Response:
    """All coupons by code."""
    fresh("coupons", anywhere=True)
    filters = CouponFilters(
        at=datetime.now(UTC), **{name: told[name] for name in ("q", "kind", "state") if name in told}
    )
    return page_answer(told, LISTING, filters, _row_answer)


def _row_answer(row: CouponHead) -> dict[str, Any]:
    rules = CouponRules(
        kind=cast(CouponKind, row.kind),
        value=row.value,
        currency=row.currency,
        minimum=row.minimum,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        limit=row.usage_limit,
        limit_per_customer=row.limit_per_customer,
        combines=row.combines,
        multiplies=row.multiplies,
        products=tuple(row.products),
        patterns=tuple(row.patterns),
        tags=tuple(row.tags),
        most_items=row.most_items,
    )
    return {
        "id": str(row.id),
        "code": row.code,
        "enabled": row.is_enabled,
        "state": row.state,
        "uses": row.uses,
        "created_at": instant(row.created_at),
        "rules": rules_answer(rules),
    }


@coupons.post("")
@needs("coupons:write")
@coupons.arguments(CouponForm)
@coupons.response(201, CouponAnswer)
def create_coupon(told: dict[str, Any]) -> Response:
    """Bring out a coupon."""
    command = CreateCoupon(context=context(told.get("reason")), code=told["code"], rules=told["rules"])
    return handle(command, render=coupon_answer, status=201, location=lambda coupon: f"/api/v1/coupons/{coupon.code}")


@coupons.get("/<string:code>")
@needs("coupons:read")
@coupons.response(200, CouponAnswer)
def get_coupon(code: str) -> Response:
    """One coupon by its code."""
    try:
        coupon = runtime().log.load(Coupon, coupon_id_of(code))
    except NothingRecorded:
        raise CouponNotFound from None
    return respond(coupon_answer(coupon), version=coupon.version)


@coupons.put("/<string:code>/rules")
@needs("coupons:write")
@coupons.arguments(ChangedRulesForm)
@coupons.response(200, CouponAnswer)
def change_coupon(told: tuple[CouponRules, str | None], code: str) -> Response:
    """Give a coupon other rules; orders that hold it keep their terms."""
    rules, reason = told
    return handle(
        ChangeCoupon(coupon_id=coupon_id_of(code), context=context(reason), rules=rules), render=coupon_answer
    )


@coupons.post("/<string:code>/disable")
@needs("coupons:write")
@coupons.arguments(ReasonForm)
@coupons.response(200, CouponAnswer)
def disable_coupon(told: dict[str, Any], code: str) -> Response:
    """Let nobody use a coupon any more."""
    given = context(told.get("reason"))
    return handle(DisableCoupon(coupon_id=coupon_id_of(code), context=given), render=coupon_answer)


@coupons.post("/<string:code>/enable")
@needs("coupons:write")
@coupons.arguments(ReasonForm)
@coupons.response(200, CouponAnswer)
def enable_coupon(told: dict[str, Any], code: str) -> Response:
    """Let a disabled coupon be used again."""
    given = context(told.get("reason"))
    return handle(EnableCoupon(coupon_id=coupon_id_of(code), context=given), render=coupon_answer)
