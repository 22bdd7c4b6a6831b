"""What an order holds: lines, coupons, discount, shipping charge."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from marshmallow import ValidationError

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, order_then, orders
from api.orders.cart_forms import (
    AmountForm,
    CouponCodeForm,
    ItemChangeForm,
    NewItemForm,
    ReasonForm,
    ShippingChargeForm,
    item_change,
    new_item,
    shipping_charge,
)
from api.orders.catalogued import completed, lacking
from api.problems import of_validation
from api.requests import context
from domain.orders.cart import AddItem, RemoveItem
from domain.orders.charges import ApplyCoupon, RemoveCoupon, SetDiscount


@orders.post("/<uuid:order_id>/items")
@needs("orders:write")
@orders.arguments(NewItemForm)
@orders.response(201, OrderAnswer)
def add_item(form: NewItemForm.Loaded, order_id: UUID) -> Response:
    """Put a line into the cart; what it leaves out is the catalogue's for its SKU."""
    line = _catalogued(form, order_id)
    command = AddItem(order_id=order_id, context=context(line.reason), currency=line.currency, item=new_item(line))
    return change(command, status=201)


def _catalogued(form: NewItemForm.Loaded, order_id: UUID) -> NewItemForm.Loaded:
    """The line with what it left to the catalogue, in the order's own currency and language."""
    if not lacking(form):
        return form
    order = order_then(order_id)
    try:
        return completed(form, order.currency, order.locale)
    except ValidationError as error:
        raise of_validation(ValidationError({"json": error.messages})) from None


@orders.patch("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.arguments(ItemChangeForm)
@orders.response(200, OrderAnswer)
def change_item(form: ItemChangeForm.Loaded, order_id: UUID, item: str) -> Response:
    """Change a line: its quantity, price, discount, name, SKU, options or taxes."""
    return change(item_change(form, item, order_id, context(form.reason)))


@orders.delete("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_item(form: ReasonForm.Loaded, order_id: UUID, item: str) -> Response:
    """Take a line out of the cart."""
    return change(RemoveItem(order_id=order_id, context=context(form.reason), item=item))


@orders.post("/<uuid:order_id>/coupons")
@needs("orders:write")
@orders.arguments(CouponCodeForm)
@orders.response(201, OrderAnswer)
def apply_coupon(form: CouponCodeForm.Loaded, order_id: UUID) -> Response:
    """Put a coupon on the order."""
    command = ApplyCoupon(order_id=order_id, context=context(form.reason), coupon_code=form.code)
    return change(command, status=201)


@orders.delete("/<uuid:order_id>/coupons/<string:code>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_coupon(form: ReasonForm.Loaded, order_id: UUID, code: str) -> Response:
    """Take a coupon off the order."""
    given = context(form.reason)
    return change(RemoveCoupon(order_id=order_id, context=given, coupon=code.strip().upper()))


@orders.put("/<uuid:order_id>/discount")
@needs("orders:write")
@orders.arguments(AmountForm)
@orders.response(200, OrderAnswer)
def set_discount(form: AmountForm.Loaded, order_id: UUID) -> Response:
    """Give a discount on the whole order."""
    amount = form.amount
    given = context(form.reason)
    return change(SetDiscount(order_id=order_id, context=given, currency=amount.currency, amount=amount.minor))


@orders.put("/<uuid:order_id>/shipping-charge")
@needs("orders:write")
@orders.arguments(ShippingChargeForm)
@orders.response(200, OrderAnswer)
def set_shipping_charge(form: ShippingChargeForm.Loaded, order_id: UUID) -> Response:
    """Charge so much for shipping."""
    return change(shipping_charge(form, order_id, context(form.reason)))
