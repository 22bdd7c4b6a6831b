"""The forms of what is asked of orders."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validate

from api.problems import CodedMessage
from api.schemas import AddressForm, Body, Code, Flag, Money, MoneyForm, Text, Whole
from domain import texts
from domain.orders.cart import MAX_COUPONS, MAX_ITEMS
from domain.orders.lines import MAX_QUANTITY, NewItem
from domain.orders.moves import RECIPIENTS
from domain.orders.notes import MAX_TAGS
from domain.orders.returns import CONDITIONS

LARGEST_RATE = 10_000


class Rate(fields.String):
    """A tax rate in percent with at most two decimals, as text (`"5.5"`, `"20.00"`); hundredths of a percent inside."""

    def __init__(self, **options: Any) -> None:
        metadata = {"pattern": r"^\d{1,3}(\.\d{1,2})?$", "example": "20.00"} | options.pop("metadata", {})
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        whole, point, part = text.partition(".")
        right = len(whole) <= 3 and len(part) <= 2 and bool(part) == bool(point) and (whole + part).isascii()
        if not right or not (whole + part).isdigit() or int(whole + part.ljust(2, "0")) > LARGEST_RATE:
            rule = "Write a rate in percent from 0 to 100 with at most two decimals, as text."
            raise ValidationError([CodedMessage(rule, "wrong-rate")])
        return int(whole + part.ljust(2, "0"))


def one_currency(told: str, amounts: dict[str, Money | None]) -> str:
    """The one currency of all the amounts; another one is refused where it stands."""
    for place, amount in amounts.items():
        if amount is None:
            continue
        told = told or amount.currency
        if amount.currency != told:
            rule = f"All amounts of an order are in one currency: this is {amount.currency}, not {told}."
            raise ValidationError(_nested(place, [CodedMessage(rule, "foreign-currency")]))
    return told


def _nested(place: str, messages: list[Any]) -> Any:
    """Messages under a path such as `items/0/unit_price`, in marshmallow's nesting."""
    for part in reversed(place.split("/")):
        messages = {int(part) if part.isdigit() else part: messages}  # type: ignore[assignment]
    return messages


def stock_choice() -> fields.String:
    """Whether a status that deducts or restores stock does so: needed where it would."""
    return fields.String(validate=validate.OneOf(("apply", "leave")))


def notify_choice() -> fields.List[Any]:
    """Who is told by mail; left out: as the status says, empty: nobody."""
    return fields.List(fields.String(validate=validate.OneOf(RECIPIENTS)), validate=validate.Length(max=2))


class AmountsForm(Body):
    """A form whose amounts are all in one currency, which it tells as `currency`."""

    AMOUNTS: ClassVar[tuple[str, ...]] = ()

    @post_load
    def in_one_currency(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        amounts = {name: told.get(name) for name in self.AMOUNTS}
        return {**told, "currency": one_currency("", amounts)}


class ItemForm(AmountsForm):
    """A line of the cart."""

    AMOUNTS = ("unit_price", "discount")

    sku = Code(required=True)
    name = Text(texts.NAME, filled=True, required=True)
    quantity = Whole(1, MAX_QUANTITY, required=True)
    unit_price = fields.Nested(MoneyForm, required=True)
    discount = fields.Nested(MoneyForm)
    tax_rate = Rate()


def new_item(told: dict[str, Any]) -> NewItem:
    """The line that a form tells."""
    discount = told.get("discount")
    return NewItem(
        sku=told["sku"],
        name=told["name"],
        quantity=told["quantity"],
        unit_price=told["unit_price"].minor,
        discount=discount.minor if discount else 0,
        tax_rate=told.get("tax_rate", 0),
    )


class OrderForm(Body):
    """An order to store: a draft, unless it is to be placed or told another status."""

    currency = fields.String(validate=validate.Length(equal=3), metadata={"example": "EUR"})
    prices_include_tax = Flag()
    locale = Text(5)
    place = Flag(metadata={"description": "Placed at once, not a draft"})
    status = Code()
    stock = stock_choice()
    notify = notify_choice()
    customer_id = fields.UUID()
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
    shipping_tax_rate = Rate()
    tags = fields.List(Code(), validate=validate.Length(max=MAX_TAGS))
    notes = fields.List(Text(texts.NOTE, lines=True, filled=True), validate=validate.Length(max=20))

    @post_load
    def made(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The facts of the command, amounts in minor units of one currency."""
        amounts: dict[str, Money | None] = {}
        for index, item in enumerate(told.get("items", ())):
            amounts[f"items/{index}/unit_price"] = item["unit_price"]
            amounts[f"items/{index}/discount"] = item.get("discount")
        amounts |= {name: told.get(name) for name in ("discount", "shipping_charge")}
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
        facts |= {name: told[name].minor for name in ("discount", "shipping_charge") if name in told}
        facts.pop("coupons", None)
        return facts


class ItemChangeForm(AmountsForm):
    """What changes on a line; what is left out stays."""

    AMOUNTS = ("unit_price", "discount")

    quantity = Whole(1, MAX_QUANTITY)
    unit_price = fields.Nested(MoneyForm)
    discount = fields.Nested(MoneyForm)


class CouponCodeForm(Body):
    """A coupon's code."""

    code = Code(required=True)


class AmountForm(Body):
    """An amount of money."""

    amount = fields.Nested(MoneyForm, required=True)


class ShippingChargeForm(AmountForm):
    """What shipping costs and at which rate it is taxed."""

    tax_rate = Rate()


class CustomerForm(Body):
    """Whose order it is."""

    customer_id = fields.UUID(required=True)


class AssignedOperatorForm(Body):
    """Who looks after it; null for nobody."""

    operator = Text(texts.CODE, required=True, allow_none=True)


class SourceForm(Body):
    """Where it came from; null for unknown."""

    source = Text(texts.CODE, required=True, allow_none=True)


class MethodForm(Body):
    """One of the shop's methods."""

    method = Code(required=True)


class MoveForm(Body):
    """A status to move to; `force` goes outside the table, with a reason; `stock` answers whether stock moves along."""

    status = Code(required=True)
    reason = Text(texts.LINE)
    force = Flag()
    stock = stock_choice()
    notify = notify_choice()


class PaymentForm(Body):
    """Money that came in (`captured`) or was promised (`authorized`); without an amount, all that is due."""

    amount = fields.Nested(MoneyForm)
    method = Code(required=True)
    reference = Text(texts.CODE)
    state = fields.String(validate=validate.OneOf(("captured", "authorized")))
    paid_at = fields.AwareDateTime(format="iso")


class PaymentRequestForm(Body):
    """Money to have taken by a method's provider, by a token of the customer's means of payment; all that is due."""

    token = Text(texts.NAME, filled=True, required=True)
    amount = fields.Nested(MoneyForm)
    method = Code()


class CaptureForm(Body):
    """How much of what was promised to take; without an amount all of it."""

    amount = fields.Nested(MoneyForm)


class LineForm(Body):
    """So many units of a line."""

    item = Code(required=True)
    quantity = Whole(1, MAX_QUANTITY, required=True)


class RefundForm(AmountsForm):
    """Money that went back: by lines, shipping or goodwill."""

    AMOUNTS = ("shipping", "goodwill")

    items = fields.List(fields.Nested(LineForm), validate=validate.Length(max=MAX_ITEMS))
    shipping = fields.Nested(MoneyForm)
    goodwill = fields.Nested(MoneyForm)
    payment = Code(metadata={"description": "A provider's payment: its provider is asked to give the money back"})
    method = Code()
    reference = Text(texts.CODE)
    reason = Text(texts.LINE)
    restock = Flag(metadata={"description": "What left the shelf for the items goes back onto it"})


class ShipmentForm(Body):
    """A parcel; without items it takes all that is left."""

    carrier = Text(texts.NAME, filled=True, required=True)
    tracking_code = Text(texts.CODE)
    items = fields.List(fields.Nested(LineForm), validate=validate.Length(max=MAX_ITEMS))


class ShipmentChangeForm(Body):
    """What to put right on a parcel, or that it arrived or was called back."""

    carrier = Text(texts.NAME, filled=True)
    tracking_code = Text(texts.CODE)
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


class ReturnReceiptForm(Body):
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
    shipping_tax_rate = Rate()
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
        return facts | ({"notify": tuple(told["notify"])} if "notify" in told else {})


class NoteForm(Body):
    """A word between operators."""

    text = Text(texts.NOTE, lines=True, filled=True, required=True)


class TagsForm(Body):
    """All the tags of the order."""

    tags = fields.List(Code(), required=True, validate=validate.Length(max=MAX_TAGS))
