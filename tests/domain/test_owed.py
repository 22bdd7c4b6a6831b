"""Whatever happens to an order, in any order: its figures are those of books kept a second time by other means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from domain.orders import (
    issuing,
    moves,
    payment_links,
    payments,
    provider_payments,
    quantities,
    refund_parts,
    refunded,
    refunds,
    returns,
    shipments,
)
from domain.orders.differences import differences
from domain.orders.documents import left_of, live_invoice
from domain.orders.order import Document, Refund
from domain.orders.withdrawals import WithdrawRefund
from domain.pricing import price
from domain.taxes import Tax
from tests.domain.ledger import Back, Worth, kept_of
from tests.domain.sale import Sale
from tests.domain.sales import LINES
from tests.examples.facts import LATER
from tests.given import NOW


class Till(Sale):
    """An order and the books of it: each command is given to both, and they must agree after it."""

    @rule(cash=st.integers(1, 5_000))
    def pay_cash(self, cash: int) -> None:
        due = max(0, self.books.kept() - self.books.held)
        if self.gives(self.called(payments.RecordPayment, method="cash", handed_over=cash)):
            paid = min(due, cash)
            self.books.payments[str(len(self.books.payments) + 1)] = (paid, "in")
            assert list(self.order.payments.values())[-1].change == cash - paid
        else:
            assert not due

    @rule(amount=st.integers(1, 2_000))
    def promise(self, amount: int) -> None:
        if self.gives(self.called(payments.AuthorizePayment, method="card", amount=amount)):
            self.books.payments[str(len(self.books.payments) + 1)] = (amount, "promised")

    @precondition(lambda self: self.books.payments)
    @rule(data=st.data())
    def capture(self, data: st.DataObject) -> None:
        payment = self.some(data, self.books.payments)
        amount, state = self.books.payments.get(payment, (0, ""))
        if self.gives(self.called(provider_payments.RequestCapture, payment=payment)) and state == "promised":
            self.books.payments[payment] = (amount, "in")

    @precondition(lambda self: self.books.payments)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        payment = self.some(data, self.books.payments)
        if self.gives(self.called(payments.VoidPayment, payment=payment)):
            self.books.payments[payment] = (self.books.payments[payment][0], "void")

    @rule()
    def link(self) -> None:
        renewed = self.refunded_in_full()
        due = self.books.worth().total if renewed else max(0, self.books.kept() - self.books.held)
        command = self.called(
            payment_links.IssuePaymentLink, link=f"link {self.serial}", expires_at=LATER, pay_again=True
        )
        assert self.gives(command) == (due > 0)
        if due:
            self.keeps_again(renewed)
            assert self.events[-1].amount == due  # type: ignore[attr-defined]

    @rule(
        data=st.data(),
        shipping=st.sampled_from([0, 0, 0, 0, 200, 590]),
        goodwill=st.sampled_from([0, 0, 0, 0, 1, 250, -1]),
        credit=st.sampled_from([0, 0, 0, 0, 1, 300]),
        amount=st.sampled_from([None, None, None, 1, 500]),
        again=st.sampled_from([False, False, False, True]),
    )
    def refund(
        self, data: st.DataObject, shipping: int, goodwill: int, credit: int, amount: int | None, again: bool
    ) -> None:
        drawn = data.draw(st.lists(st.tuples(st.sampled_from([*self.order.items, "9"]), st.integers(0, 3)), max_size=2))
        drawn = [(item, quantity * self.steps_of(item)) for item, quantity in drawn]
        self.give_back(drawn, shipping, goodwill, credit, amount, again, data.draw(self.providers()))

    @rule(data=st.data(), again=st.booleans())
    def refund_in_full(self, data: st.DataObject, again: bool) -> None:
        """All units and the shipping, then the rest as an amount."""
        payment = data.draw(self.providers())
        units = [(name, left) for name, left in self.order.kept_quantities().items() if left]
        backs = self.books.alive("made", "asked")
        given = sum(one.shipping for one in backs if not one.paid_again)
        self.give_back(units, max(0, self.books.worth().shipping - given), 0, 0, None, again, payment)
        self.give_back([], 0, 0, 0, self.books.free(), again, payment)

    def steps_of(self, item: str) -> int:
        """How many of the smallest steps of its unit make one."""
        return self.books.lines[item].steps if item in self.books.lines else 1

    def providers(self) -> st.SearchStrategy[str]:
        """By hand, or a payment that a provider took."""
        taken = [payment.id for payment in self.order.payments.values() if payment.provider]
        return st.sampled_from(["", *taken])

    def give_back(
        self,
        units: list[tuple[str, int]],
        shipping: int,
        goodwill: int,
        credit: int,
        amount: int | None,
        again: bool,
        payment: str,
    ) -> None:
        """By hand, or asked of a payment's provider."""
        back = self.books.asks(units, shipping, goodwill, credit, amount)
        kind = refunds.RequestRefund if payment else refunded.RefundOrder
        command = self.called(
            kind,
            lines=tuple(
                refund_parts.RefundLine(item=item, quantity=quantities.in_units(self.order, item, steps))
                for item, steps in units
            ),
            shipping=shipping,
            goodwill=goodwill,
            credit=credit,
            amount=amount,
            pay_again=again,
            **({"payment": payment} if payment else {}),
        )
        # Nothing is asked of a provider, which would refuse it.
        allowed = back is not None and (not payment or self.left_of(payment) >= back.amount > 0)
        assert self.gives(command) == allowed, (back, self.left_of(payment))
        if back is not None and allowed:
            back.paid_again, back.payment = again, payment
            back.state = "asked" if payment else "made"
            back.of_cancelled = self.books.cancelled
            self.books.refunds[str(len(self.books.refunds) + 1)] = back
            made = self.made(str(len(self.books.refunds)))
            told = [(one.item, one.quantity, one.worth, one.line_total, one.line_quantity) for one in made.lines]
            assert told == back.units
            assert (made.amount, made.credit, made.goodwill) == (back.amount, back.credit, back.goodwill)

    def left_of(self, payment: str) -> int:
        """What of a payment its provider may still give back; below nothing where it has none."""
        known = self.order.payments.get(payment)
        if known is None or not known.provider or known.state != "captured":
            return -1
        given = [one.amount for one in self.books.alive("made", "asked") if one.payment == payment]
        return known.amount - sum(given)

    def made(self, name: str) -> Refund:
        every = (*self.order.refunds, *self.order.refund_requests.values())
        return next(one for one in every if one.id == name)

    @precondition(lambda self: any(one.payment for one in self.books.refunds.values()))
    @rule(data=st.data(), answer=st.sampled_from(["made", "made", "failed"]))
    def answered(self, data: st.DataObject, answer: str) -> None:
        asked = [name for name, one in self.books.refunds.items() if one.payment]
        self.provider_answers(self.some(data, asked), answer)

    def provider_answers(self, refund: str, answer: str) -> None:
        command = refunds.ConfirmRefund if answer == "made" else refunds.FailRefund
        if self.gives(self.called(command, refund=refund)):
            known = self.books.refunds[refund]
            if answer == "failed" or known.state == "asked":
                known.state = answer
                known.of_cancelled = self.books.cancelled

    @precondition(lambda self: self.books.refunds)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        refund = self.some(data, self.books.refunds)
        known = self.books.refunds.get(refund)
        by_hand = known is not None and known.state == "made" and not known.payment
        noted = any(note.refund == refund and note.kind == "credit_note" for note in self.order.documents)
        noted = noted or refund in self.counted
        command = self.called(WithdrawRefund, refund=refund, because="Written down by mistake")
        assert self.gives(command) == (by_hand and not noted)
        if known is not None and by_hand and not noted:
            known.state = "withdrawn"

    @rule(item=LINES)
    def ship(self, item: str) -> None:
        lines = (shipments.ShipLine(item=item, quantity=1),)
        self.gives(self.called(shipments.ShipOrder, carrier="dhl", lines=lines))

    @precondition(lambda self: self.order.shipments)
    @rule(number=st.integers(1, 2))
    def call_back(self, number: int) -> None:
        self.gives(self.called(shipments.CancelShipment, shipment=number))

    @precondition(lambda self: self.order.shipments)
    @rule(data=st.data())
    def goods_come_back(self, data: st.DataObject) -> None:
        """A return is asked for, received and settled: none of it moves money by itself."""
        sent = [item for item, units in self.order.shipped_quantities().items() if units]
        back = tuple(quantities.LineUnits(item=item, quantity=1) for item in sent)
        if self.gives(self.called(returns.RequestReturn, lines=back)):
            number = len(self.order.returns)
            received = tuple(returns.ReceivedUnits(item=item, quantity=1) for item in sent)
            assert self.gives(self.called(returns.ReceiveReturn, return_number=number, lines=received))
            refund = data.draw(st.sampled_from(["", *self.books.refunds]))
            self.gives(self.called(returns.SettleReturn, return_number=number, refund=refund))

    @rule(status=st.sampled_from(["cancelled", "pending", "processing", "processing", "shipped"]))
    def move(self, status: str) -> None:
        command = self.called(moves.ChangeStatus, status=status, force=True, because="As it is", stock="leave")
        if self.gives(command):
            self.books.cancelled = status == "cancelled"

    @precondition(lambda self: len(self.order.documents) < 9)
    @rule()
    def invoice(self) -> None:
        if self.gives(self.document(issuing.IssueInvoice)):
            self.invoices[self.order.documents[-1].number] = self.books.worth()
            self.credited[self.order.documents[-1].number] = []

    @precondition(lambda self: self.invoices and self.books.refunds)
    @rule(data=st.data())
    def credit_note(self, data: st.DataObject) -> None:
        refund = self.some(data, self.books.refunds)
        if self.gives(self.document(issuing.IssueCreditNote, refund=refund)):
            known = self.books.refunds[refund]
            sold = known.credit if known.of_cancelled and not known.paid_again else 0
            counted = Back(0, known.units, known.shipping, known.goodwill + sold, paid_again=known.paid_again)
            self.credited[self.order.documents[-1].refers_to].append(counted)

    @precondition(lambda self: self.invoices)
    @rule()
    def correct(self) -> None:
        """From then on the invoice tells the order as it is; it is refused where the order grew."""
        invoice = live_invoice(self.order)
        before = left_of(self.order, invoice) if invoice else 0
        if self.gives(self.document(issuing.IssueCorrection, because="It was too dear")) and invoice is not None:
            note, books = self.order.documents[-1], self.books
            assert note.refers_to == invoice.number
            assert left_of(self.order, invoice) == books.kept() < before
            assert sum(part.total for part in note.parts) == note.total
            assert sum(part.tax for part in note.parts) == note.tax
            assert differences(self.order, invoice) == ()
            made = {name: one for name, one in books.refunds.items() if one.state == "made"}
            self.counted |= {name for name, one in made.items() if one.units or one.shipping or one.goodwill}
            backs = [Back(0, one.units, one.shipping, one.goodwill) for one in made.values() if not one.paid_again]
            self.invoices[invoice.number] = Worth({}, {}, 0, {}, 0) if books.cancelled else books.worth()
            self.credited[invoice.number] = [] if books.cancelled else backs
            left = self.tax_left(invoice)
            if not backs and not books.cancelled:
                assert left == self.order.price.tax
            if not books.kept() and not any(one.goodwill for one in backs):
                assert left == 0
            assert not self.gives(self.document(issuing.IssueCorrection, because="Once more"))

    def tax_left(self, invoice: Document) -> int:
        """The tax of an invoice less that of its credit notes."""
        notes = [one.tax for one in self.order.documents if one.refers_to == invoice.number]
        return invoice.tax - sum(notes)

    def document(self, kind: type[Any], **facts: Any) -> Any:
        number = f"D{self.serial}"
        return self.called(kind, document_number=number, settings_version=1, issued_on=NOW.date(), **facts)

    @invariant()
    def the_price_is_that_of_the_books(self) -> None:
        worth, now = self.books.worth(), self.order.price
        assert {line.id: line.worth for line in now.lines} == worth.lines
        assert (now.total, now.shipping_total) == (worth.total, worth.shipping)
        assert {(one.rate, one.name, one.compound): one.tax for one in now.taxes} == worth.taxes

    @invariant()
    def lines_show_what_they_add_up_to(self) -> None:
        now = self.order.price
        assert sum(line.total for line in now.lines) + now.shipping_total == now.total
        assert sum(line.net for line in now.lines) + now.shipping_total - now.shipping_tax == now.net
        for one in now.taxes:
            key = Tax(one.rate, one.name, one.compound)
            every = [(line.taxes, line.tax_parts) for line in now.lines]
            every.append((now.shipping_taxes, now.shipping_tax_parts))
            parts = [part for taxes, own in every for tax, part in zip(taxes, own, strict=True) if tax == key]
            assert sum(parts) == one.tax
        assert sum(line.worth for line in now.lines) + now.shipping_total == now.total
        assert self.books.holds()

    @invariant()
    def the_balance_is_that_of_the_books(self) -> None:
        books, now = self.books, self.order.price
        assert (now.paid, now.paid - now.refunded) == (books.paid, books.held)
        assert (now.kept, now.balance) == (books.kept(), books.kept() - books.held)
        assert self.order.payment_status == books.status(placed=True)
        assert self.order.overpaid == books.overpaid()

    @invariant()
    def the_units_are_those_of_the_books(self) -> None:
        books = self.books
        kept = {name: max(0, line.ordered - books.given(name)) for name, line in books.lines.items()}
        assert self.order.kept_quantities() == kept

    @invariant()
    def invoices_less_credit_notes_are_what_was_invoiced_and_is_kept(self) -> None:
        for document in self.order.documents:
            if document.kind == "invoice":
                notes = [one.total for one in self.order.documents if one.refers_to == document.number]
                worth, backs = self.invoices[document.number], self.credited[document.number]
                assert document.total - sum(notes) == kept_of(worth, backs)

    @invariant()
    def the_order_of_the_lines_changes_no_tax(self) -> None:
        now = self.order.cart
        turned = price(replace(now, lines=now.lines[::-1]))
        assert (turned.taxes, turned.total) == (self.order.price.taxes, self.order.price.total)

    def teardown(self) -> None:
        """All that is left is given back: exactly nothing is held, and nothing is owed."""
        if not hasattr(self, "order"):
            return
        for name in [name for name, one in self.books.refunds.items() if one.state == "asked"]:
            self.provider_answers(name, "made")
        for name in self.order.items:
            if left := self.order.kept_quantities()[name]:
                self.give_back([(name, left)], 0, 0, 0, None, False, "")
        if self.books.free() > 0:
            self.give_back([], 0, 0, 0, self.books.free(), False, "")
        assert self.order.paid == self.order.refunded
        assert self.order.overpaid == 0


TestTill = Till.TestCase
TestTill.settings = settings(
    max_examples=200,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_twenty_thousand_orders_agree_with_their_books() -> None:
    run_state_machine_as_test(
        Till, settings=settings(TestTill.settings, max_examples=20_000, database=None, derandomize=False)
    )
