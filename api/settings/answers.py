"""The forms of what the API answers about the shop's set-up."""

from __future__ import annotations

from marshmallow import fields

from api.orders.answers import AddressAnswer, TaxAnswer
from api.schemas import Body


def _text() -> fields.String:
    return fields.String(required=True)


def _labels() -> fields.Dict:
    about = {"description": "By language; the merchant's own word is the same in all"}
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=about)


def _flag() -> fields.Boolean:
    return fields.Boolean(required=True)


class DefinedStatusAnswer(Body):
    """A status, its stage, and what reaching it sets off."""

    code = _text()
    label = _text()
    labels = _labels()
    stage = _text()
    colour = _text()
    position = fields.Integer(required=True)
    deducts_stock = _flag()
    restores_stock = _flag()
    notifies_customer = _flag()
    notifies_administrators = _flag()
    needs_tracking = _flag()
    names = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "The merchant's own, in languages in which it is called otherwise than by `label`"},
    )


class PaymentMethodAnswer(Body):
    """A way to pay: `provider` takes the money (`manual`: the shop itself), at once or `later`, when it is captured."""

    code = _text()
    label = _text()
    labels = _labels()
    provider = _text()
    capture = _text()


class ShippingMethodAnswer(Body):
    """A way to send, and the carrier that usually takes it."""

    code = _text()
    label = _text()
    labels = _labels()
    carrier = _text()


class CarrierAnswer(Body):
    """A carrier, and where its parcels are followed."""

    code = _text()
    label = _text()
    tracking_url = _text()


class DefaultsAnswer(Body):
    """What a new order starts from."""

    currency = _text()
    prices_include_tax = _flag()
    locale = _text()
    number_prefix = _text()
    timezone = _text()
    tax_rate = fields.String(required=True, allow_none=True, metadata={"example": "20.00"})
    taxes = fields.List(fields.Nested(TaxAnswer), required=True, allow_none=True)


class TagRuleAnswer(Body):
    """Which SKUs tag whoever buys them, with what, and when."""

    pattern = _text()
    tags = fields.List(fields.String(), required=True)
    on = _text()


class TaggedAnswer(Body):
    """A customer who would have been given tags, and the order that earned them."""

    order_id = fields.UUID(required=True)
    number = _text()
    customer_id = fields.UUID(required=True)
    at = fields.DateTime(required=True)
    tags = fields.List(fields.String(), required=True)


class TagSimulationAnswer(Body):
    """How often tags would have been given, and the first thousand times."""

    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(TaggedAnswer), required=True)


class ShopAnswer(Body):
    """The whole set-up."""

    statuses = fields.List(fields.Nested(DefinedStatusAnswer), required=True)
    payment_methods = fields.List(fields.Nested(PaymentMethodAnswer), required=True)
    shipping_methods = fields.List(fields.Nested(ShippingMethodAnswer), required=True)
    carriers = fields.List(fields.Nested(CarrierAnswer), required=True)
    seller = fields.Nested(AddressAnswer, required=True)
    defaults = fields.Nested(DefaultsAnswer, required=True)
    tag_rules = fields.List(fields.Nested(TagRuleAnswer), required=True)
    administrators = fields.List(fields.String(), required=True)
    payment_received = fields.Boolean(required=True)
    refund_made = fields.Boolean(required=True)


class TransitionsAnswer(Body):
    """The stages, from each those it may move to, and the shop's statuses on them."""

    stages = fields.List(fields.String(), required=True)
    transitions = fields.Dict(fields.String(), fields.List(fields.String()), required=True)
    statuses = fields.List(fields.Nested(DefinedStatusAnswer), required=True)
