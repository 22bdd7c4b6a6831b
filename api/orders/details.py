"""Who and what surrounds an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, orders
from api.orders.forms import AssignedOperatorForm, CustomerForm, MethodForm, SourceForm
from api.requests import context
from api.schemas import AddressForm
from domain.addresses import Address
from domain.orders.details import (
    AssignCustomer,
    AssignOperator,
    ChangeBillingAddress,
    ChangeShippingAddress,
    ChoosePaymentMethod,
    ChooseShippingMethod,
    SetSource,
)


@orders.put("/<uuid:order_id>/customer")
@needs("orders:write")
@orders.arguments(CustomerForm)
@orders.response(200, OrderAnswer)
def assign_customer(told: dict[str, Any], order_id: UUID) -> Response:
    """Say whose order it is."""
    return change(AssignCustomer(order_id=order_id, context=context(), customer_id=told["customer_id"]))


@orders.put("/<uuid:order_id>/operator")
@needs("orders:write")
@orders.arguments(AssignedOperatorForm)
@orders.response(200, OrderAnswer)
def assign_operator(told: dict[str, Any], order_id: UUID) -> Response:
    """Say who looks after it."""
    return change(AssignOperator(order_id=order_id, context=context(), operator=told["operator"] or ""))


@orders.put("/<uuid:order_id>/source")
@needs("orders:write")
@orders.arguments(SourceForm)
@orders.response(200, OrderAnswer)
def set_source(told: dict[str, Any], order_id: UUID) -> Response:
    """Say where it came from."""
    return change(SetSource(order_id=order_id, context=context(), source=told["source"] or ""))


@orders.put("/<uuid:order_id>/billing-address")
@needs("orders:write")
@orders.arguments(AddressForm)
@orders.response(200, OrderAnswer)
def change_billing_address(told: Address, order_id: UUID) -> Response:
    """Bill it to another address."""
    return change(ChangeBillingAddress(order_id=order_id, context=context(), address=told))


@orders.put("/<uuid:order_id>/shipping-address")
@needs("orders:write")
@orders.arguments(AddressForm)
@orders.response(200, OrderAnswer)
def change_shipping_address(told: Address, order_id: UUID) -> Response:
    """Send it to another address."""
    return change(ChangeShippingAddress(order_id=order_id, context=context(), address=told))


@orders.put("/<uuid:order_id>/payment-method")
@needs("orders:write")
@orders.arguments(MethodForm)
@orders.response(200, OrderAnswer)
def choose_payment_method(told: dict[str, Any], order_id: UUID) -> Response:
    """Say how it will be paid."""
    return change(ChoosePaymentMethod(order_id=order_id, context=context(), method=told["method"]))


@orders.put("/<uuid:order_id>/shipping-method")
@needs("orders:write")
@orders.arguments(MethodForm)
@orders.response(200, OrderAnswer)
def choose_shipping_method(told: dict[str, Any], order_id: UUID) -> Response:
    """Say how it will be sent."""
    return change(ChooseShippingMethod(order_id=order_id, context=context(), method=told["method"]))
