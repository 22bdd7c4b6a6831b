"""Goods of an order that come back, over HTTP."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import change, orders
from api.orders.cart_forms import ReasonForm, new_item, taxes_of
from api.orders.goods_forms import ExchangeForm, ReturnForm, ReturnReceiptForm, SettlementForm
from api.requests import context
from api.schemas import minor_of
from domain.orders.exchanges import ExchangeReturn
from domain.orders.returns import (
    CancelReturn,
    ReceiveReturn,
    RequestReturn,
    SettleReturn,
)


@orders.post("/<uuid:order_id>/returns")
@needs("orders:write")
@orders.arguments(ReturnForm)
@orders.response(201, OrderAnswer)
def request_return(form: ReturnForm.Loaded, order_id: UUID) -> Response:
    """Take units back that were shipped."""
    return change(RequestReturn(order_id=order_id, context=context(form.reason), lines=form.items), status=201)


@orders.post("/<uuid:order_id>/returns/<int:number>/receipt")
@needs("orders:write")
@orders.arguments(ReturnReceiptForm)
@orders.response(200, OrderAnswer)
def receive_return(form: ReturnReceiptForm.Loaded, order_id: UUID, number: int) -> Response:
    """Write down what of a return has come back, in which condition, and whether it goes back onto the shelf."""
    given = context(form.reason)
    return change(ReceiveReturn(order_id=order_id, context=given, return_number=number, lines=form.items))


@orders.post("/<uuid:order_id>/returns/<int:number>/settlement")
@needs("orders:write")
@orders.arguments(SettlementForm)
@orders.response(200, OrderAnswer)
def settle_return(form: SettlementForm.Loaded, order_id: UUID, number: int) -> Response:
    """Close a return: by a refund of this order, by an order of the same customer sent in exchange, or with nothing."""
    command = SettleReturn(
        order_id=order_id,
        context=context(form.reason),
        return_number=number,
        refund=form.refund,
        exchange=form.exchange,
    )
    return change(command)


@orders.post("/<uuid:order_id>/returns/<int:number>/exchange")
@needs("orders:refund")
@orders.arguments(ExchangeForm)
@orders.response(201, OrderAnswer)
def exchange_return(form: ExchangeForm.Loaded, order_id: UUID, number: int) -> Response:
    """Close a return by a new order in its place: the goods' value is credited there, what is left of it goes back."""
    given = context(form.reason)
    command = ExchangeReturn(
        order_id=order_id,
        context=given,
        currency=form.currency,
        return_number=number,
        replacement=uuid5(given.command_id, "exchange"),
        items=tuple(map(new_item, form.items)),
        discount=minor_of(form.discount) or 0,
        shipping_charge=minor_of(form.shipping_charge) or 0,
        shipping_taxes=taxes_of(form.shipping_tax_rate, form.shipping_taxes),
        shipping_includes_tax=form.shipping_includes_tax,
        notify=form.notify,
        payment=form.payment,
        method=form.method,
    )
    return change(command, status=201)


@orders.delete("/<uuid:order_id>/returns/<int:number>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def cancel_return(form: ReasonForm.Loaded, order_id: UUID, number: int) -> Response:
    """Call a return off of which nothing has come."""
    return change(CancelReturn(order_id=order_id, context=context(form.reason), return_number=number))
