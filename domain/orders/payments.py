"""The order's ledger: money promised, taken and taken back out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders.cash import cash_amount
from domain.orders.order import Order, OrderCommand, Payment
from domain.orders.pay_again import due as due
from domain.orders.pay_again import due_again, keep_again, keep_as_before
from domain.orders.refund_parts import AmountNotPositive
from domain.settings import Shop
from domain.statuses import DRAFT
from domain.texts import CODE, LINE, check_text

MAX_ENTRIES = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # that a payment written down by hand was made
UNANSWERED = ("requested", "failed")  # asked of a provider that has not taken it yet


class PaymentNotFound(NotFound):
    """Order {number} has no payment {payment}."""

    code = "payment-not-found"


class PaymentTooLarge(Rejected):
    """A payment is at most {limit}."""

    code = "payment-too-large"


class NothingDue(Rejected):
    """Nothing is due on order {number}; say the amount to take more."""

    code = "nothing-due"


class PaidAtOutOfBounds(Rejected):
    """A payment was made in 2000 or later, and no later than a day from now."""

    code = "paid-at-out-of-bounds"


class PaymentRefunded(Rejected):
    """Refunds were made of this payment: it cannot be voided."""

    code = "payment-refunded"


class PaymentWithProvider(Rejected):
    """This payment is with {provider}: have it captured, voided or refunded there."""

    code = "payment-with-provider"


class NotYetPlaced(Rejected):
    """Order {number} is a draft: place it before money moves."""

    code = "not-yet-placed"


class TooManyEntries(Rejected):
    """An order's ledger holds at most {limit} payments and refunds."""

    code = "too-many-entries"


class RecordPayment(OrderCommand, frozen=True, kw_only=True):
    """Write down money that came in; no amount means what is due, `payment` is the request that it answers.

    Of cash, `handed_over` is what the customer gave and `change` what was handed back of it; either may be left out.
    `pay_again`: where all was refunded, the customer keeps it after all and pays another way.
    """

    method: str
    amount: int | None = None
    handed_over: int | None = None
    change: int | None = None
    pay_again: bool = False
    reference: str = ""
    provider: str = ""
    payment: str = ""
    paid_at: datetime | None = None


PaidState = Literal["captured", "authorized"]  # of a payment written down by hand


class AuthorizePayment(OrderCommand, frozen=True, kw_only=True):
    """Write down money that a provider promised; `payment` is the request that it answers."""

    method: str
    amount: int
    reference: str = ""
    provider: str = ""
    payment: str = ""


class VoidPayment(OrderCommand, frozen=True, kw_only=True):
    """Take a payment back out of the ledger: it never came, or was written down by mistake."""

    payment: str


class CapturePayment(OrderCommand, frozen=True, kw_only=True):
    """Write down that money that was promised came in."""

    payment: str


class PaymentRecorded(Event, frozen=True, kw_only=True):
    """Money came in; form 2 tells how much cash was handed over for it.

    Form 1 (`handed_over` None) could not say that the customer of an order refunded in full keeps it and pays again.
    """

    TOPIC = "order.payment-recorded"
    VERSION = 2

    payment: str
    amount: int
    method: str
    reference: str = ""
    provider: str = ""
    paid_at: datetime
    handed_over: int | None = 0

    def apply(self, order: Order) -> None:
        if self.handed_over is None:
            keep_as_before(order, self.amount)
        order.payments[self.payment] = Payment(
            id=self.payment,
            amount=self.amount,
            method=self.method,
            state="captured",
            reference=self.reference,
            provider=self.provider,
            at=self.paid_at,
            handed_over=self.handed_over or 0,
        )
        order.commands.add(self.metadata.cause)


class PaymentAuthorized(Event, frozen=True, kw_only=True):
    """A provider promised money."""

    TOPIC = "order.payment-authorized"

    payment: str
    amount: int
    method: str
    reference: str = ""
    provider: str = ""

    def apply(self, order: Order) -> None:
        order.payments[self.payment] = Payment(
            id=self.payment,
            amount=self.amount,
            method=self.method,
            state="authorized",
            reference=self.reference,
            provider=self.provider,
            at=self.timestamp,
        )
        order.commands.add(self.metadata.cause)


class PaymentCaptured(Event, frozen=True, kw_only=True):
    """Money that was promised came in."""

    TOPIC = "order.payment-captured"

    payment: str
    amount: int

    def has_effect_on(self, order: Order) -> bool:
        return self.payment in order.payments

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        settled = replace(was, asked="", asked_amount=0, failure="")
        order.payments[self.payment] = replace(settled, state="captured", amount=self.amount, at=self.timestamp)


class PaymentVoided(Event, frozen=True, kw_only=True):
    """A payment was taken back out of the ledger."""

    TOPIC = "order.payment-voided"

    payment: str
    amount: int

    def has_effect_on(self, order: Order) -> bool:
        return self.payment in order.payments

    def apply(self, order: Order) -> None:
        was = order.payments[self.payment]
        order.payments[self.payment] = replace(was, state="voided", asked="", asked_amount=0, failure="")


def require_room(order: Order) -> None:
    if order.stage == DRAFT:
        raise NotYetPlaced(number=order.number)
    if len(order.payments) + len(order.refunds) + len(order.refund_requests) >= MAX_ENTRIES:
        raise TooManyEntries(limit=MAX_ENTRIES)


def check_method(method: str, is_settled: bool, shop: Shop) -> None:
    """What was paid elsewhere, in the past or with a provider, is written down even where the method is not offered."""
    check_text(method, CODE, "/method")
    if method and not is_settled:
        shop.require_payment_method(method, "/method")


def given_before(order: Order, command: OrderCommand) -> bool:
    """Whether this very command was followed before; one that tells a past order tells several payments at once."""
    given = command.context.command_id
    pending = (event for event in order.pending_events if isinstance(event, Event))
    return given in order.commands and not any(event.metadata.cause == given for event in pending)


def check_amount(amount: int, currency: str) -> None:
    """Refuses an amount that is no money, or more than any order is worth."""
    if amount <= 0:
        raise AmountNotPositive("/amount")
    if amount > MAX_MINOR_UNITS:
        raise PaymentTooLarge("/amount", limit=amount_text(MAX_MINOR_UNITS, currency))


def record_payment(order: Order, command: RecordPayment, shop: Shop) -> None:
    """Writes down a payment; all that is due when no amount is told. A provider's payment is written down once.

    It occurred when it was paid; one that is told to be paid later counts from now on.
    """
    known = order.payment_by(command.provider, command.reference)
    if known is not None:
        return _capture(order, known, command.amount, command)
    if given_before(order, command):
        return
    require_room(order)
    check_method(command.method, bool(command.context.import_id or command.provider), shop)
    check_text(command.reference, CODE, "/reference")
    check_text(command.context.reason, LINE, "/reason")
    is_due = due_again(order, command.pay_again)
    told = cash_amount(order, command, is_due)
    amount = is_due if told is None else told
    if not is_due and command.amount is None and command.change is None:
        raise NothingDue("/amount", number=order.number)
    check_amount(amount, order.currency)
    keep_again(order, command.context, command.pay_again)
    paid_at = command.paid_at or command.context.at
    _check_paid_at(paid_at, command.context.at)
    order.record(
        PaymentRecorded,
        replace(command.context, at=min(paid_at, command.context.at).astimezone(UTC)),
        payment=_answered(order, command.payment),
        amount=amount,
        method=command.method,
        reference=command.reference,
        provider=command.provider,
        paid_at=paid_at,
        handed_over=command.handed_over or 0,
    )


def _check_paid_at(paid_at: datetime, now: datetime) -> None:
    """Refuses a slip of the pen; a past order is told as of its own time, which its file was asked about."""
    if paid_at != now and not EARLIEST <= paid_at <= now + timedelta(days=1):
        raise PaidAtOutOfBounds("/paid_at")


def authorize_payment(order: Order, command: AuthorizePayment, shop: Shop) -> None:
    """Writes down what a provider promised."""
    if order.payment_by(command.provider, command.reference) is not None or given_before(order, command):
        return
    require_room(order)
    check_method(command.method, bool(command.context.import_id or command.provider), shop)
    check_text(command.reference, CODE, "/reference")
    check_amount(command.amount, order.currency)
    order.record(
        PaymentAuthorized,
        command.context,
        payment=_answered(order, command.payment),
        amount=command.amount,
        method=command.method,
        reference=command.reference,
        provider=command.provider,
    )


def _answered(order: Order, payment_id: str) -> str:
    """The id of the request that a payment answers, or of a new payment."""
    asked = order.payments.get(payment_id)
    return asked.id if asked and asked.state in UNANSWERED else str(len(order.payments) + 1)


def capture_payment(order: Order, command: CapturePayment, shop: Shop) -> None:
    """Writes down that a promise was kept, once."""
    capture_by_hand(order, payment_of(order, command.payment), None, command)


def capture_by_hand(order: Order, payment: Payment, amount: int | None, command: OrderCommand) -> None:
    """Writes down that a promise was kept which no provider has to be asked about."""
    if payment.state == "authorized" and payment.provider:
        raise PaymentWithProvider("/payment", provider=payment.provider)
    _capture(order, payment, amount, command)


def _capture(order: Order, payment: Payment, amount: int | None, command: OrderCommand) -> None:
    if payment.state == "authorized":
        captured = payment.amount if amount is None else amount
        check_amount(captured, order.currency)
        order.record(PaymentCaptured, command.context, payment=payment.id, amount=captured)


def payment_of(order: Order, payment_id: str) -> Payment:
    """A payment of the order by its id."""
    payment = order.payments.get(payment_id)
    if payment is None:
        raise PaymentNotFound("/payment", number=order.number, payment=payment_id[:CODE])
    return payment


def void_payment(order: Order, command: VoidPayment, shop: Shop) -> None:
    """Voids a payment unless refunds have eaten into it."""
    void_by_hand(order, payment_of(order, command.payment), command)


def void_by_hand(order: Order, payment: Payment, command: OrderCommand) -> None:
    """Voids a payment that no provider has to be asked about."""
    if payment.state == "voided":
        return
    if payment.provider:
        raise PaymentWithProvider("/payment", provider=payment.provider)
    if payment.state == "captured" and order.paid - payment.amount < order.refunded + order.refunds_requested:
        raise PaymentRefunded("/payment")
    order.record(PaymentVoided, command.context, payment=payment.id, amount=payment.amount)


EVENTS: tuple[type[Event], ...] = (PaymentRecorded, PaymentAuthorized, PaymentCaptured, PaymentVoided)

HANDLERS = {
    RecordPayment: record_payment,
    AuthorizePayment: authorize_payment,
    CapturePayment: capture_payment,
    VoidPayment: void_payment,
}
