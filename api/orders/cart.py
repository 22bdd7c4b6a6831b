"""What an order holds: lines, coupons, discount, shipping charge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import about, change, orders
from api.orders.forms import (
    AmountForm,
    CouponCodeForm,
    ItemChangeForm,
    ItemForm,
    ShippingChargeForm,
    new_item,
)
from api.requests import context
from domain.orders.cart import (
    AddItem,
    ApplyCoupon,
    ChangeItem,
    RemoveCoupon,
    RemoveItem,
    SetDiscount,
    SetShippingCharge,
)


@orders.post("/<uuid:order_id>/items")
@needs("orders:write")
@orders.arguments(ItemForm)
@orders.response(201, OrderAnswer)
def add_item(told: dict[str, Any], order_id: UUID) -> Response:
    """Put a line into the cart."""
    command = AddItem(order_id=order_id, context=context(), currency=told["currency"], item=new_item(told))
    return change(command, status=201)


@orders.patch("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.arguments(ItemChangeForm)
@orders.response(200, OrderAnswer)
def change_item(told: dict[str, Any], order_id: UUID, item: str) -> Response:
    """Change a line's quantity, price or discount."""
    facts = {name: told[name].minor for name in ("unit_price", "discount") if name in told}
    return change(
        ChangeItem(
            **about(order_id, quantity=told.get("quantity"), **facts),
            context=context(),
            currency=told["currency"],
            item=item,
        )
    )


@orders.delete("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.response(200, OrderAnswer)
def remove_item(order_id: UUID, item: str) -> Response:
    """Take a line out of the cart."""
    return change(RemoveItem(order_id=order_id, context=context(), item=item))


@orders.post("/<uuid:order_id>/coupons")
@needs("orders:write")
@orders.arguments(CouponCodeForm)
@orders.response(201, OrderAnswer)
def apply_coupon(told: dict[str, Any], order_id: UUID) -> Response:
    """Put a coupon on the order."""
    return change(ApplyCoupon(order_id=order_id, context=context(), coupon_code=told["code"]), status=201)


@orders.delete("/<uuid:order_id>/coupons/<string:code>")
@needs("orders:write")
@orders.response(200, OrderAnswer)
def remove_coupon(order_id: UUID, code: str) -> Response:
    """Take a coupon off the order."""
    return change(RemoveCoupon(order_id=order_id, context=context(), coupon=code.strip().upper()))


@orders.put("/<uuid:order_id>/discount")
@needs("orders:write")
@orders.arguments(AmountForm)
@orders.response(200, OrderAnswer)
def set_discount(told: dict[str, Any], order_id: UUID) -> Response:
    """Give a discount on the whole order."""
    amount = told["amount"]
    return change(SetDiscount(order_id=order_id, context=context(), currency=amount.currency, amount=amount.minor))


@orders.put("/<uuid:order_id>/shipping-charge")
@needs("orders:write")
@orders.arguments(ShippingChargeForm)
@orders.response(200, OrderAnswer)
def set_shipping_charge(told: dict[str, Any], order_id: UUID) -> Response:
    """Charge so much for shipping."""
    amount = told["amount"]
    return change(
        SetShippingCharge(
            order_id=order_id,
            context=context(),
            currency=amount.currency,
            amount=amount.minor,
            tax_rate=told.get("tax_rate", 0),
        )
    )
