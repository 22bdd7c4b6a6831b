"""Payments of a provider: asked of it, then done or failed, each once."""

from __future__ import annotations

from domain.orders.order import Order
from domain.orders.payments import (
    AuthorizePayment,
    CapturePayment,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRecorded,
    PaymentVoided,
    PaymentWithProvider,
    RecordPayment,
    VoidPayment,
    record_payment,
)
from domain.orders.provider_payments import (
    CaptureAbovePromised,
    CaptureRequested,
    ConfirmVoid,
    FailPayment,
    NotPromised,
    PaymentFailed,
    PaymentRequested,
    PaymentUnderway,
    RequestCapture,
    RequestPayment,
    RequestVoid,
    VoidRequested,
)
from domain.orders.refunded import OrderRefunded, refund_order
from domain.settings import Shop
from domain.shop import PaymentMethod
from tests.domain.orders import ask, pay, placed, refund
from tests.given import given

ONLINE = PaymentMethod(code="online", label="Card online", provider="sandbox", capture="later")
SHOP = Shop(payment_methods={"online": ONLINE})
TOLD = {"method": "online", "provider": "sandbox", "reference": "ch_1"}
PROMISE = ask(AuthorizePayment, amount=2_000, **TOLD)
CAPTURE = ask(RequestCapture, payment="1", amount=1_500)
VOID = ask(RequestVoid, payment="1")
REQUESTED = (
    PaymentRequested,
    {"payment": "1", "amount": 2_000, "method": "online", "provider": "sandbox", "token": "t", "capture_later": True},
)


def test_what_a_provider_promised_is_never_only_written_down() -> None:
    given(Order, placed(), PROMISE).when(ask(CapturePayment, payment="1")).then_refused(PaymentWithProvider)
    given(Order, placed(), PROMISE).when(ask(VoidPayment, payment="1")).then_refused(PaymentWithProvider)


def test_a_capture_is_asked_for_once_and_never_above_what_was_promised() -> None:
    order = given(Order, placed(), PROMISE).when(CAPTURE).then((CaptureRequested, {"amount": 1_500}))
    assert (order.paid, order.payments["1"].asked) == (0, "capture")
    given(Order, placed(), PROMISE, CAPTURE).when(CAPTURE).then_nothing()
    given(Order, placed(), PROMISE, CAPTURE).when(VOID).then_refused(PaymentUnderway, asked="capture")
    given(Order, placed(), PROMISE).when(ask(RequestCapture, payment="1", amount=2_001)).then_refused(
        CaptureAbovePromised
    )
    given(Order, placed(), PROMISE, ask(RecordPayment, amount=2_000, **TOLD)).when(CAPTURE).then_refused(NotPromised)


def test_what_the_provider_says_of_a_capture_settles_it() -> None:
    done = ask(RecordPayment, amount=1_500, **TOLD)
    order = given(Order, placed(), PROMISE, CAPTURE).when(done).then((PaymentCaptured, {"amount": 1_500}))
    assert (order.paid, order.payments["1"].asked) == (1_500, "")
    given(Order, placed(), PROMISE, CAPTURE, done).when(ask(FailPayment, payment="1", action="capture")).then_nothing()
    failed = given(Order, placed(), PROMISE, CAPTURE).when(
        ask(FailPayment, payment="1", action="capture", failure="expired")
    )
    order = failed.then((PaymentFailed, {"amount": 1_500, "failure": "expired"}))
    assert (order.payments["1"].state, order.payments["1"].asked) == ("authorized", "")


def test_a_void_is_asked_for_then_confirmed_once() -> None:
    gone = ask(ConfirmVoid, provider="sandbox", reference="ch_1")
    given(Order, placed(), PROMISE).when(VOID).then((VoidRequested, {"amount": 2_000}))
    order = given(Order, placed(), PROMISE, VOID).when(gone).then(PaymentVoided)
    assert order.payment_status == "unpaid"
    given(Order, placed(), PROMISE, VOID, gone).when(gone).then_nothing()


def test_money_asked_for_by_a_token_is_answered_in_its_own_place() -> None:
    request = ask(RequestPayment, method="online", token="t")
    given(Order, placed()).when(request, SHOP).then(REQUESTED)
    answer = ask(AuthorizePayment, amount=2_000, payment="1", **TOLD)
    order = given(Order, placed(), REQUESTED).when(answer).then((PaymentAuthorized, {"payment": "1"}))
    assert len(order.payments) == 1
    failed = (PaymentFailed, {"payment": "1", "amount": 2_000, "action": "take", "failure": "declined"})
    order = (
        given(Order, placed(), REQUESTED)
        .when(ask(FailPayment, payment="1", action="take", failure="declined"))
        .then(failed)
    )
    assert (order.payments["1"].state, order.payment_status) == ("failed", "unpaid")
    late = ask(RecordPayment, amount=2_000, payment="1", **TOLD)
    given(Order, placed(), REQUESTED, failed).when(late).then((PaymentRecorded, {"payment": "1"}))


def test_taken_by_hand_is_voided_at_once() -> None:
    given(Order, placed(), pay(500)).when(VOID).then(PaymentVoided)


def test_a_payment_or_refund_given_twice_by_one_command_is_written_down_once() -> None:
    once, back = pay(500, called="the same"), refund(goodwill=100, called="another")
    order = given(Order, placed()).when(once).then(PaymentRecorded)
    order.collect_events()
    record_payment(order, once, Shop())
    assert not order.collect_events()
    refund_order(order, back, Shop())
    assert [type(event) for event in order.collect_events()] == [OrderRefunded]
    refund_order(order, back, Shop())
    assert not order.collect_events()
