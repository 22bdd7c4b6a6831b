"""The forms of what the API answers about orders, as its description shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.schemas import Body, MoneyAnswer


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _maybe() -> fields.String:
    return _text(allow_none=True)


def _money(**options: Any) -> Any:
    return fields.Nested(MoneyAnswer, required=True, **options)


def _number() -> fields.Integer:
    return fields.Integer(required=True)


def _rate() -> fields.String:
    return _text(metadata={"description": "In percent", "example": "20.00"})


def _instant(**options: Any) -> fields.DateTime:
    return fields.DateTime(required=True, **options)


def _list(form: type[Body]) -> Any:
    return fields.List(fields.Nested(form), required=True)


class StatusAnswer(Body):
    """A status by code, label and stage."""

    code = _text()
    label = _text()
    stage = _text()


class BuyerAnswer(Body):
    """Whose order it is; `erased` when the person was forgotten."""

    id = fields.UUID(required=True)
    name = _maybe()
    email = _maybe()
    erased = fields.Boolean()


class AddressAnswer(Body):
    """A postal address; a field of which nothing is known is empty."""

    name = _text()
    company = _text()
    line1 = _text()
    line2 = _text()
    postcode = _text()
    city = _text()
    region = _text()
    country = _text()
    phone = _text()
    email = _text()
    vat_number = _text()


class OrderRowAnswer(Body):
    """The head of an order, as lists show it."""

    id = fields.UUID(required=True)
    number = _text()
    version = _number()
    created_at = _instant()
    placed_at = _instant(allow_none=True)
    currency = _text()
    status = fields.Nested(StatusAnswer, required=True)
    payment_status = _text()
    fulfilment_status = _text()
    return_status = _text()
    dispute_status = _text()
    customer = fields.Nested(BuyerAnswer, required=True, allow_none=True)
    operator = _maybe()
    source = _maybe()
    payment_method = _maybe()
    shipping_method = _maybe()
    tags = fields.List(fields.String(), required=True)
    archived = fields.Boolean(required=True)
    total = _money()
    paid = _money()
    refunded = _money()
    balance = _money(metadata={"description": "Still due; negative is the customer's credit"})


class LineAnswer(Body):
    """A line with its part of every discount and tax; no unit price where an import told none."""

    id = _text()
    sku = _text()
    name = _text()
    quantity = _number()
    unit_price = _money(allow_none=True)
    discount = _money()
    tax_rate = _rate()
    tax = _money()
    total = _money()


class CouponOnOrderAnswer(Body):
    """A coupon and what it takes off."""

    code = _text()
    kind = _text()
    discount = _money()


class TaxAnswer(Body):
    """The tax at one rate, and the net it is taken on."""

    rate = _rate()
    net = _money()
    tax = _money()


class PaymentAnswer(Body):
    """Money that came in: `captured`, only promised (`authorized`) or taken back out (`voided`).

    `requested` of a provider it is not there yet, `failed` it is not coming; `asked` is what a provider is asked to do
    with it now (take, authorize, capture, void), `failure` why it last did not.
    """

    id = _text()
    amount = _money()
    method = _text()
    state = _text()
    reference = _text()
    provider = _maybe()
    asked = _maybe()
    failure = _maybe()
    at = _instant()


class UnitsAnswer(Body):
    """So many units of a line."""

    item = _text()
    quantity = _number()


class RefundedUnitsAnswer(UnitsAnswer):
    """So many units of a line given back, and for how much."""

    amount = _money()


class RefundAnswer(Body):
    """Money that went back."""

    id = _text()
    amount = _money()
    items = _list(RefundedUnitsAnswer)
    shipping = _money()
    goodwill = _money()
    method = _text()
    reference = _text()
    reason = _maybe()
    at = _instant()
    payment = _maybe()
    state = _text()
    failure = _maybe()


class ShipmentAnswer(Body):
    """A parcel: `shipped`, `delivered` or `cancelled`."""

    number = _number()
    carrier = _text()
    tracking_code = _text()
    tracking_url = _maybe()
    state = _text()
    items = _list(UnitsAnswer)
    at = _instant()


class ReceivedUnitsAnswer(UnitsAnswer):
    """So many units of a line that came back: `new`, `opened` or `damaged`."""

    condition = _text()
    restock = fields.Boolean(required=True)


class ReturnAnswer(Body):
    """Goods that come back: `requested`, `received`, `settled` or `cancelled`."""

    number = _number()
    state = _text()
    items = _list(UnitsAnswer)
    received = _list(ReceivedUnitsAnswer)
    reason = _maybe()
    refund = _maybe()
    exchange = fields.UUID(required=True, allow_none=True)
    note = _maybe()
    at = _instant()


class ExchangeOfAnswer(Body):
    """The order and the return that this order is sent in exchange for, and what those goods are worth to it."""

    order_id = fields.UUID(required=True)
    number = _text()
    return_number = _number()
    credit = _money()


class NoteAnswer(Body):
    """A word between operators; no text where the person it was about was forgotten."""

    id = _text()
    text = _maybe()
    author = _text()
    at = _instant()
    revised_at = _instant(allow_none=True)


class ImportedAnswer(Body):
    """Where an order of the past came from, and the total told there."""

    source = _text()
    external_id = _text()
    total = _text()
    remarks = fields.List(fields.String(), required=True)


class ActionAnswer(Body):
    """A thing that can be done next, or the reason why it cannot."""

    action = _text()
    allowed = fields.Boolean(required=True)
    reason = _maybe()
    status = fields.Nested(StatusAnswer)


class QuoteAnswer(Body):
    """What a cart costs."""

    currency = _text()
    prices_include_tax = fields.Boolean(required=True)
    items = _list(LineAnswer)
    coupons = _list(CouponOnOrderAnswer)
    discount = _money(metadata={"description": "Of the whole order, as it was set"})
    discount_total = _money(metadata={"description": "What coupons and the order's discount take off the lines"})
    subtotal = _money(metadata={"description": "The lines after their own discounts, as priced"})
    shipping_charge = _money()
    shipping_total = _money(metadata={"description": "With tax, after free shipping"})
    taxes = _list(TaxAnswer)
    net = _money()
    tax = _money()
    total = _money()


class OrderAnswer(OrderRowAnswer, QuoteAnswer):
    """An order in full: its head, cart, money, parcels, notes and what can be done next."""

    locale = _text()
    adjustment = _money(metadata={"description": "What leads to the total an import told"})
    billing_address = fields.Nested(AddressAnswer, required=True, allow_none=True)
    shipping_address = fields.Nested(AddressAnswer, required=True, allow_none=True)
    payments = _list(PaymentAnswer)
    refunds = _list(RefundAnswer)
    shipments = _list(ShipmentAnswer)
    returns = _list(ReturnAnswer)
    notes = _list(NoteAnswer)
    exchange_of = fields.Nested(ExchangeOfAnswer, required=True, allow_none=True)
    imported = fields.Nested(ImportedAnswer, required=True, allow_none=True)
    next_actions = _list(ActionAnswer)
