"""Who and what surrounds an order."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, orders
from api.orders.forms import AddressChangeForm, AssignedOperatorForm, CustomerForm, MethodForm, SourceForm
from api.requests import context
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
@needs("orders:write", personal=True)
@orders.arguments(CustomerForm)
@orders.response(200, OrderAnswer)
def assign_customer(form: CustomerForm.Loaded, order_id: UUID) -> Response:
    """Say whose order it is, or that it is nobody's known."""
    command = AssignCustomer(
        order_id=order_id,
        context=context(form.reason),
        customer_id=form.customer_id,
        addresses=form.addresses,
    )
    return change(command)


@orders.put("/<uuid:order_id>/operator")
@needs("orders:write")
@orders.arguments(AssignedOperatorForm)
@orders.response(200, OrderAnswer)
def assign_operator(form: AssignedOperatorForm.Loaded, order_id: UUID) -> Response:
    """Say who looks after it."""
    given = context(form.reason)
    return change(AssignOperator(order_id=order_id, context=given, operator=form.operator or ""))


@orders.put("/<uuid:order_id>/source")
@needs("orders:write")
@orders.arguments(SourceForm)
@orders.response(200, OrderAnswer)
def set_source(form: SourceForm.Loaded, order_id: UUID) -> Response:
    """Say where it came from."""
    given = context(form.reason)
    return change(SetSource(order_id=order_id, context=given, source=form.source or ""))


@orders.put("/<uuid:order_id>/billing-address")
@needs("orders:write", personal=True)
@orders.arguments(AddressChangeForm)
@orders.response(200, OrderAnswer)
def change_billing_address(form: AddressChangeForm.Loaded, order_id: UUID) -> Response:
    """Bill it to another address; of an order that was shipped, completed or cancelled, for a reason."""
    given = context(form.reason)
    return change(ChangeBillingAddress(order_id=order_id, context=given, address=form.address))


@orders.put("/<uuid:order_id>/shipping-address")
@needs("orders:write", personal=True)
@orders.arguments(AddressChangeForm)
@orders.response(200, OrderAnswer)
def change_shipping_address(form: AddressChangeForm.Loaded, order_id: UUID) -> Response:
    """Send it to another address; of an order that was shipped, completed or cancelled, for a reason."""
    given = context(form.reason)
    return change(ChangeShippingAddress(order_id=order_id, context=given, address=form.address))


@orders.put("/<uuid:order_id>/payment-method")
@needs("orders:write")
@orders.arguments(MethodForm)
@orders.response(200, OrderAnswer)
def choose_payment_method(form: MethodForm.Loaded, order_id: UUID) -> Response:
    """Say how it will be paid."""
    return change(ChoosePaymentMethod(order_id=order_id, context=context(form.reason), method=form.method))


@orders.put("/<uuid:order_id>/shipping-method")
@needs("orders:write")
@orders.arguments(MethodForm)
@orders.response(200, OrderAnswer)
def choose_shipping_method(form: MethodForm.Loaded, order_id: UUID) -> Response:
    """Say how it will be sent."""
    return change(ChooseShippingMethod(order_id=order_id, context=context(form.reason), method=form.method))
