"""The forms of what an order holds: lines, rates, amounts in one currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validate

from api.problems import CodedMessage
from api.schemas import Body, Code, Flag, Money, MoneyForm, Text
from domain import texts
from domain.orders.items import Option
from domain.orders.lines import MAX_OPTIONS, MAX_QUANTITY, NewItem
from domain.taxes import MAX_TAXES, Tax, Taxes, single
from domain.units import PIECE, UNITS

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


class ReasonForm(Body):
    """Why; kept in the order's history."""

    reason = Text(texts.LINE)


class AmountsForm(Body):
    """A form whose amounts are all in one currency, which it tells as `currency`."""

    AMOUNTS: ClassVar[tuple[str, ...]] = ()

    @post_load
    def in_one_currency(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        amounts = {name: told.get(name) for name in self.AMOUNTS}
        return {**told, "currency": one_currency("", amounts)}


class TaxForm(Body):
    """One tax of several: its rate, its name, and whether it is taken on the taxes before it as well (`compound`)."""

    name = Text(texts.CODE)
    rate = TaxRate(required=True)
    compound = Flag()

    @post_load
    def made(self, tax: dict[str, Any], **_: Any) -> Tax:
        """The tax."""
        return Tax(**tax)


class OptionForm(Body):
    """What of an article was chosen, such as `colour`: `blue`."""

    name = Text(texts.CODE, filled=True, required=True)
    value = Text(texts.NAME, filled=True, required=True)

    @post_load
    def made(self, option: dict[str, str], **_: Any) -> Option:
        """The option."""
        return Option(**option)


def tax_list(**options: Any) -> fields.List[Any]:
    """Several taxes, in the order in which compound ones are taken on those before them."""
    return fields.List(fields.Nested(TaxForm), validate=validate.Length(max=MAX_TAXES), **options)


def _options() -> fields.List[Any]:
    return fields.List(fields.Nested(OptionForm), validate=validate.Length(max=MAX_OPTIONS))


def taxes_of(form: dict[str, Any], rate: str = "tax_rate", several: str = "taxes") -> Taxes | None:
    """The taxes that a form names, by one rate or one by one; None where it names none. Both are refused."""
    if rate in form and several in form:
        rule = f"Name {rate} or {several}, not both."
        raise ValidationError({several: [CodedMessage(rule, "taxes-twice")]})
    if several in form:
        return tuple(form[several])
    return single(form[rate]) if rate in form else None


def with_shipping_taxes(form: dict[str, Any]) -> dict[str, Any]:
    """The facts of a form with the taxes of shipping in one place."""
    facts = {name: value for name, value in form.items() if name != "shipping_tax_rate"}
    return {**facts, "shipping_taxes": taxes_of(form, "shipping_tax_rate", "shipping_taxes")}


class ItemForm(AmountsForm):
    """A line of the cart; without `tax_rate` and `taxes` it bears the shop's default, unless it is exempt.

    A negative `unit_price` makes it a discount on the lines of the same taxes. Without a SKU it is in no stock.
    """

    AMOUNTS = ("unit_price", "discount")

    sku = Text(texts.CODE)
    name = Text(texts.NAME, filled=True, required=True)
    quantity = QuantityField(1, required=True)
    unit = Text(texts.CODE, filled=True, metadata={"enum": list(UNITS)})
    options = _options()
    unit_price = fields.Nested(MoneyForm, required=True)
    discount = fields.Nested(MoneyForm)
    tax_rate = TaxRate()
    taxes = tax_list()
    exemption = Text(texts.LINE, metadata={"description": "Why it bears no tax; printed on the invoice"})

    @post_load
    def taxed_once(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The form as it is; taxes named twice are refused."""
        taxes_of(form)
        return form


def new_item(form: dict[str, Any]) -> NewItem:
    """The line that a form tells."""
    discount = form.get("discount")
    return NewItem(
        sku=form.get("sku", ""),
        name=form["name"],
        quantity=form["quantity"],
        unit_price=form["unit_price"].minor,
        discount=discount.minor if discount else 0,
        taxes=taxes_of(form),
        exemption=form.get("exemption", ""),
        unit=form.get("unit", PIECE.code),
        options=tuple(form.get("options", ())),
    )


class ItemChangeForm(AmountsForm, ReasonForm):
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

    @post_load
    def taxed_once(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The form as it is; taxes named twice are refused."""
        taxes_of(form)
        return form


class NewItemForm(ItemForm, ReasonForm):
    """A line to put into the cart."""


class CouponCodeForm(ReasonForm):
    """A coupon's code."""

    code = Code(required=True)


class AmountForm(ReasonForm):
    """An amount of money."""

    amount = fields.Nested(MoneyForm, required=True)


class ShippingChargeForm(AmountForm):
    """What shipping costs and how it is taxed; without `tax_rate` and `taxes` it bears the shop's default."""

    tax_rate = TaxRate()
    taxes = tax_list()
    includes_tax = Flag(metadata={"description": "Whether the amount holds its tax; left out: as the prices do"})

    @post_load
    def taxed_once(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The form as it is; taxes named twice are refused."""
        taxes_of(form)
        return form
