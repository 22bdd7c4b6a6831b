"""Corrections of invoices: invoices less credit notes are never below nothing, and tell what is kept once corrected."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as drawing
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.handlers import HANDLERS
from domain.orders.cart import RemoveItem
from domain.orders.charges import SetDiscount, SetShippingCharge
from domain.orders.corrections import NothingToCorrect, OrderGrew
from domain.orders.credits import credit_with
from domain.orders.differences import differences
from domain.orders.documents import (
    CreditNoteBuiltUpon,
    DocumentVoided,
    InvoiceCredited,
    VoidDocument,
    left_of,
    live_invoice,
)
from domain.orders.issuing import CorrectionNeedsReason, IssueCorrection, NothingCredited, NotInvoiced
from domain.orders.line_changes import ChangeItem
from domain.orders.order import Document, Order
from domain.orders.refunded import RefundOrder
from domain.orders.withdrawals import RefundCredited, WithdrawRefund
from domain.taxes import WHOLE_RATE, Tax, single
from tests.domain.invoices import BILLED, DAY, SHOP, credit, invoice, void
from tests.domain.orders import add, ask, line, pay, placed, refund, to
from tests.given import given

TAXED = (line(2, 1_200, taxes=single(200_000)), line(1, 500, taxes=single(55_000)))


def correct(number: str = "A2026-00009", because: str | None = "Too dear") -> IssueCorrection:
    return ask(
        IssueCorrection, called=number, because=because, document_number=number, issued_on=DAY, settings_version=4
    )


def sold(*since: Any) -> list[Any]:
    """An invoiced order of 35.00, and what happened since."""
    facts = {**BILLED, "shipping_charge": 600, "shipping_taxes": single(200_000)}
    return [placed(*TAXED, **facts), invoice(), *since]


def held(*steps: Any) -> Order:
    """The order that commands lead to, each of which must be allowed."""
    outcome = given(Order, *steps[:-1]).when(steps[-1], SHOP)
    assert outcome.refusal is None, repr(outcome.refusal)
    return outcome.aggregate


def tax_left(order: Order, invoice: Document) -> int:
    return invoice.tax - sum(
        one.tax for one in order.documents if one.refers_to == invoice.number and not one.voided_at
    )


def sums(order: Order) -> tuple[int, int, list[tuple[str, str, int, int]]]:
    """Total and tax of the last document, and its parts."""
    note = order.documents[-1]
    return note.total, note.tax, [(part.kind, part.item, part.quantity, part.total) for part in note.parts]


GST, QST = Tax(50_000, "GST"), Tax(99_750, "QST")
SHIPPING = [(0, ()), (400, ()), (400, single(55_000)), (400, (GST, QST))]
CHEAPER = ask(ChangeItem, called="cheaper", item="1", unit_price=600)


class TestCorrection:
    def test_a_lower_price_is_taken_back_without_a_unit(self) -> None:
        order = held(*sold(CHEAPER), correct())
        assert sums(order) == (1_200, 200, [("line", "1", 0, 1_200)])
        issued = live_invoice(order)
        assert issued
        assert (left_of(order, issued), tax_left(order, issued)) == (order.price.kept, order.price.tax)
        assert differences(order, issued) == ()
        assert order.documents[-1].reason == "Too dear"

    def test_units_lines_and_shipping_that_are_gone_are_named(self) -> None:
        fewer, gone = ask(ChangeItem, called="f", item="1", quantity=1), ask(RemoveItem, called="r", item="2")
        order = held(*sold(fewer, gone), correct())
        assert sums(order)[2] == [("line", "1", 1, 1_200), ("line", "2", 1, 500)]

    def test_later_refunds_count_at_the_corrected_price(self) -> None:
        order = held(*sold(pay(), CHEAPER), correct(), refund(("1", 1)), credit())
        assert [one.total for one in order.documents] == [3_500, 1_200, 600]

    def test_a_refund_before_it_is_in_it_and_neither_credited_nor_withdrawn_after(self) -> None:
        past = [*sold(pay(), refund(("1", 1))), correct()]
        assert sums(held(*past)) == (1_200, 200, [("line", "1", 1, 1_200)])
        given(Order, *past).when(credit(), SHOP).then_refused(NothingCredited)
        withdrawal = ask(WithdrawRefund, because="By mistake", refund="1")
        refusal = given(Order, *past).when(withdrawal, SHOP).then_refused(RefundCredited)
        assert refusal.details["document"] == "A2026-00009"

    def test_a_cancelled_order_is_credited_whole_and_later_refunds_take_back_nothing(self) -> None:
        past = [*sold(pay(), to("cancelled")), correct()]
        order = held(*past)
        assert order.documents[-1].total == order.documents[0].total
        assert order.documents[-1].tax == order.documents[0].tax
        back = ask(RefundOrder, called="back", credit=3_500)
        given(Order, *past, back).when(credit(), SHOP).then_refused(NothingCredited)

    @pytest.mark.parametrize("then", SHIPPING)
    @pytest.mark.parametrize("now", SHIPPING)
    def test_shipping_that_was_given_back_may_bear_other_taxes_since_the_invoice(self, then: Any, now: Any) -> None:
        facts = {**BILLED, "shipping_charge": then[0], "shipping_taxes": then[1]}
        charged = ask(SetShippingCharge, called="other shipping", amount=now[0], taxes=now[1])
        back = refund(("1", 2), ("2", 1), shipping=now[0])
        order = held(placed(*TAXED, **facts), invoice(), charged, pay(), back, correct())
        assert order.price.kept == 0
        assert (order.documents[-1].total, order.documents[-1].tax) == (
            order.documents[0].total,
            order.documents[0].tax,
        )

    def test_goodwill_credited_before_stays_credited(self) -> None:
        goodwill = ask(RefundOrder, called="goodwill", goodwill=500)
        gone = ask(RemoveItem, called="gone", item="2")
        order = held(*sold(pay(), goodwill), credit(), gone, correct())
        issued = live_invoice(order)
        assert issued
        assert (order.documents[-1].total, left_of(order, issued)) == (500, order.price.kept)
        assert tax_left(order, issued) == 417  # of 25.00 at 20 %, the lid's part of the goodwill included

    def test_a_void_brings_back_what_the_invoice_told_before(self) -> None:
        past = [*sold(pay(), CHEAPER), correct()]
        order = held(
            *past, ask(VoidDocument, called="v", because="Wrong", document_number="A2026-00009"), correct("A2")
        )
        assert sums(order) == (1_200, 200, [("line", "1", 0, 1_200)])

    def test_what_was_built_upon_is_not_voided(self) -> None:
        past = [*sold(pay(), refund(("2", 1), called="r")), credit(), CHEAPER, correct()]
        given(Order, *past).when(void("A2026-00001"), SHOP).then_refused(CreditNoteBuiltUpon)
        given(Order, *past).when(void(), SHOP).then_refused(InvoiceCredited)
        past += [refund(("1", 1), called="more"), credit("A2026-00010", refund="2")]
        given(Order, *past).when(void("A2026-00009"), SHOP).then_refused(CreditNoteBuiltUpon)
        given(Order, *past).when(void("A2026-00010"), SHOP).then(DocumentVoided)

    def test_another_name_stays_a_difference(self) -> None:
        renamed = ask(ChangeItem, called="renamed", item="1", name="Green cup")
        order = held(*sold(CHEAPER, renamed), correct())
        assert differences(order, order.documents[0]) == ("lines",)

    @pytest.mark.parametrize(
        "grown",
        [
            ask(ChangeItem, called="dearer", item="2", unit_price=600),
            ask(ChangeItem, called="more", item="2", quantity=2, unit_price=100),
            ask(ChangeItem, called="taxed", item="2", taxes=single(100_000)),
            ask(SetShippingCharge, called="shipping", amount=700, taxes=single(200_000)),
            add(1, 0),
        ],
    )
    def test_what_grew_is_not_taken_back(self, grown: Any) -> None:
        given(Order, *sold(CHEAPER, grown)).when(correct(), SHOP).then_refused(OrderGrew)

    def test_there_is_something_to_correct_an_invoice_and_a_reason(self) -> None:
        given(Order, *sold()).when(correct(), SHOP).then_refused(NothingToCorrect)
        given(Order, *sold(CHEAPER), correct()).when(correct("A3"), SHOP).then_refused(NothingToCorrect)
        given(Order, *sold(CHEAPER)).when(correct(because=" "), SHOP).then_refused(CorrectionNeedsReason)
        given(Order, placed(*TAXED, **BILLED)).when(correct(), SHOP).then_refused(NotInvoiced)

    def test_given_again_it_does_nothing(self) -> None:
        given(Order, *sold(CHEAPER), correct()).when(correct(), SHOP).then_nothing()


RATES = st.sampled_from([(), single(55_000), single(200_000), (Tax(50_000, "GST"), Tax(99_750, "QST"))])
ITEMS = ["1", "2", "3"]
STEPS = st.one_of(
    st.tuples(st.just("price"), st.sampled_from(ITEMS), st.integers(0, 2_000)),
    st.tuples(st.just("quantity"), st.sampled_from(ITEMS), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.sampled_from(ITEMS), st.just(0)),
    st.tuples(st.just("discount"), st.just(""), st.integers(0, 400)),
    st.tuples(st.just("shipping"), st.just(""), st.integers(0, 600)),
    st.tuples(st.just("refund"), st.sampled_from(ITEMS), st.integers(1, 2)),
    st.tuples(st.just("give"), st.sampled_from(["shipping", "goodwill", "credit"]), st.integers(1, 700)),
    st.tuples(st.just("credit"), st.sampled_from(ITEMS), st.just(0)),
    st.tuples(st.just("correct"), st.just(""), st.just(0)),
    st.tuples(st.just("correct"), st.just(""), st.just(0)),
    st.tuples(st.just("void"), st.just(""), st.integers(1, 3)),
    st.tuples(st.just("cancel"), st.just(""), st.just(0)),
)


def command_of(kind: str, name: str, amount: int, called: str, order: Order, rate: Any) -> Any:
    number = f"A{called}"
    match kind:
        case "price":
            return ask(ChangeItem, called=called, item=name, unit_price=amount)
        case "quantity":
            return ask(ChangeItem, called=called, item=name, quantity=amount)
        case "remove":
            return ask(RemoveItem, called=called, item=name)
        case "discount":
            return ask(SetDiscount, called=called, amount=amount)
        case "shipping":
            return ask(SetShippingCharge, called=called, amount=amount, taxes=rate)
        case "refund":
            return refund((name, amount), called=called)
        case "give":
            parts: dict[str, Any] = {name: amount}
            return ask(RefundOrder, called=called, **parts)
        case "credit":
            return credit(number, called=called, refund=name)
        case "correct":
            return correct(number)
        case "void":
            last = order.documents[-min(amount, len(order.documents))].number
            return ask(VoidDocument, called=called, because="Wrong", document_number=last)
    return to("cancelled", force=True, stock="leave")


@drawing(deadline=None, max_examples=300)
@drawn(
    items=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2_000), RATES), min_size=1, max_size=3),
    included=st.booleans(),
    shipping=st.sampled_from([0, 590]),
    rate=RATES,
    steps=st.lists(STEPS, min_size=3, max_size=14),
)
def test_invoices_less_credit_notes_tell_what_is_kept_once_corrected(
    items: list[tuple[int, int, Any]], included: bool, shipping: int, rate: Any, steps: list[tuple[str, str, int]]
) -> None:
    lines = [line(quantity, price, taxes=taxes) for quantity, price, taxes in items]
    facts = {**BILLED, "prices_include_tax": included, "shipping_charge": shipping, "shipping_taxes": rate}
    order = held(placed(*lines, **facts), invoice(), pay())
    for place, (kind, name, amount) in enumerate(steps):
        command = command_of(kind, name, amount, f"step {place}", order, rate)
        try:
            HANDLERS[type(command)].decide(order, command, SHOP)
        except DomainError:
            continue
        finally:
            issued = live_invoice(order)
            assert issued is None or left_of(order, issued) >= 0
        if kind != "correct" or issued is None:
            continue
        note = order.documents[-1]
        assert left_of(order, issued) == order.price.kept
        assert differences(order, issued) == ()
        assert sum(part.total for part in note.parts) == note.total > 0
        assert sum(part.tax for part in note.parts) == note.tax
        assert sum(one.tax for one in credit_with(note.parts).taxes) == note.tax
        kept, goodwill = tax_left(order, issued), sum(one.goodwill for one in order.refunds)
        if order.is_cancelled or (not order.price.kept and not goodwill):
            assert kept == 0
        elif not order.refunds:
            assert kept == order.price.tax
        elif len({*(taxes for _, _, taxes in items), rate}) == 1:
            whole = 1 + sum(Fraction(tax.rate, WHOLE_RATE) for tax in rate)
            assert abs(kept - order.price.kept * (1 - 1 / whole)) <= len(order.refunds) + len(items) + 1
