"""The forms of what becomes of an order's goods: moved on, sent in parcels, sent back and exchanged."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.orders.cart_forms import ItemForm, QuantityField, ReasonForm, TaxRate, one_currency, tax_list, taxes_of
from api.orders.catalogued import require_whole
from api.orders.forms import balance_choice, item_amounts, notify_choice, stock_choice
from api.schemas import Body, Code, Flag, Many, Money, MoneyForm, Text
from domain import texts
from domain.orders.cart import MAX_ITEMS
from domain.orders.moves import BalanceChoice, Recipient
from domain.orders.order import StockChoice
from domain.orders.quantities import LineUnits
from domain.orders.returns import Condition, ReceivedUnits
from domain.orders.shipments import ParcelState
from domain.taxes import Taxes


class LineForm(Body):
    """So many units of a line."""

    item = Code(required=True)
    quantity = QuantityField(1, required=True)

    Loaded = LineUnits


class ParcelForm(Body):
    """A parcel; without items it takes all that is left."""

    carrier = Text(texts.NAME, filled=True, required=True)
    tracking_code = Text(texts.CODE)
    items = Many(fields.Nested(LineForm), validate=validate.Length(1, MAX_ITEMS))

    class Loaded(Struct, frozen=True, kw_only=True):
        carrier: str
        tracking_code: str = ""
        items: tuple[LineUnits, ...] = ()


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

    class Loaded(Struct, frozen=True, kw_only=True):
        status: str
        reason: str | None = None
        force: bool = False
        stock: StockChoice | None = None
        balance: BalanceChoice | None = None
        notify: tuple[Recipient, ...] | None = None
        shipment: ParcelForm.Loaded | None = None


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

    class Loaded(ParcelForm.Loaded, frozen=True, kw_only=True):
        status: str | None = None
        stock: StockChoice | None = None
        balance: BalanceChoice | None = None
        notify: tuple[Recipient, ...] | None = None
        reason: str | None = None


class ShipmentChangeForm(Body):
    """What to put right on a parcel, or that it arrived or was called back; `notify` mails what stands then."""

    carrier = Text(texts.NAME, filled=True)
    tracking_code = Text(texts.CODE)
    notify = Many(fields.String(validate=validate.OneOf(("customer",))), validate=validate.Length(max=1))
    state = fields.String(validate=validate.OneOf(get_args(ParcelState)))
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        carrier: str | None = None
        tracking_code: str | None = None
        notify: tuple[Recipient, ...] | None = None
        state: ParcelState | None = None
        reason: str | None = None


class ReturnForm(Body):
    """Units that were shipped and are to come back, and why."""

    items = Many(fields.Nested(LineForm), required=True, validate=validate.Length(1, MAX_ITEMS))
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        items: tuple[LineUnits, ...]
        reason: str | None = None


class ReceivedLineForm(LineForm):
    """So many units of a line that came back, in which condition, and whether they go back onto the shelf."""

    condition = fields.String(validate=validate.OneOf(get_args(Condition)))
    restock = Flag()

    Loaded = ReceivedUnits


class ReturnReceiptForm(ReasonForm):
    """What of a return has come back."""

    items = Many(fields.Nested(ReceivedLineForm), required=True, validate=validate.Length(1, MAX_ITEMS))

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        items: tuple[ReceivedUnits, ...]


class SettlementForm(Body):
    """How a return ends: with a refund of this order, an order sent in exchange, or nothing."""

    refund = Code()
    exchange = fields.UUID()
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        refund: str = ""
        exchange: UUID | None = None
        reason: str | None = None


class ExchangeForm(Body):
    """The order that is sent in exchange; what the goods that came back are worth beyond it goes back.

    Through the provider of a `payment` where one is told, else it is written down with a `method`.
    """

    items = Many(fields.Nested(ItemForm), required=True, validate=validate.Length(min=1, max=MAX_ITEMS))
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

    class Loaded(Struct, frozen=True, kw_only=True):
        currency: str
        items: tuple[ItemForm.Loaded, ...]
        discount: Money | None = None
        shipping_charge: Money | None = None
        shipping_tax_rate: int | None = None
        shipping_taxes: Taxes | None = None
        shipping_includes_tax: bool | None = None
        notify: tuple[Recipient, ...] | None = None
        payment: str = ""
        method: str = ""
        reason: str | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The order, its amounts in one currency."""
        amounts = {name: facts.get(name) for name in ("discount", "shipping_charge")}
        currency = one_currency("", amounts | item_amounts(facts["items"]))
        form = self.Loaded(currency=currency, **facts)
        for index, item in enumerate(form.items):
            _require_whole(item, index)
        taxes_of(form.shipping_tax_rate, form.shipping_taxes, "shipping_")
        return form


def _require_whole(item: ItemForm.Loaded, index: int) -> None:
    try:
        require_whole(item)
    except ValidationError as error:
        raise ValidationError({"items": {index: error.messages}}) from None
