"""Goods of an order that come back, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import about, change, orders
from api.orders.cart_forms import ReasonForm
from api.orders.forms import ExchangeForm, ReturnForm, ReturnReceiptForm, SettlementForm
from api.requests import context
from domain.orders.exchanges import ExchangeReturn
from domain.orders.quantities import LineUnits
from domain.orders.returns import (
    CancelReturn,
    ReceivedUnits,
    ReceiveReturn,
    RequestReturn,
    SettleReturn,
)


@orders.post("/<uuid:order_id>/returns")
@needs("orders:write")
@orders.arguments(ReturnForm)
@orders.response(201, OrderAnswer)
def request_return(told: dict[str, Any], order_id: UUID) -> Response:
    """Take units back that were shipped."""
    lines = tuple(LineUnits(**line) for line in told["items"])
    return change(RequestReturn(order_id=order_id, context=context(told.get("reason")), lines=lines), status=201)


@orders.post("/<uuid:order_id>/returns/<int:number>/receipt")
@needs("orders:write")
@orders.arguments(ReturnReceiptForm)
@orders.response(200, OrderAnswer)
def receive_return(told: dict[str, Any], order_id: UUID, number: int) -> Response:
    """Write down what of a return has come back, in which condition, and whether it goes back onto the shelf."""
    lines = tuple(ReceivedUnits(**line) for line in told["items"])
    return change(
        ReceiveReturn(order_id=order_id, context=context(told.get("reason")), return_number=number, lines=lines)
    )


@orders.post("/<uuid:order_id>/returns/<int:number>/settlement")
@needs("orders:write")
@orders.arguments(SettlementForm)
@orders.response(200, OrderAnswer)
def settle_return(told: dict[str, Any], order_id: UUID, number: int) -> Response:
    """Close a return: by a refund of this order, by an order of the same customer sent in exchange, or with nothing."""
    by = about(order_id, refund=told.get("refund"), exchange=told.get("exchange"))
    return change(SettleReturn(**by, context=context(told.get("reason")), return_number=number))


@orders.post("/<uuid:order_id>/returns/<int:number>/exchange")
@needs("orders:refund")
@orders.arguments(ExchangeForm)
@orders.response(201, OrderAnswer)
def exchange_return(told: dict[str, Any], order_id: UUID, number: int) -> Response:
    """Close a return by a new order in its place: the goods' value is credited there, what is left of it goes back."""
    reason = told.pop("reason", None)
    given = context(reason)
    replacement = uuid5(given.command_id, "exchange")
    command = ExchangeReturn(order_id=order_id, context=given, return_number=number, replacement=replacement, **told)
    return change(command, status=201)


@orders.delete("/<uuid:order_id>/returns/<int:number>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def cancel_return(told: dict[str, Any], order_id: UUID, number: int) -> Response:
    """Call a return off of which nothing has come."""
    return change(CancelReturn(order_id=order_id, context=context(told.get("reason")), return_number=number))
