"""The shop's set-up over HTTP: statuses, payment and shipping methods, carriers, seller, defaults."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Response
from marshmallow import Schema, ValidationError, fields, post_load, validate
from msgspec import Struct
from msgspec.structs import replace

from api.access import needs
from api.bodies import Resource
from api.orders.cart_forms import TaxRate, tax_list, taxes_of
from api.orders.line_answers import tax_answers, taxes_rate
from api.problems import CodedMessage
from api.requests import context, handle, respond, runtime
from api.schemas import (
    Body,
    ByName,
    Code,
    CodedForm,
    Flag,
    Many,
    Text,
    Whole,
    WholeAddressForm,
    address,
    instant,
    page_form,
)
from api.settings.answers import (
    CarrierAnswer,
    DefinedStatusAnswer,
    PaymentMethodAnswer,
    ShippingMethodAnswer,
    ShopAnswer,
    TagRuleAnswer,
    TagSimulationAnswer,
    TransitionsAnswer,
)
from api.spans import MOST_LOOKED_AT, MOST_SHOWN, SpanQuery
from domain import texts
from domain.addresses import Address
from domain.customers import EMAIL_LIMIT
from domain.labels import Kind, labels_of, names_of, status_labels
from domain.methods import (
    DefineCarrier,
    DefinePaymentMethod,
    DefineShippingMethod,
    RetireCarrier,
    RetirePaymentMethod,
    RetireShippingMethod,
)
from domain.orders.items import plain_taxes
from domain.settings import (
    CAPTURES,
    PROVIDERS,
    Carrier,
    Defaults,
    DefineStatus,
    PaymentMethod,
    RetireStatus,
    SetDefaults,
    SetSeller,
    SettingsCommand,
    ShippingMethod,
    Shop,
    ShopSettings,
)
from domain.shop import LOCALES, TagRule
from domain.statuses import STAGES, TRANSITIONS, MerchantStatus, StatusName
from domain.tag_rules import MAX_RULES, MAX_TAGS_OF_RULE, MOMENTS, SetTagRules
from domain.templates import MAX_ADMINISTRATORS, SetNotifications
from projections.desk.simulation import Tagged, simulate_tag_rules

settings = Resource("settings", __name__, url_prefix="/settings", description="How the shop is set up")
meta = Resource("meta", __name__, url_prefix="/meta", description="What holds for every shop")


class StatusForm(CodedForm):
    """A status on a stage, and what reaching it sets off."""

    label = Text(texts.NAME, filled=True, required=True)
    stage = Text(texts.CODE, filled=True, required=True)
    colour = Text(7, filled=True)
    position = Whole(0, 10_000)
    deducts_stock = Flag()
    restores_stock = Flag()
    notifies_customer = Flag()
    notifies_administrators = Flag()
    needs_tracking = Flag()
    names = ByName(
        keys=fields.String(validate=validate.OneOf(LOCALES)),
        values=Text(texts.NAME, filled=True),
        metadata={"description": "In languages in which it is called otherwise than by `label`", "example": {}},
    )

    Loaded = MerchantStatus

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> MerchantStatus:
        """The status, whose code is still to be filled in."""
        names: dict[str, str] = facts.pop("names", {})
        return MerchantStatus(code="", names=tuple(StatusName(*one) for one in sorted(names.items())), **facts)


class PaymentMethodForm(CodedForm):
    """A way to pay: `provider` takes the money (`manual`: the shop itself), at once or `later`, when it is captured."""

    label = Text(texts.NAME, filled=True, required=True)
    provider = fields.String(validate=validate.OneOf(PROVIDERS))
    capture = fields.String(validate=validate.OneOf(CAPTURES))

    Loaded = PaymentMethod


class ShippingMethodForm(CodedForm):
    """A way to send, and the carrier that usually takes it."""

    label = Text(texts.NAME, filled=True, required=True)
    carrier = Text(texts.NAME)

    Loaded = ShippingMethod


class CarrierForm(CodedForm):
    """A carrier, and where its parcels are followed: an https address with `{code}`."""

    label = Text(texts.NAME, filled=True, required=True)
    tracking_url = Text(texts.LINE)

    Loaded = Carrier


class NotificationsForm(Body):
    """The e-mail addresses of those who are told by mail as administrators, and what customers are mailed by itself.

    A mail that a payment was received, and one that a refund was made, is sent unless it is switched off.
    """

    administrators = Many(
        Text(EMAIL_LIMIT, filled=True), required=True, validate=validate.Length(max=MAX_ADMINISTRATORS)
    )
    payment_received = Flag()
    refund_made = Flag()

    class Loaded(Struct, frozen=True, kw_only=True):
        administrators: tuple[str, ...]
        payment_received: bool | None = None
        refund_made: bool | None = None


class TagRuleForm(Body):
    """Whoever buys a SKU of this pattern (`*`: any characters) is tagged, when the order is placed or paid."""

    pattern = Code(required=True)
    tags = Many(Code(), required=True, validate=validate.Length(1, MAX_TAGS_OF_RULE))
    on = fields.String(required=True, validate=validate.OneOf(MOMENTS))

    Loaded = TagRule


class TagRulesForm(Body):
    """All the rules; none: nobody is tagged."""

    rules = Many(fields.Nested(TagRuleForm), required=True, validate=validate.Length(max=MAX_RULES))

    class Loaded(Struct, frozen=True, kw_only=True):
        rules: tuple[TagRule, ...]


def _is_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(
            [CodedMessage("There is no such time zone; write it like Europe/Paris.", "unknown-zone")]
        ) from None


class DefaultsForm(Body):
    """What a new order starts from."""

    currency = Text(3, filled=True)
    prices_include_tax = Flag()
    locale = Text(5, filled=True)
    number_prefix = Text(12)
    timezone = Text(texts.CODE, filled=True, validate=_is_zone)
    tax_rate = TaxRate(metadata={"description": "Of lines and shipping that name none"})
    taxes = tax_list()

    Loaded = Defaults

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Defaults:
        """The defaults."""
        taxes = taxes_of(facts.pop("tax_rate", None), facts.pop("taxes", None))
        return Defaults(taxes=None if taxes is None else plain_taxes(taxes), **facts)


def _listed(things: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: getattr(thing, name) for name in thing.__struct_fields__} for thing in things.values()]


def _defaults(defaults: Defaults) -> dict[str, Any]:
    """Defaults with their taxes: null where lines that name none bear none and say so."""
    taxes = defaults.taxes
    facts = _listed({"": defaults})[0]
    return {**facts, "tax_rate": taxes_rate(taxes), "taxes": None if taxes is None else tax_answers(taxes)}


def _labelled(kind: Kind, parts: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts with what each is called in every language."""
    listed = _listed(parts)
    return [{**one, "labels": labels_of(kind, one["code"], one["label"])} for one in listed]


def _statuses(shop: Shop) -> list[dict[str, Any]]:
    """The statuses with what each is called."""
    statuses = shop.statuses
    return [
        {**one, "names": names_of(statuses[one["code"]]), "labels": status_labels(statuses[one["code"]])}
        for one in _listed(statuses)
    ]


def shop_answer(shop: Shop) -> dict[str, Any]:
    """The whole set-up."""
    return {
        "statuses": _statuses(shop),
        "payment_methods": _labelled("payment_method", shop.payment_methods),
        "shipping_methods": _labelled("shipping_method", shop.shipping_methods),
        "carriers": _listed(shop.carriers),
        "seller": address(shop.seller),
        "defaults": _defaults(shop.defaults),
        "tag_rules": list(shop.tag_rules),
        "administrators": shop.administrators,
        "payment_received": shop.payment_received,
        "refund_made": shop.refund_made,
    }


def _changed(command: SettingsCommand) -> Response:
    def render(changed: ShopSettings, shop: Shop) -> dict[str, Any]:
        return shop_answer(changed.shop)

    return handle(command, render=render)


@meta.get("/transitions")
@needs("settings:read")
@meta.response(200, TransitionsAnswer)
def get_transitions() -> Response:
    """The table of legal moves between stages, and the shop's statuses on them."""
    shop = runtime().desk.shop()
    return respond({"stages": STAGES, "transitions": TRANSITIONS, "statuses": _statuses(shop)})


@settings.get("")
@needs("settings:read")
@settings.response(200, ShopAnswer)
def get_settings() -> Response:
    """The whole set-up; its ETag is of all of it, papers and templates included."""
    shop, version = runtime().desk.set_up()
    return respond(shop_answer(shop), version=version)


@settings.put("/seller")
@needs("settings:write")
@settings.arguments(WholeAddressForm)
@settings.response(200, ShopAnswer)
def set_seller(form: Address) -> Response:
    """Say who sells."""
    return _changed(SetSeller(context=context(), seller=form))


@settings.put("/notifications")
@needs("settings:write", personal=True)
@settings.arguments(NotificationsForm)
@settings.response(200, ShopAnswer)
def set_notifications(form: NotificationsForm.Loaded) -> Response:
    """Say who is told by mail as an administrator, and which mails customers are sent; what is left out stays."""
    command = SetNotifications(
        context=context(),
        administrators=form.administrators,
        payment_received=form.payment_received,
        refund_made=form.refund_made,
    )
    return _changed(command)


@settings.put("/defaults")
@needs("settings:write")
@settings.arguments(DefaultsForm)
@settings.response(200, ShopAnswer)
def set_defaults(form: Defaults) -> Response:
    """Say what a new order starts from; what is left out is as delivered."""
    return _changed(SetDefaults(context=context(), defaults=form))


@settings.get("/tag-rules")
@needs("settings:read")
@settings.response(200, page_form(TagRuleAnswer))
def get_tag_rules() -> Response:
    """Which purchases tag their customers."""
    return respond({"items": list(runtime().desk.shop().tag_rules), "next": None})


@settings.put("/tag-rules")
@needs("settings:write")
@settings.arguments(TagRulesForm)
@settings.response(200, ShopAnswer)
def set_tag_rules(form: TagRulesForm.Loaded) -> Response:
    """Say which purchases tag their customers, from now on."""
    return _changed(SetTagRules(context=context(), rules=form.rules))


@settings.post("/tag-rules/simulate")
@needs("marketing:read")
@settings.arguments(SpanQuery, location="query")
@settings.arguments(TagRulesForm)
@settings.response(200, TagSimulationAnswer)
def simulate_rules(span: SpanQuery.Loaded, form: TagRulesForm.Loaded) -> Response:
    """Whom these rules would have tagged in a span of the past; nobody is."""
    shop = replace(runtime().desk.shop(), tag_rules=form.rules)
    tagged = list(islice(simulate_tag_rules(runtime().log, shop, span.start, span.end), MOST_LOOKED_AT))
    return respond({"count": len(tagged), "items": [_tagged_answer(one) for one in tagged[:MOST_SHOWN]]})


def _tagged_answer(tagged: Tagged) -> dict[str, Any]:
    ids = {name: str(getattr(tagged, name)) for name in ("order_id", "customer_id")}
    return {**tagged._asdict(), **ids, "at": instant(tagged.at), "tags": list(tagged.tags)}


def _offer(
    part: str,
    form: type[CodedForm],
    shown: type[Schema],
    define: Callable[[Any], SettingsCommand],
    retire: Callable[..., SettingsCommand],
) -> None:
    """The three routes of one part of the set-up: all of it, one defined, one retired."""

    @settings.get(f"/{part}", endpoint=f"get_{part}")
    @needs("settings:read")
    @settings.response(200, page_form(shown))
    def get_part() -> Response:
        """All of one part of the set-up."""
        return respond({"items": shop_answer(runtime().desk.shop())[part.replace("-", "_")], "next": None})

    @settings.put(f"/{part}/<string:code>", endpoint=f"define_{part}")
    @needs("settings:write")
    @settings.arguments(form)
    @settings.response(200, ShopAnswer)
    def define_one(part: Struct, code: str) -> Response:
        """Define or change one."""
        return _changed(define(replace(part, code=code)))

    @settings.delete(f"/{part}/<string:code>", endpoint=f"retire_{part}")
    @needs("settings:write")
    @settings.response(200, ShopAnswer)
    def retire_one(code: str) -> Response:
        """Offer one no longer."""
        return _changed(retire(context=context(), code=code))


_offer(
    "statuses",
    StatusForm,
    DefinedStatusAnswer,
    lambda status: DefineStatus(context=context(), status=status),
    RetireStatus,
)
_offer(
    "payment-methods",
    PaymentMethodForm,
    PaymentMethodAnswer,
    lambda method: DefinePaymentMethod(context=context(), method=method),
    RetirePaymentMethod,
)
_offer(
    "shipping-methods",
    ShippingMethodForm,
    ShippingMethodAnswer,
    lambda method: DefineShippingMethod(context=context(), method=method),
    RetireShippingMethod,
)
_offer(
    "carriers",
    CarrierForm,
    CarrierAnswer,
    lambda carrier: DefineCarrier(context=context(), carrier=carrier),
    RetireCarrier,
)
