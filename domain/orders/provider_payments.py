"""Payments that a provider takes: asked of it, then done or failed; nothing is only written down."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from domain.errors import Conflict, Rejected
from domain.events import Event
from domain.money import amount_text
from domain.orders.order import Order, OrderCommand, Payment
from domain.orders.pay_again import due_again, keep_again
from domain.orders.payment_links import link_method
from domain.orders.payments import (
    NothingDue,
    PaymentNotFound,
    PaymentVoided,
    capture_by_hand,
    check_amount,
    payment_of,
    require_room,
    void_by_hand,
)
from domain.settings import Shop
from domain.shop import AT_ONCE
from domain.texts import CODE, LINE, NAME, check_text

Action = Literal["take", "capture", "void"]


class PaymentUnderway(Conflict):
    """The provider of payment {payment} is already asked to {asked} it."""

    code = "payment-underway"


class NotPromised(Rejected):
    """Payment {payment} is {state}: only money that was promised is captured or voided."""

    code = "payment-not-promised"


class CaptureAbovePromised(Rejected):
    """At most {promised} was promised; {asked} was asked."""

    code = "capture-above-promised"


class RequestPayment(OrderCommand, frozen=True, kw_only=True):
    """Ask a provider to take money by a `token` of the customer's means of payment; no amount means what is due."""

    method: str
    token: str
    amount: int | None = None
    pay_again: bool = False


class RequestCapture(OrderCommand, frozen=True, kw_only=True):
    """Take what was promised, or a part of it: through its provider, or written down where it has none."""

    payment: str
    amount: int | None = None


class RequestVoid(OrderCommand, frozen=True, kw_only=True):
    """Let go of what was promised: through its provider, or written down where it has none."""

    payment: str


class ConfirmVoid(OrderCommand, frozen=True, kw_only=True):
    """The provider let go of what it had promised."""

    provider: str
    reference: str


class FailPayment(OrderCommand, frozen=True, kw_only=True):
    """The provider could not do what was asked of it with a payment."""

    payment: str
    action: Action
    failure: str = ""


class PaymentRequested(Event, frozen=True, kw_only=True):
    """A provider was asked to take money; at once, or (`capture_later`) only to have it promised."""

    TOPIC = "order.payment-requested"

    payment: str
    amount: int
    method: str
    provider: str
    token: str
    capture_later: bool = False

    def apply(self, order: Order) -> None:
        order.payments[self.payment] = Payment(
            id=self.payment,
            amount=self.amount,
            method=self.method,
            state="requested",
            reference="",
            provider=self.provider,
            at=self.timestamp,
            token=self.token,
            asked="authorize" if self.capture_later else "take",
        )
        order.commands.add(self.metadata.cause)


class CaptureRequested(Event, frozen=True, kw_only=True):
    """A provider was asked for money that it had promised."""

    TOPIC = "order.capture-requested"

    payment: str
    amount: int

    def has_effect_on(self, order: Order) -> bool:
        return self.payment in order.payments

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        order.payments[self.payment] = replace(was, asked="capture", asked_amount=self.amount, failure="")
        order.commands.add(self.metadata.cause)


class VoidRequested(Event, frozen=True, kw_only=True):
    """A provider was asked to let go of money that it had promised."""

    TOPIC = "order.void-requested"

    payment: str
    amount: int

    def has_effect_on(self, order: Order) -> bool:
        return self.payment in order.payments

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        order.payments[self.payment] = replace(was, asked="void", asked_amount=0, failure="")
        order.commands.add(self.metadata.cause)


class PaymentFailed(Event, frozen=True, kw_only=True):
    """A provider could not take, capture or void a payment; what it had promised stays promised."""

    TOPIC = "order.payment-failed"

    payment: str
    amount: int
    action: str
    failure: str = ""

    def has_effect_on(self, order: Order) -> bool:
        return self.payment in order.payments

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        state = "failed" if was.state == "requested" else was.state
        order.payments[self.payment] = replace(was, state=state, asked="", asked_amount=0, failure=self.failure)


def request_payment(order: Order, command: RequestPayment, shop: Shop) -> None:
    """Asks the provider of a method for all that is due, or a part of it, once."""
    if command.context.command_id in order.commands:
        return
    require_room(order)
    check_text(command.token, NAME, "/token", required=True)
    method = link_method(order, command.method, shop)
    check_text(command.context.reason, LINE, "/reason")
    amount = due_again(order, command.pay_again) if command.amount is None else command.amount
    if command.amount is None and not amount:
        raise NothingDue("/amount", number=order.number)
    check_amount(amount, order.currency)
    keep_again(order, command.context, command.pay_again)
    order.record(
        PaymentRequested,
        command.context,
        payment=str(len(order.payments) + 1),
        amount=amount,
        method=method.code,
        provider=method.provider,
        token=command.token,
        capture_later=method.capture != AT_ONCE,
    )


def request_capture(order: Order, command: RequestCapture, shop: Shop) -> None:
    """Asks for promised money, once; never for more than was promised."""
    if command.context.command_id in order.commands:
        return
    payment = payment_of(order, command.payment)
    if not payment.provider:
        return capture_by_hand(order, payment, command.amount, command)
    _require_promised(payment)
    amount = payment.amount if command.amount is None else command.amount
    check_amount(amount, order.currency)
    if amount > payment.amount:
        promised, asked = amount_text(payment.amount, order.currency), amount_text(amount, order.currency)
        raise CaptureAbovePromised("/amount", promised=promised, asked=asked)
    order.record(CaptureRequested, command.context, payment=payment.id, amount=amount)


def request_void(order: Order, command: RequestVoid, shop: Shop) -> None:
    """Asks a provider to let promised money go, once; a payment taken by hand is voided at once."""
    if command.context.command_id in order.commands:
        return
    payment = payment_of(order, command.payment)
    if not payment.provider or payment.state in ("captured", "voided"):
        return void_by_hand(order, payment, command)
    _require_promised(payment)
    order.record(VoidRequested, command.context, payment=payment.id, amount=payment.amount)


def _require_promised(payment: Payment) -> None:
    if payment.asked:
        raise PaymentUnderway("/payment", payment=payment.id, asked=payment.asked)
    if payment.state != "authorized":
        raise NotPromised("/payment", payment=payment.id, state=payment.state)


def confirm_void(order: Order, command: ConfirmVoid, shop: Shop) -> None:
    """Writes down, once, that promised money was let go; word of it after the money came in changes nothing."""
    payment = order.payment_by(command.provider, command.reference)
    if payment is None:
        raise PaymentNotFound("/reference", number=order.number, payment=command.reference[:CODE])
    if payment.state == "authorized":
        order.record(PaymentVoided, command.context, payment=payment.id, amount=payment.amount)


def fail_payment(order: Order, command: FailPayment, shop: Shop) -> None:
    """Writes down, once, that a provider did not do what it is still asked to do."""
    payment = payment_of(order, command.payment)
    asked = {"authorize": "take"}.get(payment.asked, payment.asked)
    if asked == command.action:
        failure = command.failure[:CODE]
        order.record(
            PaymentFailed,
            command.context,
            payment=payment.id,
            amount=payment.asked_amount or payment.amount,
            action=command.action,
            failure=failure,
        )


EVENTS: tuple[type[Event], ...] = (PaymentRequested, CaptureRequested, VoidRequested, PaymentFailed)

HANDLERS = {
    RequestPayment: request_payment,
    RequestCapture: request_capture,
    RequestVoid: request_void,
    ConfirmVoid: confirm_void,
    FailPayment: fail_payment,
}
