"""Answers of a provider that are lost on the way, and webhooks out of order: nothing is doubled, the end is right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.methods import DefinePaymentMethod
from domain.orders.creation import CreateOrder
from domain.orders.lines import NewItem
from domain.orders.order import Order
from domain.orders.payments import AuthorizePayment
from domain.orders.provider_payments import RequestCapture, RequestPayment
from domain.orders.refunds import RequestRefund
from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from domain.shop import PaymentMethod
from projections.payments import webhooks
from projections.payments.provider import Giving, KnownPayment, KnownRefund, Lost, ProviderReport, Taking
from projections.payments.providers import PROVIDERS
from projections.payments.sandbox import Sandbox
from projections.payments.sandbox_events import encoded
from projections.runtime import Runtime
from tests.fixtures_api import context_of
from tests.workers.working import ask, becomes, counts, eventually, working
from workers.effects import PERFORMED

PROCESSES = (COLLECT_ON_REQUESTED, REFUND_ON_REQUESTED)
KINDS = {kind: PERFORMED[kind] for kind in ("payment.take", "payment.capture", "refund.send", "webhook.process")}


class Deaf(Sandbox):
    """A sandbox that does what it is asked, whose first answer to each request never arrives."""

    asked: dict[str, int]

    def _lost_once(self, what: str, done: Any) -> Any:
        self.asked[what] = self.asked.get(what, 0) + 1
        if self.asked[what] == 1:
            raise Lost("connection-cut")
        return done

    def take(self, taking: Taking) -> KnownPayment:
        done: KnownPayment = self._lost_once("take", super().take(taking))
        return done

    def capture(self, reference: str, amount: int, currency: str, key: str) -> KnownPayment:
        done: KnownPayment = self._lost_once("capture", super().capture(reference, amount, currency, key))
        return done

    def refund(self, giving: Giving) -> KnownRefund:
        done: KnownRefund = self._lost_once("refund", super().refund(giving))
        return done


@pytest.fixture
def order_id(runtime: Runtime) -> UUID:
    """A placed order of 20.00 EUR in a shop whose online payments are captured later."""
    made = uuid4()
    method = PaymentMethod(code="online", label="Online", provider="sandbox", capture="later")
    runtime.desk.handle(DefinePaymentMethod(context=context_of(), method=method))
    cup = NewItem(sku="CUP-1", name="Blue cup", quantity=2, unit_price=1_000)
    runtime.desk.handle(CreateOrder(order_id=made, context=context_of(), currency="EUR", items=(cup,), place=True))
    return made


def order(runtime: Runtime, order_id: UUID) -> Order:
    return runtime.log.load(Order, order_id)


def test_a_lost_answer_is_looked_up_and_nothing_is_asked_twice(
    runtime: Runtime, order_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.performing.FIRST_PAUSE", timedelta(milliseconds=10))
    deaf = Deaf(runtime.pool, runtime.log.keys.sandbox, "")
    deaf.asked = {}
    monkeypatch.setitem(PROVIDERS, "sandbox", lambda _: deaf)
    with working(runtime, KINDS, PROCESSES):
        runtime.desk.handle(RequestPayment(order_id=order_id, context=context_of(), method="online", token="tok_pay"))
        eventually(lambda: order(runtime, order_id).authorized == 2_000, "promised")
        runtime.desk.handle(RequestCapture(order_id=order_id, context=context_of(), payment="1"))
        eventually(lambda: order(runtime, order_id).paid == 2_000, "captured")
        runtime.desk.handle(RequestRefund(order_id=order_id, context=context_of(), payment="1", goodwill=500))
        eventually(lambda: order(runtime, order_id).refunded == 500, "refunded")
    assert deaf.asked == {"take": 1, "capture": 1, "refund": 1}
    with runtime.reading() as connection:
        [[charges, refunds]] = connection.execute(
            "SELECT (SELECT count(*) FROM sandbox.charges), (SELECT count(*) FROM sandbox.refunds)"
        ).fetchall()
    assert (charges, refunds) == (1, 1)


def tell(runtime: Runtime, told: ProviderReport) -> UUID:
    """A webhook that came and was verified; gives the key of its effect."""
    with runtime.reading() as connection:
        webhooks.keep(connection, runtime.log.keys.webhooks, "sandbox", told.event_id, encoded(told))
    return ask(runtime, "webhook.process", payload={"provider": "sandbox", "event_id": told.event_id})


def test_webhooks_in_the_wrong_order_end_right(runtime: Runtime, order_id: UUID) -> None:
    def told(kind: Any, subject: str = "") -> ProviderReport:
        return ProviderReport(f"ev_{kind}", kind, order_id, "ch_9", 2_000, "EUR", subject)

    with working(runtime, KINDS):
        for kind in ("captured", "authorized", "voided", "dispute-lost", "dispute-opened"):
            becomes(runtime, tell(runtime, told(kind, "dp_1" if kind.startswith("dispute") else "")), "done")
    stands = order(runtime, order_id)
    assert (stands.paid, len(stands.payments), stands.payment_status) == (2_000, 1, "paid")
    assert stands.dispute_status == "lost"


def test_a_refund_told_of_before_its_answer_was_stored_is_given_back_once(runtime: Runtime, order_id: UUID) -> None:
    promise = AuthorizePayment(
        order_id=order_id, context=context_of(), method="online", amount=2_000, provider="sandbox", reference="ch_8"
    )
    runtime.desk.handle(promise)
    captured = ProviderReport("ev_c", "captured", order_id, "ch_8", 2_000, "EUR")
    refunded = ProviderReport("ev_r", "refunded", order_id, "re_8", 500, "EUR", "1")
    with working(runtime, KINDS):
        becomes(runtime, tell(runtime, captured), "done")
        runtime.desk.handle(RequestRefund(order_id=order_id, context=context_of(), payment="1", goodwill=500))
        becomes(runtime, tell(runtime, refunded), "done")
        late = ask(runtime, "refund.send", payload={"order_id": str(order_id), "refund": "1"})
        becomes(runtime, late, "done")
    assert order(runtime, order_id).refunded == 500
    assert counts(runtime) == {}
