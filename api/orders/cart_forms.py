"""The forms of what an order holds: lines, rates, amounts in one currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate
from msgspec import Struct

from api.orders.catalogued import require_told, require_whole
from api.problems import CodedMessage
from api.schemas import Body, Code, Flag, Many, Money, MoneyForm, Text, minor_of
from domain import texts
from domain.events import Context
from domain.orders.charges import SetShippingCharge
from domain.orders.items import Option
from domain.orders.line_changes import ChangeItem
from domain.orders.lines import MAX_OPTIONS, MAX_QUANTITY, NewItem
from domain.taxes import MAX_TAXES, Tax, Taxes, single
from domain.units import PIECE, UNITS, Quantity

_QUANTITY = re.compile(r"\d{1,7}\.\d{1,6}", re.ASCII)


class Rate(fields.String):
    """A rate in percent from 0 to 100 as text (`"5.5"`, `"20.00"`), with at most so many `places` after the point.

    Inside it is a whole number of its last place: of hundredths of a percent where there are two.
    """

    PLACES = 2

    def __init__(self, **options: Any) -> None:
        pattern = rf"^\d{{1,3}}(\.\d{{1,{self.PLACES}}})?$"
        metadata = {"pattern": pattern, "example": "20.00"} | options.pop("metadata", {})
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        whole, point, part = text.partition(".")
        places = self.PLACES
        right = len(whole) <= 3 and len(part) <= places and bool(part) == bool(point) and (whole + part).isascii()
        if not right or not (whole + part).isdigit() or int(whole + part.ljust(places, "0")) > 100 * 10**places:
            number = {2: "two", 4: "four"}[places]
            rule = f"Write a rate in percent from 0 to 100 with at most {number} decimals, as text."
            raise ValidationError([CodedMessage(rule, "wrong-rate")])
        return int(whole + part.ljust(places, "0"))


class TaxRate(Rate):
    """A tax rate in percent with at most four decimals, as text (`"8.875"`); ten-thousandths of a percent inside."""

    PLACES = 4


class QuantityField(fields.Field[Any]):
    """A number of units, whole or as text with decimals (`"0.350"`); an integer or a `Decimal` inside."""

    def __init__(self, lowest: int, **options: Any) -> None:
        shapes = [
            {"type": "integer", "minimum": lowest, "maximum": MAX_QUANTITY},
            {"type": "string", "pattern": f"^{_QUANTITY.pattern}$", "example": "0.350"},
        ]
        super().__init__(metadata={"oneOf": shapes} | options.pop("metadata", {}), **options)
        self.bounds = validate.Range(min=lowest, max=MAX_QUANTITY)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.bounds(value)
        if isinstance(value, str) and _QUANTITY.fullmatch(value):
            return Decimal(value)
        rule = "Write a quantity as a whole number, or as text where it has decimals."
        raise ValidationError([CodedMessage(rule, "not-an-integer")])


def one_currency(currency: str, amounts: dict[str, Money | None]) -> str:
    """The one currency of all the amounts, `currency` where it names one; another one is refused where it stands."""
    for place, amount in amounts.items():
        if amount is None:
            continue
        currency = currency or amount.currency
        if amount.currency != currency:
            rule = f"All amounts of an order are in one currency: this is {amount.currency}, not {currency}."
            raise ValidationError(_nested(place, [CodedMessage(rule, "foreign-currency")]))
    return currency


def _nested(place: str, messages: list[Any]) -> Any:
    """Messages under a path such as `items/0/unit_price`, in marshmallow's nesting."""
    for part in reversed(place.split("/")):
        messages = {int(part) if part.isdigit() else part: messages}  # type: ignore[assignment]
    return messages


class ReasonForm(Body):
    """Why; kept in the order's history."""

    reason = Text(texts.LINE)

    class Loaded(Struct, frozen=True, kw_only=True):
        reason: str | None = None


class AmountsForm(Body):
    """A form whose amounts are all in one currency, which it tells as `currency`."""

    AMOUNTS: ClassVar[tuple[str, ...]] = ()

    class Loaded(Struct, frozen=True, kw_only=True):
        currency: str

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Any:
        """The form with the currency of its amounts."""
        amounts = {name: facts.get(name) for name in self.AMOUNTS}
        return self.Loaded(currency=one_currency("", amounts), **facts)


class TaxForm(Body):
    """One tax of several: its rate, its name, and whether it is taken on the taxes before it as well (`compound`)."""

    name = Text(texts.CODE)
    rate = TaxRate(required=True)
    compound = Flag()

    Loaded = Tax


class OptionForm(Body):
    """What of an article was chosen, such as `colour`: `blue`."""

    name = Text(texts.CODE, filled=True, required=True)
    value = Text(texts.NAME, filled=True, required=True)

    Loaded = Option


def tax_list(**options: Any) -> Many:
    """Several taxes, in the order in which compound ones are taken on those before them."""
    return Many(fields.Nested(TaxForm), validate=validate.Length(max=MAX_TAXES), **options)


def _options() -> Many:
    return Many(fields.Nested(OptionForm), validate=validate.Length(max=MAX_OPTIONS))


def taxes_of(rate: int | None, several: Taxes | None, prefix: str = "") -> Taxes | None:
    """The taxes that a form names, by one rate or one by one; None where it names none. Both are refused."""
    if several is None:
        return None if rate is None else single(rate)
    if rate is not None:
        rule = f"Name {prefix}tax_rate or {prefix}taxes, not both."
        raise ValidationError({f"{prefix}taxes": [CodedMessage(rule, "taxes-twice")]})
    return several


class ItemForm(AmountsForm):
    """A line of the cart; without `tax_rate` and `taxes` it bears the shop's default, unless it is exempt.

    A negative `unit_price` makes it a discount on the lines of the same taxes. Without a SKU it is in no stock.
    A `name` or `unit_price` that is left out is the catalogue's for the SKU, and so are then its taxes and its unit.
    """

    AMOUNTS = ("unit_price", "discount")

    sku = Text(texts.CODE)
    name = Text(texts.NAME, filled=True)
    quantity = QuantityField(1, required=True)
    unit = Text(texts.CODE, filled=True, metadata={"enum": list(UNITS)})
    options = _options()
    unit_price = fields.Nested(MoneyForm)
    discount = fields.Nested(MoneyForm)
    tax_rate = TaxRate()
    taxes = tax_list()
    exemption = Text(texts.LINE, metadata={"description": "Why it bears no tax; printed on the invoice"})

    class Loaded(AmountsForm.Loaded, frozen=True, kw_only=True):
        quantity: Quantity
        sku: str = ""
        name: str | None = None
        unit: str | None = None
        options: tuple[Option, ...] = ()
        unit_price: Money | None = None
        discount: Money | None = None
        tax_rate: int | None = None
        taxes: Taxes | None = None
        exemption: str | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The line; taxes named twice are refused, and so is one without a name, price and SKU."""
        form: ItemForm.Loaded = super().made(facts)
        taxes_of(form.tax_rate, form.taxes)
        require_told(form)
        return form


def new_item(form: ItemForm.Loaded) -> NewItem:
    """The line that a form tells, nothing of which is left to the catalogue any more."""
    name, price = require_whole(form)
    return NewItem(
        sku=form.sku,
        name=name,
        quantity=form.quantity,
        unit_price=price.minor,
        discount=form.discount.minor if form.discount else 0,
        taxes=taxes_of(form.tax_rate, form.taxes),
        exemption=form.exemption or "",
        unit=form.unit or PIECE.code,
        options=form.options,
    )


class ItemChangeForm(AmountsForm):
    """What changes on a line; what is left out stays."""

    AMOUNTS = ("unit_price", "discount")

    quantity = QuantityField(
        0,
        metadata={"description": "How many units are kept from now on; 0 only where the others were refunded"},
    )
    unit_price = fields.Nested(MoneyForm)
    discount = fields.Nested(MoneyForm)
    sku = Text(texts.CODE)
    name = Text(texts.NAME, filled=True)
    tax_rate = TaxRate()
    taxes = tax_list()
    exemption = Text(texts.LINE, metadata={"description": "Why it bears no tax; empty: it is not exempt"})
    options = _options()
    reason = Text(texts.LINE)

    class Loaded(AmountsForm.Loaded, frozen=True, kw_only=True):
        quantity: Quantity | None = None
        unit_price: Money | None = None
        discount: Money | None = None
        sku: str | None = None
        name: str | None = None
        tax_rate: int | None = None
        taxes: Taxes | None = None
        exemption: str | None = None
        options: tuple[Option, ...] | None = None
        reason: str | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """What changes; taxes named twice are refused."""
        form: ItemChangeForm.Loaded = super().made(facts)
        taxes_of(form.tax_rate, form.taxes)
        return form


def item_change(form: ItemChangeForm.Loaded, item: str, order_id: UUID, given: Context) -> ChangeItem:
    """The command to change a line as a form tells."""
    return ChangeItem(
        order_id=order_id,
        context=given,
        currency=form.currency,
        item=item,
        quantity=form.quantity,
        unit_price=minor_of(form.unit_price),
        discount=minor_of(form.discount),
        sku=form.sku,
        name=form.name,
        taxes=taxes_of(form.tax_rate, form.taxes),
        exemption=form.exemption,
        options=form.options,
    )


class NewItemForm(ItemForm):
    """A line to put into the cart."""

    reason = Text(texts.LINE)

    class Loaded(ItemForm.Loaded, frozen=True, kw_only=True):
        reason: str | None = None


class CouponCodeForm(ReasonForm):
    """A coupon's code."""

    code = Code(required=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        code: str


class AmountForm(ReasonForm):
    """An amount of money."""

    amount = fields.Nested(MoneyForm, required=True)

    class Loaded(ReasonForm.Loaded, frozen=True, kw_only=True):
        amount: Money


class ShippingChargeForm(AmountForm):
    """What shipping costs and how it is taxed; without `tax_rate` and `taxes` it bears the shop's default."""

    tax_rate = TaxRate()
    taxes = tax_list()
    includes_tax = Flag(metadata={"description": "Whether the amount holds its tax; left out: as the prices do"})

    class Loaded(AmountForm.Loaded, frozen=True, kw_only=True):
        tax_rate: int | None = None
        taxes: Taxes | None = None
        includes_tax: bool | None = None

    @post_load
    def made(self, facts: dict[str, Any], **_: Any) -> Loaded:
        """The charge; taxes named twice are refused."""
        form = self.Loaded(**facts)
        taxes_of(form.tax_rate, form.taxes)
        return form


def shipping_charge(form: ShippingChargeForm.Loaded, order_id: UUID, given: Context) -> SetShippingCharge:
    """The command to charge for shipping as a form tells."""
    return SetShippingCharge(
        order_id=order_id,
        context=given,
        currency=form.amount.currency,
        amount=form.amount.minor,
        taxes=taxes_of(form.tax_rate, form.taxes),
        includes_tax=form.includes_tax,
    )
