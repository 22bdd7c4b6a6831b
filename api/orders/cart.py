"""What an order holds: lines, coupons, discount, shipping charge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import about, change, orders
from api.orders.cart_forms import (
    AmountForm,
    CouponCodeForm,
    ItemChangeForm,
    NewItemForm,
    ReasonForm,
    ShippingChargeForm,
    new_item,
    taxes_of,
)
from api.requests import context
from domain.orders.cart import AddItem, RemoveItem
from domain.orders.charges import ApplyCoupon, RemoveCoupon, SetDiscount, SetShippingCharge
from domain.orders.line_changes import ChangeItem


@orders.post("/<uuid:order_id>/items")
@needs("orders:write")
@orders.arguments(NewItemForm)
@orders.response(201, OrderAnswer)
def add_item(told: dict[str, Any], order_id: UUID) -> Response:
    """Put a line into the cart."""
    command = AddItem(
        order_id=order_id, context=context(told.get("reason")), currency=told["currency"], item=new_item(told)
    )
    return change(command, status=201)


@orders.patch("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.arguments(ItemChangeForm)
@orders.response(200, OrderAnswer)
def change_item(told: dict[str, Any], order_id: UUID, item: str) -> Response:
    """Change a line: its quantity, price, discount, name, SKU, options or taxes."""
    facts: dict[str, Any] = {name: told[name].minor for name in ("unit_price", "discount") if name in told}
    facts |= {name: told[name] for name in ("sku", "name", "exemption") if name in told}
    if "options" in told:
        facts["options"] = tuple(told["options"])
    return change(
        ChangeItem(
            **about(order_id, quantity=told.get("quantity"), taxes=taxes_of(told), **facts),
            context=context(told.get("reason")),
            currency=told["currency"],
            item=item,
        )
    )


@orders.delete("/<uuid:order_id>/items/<string:item>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_item(told: dict[str, Any], order_id: UUID, item: str) -> Response:
    """Take a line out of the cart."""
    return change(RemoveItem(order_id=order_id, context=context(told.get("reason")), item=item))


@orders.post("/<uuid:order_id>/coupons")
@needs("orders:write")
@orders.arguments(CouponCodeForm)
@orders.response(201, OrderAnswer)
def apply_coupon(told: dict[str, Any], order_id: UUID) -> Response:
    """Put a coupon on the order."""
    command = ApplyCoupon(order_id=order_id, context=context(told.get("reason")), coupon_code=told["code"])
    return change(command, status=201)


@orders.delete("/<uuid:order_id>/coupons/<string:code>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def remove_coupon(told: dict[str, Any], order_id: UUID, code: str) -> Response:
    """Take a coupon off the order."""
    given = context(told.get("reason"))
    return change(RemoveCoupon(order_id=order_id, context=given, coupon=code.strip().upper()))


@orders.put("/<uuid:order_id>/discount")
@needs("orders:write")
@orders.arguments(AmountForm)
@orders.response(200, OrderAnswer)
def set_discount(told: dict[str, Any], order_id: UUID) -> Response:
    """Give a discount on the whole order."""
    amount = told["amount"]
    given = context(told.get("reason"))
    return change(SetDiscount(order_id=order_id, context=given, currency=amount.currency, amount=amount.minor))


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
            context=context(told.get("reason")),
            currency=amount.currency,
            amount=amount.minor,
            taxes=taxes_of(told),
            includes_tax=told.get("includes_tax"),
        )
    )
