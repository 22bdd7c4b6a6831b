"""Refunds that a provider makes, promises that it keeps, and disputes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.events import Command
from domain.orders.disputes import CloseDispute, DisputeClosed, DisputeOpened, OpenDispute
from domain.orders.order import Order
from domain.orders.payments import (
    AuthorizePayment,
    CapturePayment,
    PaymentCaptured,
    PaymentRecorded,
    PaymentWithProvider,
    RecordPayment,
    VoidPayment,
)
from domain.orders.provider_payments import RequestCapture
from domain.orders.refund_parts import RefundAboveLine, RefundAbovePaid, RefundAboveUnsent, RefundLine
from domain.orders.refunded import OrderRefunded, RefundOrder
from domain.orders.refunds import (
    ConfirmRefund,
    FailRefund,
    NothingForProvider,
    NotWithProvider,
    RefundFailed,
    RefundNotFound,
    RefundRequested,
    RequestRefund,
)
from domain.orders.stuck import ProviderStuck, ReportStuck
from tests.domain.orders import ask, line, pay, placed, refund, ship
from tests.given import given


def paid(amount: int | None = None, reference: str = "ch_1") -> RecordPayment:
    return pay(amount, provider="sandbox", reference=reference, method="online")


def request(*lines: tuple[str, int], called: str = "first", **facts: Any) -> RequestRefund:
    units = tuple(RefundLine(item=item, quantity=quantity) for item, quantity in lines)
    return ask(RequestRefund, called=called, payment=facts.pop("payment", "1"), lines=units, **facts)


def confirm(refund: str = "1") -> ConfirmRefund:
    return ask(ConfirmRefund, refund=refund, reference="re_1")


def fail(refund: str = "1") -> FailRefund:
    return ask(FailRefund, refund=refund, failure="account-closed")


def dispute(**facts: Any) -> OpenDispute:
    return ask(OpenDispute, dispute="dp_1", provider="sandbox", reference="ch_1", amount=2_000, **facts)


def decided(won: bool) -> CloseDispute:
    return ask(CloseDispute, dispute="dp_1", provider="sandbox", reference="ch_1", amount=2_000, won=won)


class TestPayments:
    def test_a_payment_of_a_provider_is_written_down_once(self) -> None:
        given(Order, placed(), paid()).when(paid()).then_nothing()
        given(Order, placed(), paid()).when(paid(500, "ch_2")).then((PaymentRecorded, {"reference": "ch_2"}))

    def test_a_promise_is_kept_once(self) -> None:
        promise = ask(AuthorizePayment, method="online", amount=2_000, provider="sandbox", reference="ch_1")
        order = given(Order, placed(), promise).when(paid(1_500)).then((PaymentCaptured, {"amount": 1_500}))
        assert (order.paid, order.authorized) == (1_500, 0)
        given(Order, placed(), promise, paid()).when(promise).then_nothing()
        given(Order, placed(), promise, paid()).when(ask(CapturePayment, payment="1")).then_nothing()

    def test_money_that_a_provider_took_is_refunded_and_not_voided(self) -> None:
        given(Order, placed(), paid()).when(ask(VoidPayment, payment="1")).then_refused(PaymentWithProvider)


def stuck(**facts: Any) -> ReportStuck:
    return ask(ReportStuck, **{"kind": "refund", "entry": "1", "effect": UUID(int=7), "failure": "busy", **facts})


class TestStuck:
    """A provider that is asked in vain: told once, for as long as something is wanted of it."""

    def test_a_refund_says_that_it_is_stuck_and_stays_asked_for(self) -> None:
        asked = (placed(), paid(), request(("1", 1)))
        order = given(Order, *asked).when(stuck()).then((ProviderStuck, {"kind": "refund", "effect": UUID(int=7)}))
        assert (order.refund_requests["1"].state, order.refund_requests["1"].failure) == ("requested", "busy")
        given(Order, *asked, stuck()).when(stuck(failure="closed")).then_nothing()
        order = given(Order, *asked, stuck()).when(confirm()).then(OrderRefunded)
        assert order.refunds[0].failure == ""

    def test_a_payment_says_so_until_it_is_asked_for_anew(self) -> None:
        promise = ask(AuthorizePayment, method="online", amount=2_000, provider="sandbox", reference="ch_1")
        asked = (placed(), promise, ask(RequestCapture, payment="1"))
        order = given(Order, *asked).when(stuck(kind="payment")).then(ProviderStuck)
        assert (order.payments["1"].asked, order.payments["1"].failure) == ("capture", "busy")

    def test_what_is_not_wanted_of_a_provider_is_not_stuck(self) -> None:
        settled = (placed(), paid(), request(("1", 1)), confirm())
        for told in (stuck(), stuck(entry="9"), stuck(kind="payment"), stuck(kind="payment", entry="9")):
            given(Order, *settled).when(told).then_nothing()


class TestRefunds:
    def test_a_refund_is_asked_for_then_made(self) -> None:
        order = (
            given(Order, placed(), paid())
            .when(request(("1", 1), restock=True))
            .then((RefundRequested, {"amount": 1_000, "payment": "1", "restock": True}))
        )
        assert (order.refunded, order.refunds_requested, order.payment_status) == (0, 1_000, "paid")
        order = (
            given(Order, placed(), paid(), request(("1", 1), restock=True))
            .when(confirm())
            .then(
                (OrderRefunded, {"refund": "1", "amount": 1_000, "restock": True, "payment": "1", "reference": "re_1"})
            )
        )
        assert (order.refunded, order.refunds_requested, order.payment_status) == (1_000, 0, "partially_refunded")

    def test_a_refund_that_was_made_or_failed_keeps_the_reason_it_was_asked_for(self) -> None:
        past = (placed(), paid(), request(("1", 1), because="Chipped glaze"))
        made = given(Order, *past).when(confirm()).then(OrderRefunded)
        assert [refund.reason for refund in made.refunds] == ["Chipped glaze"]
        back = given(Order, *past, confirm()).when(fail()).then(RefundFailed)
        assert back.refund_requests["1"].reason == "Chipped glaze"

    def test_results_that_come_again_or_late_record_nothing(self) -> None:
        asked = (placed(), paid(), request(("1", 1)))
        given(Order, *asked).when(request(("1", 1))).then_nothing()
        given(Order, *asked, confirm()).when(confirm()).then_nothing()
        given(Order, *asked, fail()).when(fail()).then_nothing()
        given(Order, *asked, fail()).when(confirm()).then_nothing()

    def test_a_refund_that_failed_can_be_asked_for_again(self) -> None:
        past = (placed(), paid(), request(("1", 2)), fail())
        order = given(Order, *past).when(request(("1", 2), called="second")).then((RefundRequested, {"refund": "2"}))
        assert order.refund_requests["1"].failure == "account-closed"

    def test_money_that_came_back_after_all_is_no_refund(self) -> None:
        order = given(Order, placed(), paid(), request(("1", 2)), confirm()).when(fail()).then(RefundFailed)
        assert (order.refunded, order.payment_status) == (0, "paid")

    def test_what_was_asked_for_cannot_be_asked_for_twice(self) -> None:
        asked = (placed(), paid(), request(("1", 2)))
        given(Order, *asked).when(request(("1", 1), called="second")).then_refused(RefundAboveLine, left=0)
        given(Order, *asked).when(refund(goodwill=1)).then_refused(RefundAbovePaid)

    def test_no_more_goes_back_than_the_payment_was(self) -> None:
        past = (placed(), paid(500), paid(1_500, "ch_2"))
        given(Order, *past).when(request(goodwill=501)).then_refused(RefundAbovePaid)
        given(Order, *past).when(request(("9", 1))).then_refused(RefundAboveLine)

    def test_money_taken_by_hand_goes_back_by_hand(self) -> None:
        given(Order, placed(), pay()).when(request(goodwill=1)).then_refused(NotWithProvider)
        given(Order, placed(), pay(), refund(goodwill=1)).when(confirm()).then_refused(RefundNotFound)

    def test_a_line_is_given_back_to_the_cent_whatever_failed_between(self) -> None:
        past: list[Command] = [
            placed(line(3, 1_000, discount=2_000)),
            paid(),
            request(("1", 1)),
            request(("1", 1), called="second"),
        ]
        past += [fail("1"), confirm("2"), request(("1", 1), called="third")]
        order = given(Order, *past).when(request(("1", 1), called="fourth")).then(RefundRequested)
        assert sum(line.amount for refund in order.committed_refunds() for line in refund.lines) == 1_000


class TestDisputes:
    def test_a_dispute_opens_and_is_decided(self) -> None:
        order = given(Order, placed(), paid()).when(dispute()).then((DisputeOpened, {"payment": "1"}))
        assert order.dispute_status == "open"
        order = given(Order, placed(), paid(), dispute()).when(decided(False)).then((DisputeClosed, {"won": False}))
        assert order.dispute_status == "lost"

    def test_word_of_it_may_come_in_any_order(self) -> None:
        order = given(Order, placed(), paid()).when(decided(True)).then(DisputeClosed)
        assert order.dispute_status == "won"
        given(Order, placed(), paid(), decided(True)).when(dispute()).then_nothing()
        given(Order, placed(), paid(), dispute()).when(dispute()).then_nothing()


def test_units_worth_nothing_are_written_down_and_asked_of_no_provider() -> None:
    order = given(Order, placed(line(1, 2_000), line(1, 0)), paid(2_000))
    order.when(request(("2", 1))).then_refused(NothingForProvider)
    order.when(refund(("2", 1))).then(OrderRefunded)


def test_how_many_units_of_a_refund_were_not_sent_has_its_bounds() -> None:
    past = (placed(line(4)), pay(4_000), ship(("1", 3)))
    asked = RefundLine(item="1", quantity=2, unsent=2)
    refusal = given(Order, *past).when(ask(RefundOrder, lines=(asked,))).then_refused(RefundAboveUnsent)
    assert refusal.pointer == "/items/0/unsent"
    assert refusal.details == {"item": "1", "asked": 2, "least": 0, "most": 1, "unsent": 2}
    every = RefundLine(item="1", quantity=4, unsent=0)
    refusal = given(Order, *past).when(ask(RefundOrder, lines=(every,))).then_refused(RefundAboveUnsent)
    assert refusal.details == {"item": "1", "asked": 4, "least": 1, "most": 1, "unsent": 0}


def test_one_line_in_two_parts_shares_the_units_that_were_not_sent() -> None:
    past = (placed(line(4)), pay(4_000), ship(("1", 2)))
    parts = tuple(RefundLine(item="1", quantity=2, unsent=unsent) for unsent in (2, 0))
    order = given(Order, *past).when(ask(RefundOrder, lines=parts)).then(OrderRefunded)
    assert [(part.quantity, part.unsent) for part in order.refunds[0].lines] == [(2, 2), (2, 0)]
    twice = tuple(RefundLine(item="1", quantity=2, unsent=2) for _ in range(2))
    refusal = given(Order, *past).when(ask(RefundOrder, lines=twice)).then_refused(RefundAboveUnsent)
    assert refusal.pointer == "/items/1/unsent"
