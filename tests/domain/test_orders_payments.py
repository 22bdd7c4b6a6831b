from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from domain.events import Command
from domain.money import MAX_MINOR_UNITS
from domain.orders.charges import ApplyCoupon, SetShippingCharge
from domain.orders.line_changes import ChangeItem
from domain.orders.order import Order, RefundedLine
from domain.orders.payment_links import (
    IssuePaymentLink,
    LinkRefused,
    MethodWithoutProvider,
    NoProvider,
    PaymentLinkIssued,
)
from domain.orders.payments import (
    MAX_ENTRIES,
    AuthorizePayment,
    NothingDue,
    NotYetPlaced,
    PaidAtOutOfBounds,
    PaymentAuthorized,
    PaymentNotFound,
    PaymentRecorded,
    PaymentRefunded,
    PaymentTooLarge,
    PaymentVoided,
    TooManyEntries,
    VoidPayment,
    due,
)
from domain.orders.refund_parts import (
    AmountNotPositive,
    NothingRefunded,
    RefundAboveLine,
    RefundAbovePaid,
    RefundAboveShipping,
)
from domain.orders.refunded import OrderRefunded
from domain.pricing import CouponTerms
from domain.settings import Shop, UnknownMethod
from domain.taxes import single
from domain.texts import TextTooLong
from tests.domain.orders import ask, create, line, online, pay, placed, refund, ship, to
from tests.examples.facts import LATER
from tests.given import NOW, given

SHIPPING = {"shipping_charge": 600}
ONLINE = Shop(payment_methods={**Shop().payment_methods, **online()})


def authorize(amount: int, **facts: Any) -> AuthorizePayment:
    return ask(AuthorizePayment, method="card", amount=amount, **facts)


def void(payment: str = "1") -> VoidPayment:
    return ask(VoidPayment, payment=payment)


def link(address: str = "https://pay.example.com/1") -> IssuePaymentLink:
    return ask(IssuePaymentLink, link=address, expires_at=LATER)


def status_after(*past: Command) -> str:
    """Where the ledger stands after such a past."""
    return given(Order, *past).when(to("lost")).aggregate.payment_status


@pytest.mark.parametrize("command", [pay(1), authorize(1), refund(goodwill=1), link()], ids=lambda c: type(c).__name__)
class TestTheLedger:
    def test_no_money_moves_on_a_draft(self, command: Command) -> None:
        given(Order, create()).when(command).then_refused(NotYetPlaced, number="C1001")

    def test_it_holds_so_many_entries_and_no_more(self, command: Command) -> None:
        past = (placed(line(1, 100_000)), *(pay(1) for _ in range(MAX_ENTRIES - 1)), refund(goodwill=1))
        given(Order, *past).when(command).then_refused(TooManyEntries, limit=MAX_ENTRIES)


class TestRecording:
    def test_without_an_amount_all_that_is_due_is_paid(self) -> None:
        order = (
            given(Order, placed(), pay(500))
            .when(pay())
            .then((PaymentRecorded, {"payment": "2", "amount": 1_500, "paid_at": NOW, "method": "card"}))
        )
        assert (order.paid, order.price.balance, order.payment_status) == (2_000, 0, "paid")

    def test_a_payment_told_late_keeps_its_own_day(self) -> None:
        yesterday = NOW - timedelta(days=1)
        told = pay(1, paid_at=yesterday.astimezone(timezone(timedelta(hours=5))))
        order = given(Order, placed()).when(told).then((PaymentRecorded, {"paid_at": yesterday}))
        assert (order.payments["1"].at, order.modified_on) == (yesterday, yesterday)
        assert order.modified_on.tzinfo is UTC

    def test_a_payment_told_for_a_day_to_come_counts_from_now_on(self) -> None:
        tomorrow = NOW + timedelta(hours=20)
        told = (PaymentRecorded, {"paid_at": tomorrow, "timestamp": NOW})
        given(Order, placed()).when(pay(1, paid_at=tomorrow)).then(told)

    @pytest.mark.parametrize("time", [datetime(1999, 12, 31, 23, 59, tzinfo=UTC), NOW + timedelta(days=1, seconds=1)])
    def test_a_payment_of_another_age_is_a_slip_of_the_pen(self, time: datetime) -> None:
        refusal = given(Order, placed()).when(pay(1, paid_at=time)).then_refused(PaidAtOutOfBounds)
        assert refusal.pointer == "/paid_at"

    def test_a_payment_is_of_the_years_from_2000_to_tomorrow(self) -> None:
        for time in (datetime(2000, 1, 1, tzinfo=UTC), NOW + timedelta(days=1)):
            given(Order, placed()).when(pay(1, paid_at=time)).then(PaymentRecorded)

    def test_more_than_what_is_due_is_written_down_when_said(self) -> None:
        order = given(Order, placed()).when(pay(2_500)).then(PaymentRecorded)
        assert (order.payment_status, order.price.balance) == ("overpaid", -500)

    def test_each_payment_counts(self) -> None:
        assert given(Order, placed(), pay(700)).when(pay(700)).then(PaymentRecorded).paid == 1_400

    @pytest.mark.parametrize("past", [(placed(), pay()), (placed(), to("cancelled")), (placed(line(1, 0)),)])
    def test_nothing_is_due_on_a_paid_a_cancelled_or_a_free_order(self, past: tuple[Command, ...]) -> None:
        assert given(Order, *past).when(pay()).then_refused(NothingDue, number="C1001").pointer == "/amount"

    def test_money_that_comes_in_for_a_cancelled_order_is_written_down(self) -> None:
        given(Order, placed(), to("cancelled")).when(pay(100)).then(PaymentRecorded)

    @pytest.mark.parametrize("amount", [0, -1])
    def test_an_amount_of_nothing_is_no_payment(self, amount: int) -> None:
        assert given(Order, placed()).when(pay(amount)).then_refused(AmountNotPositive).pointer == "/amount"
        assert given(Order, placed()).when(authorize(amount)).then_refused(AmountNotPositive).pointer == "/amount"

    def test_an_amount_beyond_any_order_is_no_payment(self) -> None:
        given(Order, placed()).when(pay(MAX_MINOR_UNITS)).then(PaymentRecorded)
        error = given(Order, placed()).when(pay(MAX_MINOR_UNITS + 1)).then_refused(PaymentTooLarge)
        assert error.details == {"limit": "10000000000000.00"}
        given(Order, placed()).when(authorize(MAX_MINOR_UNITS + 1)).then_refused(PaymentTooLarge)

    def test_an_unknown_method_is_refused_but_an_import_may_tell_its_own(self) -> None:
        command = pay(1, method="shells")
        assert given(Order, placed()).when(command).then_refused(UnknownMethod).pointer == "/method"
        imported = replace(command, context=replace(command.context, import_id=command.order_id))
        given(Order, placed()).when(imported).then(PaymentRecorded)

    def test_a_reference_has_its_bounds(self) -> None:
        error = given(Order, placed()).when(pay(1, reference="r" * 65)).then_refused(TextTooLong)
        assert error.pointer == "/reference"


class TestPromises:
    def test_money_promised_is_not_yet_paid(self) -> None:
        order = given(Order, placed()).when(authorize(2_000)).then((PaymentAuthorized, {"payment": "1"}))
        assert (order.paid, order.authorized, order.payment_status) == (0, 2_000, "authorized")

    def test_a_promise_can_be_voided(self) -> None:
        order = given(Order, placed(), authorize(2_000)).when(void()).then((PaymentVoided, {"amount": 2_000}))
        assert (order.authorized, order.payment_status) == (0, "unpaid")


class TestVoiding:
    def test_a_payment_written_down_by_mistake_is_taken_out(self) -> None:
        order = given(Order, placed(), pay()).when(void()).then((PaymentVoided, {"payment": "1", "amount": 2_000}))
        assert (order.paid, order.payment_status) == (0, "unpaid")

    def test_a_voided_payment_again_records_nothing(self) -> None:
        given(Order, placed(), pay(), void()).when(void()).then_nothing()

    def test_a_payment_that_is_not_there_is_not_found(self) -> None:
        error = given(Order, placed()).when(void("3")).then_refused(PaymentNotFound, number="C1001", payment="3")
        assert error.pointer == "/payment"

    def test_a_payment_that_refunds_were_made_of_stays(self) -> None:
        past = (placed(), pay(), refund(goodwill=1))
        assert given(Order, *past).when(void()).then_refused(PaymentRefunded).pointer == "/payment"

    def test_a_payment_is_voided_while_the_others_still_bear_the_refunds(self) -> None:
        past = (placed(), pay(500), pay(1_500), refund(goodwill=500))
        given(Order, *past).when(void("2")).then(PaymentVoided)
        given(Order, *past, void("2")).when(void("1")).then_refused(PaymentRefunded)

    def test_the_next_payment_has_a_number_of_its_own(self) -> None:
        given(Order, placed(), pay(), void()).when(pay()).then((PaymentRecorded, {"payment": "2"}))


class TestRefunding:
    def test_units_of_a_line_are_given_back_at_what_they_cost(self) -> None:
        units = (
            RefundedLine(item="1", quantity=1, amount=1_000, worth=1_000, line_total=2_999, line_quantity=3, unsent=1),
        )
        order = (
            given(Order, placed(line(3, 1_000, discount=1)), pay())
            .when(refund(("1", 1)))
            .then((OrderRefunded, {"refund": "1", "amount": 1_000, "lines": units}))
        )
        assert order.payment_status == "partially_refunded"

    def test_lines_shipping_and_goodwill_go_back_together(self) -> None:
        past = (placed(line(2), line(1, 500), **SHIPPING), pay(4_000))
        given(Order, *past).when(refund(("1", 1), ("2", 1), shipping=200, goodwill=50)).then(
            (OrderRefunded, {"amount": 1_750, "shipping": 200, "goodwill": 50})
        )

    def test_refunding_everything_step_by_step_leaves_nothing(self) -> None:
        past = (placed(line(3, 333, discount=100, taxes=single(200_000)), discount=50, **SHIPPING), pay())
        steps = (refund(("1", 1)), refund(("1", 1)), refund(("1", 1)))
        order = given(Order, *past, *steps).when(refund(shipping=600)).then(OrderRefunded)
        assert (order.paid - order.refunded, order.payment_status) == (0, "refunded")

    def test_it_goes_back_the_way_the_order_was_paid_unless_said(self) -> None:
        past = (placed(payment_method="transfer"), pay())
        given(Order, *past).when(refund(goodwill=1)).then((OrderRefunded, {"method": "transfer"}))
        given(Order, *past).when(refund(goodwill=1, method="cash")).then((OrderRefunded, {"method": "cash"}))

    def test_the_reason_stands_with_the_refund(self) -> None:
        order = given(Order, placed(), pay()).when(refund(goodwill=1, because="Scratched")).then(OrderRefunded)
        assert order.refunds[0].reason == "Scratched"

    def test_a_cancelled_order_can_be_refunded(self) -> None:
        given(Order, placed(), pay(), to("cancelled")).when(refund(("1", 2))).then(OrderRefunded)

    def test_never_more_than_was_paid(self) -> None:
        past = (placed(), pay(1_500), refund(goodwill=300))
        error = given(Order, *past).when(refund(("1", 2))).then_refused(RefundAbovePaid)
        assert error.details == {"refundable": "12.00", "asked": "20.00"}

    def test_what_is_only_promised_cannot_be_refunded(self) -> None:
        given(Order, placed(), authorize(2_000)).when(refund(("1", 1))).then_refused(RefundAbovePaid, refundable="0.00")

    def test_amounts_are_told_in_the_currencys_own_decimals(self) -> None:
        error = given(Order, placed(currency="KWD"), pay(1_500)).when(refund(("1", 2))).then_refused(RefundAbovePaid)
        assert error.details == {"refundable": "1.500", "asked": "2.000"}

    @pytest.mark.parametrize(("item", "quantity", "left"), [("1", 2, 1), ("1", 0, 1), ("1", -1, 1), ("9", 1, 0)])
    def test_never_more_of_a_line_than_is_left_of_it(self, item: str, quantity: int, left: int) -> None:
        past = (placed(), pay(), refund(("1", 1)))
        error = given(Order, *past).when(refund((item, quantity))).then_refused(RefundAboveLine, item=item)
        assert (error.pointer, error.details["left"], error.details["asked"]) == ("/items/0", left, quantity)

    def test_a_line_named_twice_counts_twice(self) -> None:
        past = (placed(), pay())
        given(Order, *past).when(refund(("1", 1), ("1", 1))).then((OrderRefunded, {"amount": 2_000}))
        assert given(Order, *past).when(refund(("1", 1), ("1", 2))).then_refused(RefundAboveLine).pointer == "/items/1"

    def test_never_more_of_the_shipping_than_is_left_of_it(self) -> None:
        past = (placed(**SHIPPING), pay(), refund(shipping=400))
        error = given(Order, *past).when(refund(shipping=201)).then_refused(RefundAboveShipping)
        assert (error.pointer, error.details) == ("/shipping", {"refundable": "2.00", "asked": "2.01"})

    def test_a_cheaper_shipping_after_its_refund_does_not_bar_other_refunds(self) -> None:
        past = (placed(**SHIPPING), pay(), refund(shipping=600), ask(SetShippingCharge, amount=100))
        given(Order, *past).when(refund(("1", 1))).then(OrderRefunded)
        given(Order, *past).when(refund(shipping=1)).then_refused(RefundAboveShipping, refundable="0.00")

    @pytest.mark.parametrize(
        ("facts", "error", "pointer"),
        [
            ({}, NothingRefunded, ""),
            ({"shipping": -1}, AmountNotPositive, "/shipping"),
            ({"goodwill": -1}, AmountNotPositive, "/goodwill"),
            ({"goodwill": 1, "method": "shells"}, UnknownMethod, "/method"),
            ({"goodwill": 1, "reference": "r" * 65}, TextTooLong, "/reference"),
            ({"goodwill": 1, "because": "x" * 501}, TextTooLong, "/reason"),
        ],
    )
    def test_a_refund_of_nothing_or_of_nonsense_is_refused(self, facts: Any, error: Any, pointer: str) -> None:
        assert given(Order, placed(), pay()).when(refund(**facts)).then_refused(error).pointer == pointer

    def test_free_units_can_be_given_back_for_nothing(self) -> None:
        order = given(Order, placed(line(2, 0))).when(refund(("1", 1))).then((OrderRefunded, {"amount": 0}))
        assert order.refunded_quantities() == {"1": 1}

    @pytest.mark.parametrize(("unit_price", "second"), [(2_000, 2_000), (400, 400), (0, 0)])
    def test_after_a_change_of_price_what_is_left_goes_back_at_the_new_one(self, unit_price: int, second: int) -> None:
        change = ask(ChangeItem, item="1", unit_price=unit_price)
        past = (placed(), pay(4_000), refund(("1", 1)), change)
        given(Order, *past).when(refund(("1", 1))).then((OrderRefunded, {"amount": second}))

    def test_a_line_refunded_whole_has_nothing_left_though_its_price_went_up(self) -> None:
        past = (placed(), pay(9_000), refund(("1", 2)), ask(ChangeItem, item="1", unit_price=4_000))
        given(Order, *past).when(refund(("1", 1))).then_refused(RefundAboveLine, left=0)

    def test_a_coupon_that_came_late_lowers_what_a_line_gives_back(self) -> None:
        coupon = ask(ApplyCoupon, coupon_code="HALF", terms=CouponTerms("HALF", "percent", 5_000))
        given(Order, placed(), pay(), coupon).when(refund(("1", 1))).then((OrderRefunded, {"amount": 500}))


class TestLinks:
    def test_a_link_asks_for_what_is_due(self) -> None:
        order = given(Order, placed(), pay(500)).when(link(), ONLINE).then((PaymentLinkIssued, {"amount": 1_500}))
        assert order.payment_link == "https://pay.example.com/1"

    def test_the_same_link_again_records_nothing(self) -> None:
        given(Order, placed(), link()).when(link(), ONLINE).then_nothing()

    @pytest.mark.parametrize("past", [(placed(), pay()), (placed(), to("cancelled"))])
    def test_a_paid_or_cancelled_order_gets_no_link(self, past: tuple[Command, ...]) -> None:
        given(Order, *past).when(link()).then_refused(LinkRefused, number="C1001")

    def test_a_link_needs_a_method_that_is_with_a_provider(self) -> None:
        given(Order, placed()).when(link()).then_refused(NoProvider)
        by_hand = ask(IssuePaymentLink, link="1", expires_at=LATER, method="cash")
        given(Order, placed()).when(by_hand, ONLINE).then_refused(MethodWithoutProvider, method="cash")

    def test_a_link_has_its_bounds(self) -> None:
        given(Order, placed()).when(link("https://" + "x" * 500)).then_refused(TextTooLong)


@pytest.mark.parametrize(
    ("past", "status"),
    [
        ((create(),), "unpaid"),
        ((create(line(1, 0)),), "unpaid"),
        ((placed(),), "unpaid"),
        ((placed(line(1, 0)),), "paid"),
        ((placed(), authorize(2_000)), "authorized"),
        ((placed(), pay(1)), "partially_paid"),
        ((placed(), pay(1), authorize(1_999)), "partially_paid"),
        ((placed(), pay()), "paid"),
        ((placed(), pay(2_001)), "overpaid"),
        ((placed(), pay(), ask(ChangeItem, item="1", unit_price=1)), "overpaid"),
        ((placed(), pay(), refund(goodwill=1)), "partially_refunded"),
        ((placed(), pay(), refund(("1", 2))), "refunded"),
        ((placed(), pay(100), refund(goodwill=100)), "unpaid"),
        ((placed(), pay(), void()), "unpaid"),
    ],
)
def test_the_payment_status_follows_from_the_ledger(past: tuple[Command, ...], status: str) -> None:
    assert status_after(*past) == status


def test_nothing_is_due_on_a_cancelled_order() -> None:
    order = given(Order, placed(), to("cancelled")).when(to("lost")).aggregate
    assert (due(order), order.price.balance) == (0, 0)


def test_money_moves_whether_or_not_the_goods_have() -> None:
    given(Order, placed(), ship(), to("shipped")).when(pay()).then(PaymentRecorded)
