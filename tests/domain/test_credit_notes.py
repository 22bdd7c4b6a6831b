"""Credit notes: to the cent what was given back, at the rates of the order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as drawing
from hypothesis import strategies as st

from domain.orders.credits import credit_of
from domain.orders.documents import (
    DocumentNumbered,
    InvoiceCredited,
)
from domain.orders.issuing import (
    AlreadyCredited,
    NothingCredited,
)
from domain.orders.order import Order
from domain.orders.refunded import RefundOrder
from domain.taxes import single
from tests.domain.invoices import BILLED, SHOP, credit, invoiced, invoiced_after_refund, void
from tests.domain.orders import ask, line, pay, placed, refund, to
from tests.given import given


class TestCreditNotes:
    def past(self) -> list[Any]:
        return [placed(**BILLED), *invoiced(), pay(), refund(("1", 1))]

    def test_a_credit_note_refers_to_its_invoice_and_takes_the_refunds_amount(self) -> None:
        order = given(Order, *self.past()).when(credit(), SHOP).then(DocumentNumbered)
        issued = order.documents[-1]
        assert (issued.kind, issued.refers_to, issued.refund, issued.total) == (
            "credit_note", "F2026-00001", "1", 1_000,
        )  # fmt: skip

    def test_a_refund_is_credited_once_and_its_invoice_stays(self) -> None:
        past = [*self.past(), *given(Order, *self.past()).when(credit(), SHOP).events]
        given(Order, *past).when(credit(series="credit-notes"), SHOP).then_refused(AlreadyCredited)
        given(Order, *past).when(void()).then_refused(InvoiceCredited)

    def test_credit_notes_together_never_exceed_their_invoice(self) -> None:
        past: list[Any] = [placed(**BILLED), *invoiced(), pay(), pay(1_000)]
        whole, more = refund(("1", 2), called="whole"), ask(RefundOrder, called="more", goodwill=1_000)
        past += [whole, more]
        past += given(Order, *past).when(credit(), SHOP).events
        refusal = given(Order, *past).when(credit(refund="2"), SHOP).then_refused(NothingCredited)
        assert refusal.details == {"document": "F2026-00001", "refund": "2"}

    def test_a_refund_made_before_the_invoice_is_credited_as_well(self) -> None:
        past: list[Any] = [placed(**BILLED), pay(), refund(("1", 1), called="first"), *invoiced_after_refund()]
        order = given(Order, *past).when(credit(), SHOP).then(DocumentNumbered)
        assert [one.total for one in order.documents] == [2_000, 1_000]


@drawing(max_examples=60, deadline=None)
@drawn(
    lines=st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 9_999), st.sampled_from([0, 550, 1_000, 2_000])),
        min_size=1,
        max_size=4,
    ),
    shipping=st.integers(0, 900),
    discount=st.integers(0, 900),
    included=st.booleans(),
    cuts=st.lists(st.integers(1, 3), min_size=4, max_size=4),
)
def test_credits_of_all_lines_give_back_exactly_the_tax_of_the_order(
    lines: list[tuple[int, int, int]], shipping: int, discount: int, included: bool, cuts: list[int]
) -> None:
    items = [line(quantity, price, taxes=single(rate)) for quantity, price, rate in lines]
    facts = {"shipping_charge": shipping, "shipping_taxes": single(200_000), "discount": discount}
    order = given(Order).when(placed(*items, prices_include_tax=included, **facts)).aggregate
    if not order.price.total:
        return
    past: list[Any] = [placed(*items, prices_include_tax=included, **facts), pay()]
    for index, (item, cut) in enumerate(zip(order.items.values(), cuts, strict=False)):
        for part in (min(cut, item.quantity), item.quantity - min(cut, item.quantity)):
            if part:
                past.append(refund((item.id, part), called=f"{index} {part} {len(past)}"))
    if order.price.shipping_total:
        past.append(ask(RefundOrder, shipping=order.price.shipping_total))
    order = given(Order, *past).when(to("processing")).aggregate
    credits = [credit_of(order, one) for one in order.refunds]
    assert sum(one.total for one in credits) == order.price.total == order.refunded
    assert sum(one.tax for one in credits) == order.price.tax
    assert all(sum(part.total for part in one.parts) == one.total for one in credits)


@pytest.mark.parametrize("goodwill", [1, 333, 2_000])
def test_goodwill_is_credited_at_the_rates_of_the_order(goodwill: int) -> None:
    items = (line(1, 1_000, taxes=single(200_000)), line(1, 1_000, taxes=single(55_000)))
    order = given(Order, placed(*items), pay()).when(ask(RefundOrder, goodwill=goodwill)).aggregate
    told = credit_of(order, order.refunds[0])
    assert told.total == goodwill
    assert {part.taxes for part in told.parts} <= {single(200_000), single(55_000)}
    assert sum(tax.net + tax.tax for tax in told.taxes) == goodwill
