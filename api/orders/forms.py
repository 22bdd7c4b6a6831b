"""The forms of what is asked of an order: to store it, and who and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.orders.cart_forms import ItemForm, ReasonForm, TaxRate, one_currency, tax_list, taxes_of
from api.orders.catalogued import completed
from api.schemas import AddressForm, Body, Code, Flag, Many, Money, MoneyForm, Text, WholeAddressForm
from domain import texts
from domain.addresses import Address
from domain.orders.cart import MAX_ITEMS
from domain.orders.charges import MAX_COUPONS
from domain.orders.details import AddressChoice
from domain.orders.moves import BalanceChoice, Recipient
from domain.orders.notes import MAX_TAGS
from domain.orders.order import StockChoice
from domain.taxes import Taxes


def stock_choice() -> fields.String:
    """Whether a status that deducts or restores stock, or a parcel, does so: needed where it would."""
    return fields.String(validate=validate.OneOf(get_args(StockChoice)))


def balance_choice() -> fields.String:
    """Whether an order is completed though its customer owes money: needed where they do."""
    return fields.String(validate=validate.OneOf(get_args(BalanceChoice)))


def notify_choice() -> Many:
    """Who is told by mail; left out: as the status says, empty: nobody."""
    return Many(fields.String(validate=validate.OneOf(get_args(Recipient))), validate=validate.Length(max=2))


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
    items = Many(fields.Nested(ItemForm), validate=validate.Length(max=MAX_ITEMS))
    coupons = Many(Code(), validate=validate.Length(max=MAX_COUPONS))
    discount = fields.Nested(MoneyForm)
    shipping_charge = fields.Nested(MoneyForm)
    shipping_tax_rate = TaxRate()
    shipping_taxes = tax_list()
    shipping_includes_tax = Flag(
        metadata={"description": "Whether the charge holds its tax; left out: as the prices do"}
    )
    tags = Many(Code(), validate=validate.Length(max=MAX_TAGS))
    notes = Many(Text(texts.NOTE, lines=True, filled=True), validate=validate.Length(max=20))
    quoted_total = fields.Nested(
        MoneyForm, metadata={"description": "What the quote told: another total now is a 409 with the new quote"}
    )

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        currency: str
        prices_include_tax: bool | None = None
        locale: str = ""
        place: bool = False
        status: str | None = None
        stock: StockChoice | None = None
        balance: BalanceChoice | None = None
        notify: tuple[Recipient, ...] | None = None
        customer_id: UUID | None = None
        fill_addresses: bool = True
        operator: str = ""
        source: str = ""
        payment_method: str = ""
        shipping_method: str = ""
        billing_address: Address = Address()
        shipping_address: Address = Address()
        items: tuple[ItemForm.Loaded, ...] = ()
        coupons: tuple[str, ...] = ()
        discount: Money | None = None
        shipping_charge: Money | None = None
        shipping_tax_rate: int | None = None
        shipping_taxes: Taxes | None = None
        shipping_includes_tax: bool | None = None
        tags: tuple[str, ...] = ()
        notes: tuple[str, ...] = ()
        quoted_total: Money | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The order, its amounts in one currency, its lines with what they left to the catalogue."""
        amounts = item_amounts(facts.get("items", ()))
        amounts |= {name: facts.get(name) for name in ("discount", "shipping_charge", "quoted_total")}
        currency = one_currency(facts.pop("currency", ""), amounts)
        items = tuple(_catalogued(facts.pop("items", ()), currency, facts.get("locale", "")))
        form = self.Loaded(currency=currency, items=items, **facts)
        taxes_of(form.shipping_tax_rate, form.shipping_taxes, "shipping_")
        return form


def item_amounts(items: Iterable[ItemForm.Loaded]) -> dict[str, Money | None]:
    """The amounts of lines, by where they stand."""
    amounts: dict[str, Money | None] = {}
    for index, item in enumerate(items):
        amounts[f"items/{index}/unit_price"] = item.unit_price
        amounts[f"items/{index}/discount"] = item.discount
    return amounts


def _catalogued(items: Iterable[ItemForm.Loaded], currency: str, locale: str) -> Iterator[ItemForm.Loaded]:
    """The lines of an order with what they left to the catalogue."""
    for index, item in enumerate(items):
        try:
            yield completed(item, currency, locale)
        except ValidationError as error:
            raise ValidationError({"items": {index: error.messages}}) from None


class AddressChangeForm(WholeAddressForm):
    """The address that takes the former one's place, whole, and why."""

    reason = Text(texts.LINE)

    class Loaded(NamedTuple):
        address: Address
        reason: str | None

    @post_load
    def made(self, facts: dict[str, str], **_: Any) -> Loaded:
        """The address, and the reason."""
        reason = facts.pop("reason", None)
        return self.Loaded(Address(**facts), reason)


class CustomerForm(Body):
    """Whose order it is, null: nobody's; whether its addresses become the card's (`move`) or stay (`keep`).

    An order without addresses is given the card's; one with addresses of another customer must say it (409).
    """

    customer_id = fields.UUID(required=True, allow_none=True)
    addresses = fields.String(validate=validate.OneOf(get_args(AddressChoice)))
    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        customer_id: UUID | None
        addresses: AddressChoice | None = None
        reason: str | None = None


class AssignedOperatorForm(ReasonForm):
    """Who looks after it; null for nobody."""

    operator = Text(texts.CODE, required=True, allow_none=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        operator: str | None


class SourceForm(ReasonForm):
    """Where it came from; null for unknown."""

    source = Text(texts.CODE, required=True, allow_none=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        source: str | None


class MethodForm(ReasonForm):
    """One of the shop's methods."""

    method = Code(required=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        method: str


class NoteForm(ReasonForm):
    """A word between operators."""

    text = Text(texts.NOTE, lines=True, filled=True, required=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        text: str


class TagsForm(ReasonForm):
    """All the tags of the order."""

    tags = Many(Code(), required=True, validate=validate.Length(max=MAX_TAGS))

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        tags: tuple[str, ...]
