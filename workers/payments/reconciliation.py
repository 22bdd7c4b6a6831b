"""Compares the books of the payment providers with the ledger of the orders; lists, and never corrects by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from domain.orders.order import Order, Payment, Refund
from domain.orders.payments import PaymentAuthorized, PaymentCaptured, PaymentRecorded, PaymentVoided
from domain.orders.provider_payments import PaymentRequested
from domain.orders.refunded import OrderRefunded
from domain.orders.refunds import RefundFailed, RefundRequested
from projections.log import NothingRecorded
from projections.payments import reconciliation
from projections.payments.provider import KnownPayment, KnownRefund, Provider, Troubled
from projections.payments.providers import ready
from projections.payments.reconciliation import LedgerDifference
from projections.runtime import Runtime
from workers.tools import Job, Retry, Tools

_TOPICS = tuple(
    event.TOPIC
    for event in (
        PaymentRecorded, PaymentAuthorized, PaymentCaptured, PaymentVoided, PaymentRequested,
        RefundRequested, OrderRefunded, RefundFailed,
    )
)  # fmt: skip
_NOTHING = ("open", "failed", "voided", "requested")  # no money, whatever it is called
_REFUND_STATES = {"succeeded": "refunded", "pending": "requested", "failed": "failed"}


def reconcile(tools: Tools, job: Job) -> None:
    """The nightly look, or one that was asked for."""
    try:
        run(tools.runtime, job.key, tools.now())
    except Troubled as trouble:
        raise Retry(trouble.code) from None


def run(runtime: Runtime, run_id: UUID, until: datetime) -> None:
    """Compares with every provider that is set up and keeps what differs; raises the provider's `Troubled`."""
    since = until - timedelta(days=runtime.settings.reconcile_days)
    providers = ready(runtime)
    found: list[LedgerDifference] = []
    payments = refunds = 0
    for name, provider in providers.items():
        books = Books(runtime, name, provider, since, until)
        found += books.payment_differences()
        found += books.refund_differences()
        payments, refunds = payments + books.payments, refunds + books.refunds
    with runtime.pool.connection() as connection:
        reconciliation.keep(connection, run_id, since, until, list(providers), (payments, refunds), found)


class Books:
    """The books of one provider beside the shop's, over one time; counts what was compared."""

    def __init__(self, runtime: Runtime, name: str, provider: Provider, since: datetime, until: datetime) -> None:
        self._runtime, self._name, self._provider = runtime, name, provider
        self._since, self._until = since, until
        self._orders: dict[UUID, Order | None] = {}
        self._told: dict[str, KnownPayment] = {}
        self.payments = self.refunds = 0

    def payment_differences(self) -> Iterator[LedgerDifference]:
        """The provider's payments against the ledger, then the ledger's that the provider did not list."""
        for told in self._provider.payments(self._since, self._until):
            self._told[told.reference] = told
            if told.order_id:
                yield from self._compare_payment(told, self._order(told.order_id))
        for order in self._touched():
            for payment in order.payments.values():
                if payment.provider == self._name and payment.reference and payment.reference not in self._told:
                    yield from self._look_up(order, payment)

    def refund_differences(self) -> Iterator[LedgerDifference]:
        """The provider's refunds against the ledger, then the ledger's that the provider did not list."""
        listed: set[tuple[UUID, str]] = set()
        for told in self._provider.refunds(self._since, self._until):
            order_id = told.order_id or self._order_of(told.payment_reference)
            if order_id is None:
                continue
            order = self._order(order_id)
            refund = _refund(order, told) if order else None
            if refund:
                listed.add((order_id, refund.id))
            yield from self._compare_refund(told, order_id, order, refund)
        for order in self._touched():
            for refund in self._refunds_of(order):
                if refund.at >= self._since and refund.state == "refunded" and (order.id, refund.id) not in listed:
                    self.refunds += 1
                    yield self._difference("refund", "not-at-provider", order, refund.reference, ledger=refund)

    def _compare_payment(self, told: KnownPayment, order: Order | None) -> Iterator[LedgerDifference]:
        self.payments += 1
        payment = order.payment_by(self._name, told.reference) if order else None
        reason = None
        if payment is None:
            reason = None if told.state in _NOTHING else "not-in-ledger"
        elif order and told.currency != order.currency:
            reason = "currency-differs"
        elif told.state != payment.state:
            reason = None if told.state in _NOTHING and payment.state in _NOTHING else "state-differs"
        elif told.state not in _NOTHING and told.amount != payment.amount:
            reason = "amount-differs"
        if reason:
            yield self._difference("payment", reason, order, told.reference, told, payment, order_id=told.order_id)

    def _look_up(self, order: Order, payment: Payment) -> Iterator[LedgerDifference]:
        """A payment of the ledger that began before the time looked at, or that the provider does not know."""
        told = self._provider.fetch(payment.reference)
        if told:
            self._told[told.reference] = told
            yield from self._compare_payment(told, order)
        elif payment.state not in _NOTHING:
            self.payments += 1
            yield self._difference("payment", "not-at-provider", order, payment.reference, ledger=payment)

    def _compare_refund(
        self, told: KnownRefund, order_id: UUID, order: Order | None, refund: Refund | None
    ) -> Iterator[LedgerDifference]:
        self.refunds += 1
        reason = None
        if refund is None:
            reason = None if told.state == "failed" else "not-in-ledger"
        elif _REFUND_STATES[told.state] != refund.state:
            reason = "state-differs"
        elif told.amount != refund.amount:
            reason = "amount-differs"
        if reason:
            yield self._difference("refund", reason, order, told.reference, told, refund, order_id=order_id)

    def _difference(
        self,
        subject: reconciliation.Subject,
        reason: str,
        order: Order | None,
        reference: str,
        told: KnownPayment | KnownRefund | None = None,
        ledger: Payment | Refund | None = None,
        order_id: UUID | None = None,
    ) -> LedgerDifference:
        return LedgerDifference(
            provider=self._name,
            subject=subject,
            reference=reference,
            order_id=order.id if order else order_id,
            order_number=order.number if order else "",
            currency=told.currency if told else order.currency if order else "",
            reason=reason,
            provider_state=told.state if told else None,
            provider_amount=told.amount if told else None,
            ledger_state=ledger.state if ledger else None,
            ledger_amount=ledger.amount if ledger else None,
        )

    def _order(self, order_id: UUID) -> Order | None:
        if order_id not in self._orders:
            try:
                self._orders[order_id] = self._runtime.log.load(Order, order_id)
            except NothingRecorded:
                self._orders[order_id] = None
        return self._orders[order_id]

    def _order_of(self, payment_reference: str) -> UUID | None:
        """The order of a refund that does not name it, by its payment."""
        if payment_reference and payment_reference not in self._told:
            known = self._provider.fetch(payment_reference)
            if known:
                self._told[payment_reference] = known
        told = self._told.get(payment_reference)
        return told.order_id if told else None

    def _touched(self) -> Iterable[Order]:
        with self._runtime.reading() as connection:
            ids = reconciliation.touched_orders(connection, self._since, _TOPICS)
        return [order for order in map(self._order, ids) if order]

    def _refunds_of(self, order: Order) -> Iterator[Refund]:
        for refund in (*order.refunds, *order.refund_requests.values()):
            payment = order.payments.get(refund.payment)
            if payment and payment.provider == self._name:
                yield refund


def _refund(order: Order, told: KnownRefund) -> Refund | None:
    """The refund of the ledger that a provider's is: by the provider's reference, else by the shop's own id."""
    every = [refund for refund in (*order.refunds, *order.refund_requests.values()) if refund.payment]
    named = (one for one in every if one.reference and one.reference == told.reference)
    return next(named, None) or next((one for one in every if told.refund and one.id == told.refund), None)
