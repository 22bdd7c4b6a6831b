"""Lines that tell a SKU alone: name, price, rate and unit are those of the catalogue, copied into the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from marshmallow import ValidationError
from msgspec.structs import replace

from api.problems import CodedMessage
from api.requests import runtime, shop
from api.schemas import Money
from domain.errors import DomainError
from domain.products import PriceMissing, Product, ProductRetiredFromSale, ProductUnknown, product_id_of
from projections.log import NothingRecorded

if TYPE_CHECKING:
    from api.orders.cart_forms import ItemForm

F = TypeVar("F", bound="ItemForm.Loaded")

MISSING = "Missing data for required field."


def lacking(form: ItemForm.Loaded) -> bool:
    """Whether a line leaves something to the catalogue."""
    return form.name is None or form.unit_price is None


def require_told(form: ItemForm.Loaded) -> None:
    """Refuses a line that leaves something to the catalogue, but names no SKU."""
    if not form.sku:
        require_whole(form)


def require_whole(form: ItemForm.Loaded) -> tuple[str, Money]:
    """The name and the price of a line; raises `ValidationError` where one of them is still missing."""
    name, price = form.name, form.unit_price
    if name is None or price is None:
        lacks = {"name": name, "unit_price": price}
        raise ValidationError({field: [MISSING] for field, value in lacks.items() if value is None})
    return name, price


def completed(form: F, currency: str = "", locale: str = "") -> F:
    """The line with what it left to the catalogue, priced in a currency; raises `ValidationError`."""
    if not lacking(form):
        return form
    defaults = shop().defaults
    product, currency = _product(form.sku), currency or defaults.currency
    facts = product.facts
    price = form.unit_price
    if price is None:
        amount = facts.price(currency)
        if amount is None:
            raise _refusal(PriceMissing("/sku", sku=product.sku, currency=currency))
        price = Money(amount, currency)
    untaxed = form.tax_rate is None and form.taxes is None and form.exemption is None
    return replace(
        form,
        name=facts.name(locale or defaults.locale) if form.name is None else form.name,
        unit=facts.unit if form.unit is None else form.unit,
        unit_price=price,
        taxes=facts.taxes if untaxed else form.taxes,
        currency=form.currency or currency,
    )


def _product(sku: str) -> Product:
    try:
        product = runtime().log.load(Product, product_id_of(sku))
    except NothingRecorded:
        raise _refusal(ProductUnknown("/sku", sku=sku)) from None
    if not product.is_active:
        raise _refusal(ProductRetiredFromSale("/sku", sku=sku))
    return product


def _refusal(error: DomainError) -> ValidationError:
    return ValidationError({"sku": [CodedMessage(str(error), error.code)]})
