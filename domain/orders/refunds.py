"""Refunds through the provider that took the money: requested, then made or failed."""

from __future__ import annotations

from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.orders.order import Order, OrderCommand, Payment, Refund, RefundedLine
from domain.orders.payments import payment_of, require_room
from domain.orders.refund_parts import RefundLine, facts_of, parts_of, refund_parts, require_refundable
from domain.orders.refunded import OrderRefunded
from domain.settings import Shop
from domain.texts import CODE, LINE, check_text


class RefundNotFound(NotFound):
    """Order {number} has no refund {refund} with a provider."""

    code = "refund-not-found"


class NotWithProvider(Rejected):
    """Payment {payment} is not money that a provider took: write its refund down by hand."""

    code = "not-with-provider"


class NothingForProvider(Rejected):
    """What is asked for comes to nothing, which no provider gives back: leave the payment out to write it down."""

    code = "nothing-for-provider"


class RequestRefund(OrderCommand, frozen=True, kw_only=True):
    """Ask the provider of a payment to give money back: by lines, shipping, goodwill or credit, or an amount."""

    payment: str
    lines: tuple[RefundLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int = 0
    amount: int | None = None
    pay_again: bool = False
    restock: bool = False


class ConfirmRefund(OrderCommand, frozen=True, kw_only=True):
    """The provider gave the money back."""

    refund: str
    reference: str = ""


class FailRefund(OrderCommand, frozen=True, kw_only=True):
    """The provider could not give the money back."""

    refund: str
    failure: str = ""


class RefundRequested(Event, frozen=True, kw_only=True):
    """A provider was asked to give money back; form 2 tells of its parts what `OrderRefunded` does."""

    TOPIC = "order.refund-requested"
    VERSION = 2

    refund: str
    payment: str
    amount: int
    lines: tuple[RefundedLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    credit: int | None = 0
    pay_again: bool = False
    method: str = ""
    restock: bool = False

    def apply(self, order: Order) -> None:
        order.refund_requests[self.refund] = Refund(
            id=self.refund,
            amount=self.amount,
            **facts_of(parts_of(order, self)),
            method=self.method,
            reference="",
            reason=self.metadata.reason,
            at=self.timestamp,
            payment=self.payment,
            restock=self.restock,
            state="requested",
            asked_by=self.metadata.cause,
        )


class RefundFailed(Event, frozen=True, kw_only=True):
    """A provider could not give money back, or it came back after all."""

    TOPIC = "order.refund-failed"

    refund: str
    amount: int
    failure: str = ""

    def has_effect_on(self, order: Order) -> bool:
        return any(one.id == self.refund for one in (*order.refund_requests.values(), *order.refunds))

    def apply(self, order: Order) -> None:
        was = next(one for one in (*order.refund_requests.values(), *order.refunds) if one.id == self.refund)
        order.refunds = tuple(refund for refund in order.refunds if refund.id != self.refund)
        order.refund_requests[self.refund] = replace(was, state="failed", failure=self.failure)


def request_refund(order: Order, command: RequestRefund, shop: Shop) -> None:
    """Asks for a refund of one payment, capped by what is left of it and of the order."""
    if any(refund.asked_by == command.context.command_id for refund in order.refund_requests.values()):
        return
    require_room(order)
    check_text(command.context.reason, LINE, "/reason")
    parts = refund_parts(order, command)
    if not parts.total:
        raise NothingForProvider("/payment")
    payment = require_with_provider(order, command.payment, parts.total)
    order.record(
        RefundRequested,
        command.context,
        refund=order.next_refund,
        payment=payment.id,
        amount=parts.total,
        **facts_of(parts),
        method=payment.method,
        restock=command.restock,
    )


def require_with_provider(order: Order, payment_id: str, amount: int) -> Payment:
    """The payment, which a provider took and of which so much is left to give back."""
    payment = payment_of(order, payment_id)
    if not payment.provider or payment.state != "captured":
        raise NotWithProvider("/payment", payment=payment.id)
    given = sum(refund.amount for refund in order.committed_refunds() if refund.payment == payment.id)
    require_refundable(order, amount, payment.amount - given)
    return payment


def confirm_refund(order: Order, command: ConfirmRefund, shop: Shop) -> None:
    """Writes a refund down as made, once; one that failed stays failed."""
    refund = provider_refund(order, command.refund)
    if refund.state != "requested":
        return
    order.record(
        OrderRefunded,
        command.context,
        refund=refund.id,
        amount=refund.amount,
        **facts_of(refund),
        method=refund.method,
        reference=command.reference[:CODE],
        restock=refund.restock,
        payment=refund.payment,
    )


def fail_refund(order: Order, command: FailRefund, shop: Shop) -> None:
    """Writes a refund down as failed; also one that was made, when its money came back."""
    refund = provider_refund(order, command.refund)
    if refund.state != "failed":
        order.record(
            RefundFailed, command.context, refund=refund.id, amount=refund.amount, failure=command.failure[:CODE]
        )


def provider_refund(order: Order, refund_id: str) -> Refund:
    """A refund that was asked of a provider, by its id."""
    for refund in (*order.refund_requests.values(), *order.refunds):
        if refund.id == refund_id and refund.payment:
            return refund
    raise RefundNotFound("/refund", number=order.number, refund=refund_id[:CODE])


EVENTS: tuple[type[Event], ...] = (RefundRequested, RefundFailed)

HANDLERS = {RequestRefund: request_refund, ConfirmRefund: confirm_refund, FailRefund: fail_refund}
