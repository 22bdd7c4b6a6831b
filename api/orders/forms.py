"""The forms of what is asked of orders."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.instants import Instant
from api.orders.cart_forms import (
    AmountsForm,
    ItemForm,
    QuantityField,
    ReasonForm,
    TaxRate,
    new_item,
    one_currency,
    tax_list,
    with_shipping_taxes,
)
from api.schemas import AddressForm, Body, Code, Flag, Money, MoneyForm, Text, WholeAddressForm
from domain import texts
from domain.addresses import Address
from domain.orders.cart import MAX_ITEMS
from domain.orders.charges import MAX_COUPONS
from domain.orders.moves import RECIPIENTS
from domain.orders.notes import MAX_TAGS
from domain.orders.returns import CONDITIONS


def stock_choice() -> fields.String:
    """Whether a status that deducts or restores stock, or a parcel, does so: needed where it would."""
    return fields.String(validate=validate.OneOf(("apply", "leave")))


def balance_choice() -> fields.String:
    """Whether an order is completed though its customer owes money: needed where they do."""
    return fields.String(validate=validate.OneOf(("accept",)))


def notify_choice() -> fields.List[Any]:
    """Who is told by mail; left out: as the status says, empty: nobody."""
    return fields.List(fields.String(validate=validate.OneOf(RECIPIENTS)), validate=validate.Length(max=2))


class OrderForm(ReasonForm):
    """An order to store: a draft, unless it is to be placed or told another status."""

    currency = Text(validate=validate.Length(equal=3), metadata={"example": "EUR", "maxLength": 3})
    prices_include_tax = Flag()
    locale = Text(5)
    place = Flag(metadata={"description": "Placed at once, not a draft"})
    status = Code()
    stock = stock_choice()
    balance = balance_choice()
    notify = notify_choice()
    customer_id = fields.UUID()
    fill_addresses = Flag(
        metadata={"description": "Whether a customer named fills the addresses where none are told; left out: yes"}
    )
    operator = Text(texts.CODE)
    source = Text(texts.CODE)
    payment_method = Code()
    shipping_method = Code()
    billing_address = fields.Nested(AddressForm)
    shipping_address = fields.Nested(AddressForm)
    items = fields.List(fields.Nested(ItemForm), validate=validate.Length(max=MAX_ITEMS))
    coupons = fields.List(Code(), validate=validate.Length(max=MAX_COUPONS))
    discount = fields.Nested(MoneyForm)
    shipping_charge = fields.Nested(MoneyForm)
    shipping_tax_rate = TaxRate()
    shipping_taxes = tax_list()
    shipping_includes_tax = Flag(
        metadata={"description": "Whether the charge holds its tax; left out: as the prices do"}
    )
    tags = fields.List(Code(), validate=validate.Length(max=MAX_TAGS))
    notes = fields.List(Text(texts.NOTE, lines=True, filled=True), validate=validate.Length(max=20))
    quoted_total = fields.Nested(
        MoneyForm, metadata={"description": "What the quote told: another total now is a 409 with the new quote"}
    )

    @post_load
    def made(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The facts of the command, amounts in minor units of one currency."""
        amounts: dict[str, Money | None] = {}
        for index, item in enumerate(told.get("items", ())):
            amounts[f"items/{index}/unit_price"] = item["unit_price"]
            amounts[f"items/{index}/discount"] = item.get("discount")
        amounts |= {name: told.get(name) for name in ("discount", "shipping_charge", "quoted_total")}
        currency = one_currency(told.get("currency", ""), amounts)
        facts = {
            **told,
            "currency": currency,
            "items": tuple(map(new_item, told.get("items", ()))),
            "coupon_codes": tuple(told.get("coupons", ())),
            "tags": tuple(told.get("tags", ())),
            "notes": tuple(told.get("notes", ())),
        }
        if "notify" in told:
            facts["notify"] = tuple(told["notify"])
        money = ("discount", "shipping_charge", "quoted_total")
        facts |= {name: told[name].minor for name in money if name in told}
        facts.pop("coupons", None)
        return with_shipping_taxes(facts)


class AddressChangeForm(WholeAddressForm):
    """The address that takes the former one's place, whole, and why."""

    reason = Text(texts.LINE)

    @post_load
    def made(self, data: dict[str, str], **_: Any) -> Any:
        """The address, and the reason."""
        reason = data.pop("reason", None)
        return {"address": Address(**data), "reason": reason}


class CustomerForm(Body):
    """Whose order it is, null: nobody's; whether its addresses become the card's (`move`) or stay (`keep`).

    An order without addresses is given the card's; one with addresses of another customer must say it (409).
    """

    customer_id = fields.UUID(required=True, allow_none=True)
    addresses = fields.String(validate=validate.OneOf(("move", "keep")))
    reason = Text(texts.LINE)


class AssignedOperatorForm(ReasonForm):
    """Who looks after it; null for nobody."""

    operator = Text(texts.CODE, required=True, allow_none=True)


class SourceForm(ReasonForm):
    """Where it came from; null for unknown."""

    source = Text(texts.CODE, required=True, allow_none=True)


class MethodForm(ReasonForm):
    """One of the shop's methods."""

    method = Code(required=True)


class LineForm(Body):
    """So many units of a line."""

    item = Code(required=True)
    quantity = QuantityField(1, required=True)


class ParcelForm(Body):
    """A parcel; without items it takes all that is left."""

    carrier = Text(texts.NAME, filled=True, required=True)
    tracking_code = Text(texts.CODE)
    items = fields.List(fields.Nested(LineForm), validate=validate.Length(1, MAX_ITEMS))


class MoveForm(Body):
    """A status to move to; `force` goes outside the table, with a reason; `stock` answers whether stock moves along.

    `balance` completes it though money is due. With a `shipment` its parcel is sent in the same request.
    """

    status = Code(required=True)
    reason = Text(texts.LINE)
    force = Flag()
    stock = stock_choice()
    balance = balance_choice()
    notify = notify_choice()
    shipment = fields.Nested(ParcelForm)


def pay_again() -> Flag:
    """Whether an order that was refunded in full is kept after all and paid another way."""
    return Flag(
        load_default=True,
        metadata={"description": "Of an order refunded in full: the customer keeps it after all and pays another way"},
    )


class PaymentForm(AmountsForm):
    """Money that came in (`captured`) or was promised (`authorized`); without an amount, all that is due.

    Of cash: what was handed over, and the change of it; the amount is what is due, or the one less the other.
    """

    AMOUNTS = ("amount", "handed_over", "change")

    amount = fields.Nested(MoneyForm)
    handed_over = fields.Nested(MoneyForm)
    change = fields.Nested(MoneyForm)
    method = Code(required=True)
    reference = Text(texts.CODE)
    state = fields.String(validate=validate.OneOf(("captured", "authorized")))
    paid_at = Instant()
    pay_again = pay_again()
    reason = Text(texts.LINE)


class PaymentRequestForm(Body):
    """Money to have taken by a method's provider, by a token of the customer's means of payment; all that is due."""

    token = Text(texts.NAME, filled=True, required=True)
    amount = fields.Nested(MoneyForm)
    method = Code()
    pay_again = pay_again()
    reason = Text(texts.LINE)


class CaptureForm(ReasonForm):
    """How much of what was promised to take; without an amount all of it."""

    amount = fields.Nested(MoneyForm)


class RefundedLineForm(LineForm):
    """So many units of a line to give back; `unsent` of them did not leave and stay, left out: as many as can be."""

    unsent = QuantityField(0)


class RefundForm(AmountsForm):
    """Money that went back: by lines, shipping, goodwill or credit (what was paid too much).

    An amount alone is split, first credit, then goodwill; beside parts it is what they come to.
    """

    AMOUNTS = ("amount", "shipping", "goodwill", "credit")

    items = fields.List(fields.Nested(RefundedLineForm), validate=validate.Length(max=MAX_ITEMS))
    shipping = fields.Nested(MoneyForm)
    goodwill = fields.Nested(MoneyForm)
    credit = fields.Nested(MoneyForm)
    amount = fields.Nested(MoneyForm)
    pay_again = Flag(metadata={"description": "The customer keeps what is refunded and pays for it another way"})
    payment = Code(metadata={"description": "A provider's payment: its provider is asked to give the money back"})
    method = Code()
    reference = Text(texts.CODE)
    reason = Text(texts.LINE)
    restock = Flag(
        metadata={"description": "What left the shelf for the items goes back; what was only promised is free anyway"}
    )


class WithdrawalForm(Body):
    """Why a refund was never made."""

    reason = Text(texts.LINE, filled=True, required=True)


class ShipmentForm(ParcelForm):
    """A parcel, and the `status` to move the order to in the same request.

    `stock` says whether what leaves with it leaves the shelf: needed where that moves any. `notify` mails the customer
    with whom it travels; with a `status` it says who has that status's mail.
    """

    status = Code()
    stock = stock_choice()
    balance = balance_choice()
    notify = notify_choice()
    reason = Text(texts.LINE)


class ShipmentChangeForm(Body):
    """What to put right on a parcel, or that it arrived or was called back; `notify` mails what stands then."""

    carrier = Text(texts.NAME, filled=True)
    tracking_code = Text(texts.CODE)
    notify = fields.List(fields.String(validate=validate.OneOf(("customer",))), validate=validate.Length(max=1))
    state = fields.String(validate=validate.OneOf(("delivered", "cancelled")))
    reason = Text(texts.LINE)


class ReturnForm(Body):
    """Units that were shipped and are to come back, and why."""

    items = fields.List(fields.Nested(LineForm), required=True, validate=validate.Length(1, MAX_ITEMS))
    reason = Text(texts.LINE)


class ReceivedLineForm(LineForm):
    """So many units of a line that came back, in which condition, and whether they go back onto the shelf."""

    condition = fields.String(validate=validate.OneOf(CONDITIONS))
    restock = Flag()


class ReturnReceiptForm(ReasonForm):
    """What of a return has come back."""

    items = fields.List(fields.Nested(ReceivedLineForm), required=True, validate=validate.Length(1, MAX_ITEMS))


class SettlementForm(Body):
    """How a return ends: with a refund of this order, an order sent in exchange, or nothing."""

    refund = Code()
    exchange = fields.UUID()
    reason = Text(texts.LINE)


class ExchangeForm(Body):
    """The order that is sent in exchange; what the goods that came back are worth beyond it goes back.

    Through the provider of a `payment` where one is told, else it is written down with a `method`.
    """

    items = fields.List(fields.Nested(ItemForm), required=True, validate=validate.Length(min=1, max=MAX_ITEMS))
    discount = fields.Nested(MoneyForm)
    shipping_charge = fields.Nested(MoneyForm)
    shipping_tax_rate = TaxRate()
    shipping_taxes = tax_list()
    shipping_includes_tax = Flag(
        metadata={"description": "Whether the charge holds its tax; left out: as the prices do"}
    )
    notify = notify_choice()
    payment = Code()
    method = Code()
    reason = Text(texts.LINE)

    @post_load
    def made(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The facts of the command, amounts in minor units of one currency."""
        amounts: dict[str, Money | None] = {name: told.get(name) for name in ("discount", "shipping_charge")}
        for index, item in enumerate(told["items"]):
            amounts[f"items/{index}/unit_price"] = item["unit_price"]
            amounts[f"items/{index}/discount"] = item.get("discount")
        facts = {**told, "currency": one_currency("", amounts), "items": tuple(map(new_item, told["items"]))}
        facts |= {name: told[name].minor for name in ("discount", "shipping_charge") if name in told}
        facts |= {"notify": tuple(told["notify"])} if "notify" in told else {}
        return with_shipping_taxes(facts)


class NoteForm(ReasonForm):
    """A word between operators."""

    text = Text(texts.NOTE, lines=True, filled=True, required=True)


class TagsForm(ReasonForm):
    """All the tags of the order."""

    tags = fields.List(Code(), required=True, validate=validate.Length(max=MAX_TAGS))
