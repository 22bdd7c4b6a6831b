"""The order's ledger over HTTP: payments taken by hand, taken back out, refunds recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.blueprint import about, change, orders
from api.orders.forms import CaptureForm, PaymentForm, PaymentRequestForm, RefundForm
from api.problems import Problem, pointed
from api.requests import context
from domain.orders.payments import AuthorizePayment, RecordPayment, RefundLine, RefundOrder
from domain.orders.provider_payments import RequestCapture, RequestPayment, RequestVoid
from domain.orders.refunds import RequestRefund


@orders.post("/<uuid:order_id>/payments")
@needs("orders:write")
@orders.arguments(PaymentForm)
@orders.response(201, OrderAnswer)
def record_payment(told: dict[str, Any], order_id: UUID) -> Response:
    """Write down a payment: all that is due, or a part."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None, reference=told.get("reference"))
    facts |= {"context": context(), "currency": amount.currency if amount else "", "method": told["method"]}
    if told.get("state") == "authorized":
        if amount is None:
            detail = "Say which amount was promised."
            raise Problem(422, "invalid-fields", detail, errors=[pointed("/amount", "required", detail)])
        return change(AuthorizePayment(**facts), status=201)
    return change(RecordPayment(**facts, paid_at=told.get("paid_at")), status=201)


@orders.delete("/<uuid:order_id>/payments/<string:payment>")
@needs("orders:write")
@orders.response(200, OrderAnswer)
def void_payment(order_id: UUID, payment: str) -> Response:
    """Take a payment back out of the ledger; what a provider promised, it is asked to let go of."""
    return change(RequestVoid(order_id=order_id, context=context(), payment=payment))


@orders.post("/<uuid:order_id>/payment-requests")
@needs("orders:write")
@orders.arguments(PaymentRequestForm)
@orders.response(202, OrderAnswer)
def request_payment(told: dict[str, Any], order_id: UUID) -> Response:
    """Have a provider take money, or promise it where the method is captured later; the payment shows how it went."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None)
    facts |= {"context": context(), "currency": amount.currency if amount else "", "method": told.get("method", "")}
    return change(RequestPayment(**facts, token=told["token"]), status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/capture")
@needs("orders:write")
@orders.arguments(CaptureForm)
@orders.response(202, OrderAnswer)
def capture_payment(told: dict[str, Any], order_id: UUID, payment: str) -> Response:
    """Take what was promised, or a part of it; its provider is asked, and the payment shows how it went."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None, payment=payment)
    facts |= {"context": context(), "currency": amount.currency if amount else ""}
    return change(RequestCapture(**facts), status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/void")
@needs("orders:write")
@orders.response(202, OrderAnswer)
def let_payment_go(order_id: UUID, payment: str) -> Response:
    """Let what was promised go; its provider is asked, and the payment shows how it went."""
    return change(RequestVoid(order_id=order_id, context=context(), payment=payment), status=202)


@orders.post("/<uuid:order_id>/refunds")
@needs("orders:refund")
@orders.arguments(RefundForm)
@orders.response(201, OrderAnswer)
def refund_order(told: dict[str, Any], order_id: UUID) -> Response:
    """Write down a refund of lines, shipping or goodwill; with a `payment`, ask its provider for it (202)."""
    facts = {name: told[name].minor for name in ("shipping", "goodwill") if name in told}
    lines = tuple(RefundLine(item=line["item"], quantity=line["quantity"]) for line in told.get("items", ()))
    if "payment" in told:
        asked = RequestRefund(
            order_id=order_id,
            context=context(told.get("reason")),
            currency=told["currency"],
            payment=told["payment"],
            lines=lines,
            restock=told.get("restock", False),
            **facts,
        )
        return change(asked, status=202)
    return change(
        RefundOrder(
            **about(order_id, method=told.get("method"), reference=told.get("reference"), **facts),
            context=context(told.get("reason")),
            currency=told["currency"],
            lines=lines,
            restock=told.get("restock", False),
        ),
        status=201,
    )
