"""Coupons over HTTP: brought out, changed, disabled, and how often each was used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple, cast, get_args

from flask import Response
from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.instants import Instant
from api.lists import ListQuery, ListRequest, page_answer, sorts
from api.orders.cart_forms import Rate, ReasonForm, one_currency
from api.orders.rendering import rate_text
from api.problems import CodedMessage, plain_sentence
from api.requests import context, fresh, handle, respond, runtime
from api.schemas import Body, Code, Flag, Many, MoneyAnswer, MoneyForm, Text, Whole, instant, money, page_form
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
from projections.log import NothingRecorded
from projections.views.coupons import (
    LISTING,
    SORTS,
    CouponFilters,
    CouponHead,
    State,
)

coupons = Resource("coupons", __name__, url_prefix="/coupons", description="Coupons and their rules")
MOST_USES = 10**9
KINDS: tuple[CouponKind, ...] = get_args(CouponKind)
STATES: tuple[State, ...] = get_args(State)


def _texts(most: int, description: str) -> Many:
    return Many(Code(), validate=validate.Length(max=most), metadata={"description": description})


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

    Loaded = CouponRules

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The rules, which hold together."""
        amount, minimum = facts.pop("amount", None), facts.pop("minimum", None)
        value = {"percent": facts.pop("percent", 0), "amount": amount.minor if amount else 0}.get(facts["kind"], 0)
        rules = CouponRules(
            value=value,
            currency=one_currency("", {"amount": amount, "minimum": minimum}),
            minimum=minimum.minor if minimum else 0,
            patterns=facts.pop("sku_patterns", ()),
            **facts,
        )
        try:
            check_rules(rules)
        except DomainError as error:
            place = error.pointer.removeprefix("/").partition("/")[0]
            place = rules.kind if place in ("value", "currency") else place
            raise ValidationError({place: [CodedMessage(plain_sentence(error), error.code)]}) from None
        return rules


class ChangedRules(NamedTuple):
    """Other rules for a coupon, and why."""

    rules: CouponRules
    reason: str | None


class ChangedRulesForm(RulesForm):
    """Other rules for a coupon, and why."""

    reason = Text(texts.LINE)

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> ChangedRules:
        """The rules, and the reason."""
        reason = facts.pop("reason", None)
        return ChangedRules(super().made(facts), reason)


class CouponsQuery(ListQuery):
    """A part of the code, the kind, and whether the coupon can be used now."""

    q = Text(texts.NAME, filled=True)
    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf(STATES))
    sort = sorts(SORTS)

    class Filters(Struct, frozen=True, kw_only=True):
        q: str | None = None
        kind: CouponKind | None = None
        state: State | None = None


class CouponForm(Body):
    """A new coupon: its code and its rules."""

    code = Code(required=True)
    rules = fields.Nested(RulesForm, required=True)
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        code: str
        rules: CouponRules
        reason: str | None = None


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


def coupon_filters(asked: CouponsQuery.Filters, at: datetime) -> CouponFilters:
    """The filters of a query, which ask for the state of every coupon at an instant."""
    return CouponFilters(at=at, q=asked.q, kind=asked.kind, state=asked.state)


@coupons.get("")
@needs("coupons:read")
@coupons.arguments(CouponsQuery, location="query")
@coupons.response(200, page_form(CouponRowAnswer, counted=True))
def get_coupons(query: ListRequest[CouponsQuery.Filters]) -> Response:
    """All coupons by code."""
    fresh("coupons", anywhere=True)
    filters = coupon_filters(query.filters, datetime.now(UTC))
    return page_answer(query, LISTING, filters, _row_answer)


def _row_answer(row: CouponHead) -> dict[str, Any]:
    rules = CouponRules(
        kind=cast("CouponKind", row.kind),
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
def create_coupon(form: CouponForm.Loaded) -> Response:
    """Bring out a coupon."""
    command = CreateCoupon(context=context(form.reason), code=form.code, rules=form.rules)
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
def change_coupon(form: ChangedRules, code: str) -> Response:
    """Give a coupon other rules; orders that hold it keep their terms."""
    return handle(
        ChangeCoupon(coupon_id=coupon_id_of(code), context=context(form.reason), rules=form.rules), render=coupon_answer
    )


@coupons.post("/<string:code>/disable")
@needs("coupons:write")
@coupons.arguments(ReasonForm)
@coupons.response(200, CouponAnswer)
def disable_coupon(form: ReasonForm.Loaded, code: str) -> Response:
    """Let nobody use a coupon any more."""
    given = context(form.reason)
    return handle(DisableCoupon(coupon_id=coupon_id_of(code), context=given), render=coupon_answer)


@coupons.post("/<string:code>/enable")
@needs("coupons:write")
@coupons.arguments(ReasonForm)
@coupons.response(200, CouponAnswer)
def enable_coupon(form: ReasonForm.Loaded, code: str) -> Response:
    """Let a disabled coupon be used again."""
    given = context(form.reason)
    return handle(EnableCoupon(coupon_id=coupon_id_of(code), context=given), render=coupon_answer)
