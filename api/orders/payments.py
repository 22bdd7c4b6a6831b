"""The order's ledger over HTTP: payments taken by hand, taken back out, refunds recorded."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from api.access import needs
from api.orders.answers import OrderAnswer
from api.orders.answers_history import GoodsPreviewAnswer
from api.orders.blueprint import change, orders, previewed
from api.orders.cart_forms import ReasonForm
from api.orders.payment_forms import CaptureForm, PaymentForm, PaymentRequestForm, RefundForm, WithdrawalForm
from api.problems import Problem, pointed
from api.requests import context
from api.schemas import minor_of
from domain.orders.payments import AuthorizePayment, RecordPayment
from domain.orders.provider_payments import RequestCapture, RequestPayment, RequestVoid
from domain.orders.refunded import RefundOrder
from domain.orders.refunds import RequestRefund
from domain.orders.withdrawals import WithdrawRefund


@orders.post("/<uuid:order_id>/payments")
@needs("orders:write")
@orders.arguments(PaymentForm)
@orders.response(201, OrderAnswer)
def record_payment(form: PaymentForm.Loaded, order_id: UUID) -> Response:
    """Write down a payment: all that is due, or a part; of cash, with what was handed over and the change."""
    given = context(form.reason)
    if form.state == "authorized":
        if form.amount is None:
            detail = "Say which amount was promised."
            raise Problem(422, "invalid-fields", detail, errors=[pointed("/amount", "required", detail)])
        return change(
            AuthorizePayment(
                order_id=order_id,
                context=given,
                currency=form.currency,
                method=form.method,
                amount=form.amount.minor,
                reference=form.reference,
            ),
            status=201,
        )
    command = RecordPayment(
        order_id=order_id,
        context=given,
        currency=form.currency,
        method=form.method,
        amount=minor_of(form.amount),
        handed_over=minor_of(form.handed_over),
        change=minor_of(form.change),
        reference=form.reference,
        paid_at=form.paid_at,
        pay_again=form.pay_again,
    )
    return change(command, status=201)


@orders.delete("/<uuid:order_id>/payments/<string:payment>")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(200, OrderAnswer)
def void_payment(form: ReasonForm.Loaded, order_id: UUID, payment: str) -> Response:
    """Take a payment back out of the ledger; what a provider promised, it is asked to let go of."""
    return change(RequestVoid(order_id=order_id, context=context(form.reason), payment=payment))


@orders.post("/<uuid:order_id>/payment-requests")
@needs("orders:write")
@orders.arguments(PaymentRequestForm)
@orders.response(202, OrderAnswer)
def request_payment(form: PaymentRequestForm.Loaded, order_id: UUID) -> Response:
    """Have a provider take money, or promise it where the method is captured later; the payment shows how it went."""
    command = RequestPayment(
        order_id=order_id,
        context=context(form.reason),
        currency=form.amount.currency if form.amount else "",
        amount=minor_of(form.amount),
        method=form.method,
        token=form.token,
        pay_again=form.pay_again,
    )
    return change(command, status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/capture")
@needs("orders:write")
@orders.arguments(CaptureForm)
@orders.response(202, OrderAnswer)
def capture_payment(form: CaptureForm.Loaded, order_id: UUID, payment: str) -> Response:
    """Take what was promised, or a part of it; its provider is asked, and the payment shows how it went."""
    command = RequestCapture(
        order_id=order_id,
        context=context(form.reason),
        currency=form.amount.currency if form.amount else "",
        amount=minor_of(form.amount),
        payment=payment,
    )
    return change(command, status=202)


@orders.post("/<uuid:order_id>/payments/<string:payment>/void")
@needs("orders:write")
@orders.arguments(ReasonForm)
@orders.response(202, OrderAnswer)
def let_payment_go(form: ReasonForm.Loaded, order_id: UUID, payment: str) -> Response:
    """Let what was promised go; its provider is asked, and the payment shows how it went."""
    return change(RequestVoid(order_id=order_id, context=context(form.reason), payment=payment), status=202)


def _requested(form: RefundForm.Loaded, order_id: UUID, payment: str) -> RequestRefund:
    """A refund to ask the provider of a payment for."""
    return RequestRefund(
        order_id=order_id,
        context=context(form.reason),
        currency=form.currency,
        payment=payment,
        lines=form.items,
        shipping=minor_of(form.shipping) or 0,
        goodwill=minor_of(form.goodwill) or 0,
        credit=minor_of(form.credit) or 0,
        amount=minor_of(form.amount),
        pay_again=form.pay_again,
        restock=form.restock,
    )


def _made(form: RefundForm.Loaded, order_id: UUID) -> RefundOrder:
    """A refund to write down."""
    return RefundOrder(
        order_id=order_id,
        context=context(form.reason),
        currency=form.currency,
        lines=form.items,
        shipping=minor_of(form.shipping) or 0,
        goodwill=minor_of(form.goodwill) or 0,
        credit=minor_of(form.credit) or 0,
        amount=minor_of(form.amount),
        pay_again=form.pay_again,
        method=form.method,
        reference=form.reference,
        restock=form.restock,
    )


@orders.post("/<uuid:order_id>/refunds")
@needs("orders:refund")
@orders.arguments(RefundForm)
@orders.response(201, OrderAnswer)
@orders.alt_response(202, schema=OrderAnswer)
def refund_order(form: RefundForm.Loaded, order_id: UUID) -> Response:
    """Write down a refund of lines, shipping, goodwill or credit; with a `payment`, ask its provider for it (202).

    Units that were not sent are called off with it: they are not sent any more, and what was promised of them is free.
    """
    if form.payment is not None:
        return change(_requested(form, order_id, form.payment), status=202)
    return change(_made(form, order_id), status=201)


@orders.post("/<uuid:order_id>/refunds/preview")
@needs("orders:refund")
@orders.arguments(RefundForm)
@orders.response(200, GoodsPreviewAnswer)
def preview_refund(form: RefundForm.Loaded, order_id: UUID) -> Response:
    """What the refund would come to, which units it would call off, and what of stock would move; nothing stored."""
    made = _made(form, order_id)
    return previewed(made if form.payment is None else _requested(form, order_id, form.payment), made)


@orders.post("/<uuid:order_id>/refunds/<string:refund>/withdraw")
@needs("orders:refund")
@orders.arguments(WithdrawalForm)
@orders.response(200, OrderAnswer)
def withdraw_refund(form: WithdrawalForm.Loaded, order_id: UUID, refund: str) -> Response:
    """Take a refund back out of the ledger that was written down by mistake; not one that a provider made."""
    return change(WithdrawRefund(order_id=order_id, context=context(form.reason), refund=refund))
