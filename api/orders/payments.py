"""The order's ledger over HTTP: payments taken by hand, taken back out, refunds recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.answers_history import GoodsPreviewAnswer
from api.orders.blueprint import about, change, orders, previewed
from api.orders.cart_forms import ReasonForm
from api.orders.forms import CaptureForm, PaymentForm, PaymentRequestForm, RefundForm, WithdrawalForm
from api.problems import Problem, pointed
from api.requests import context
from domain.orders.payments import AuthorizePayment, RecordPayment, RefundLine, RefundOrder
from domain.orders.provider_payments import RequestCapture, RequestPayment, RequestVoid
from domain.orders.refunds import RequestRefund
from domain.orders.withdrawals import WithdrawRefund


@orders.post("/<uuid:order_id>/payments")
@needs("orders:write")
@orders.arguments(PaymentForm)
@orders.response(201, OrderAnswer)
def record_payment(told: dict[str, Any], order_id: UUID) -> Response:
    """Write down a payment: all that is due, or a part; of cash, with what was handed over and the change."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None, reference=told.get("reference"))
    facts |= {"context": context(told.get("reason")), "currency": told["currency"], "method": told["method"]}
    if told.get("state") == "authorized":
        if amount is None:
            detail = "Say which amount was promised."
            raise Problem(422, "invalid-fields", detail, errors=[pointed("/amount", "required", detail)])
        return change(AuthorizePayment(**facts), status=201)
    facts |= {name: told[name].minor for name in ("handed_over", "change") if name in told}
    return change(RecordPayment(**facts, paid_at=told.get("paid_at"), pay_again=told["pay_again"]), status=201)


@orders.delete("/<uuid:order_id>/payments/<string:payment>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def void_payment(told: dict[str, Any], order_id: UUID, payment: str) -> Response:
    """Take a payment back out of the ledger; what a provider promised, it is asked to let go of."""
    return change(RequestVoid(order_id=order_id, context=context(told.get("reason")), payment=payment))


@orders.post("/<uuid:order_id>/payment-requests")
@needs("orders:write")
@orders.arguments(PaymentRequestForm)
@orders.response(202, OrderAnswer)
def request_payment(told: dict[str, Any], order_id: UUID) -> Response:
    """Have a provider take money, or promise it where the method is captured later; the payment shows how it went."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None)
    facts |= {"currency": amount.currency if amount else "", "method": told.get("method", "")}
    facts |= {"context": context(told.get("reason")), "pay_again": told["pay_again"]}
    return change(RequestPayment(**facts, token=told["token"]), status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/capture")
@needs("orders:write")
@orders.arguments(CaptureForm)
@orders.response(202, OrderAnswer)
def capture_payment(told: dict[str, Any], order_id: UUID, payment: str) -> Response:
    """Take what was promised, or a part of it; its provider is asked, and the payment shows how it went."""
    amount = told.get("amount")
    facts = about(order_id, amount=amount.minor if amount else None, payment=payment)
    facts |= {"context": context(told.get("reason")), "currency": amount.currency if amount else ""}
    return change(RequestCapture(**facts), status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/void")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(202, OrderAnswer)
def let_payment_go(told: dict[str, Any], order_id: UUID, payment: str) -> Response:
    """Let what was promised go; its provider is asked, and the payment shows how it went."""
    return change(RequestVoid(order_id=order_id, context=context(told.get("reason")), payment=payment), status=202)


def _refund(told: dict[str, Any], order_id: UUID, *, made: bool = False) -> RequestRefund | RefundOrder:
    """A refund to write down, or one to ask the provider of a payment for, unless it is `made`."""
    facts: dict[str, Any] = {name: told[name].minor for name in RefundForm.AMOUNTS if name in told}
    facts |= {
        "pay_again": told.get("pay_again", False),
        "context": context(told.get("reason")),
        "currency": told["currency"],
        "lines": tuple(RefundLine(**line) for line in told.get("items", ())),
        "restock": told.get("restock", False),
    }
    if "payment" in told and not made:
        return RequestRefund(order_id=order_id, payment=told["payment"], **facts)
    return RefundOrder(**about(order_id, method=told.get("method"), reference=told.get("reference")), **facts)


@orders.post("/<uuid:order_id>/refunds")
@needs("orders:refund")
@orders.arguments(RefundForm)
@orders.response(201, OrderAnswer)
@orders.alt_response(202, schema=OrderAnswer)
def refund_order(told: dict[str, Any], order_id: UUID) -> Response:
    """Write down a refund of lines, shipping, goodwill or credit; with a `payment`, ask its provider for it (202).

    Units that were not sent are called off with it: they are not sent any more, and what was promised of them is free.
    """
    command = _refund(told, order_id)
    return change(command, status=202 if isinstance(command, RequestRefund) else 201)


@orders.post("/<uuid:order_id>/refunds/preview")
@needs("orders:refund")
@orders.arguments(RefundForm)
@orders.response(200, GoodsPreviewAnswer)
def preview_refund(told: dict[str, Any], order_id: UUID) -> Response:
    """What the refund would come to, which units it would call off, and what of stock would move; nothing stored."""
    return previewed(_refund(told, order_id), _refund(told, order_id, made=True))


@orders.post("/<uuid:order_id>/refunds/<string:refund>/withdraw")
@needs("orders:refund")
@orders.arguments(WithdrawalForm)
@orders.response(200, OrderAnswer)
def withdraw_refund(told: dict[str, Any], order_id: UUID, refund: str) -> Response:
    """Take a refund back out of the ledger that was written down by mistake; not one that a provider made."""
    return change(WithdrawRefund(order_id=order_id, context=context(told["reason"]), refund=refund))
