"""The order's ledger: money promised, taken, taken back out and refunded."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders.order import Order, OrderCommand, Payment, Refund, RefundedLine
from domain.pricing import unit_share
from domain.settings import Shop
from domain.statuses import DRAFT
from domain.texts import CODE, LINE, check_text

MAX_ENTRIES = 200


class PaymentNotFound(NotFound):
    """Order {number} has no payment {payment}."""

    code = "payment-not-found"


class AmountNotPositive(Rejected):
    """An amount of money that moves must be more than nothing."""

    code = "amount-not-positive"


class PaymentTooLarge(Rejected):
    """A payment is at most {limit}."""

    code = "payment-too-large"


class NothingDue(Rejected):
    """Nothing is due on order {number}; say the amount to take more."""

    code = "nothing-due"


class PaymentRefunded(Rejected):
    """Refunds were made of this payment: it cannot be voided."""

    code = "payment-refunded"


class RefundAbovePaid(Rejected):
    """At most {refundable} of what was paid can still be refunded; {asked} was asked."""

    code = "refund-above-paid"


class RefundAboveLine(Rejected):
    """{left} of line {item} can still be refunded; {asked} was asked."""

    code = "refund-above-line"


class RefundAboveShipping(Rejected):
    """At most {refundable} of the shipping charge can still be refunded; {asked} was asked."""

    code = "refund-above-shipping"


class NothingRefunded(Rejected):
    """A refund names lines, shipping or goodwill."""

    code = "nothing-refunded"


class NotYetPlaced(Rejected):
    """Order {number} is a draft: place it before money moves."""

    code = "not-yet-placed"


class TooManyEntries(Rejected):
    """An order's ledger holds at most {limit} payments and refunds."""

    code = "too-many-entries"


class LinkRefused(Rejected):
    """Order {number} has nothing left to pay."""

    code = "nothing-to-pay"


class RefundLine(Struct, frozen=True, kw_only=True):
    """So many units of a line to give back."""

    item: str
    quantity: int


class RecordPayment(OrderCommand, frozen=True, kw_only=True):
    """Write down money that came in; no amount means what is due."""

    method: str
    amount: int | None = None
    reference: str = ""
    paid_at: datetime | None = None


class AuthorizePayment(OrderCommand, frozen=True, kw_only=True):
    """Write down money that a provider promised."""

    method: str
    amount: int
    reference: str = ""


class VoidPayment(OrderCommand, frozen=True, kw_only=True):
    """Take a payment back out of the ledger: it never came, or was written down by mistake."""

    payment: str


class RefundOrder(OrderCommand, frozen=True, kw_only=True):
    """Write down money that went back: by lines, shipping or goodwill, all in minor units."""

    lines: tuple[RefundLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    method: str = ""
    reference: str = ""


class IssuePaymentLink(OrderCommand, frozen=True, kw_only=True):
    """Ask for what is due by a link that expires."""

    link: str
    expires_at: datetime


class PaymentRecorded(Event, frozen=True, kw_only=True):
    """Money came in."""

    TOPIC = "order.payment-recorded"

    payment: str
    amount: int
    method: str
    reference: str = ""
    paid_at: datetime

    def apply(self, order: Order) -> None:
        order.payments[self.payment] = Payment(
            id=self.payment,
            amount=self.amount,
            method=self.method,
            state="captured",
            reference=self.reference,
            at=self.paid_at,
        )


class PaymentAuthorized(Event, frozen=True, kw_only=True):
    """A provider promised money."""

    TOPIC = "order.payment-authorized"

    payment: str
    amount: int
    method: str
    reference: str = ""

    def apply(self, order: Order) -> None:
        order.payments[self.payment] = Payment(
            id=self.payment,
            amount=self.amount,
            method=self.method,
            state="authorized",
            reference=self.reference,
            at=self.timestamp,
        )


class PaymentVoided(Event, frozen=True, kw_only=True):
    """A payment was taken back out of the ledger."""

    TOPIC = "order.payment-voided"

    payment: str
    amount: int

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        order.payments[self.payment] = Payment(
            id=was.id, amount=was.amount, method=was.method, state="voided", reference=was.reference, at=was.at
        )


class OrderRefunded(Event, frozen=True, kw_only=True):
    """Money went back to the customer."""

    TOPIC = "order.refunded"

    refund: str
    amount: int
    lines: tuple[RefundedLine, ...] = ()
    shipping: int = 0
    goodwill: int = 0
    method: str = ""
    reference: str = ""

    def apply(self, order: Order) -> None:
        refund = Refund(
            id=self.refund,
            amount=self.amount,
            lines=self.lines,
            shipping=self.shipping,
            goodwill=self.goodwill,
            method=self.method,
            reference=self.reference,
            reason=self.metadata.reason,
            at=self.timestamp,
        )
        order.refunds = (*order.refunds, refund)


class PaymentLinkIssued(Event, frozen=True, kw_only=True):
    """The customer was given a link to pay what was due."""

    TOPIC = "order.payment-link-issued"

    link: str
    amount: int
    expires_at: datetime

    def apply(self, order: Order) -> None:
        order.payment_link = self.link


def _require_room(order: Order) -> None:
    if order.stage == DRAFT:
        raise NotYetPlaced(number=order.number)
    if len(order.payments) + len(order.refunds) >= MAX_ENTRIES:
        raise TooManyEntries(limit=MAX_ENTRIES)


def _check_method(method: str, context_is_import: bool, shop: Shop) -> None:
    check_text(method, CODE, "/method")
    if method and not context_is_import:
        shop.require_payment_method(method, "/method")


def _check_amount(amount: int, currency: str) -> None:
    if amount <= 0:
        raise AmountNotPositive("/amount")
    if amount > MAX_MINOR_UNITS:
        raise PaymentTooLarge("/amount", limit=amount_text(MAX_MINOR_UNITS, currency))


def due(order: Order) -> int:
    """What the customer still has to pay; nothing once the order is cancelled."""
    return 0 if order.is_cancelled else max(0, order.price.balance)


def record_payment(order: Order, command: RecordPayment, shop: Shop) -> None:
    """Writes down a payment; all that is due when no amount is told."""
    _require_room(order)
    _check_method(command.method, command.context.import_id is not None, shop)
    check_text(command.reference, CODE, "/reference")
    amount = due(order) if command.amount is None else command.amount
    if command.amount is None and not amount:
        raise NothingDue("/amount", number=order.number)
    _check_amount(amount, order.currency)
    order.record(
        PaymentRecorded,
        command.context,
        payment=str(len(order.payments) + 1),
        amount=amount,
        method=command.method,
        reference=command.reference,
        paid_at=command.paid_at or command.context.at,
    )


def authorize_payment(order: Order, command: AuthorizePayment, shop: Shop) -> None:
    """Writes down what a provider promised."""
    _require_room(order)
    _check_method(command.method, command.context.import_id is not None, shop)
    check_text(command.reference, CODE, "/reference")
    _check_amount(command.amount, order.currency)
    order.record(
        PaymentAuthorized,
        command.context,
        payment=str(len(order.payments) + 1),
        amount=command.amount,
        method=command.method,
        reference=command.reference,
    )


def void_payment(order: Order, command: VoidPayment, shop: Shop) -> None:
    """Voids a payment unless refunds have eaten into it."""
    payment = order.payments.get(command.payment)
    if payment is None:
        raise PaymentNotFound("/payment", number=order.number, payment=command.payment)
    if payment.state == "voided":
        return
    if payment.state == "captured" and order.paid - payment.amount < order.refunded:
        raise PaymentRefunded("/payment")
    order.record(PaymentVoided, command.context, payment=payment.id, amount=payment.amount)


def shipping_refundable(order: Order) -> int:
    """What of the shipping charge, tax included, has not been refunded yet."""
    return max(0, order.price.shipping_total - sum(refund.shipping for refund in order.refunds))


def refunded_lines(order: Order, lines: tuple[RefundLine, ...]) -> tuple[RefundedLine, ...]:
    """What the units of each line are worth, so that refunding all of them in any steps gives back exactly the line."""
    done = order.refunded_quantities()
    priced = {line.id: line for line in order.price.lines}
    worth = []
    for index, line in enumerate(lines):
        item = order.items.get(line.item)
        left = item.quantity - done.get(line.item, 0) if item else 0
        if item is None or not 1 <= line.quantity <= left:
            raise RefundAboveLine(f"/items/{index}", item=line.item[:CODE], left=left, asked=line.quantity)
        amount = unit_share(priced[item.id], done.get(item.id, 0), line.quantity)
        done[item.id] = done.get(item.id, 0) + line.quantity
        worth.append(RefundedLine(item=item.id, quantity=line.quantity, amount=amount))
    return tuple(worth)


def refund_order(order: Order, command: RefundOrder, shop: Shop) -> None:
    """Writes down a refund; never more than was paid, nor of a line or the shipping than is left of it."""
    _require_room(order)
    _check_method(command.method, command.context.import_id is not None, shop)
    check_text(command.reference, CODE, "/reference")
    check_text(command.context.reason, LINE, "/reason")
    if command.shipping < 0 or command.goodwill < 0:
        raise AmountNotPositive("/shipping" if command.shipping < 0 else "/goodwill")
    lines = refunded_lines(order, command.lines)
    left = shipping_refundable(order)
    if command.shipping > left:
        raise RefundAboveShipping(
            "/shipping",
            refundable=amount_text(left, order.currency),
            asked=amount_text(command.shipping, order.currency),
        )
    amount = sum(line.amount for line in lines) + command.shipping + command.goodwill
    if not amount and not lines:
        raise NothingRefunded()
    refundable = order.paid - order.refunded
    if amount > refundable:
        raise RefundAbovePaid(
            refundable=amount_text(refundable, order.currency), asked=amount_text(amount, order.currency)
        )
    order.record(
        OrderRefunded,
        command.context,
        refund=str(len(order.refunds) + 1),
        amount=amount,
        lines=lines,
        shipping=command.shipping,
        goodwill=command.goodwill,
        method=command.method or order.payment_method,
        reference=command.reference,
    )


def issue_payment_link(order: Order, command: IssuePaymentLink, shop: Shop) -> None:
    """Issues a link for what is due, once."""
    if command.link == order.payment_link:
        return
    _require_room(order)
    check_text(command.link, LINE, "/link", required=True)
    if not due(order):
        raise LinkRefused(number=order.number)
    order.record(
        PaymentLinkIssued,
        command.context,
        link=command.link,
        amount=due(order),
        expires_at=command.expires_at,
    )


EVENTS: tuple[type[Event], ...] = (PaymentRecorded, PaymentAuthorized, PaymentVoided, OrderRefunded, PaymentLinkIssued)

HANDLERS = {
    RecordPayment: record_payment,
    AuthorizePayment: authorize_payment,
    VoidPayment: void_payment,
    RefundOrder: refund_order,
    IssuePaymentLink: issue_payment_link,
}
