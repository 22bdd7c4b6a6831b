"""The forms of what the API answers about orders, as its description shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.orders.undo import UndoAnswer
from api.schemas import PERSONAL, Body, MoneyAnswer


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _maybe(**options: Any) -> fields.String:
    return _text(allow_none=True, **options)


def _money(**options: Any) -> Any:
    return fields.Nested(MoneyAnswer, required=True, **options)


def _number() -> fields.Integer:
    return fields.Integer(required=True)


def _quantity() -> fields.Field[Any]:
    shapes = [{"type": "integer"}, {"type": "string", "pattern": r"^\d+\.\d+$", "example": "0.350"}]
    return fields.Raw(required=True, metadata={"description": "Text where its unit has decimals", "oneOf": shapes})


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
    name = _maybe(metadata=PERSONAL)
    email = _maybe(metadata=PERSONAL)
    erased = fields.Boolean()


class AddressAnswer(Body):
    """A postal address; a field of which nothing is known is empty."""

    name = _text(metadata=PERSONAL)
    company = _text(metadata=PERSONAL)
    line1 = _text(metadata=PERSONAL)
    line2 = _text(metadata=PERSONAL)
    postcode = _text(metadata=PERSONAL)
    city = _text(metadata=PERSONAL)
    region = _text(metadata=PERSONAL)
    country = _text()
    phone = _text(metadata=PERSONAL)
    email = _text(metadata=PERSONAL)
    vat_number = _text(metadata=PERSONAL)


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
    quantity = _number()
    tracking_codes = fields.List(fields.String(), required=True, metadata={"description": "Of parcels not called back"})
    total = _money()
    paid = _money()
    refunded = _money()
    kept = _money(metadata={"description": "What the customer keeps is worth; nothing once the order is cancelled"})
    balance = _money(metadata={"description": "Kept less (paid less refunded): still due, or negative to give back"})
    credit = _money(metadata={"description": "Money to give back"})


class TaxAnswer(Body):
    """A tax: its name, empty for the one of a shop, its rate, and whether it is taken on those before it as well."""

    name = _text()
    rate = _rate()
    compound = fields.Boolean(required=True)


class LineTaxAnswer(TaxAnswer):
    """A tax of a line, and how much of the line it is."""

    amount = _money()


class TaxShareAnswer(TaxAnswer):
    """One tax of the whole order and what it is taken on; at rate 0 what bears none, and why it is exempt."""

    exemption = _maybe()
    net = _money()
    tax = _money()


class OptionAnswer(Body):
    """What of an article was chosen."""

    name = _text()
    value = _text()


class LineAnswer(Body):
    """A line with its part of every discount and tax; no unit price where an import told none.

    A negative unit price makes it a discount on the lines of the same taxes. `tax_rate` is what all its taxes come to.
    Of `quantity` units ordered so many were refunded, and so many are kept.
    """

    id = _text()
    sku = _text()
    name = _text()
    options = _list(OptionAnswer)
    quantity = _quantity()
    unit = _text(metadata={"example": "kg"})
    refunded = _quantity()
    kept = _quantity()
    unit_price = _money(allow_none=True)
    discount = _money()
    tax_rate = _rate()
    taxes = _list(LineTaxAnswer)
    exemption = _maybe()
    net = _money()
    tax = _money()
    total = _money()


class CouponOnOrderAnswer(Body):
    """A coupon and what it takes off."""

    code = _text()
    kind = _text()
    discount = _money()


class LapsedCouponAnswer(Body):
    """A coupon that fell off the order by itself: the rule it did not keep to, by code and in words, and when."""

    code = _text()
    rule = _text()
    detail = _text()
    at = _instant()


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
    handed_over = _money(allow_none=True, metadata={"description": "Of cash: what the customer gave, where told"})
    change = _money(allow_none=True, metadata={"description": "Of cash: what was handed back of it at once"})
    at = _instant()


class UnitsAnswer(Body):
    """So many units of a line."""

    item = _text()
    quantity = _quantity()


class RefundedUnitsAnswer(UnitsAnswer):
    """So many units of a line given back, and for how much; `unsent` of them had not been sent and are not."""

    amount = _money()
    unsent = _quantity()


class RefundAnswer(Body):
    """Money that went back, by its parts; `state` is refunded, requested, failed or withdrawn.

    `credit` is what was paid too much; `pay_again`: what it names is kept and paid another way.
    """

    id = _text()
    amount = _money()
    items = _list(RefundedUnitsAnswer)
    shipping = _money()
    goodwill = _money()
    credit = _money()
    pay_again = fields.Boolean(required=True)
    method = _text()
    reference = _text()
    reason = _maybe()
    at = _instant()
    payment = _maybe()
    state = _text()
    failure = _maybe()
    withdrawn_at = _instant(allow_none=True)
    withdrawn_because = _maybe()


class ShipmentAnswer(Body):
    """A parcel: `shipped`, `delivered` or `cancelled`."""

    number = _number()
    carrier = _text()
    tracking_code = _text()
    tracking_url = _maybe()
    state = _text()
    items = _list(UnitsAnswer)
    at = _instant()
    customer_knows = fields.Boolean(
        required=True, metadata={"description": "Whether a mail told the customer of this carrier and code"}
    )


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
    text = _maybe(metadata=PERSONAL)
    author = _text()
    at = _instant()
    revised_at = _instant(allow_none=True)


class ImportedAnswer(Body):
    """Where an order of the past came from, and the total told there."""

    source = _text()
    external_id = _text()
    total = _text()
    remarks = fields.List(fields.String(), required=True)


class NoticeAnswer(Body):
    """Something of the order that does not fit together, by a stable code, and what to do about it."""

    code = _text()
    detail = _text()


class ActionAnswer(Body):
    """A thing that can be done next, or the reason why it cannot, and by which code that is known.

    `code` tells moves to different statuses apart; `label` is in the shop's own language.
    """

    action = _text()
    code = _text()
    label = _text()
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    allowed = fields.Boolean(required=True)
    reason = _maybe()
    refusal = _maybe()
    status = fields.Nested(StatusAnswer)


class QuoteAnswer(Body):
    """What a cart costs."""

    currency = _text()
    prices_include_tax = fields.Boolean(required=True)
    items = _list(LineAnswer)
    coupons = _list(CouponOnOrderAnswer)
    lapsed_coupons = _list(LapsedCouponAnswer)
    discount = _money(metadata={"description": "Of the whole order, as it was set"})
    discount_total = _money(metadata={"description": "What coupons and the order's discount take off the lines"})
    subtotal = _money(metadata={"description": "The lines after their own discounts, as priced"})
    shipping_charge = _money()
    shipping_tax_rate = _rate()
    shipping_taxes = _list(TaxAnswer)
    shipping_includes_tax = fields.Boolean(required=True)
    shipping_total = _money(metadata={"description": "With tax, after free shipping"})
    taxes = _list(TaxShareAnswer)
    net = _money()
    tax = _money()
    total = _money()
    notices = _list(NoticeAnswer)


class OrderAnswer(OrderRowAnswer, QuoteAnswer):
    """An order in full: its head, cart, money, parcels, notes and what can be done next."""

    locale = _text()
    mails_to = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Where mails and links go: the bill's e-mail address, else the customer's",
            **PERSONAL,
        },
    )
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
    primary_action = fields.Nested(ActionAnswer, required=True, allow_none=True)
    undo = fields.Nested(UndoAnswer)
