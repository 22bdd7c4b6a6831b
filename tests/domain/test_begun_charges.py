"""Charges begun by a link: when they stop counting, and what the order says of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.events import Command
from domain.orders.begun_charges import (
    ChargePaidLate,
    ChargeVoided,
    WriteLateCharge,
    WriteVoidedCharge,
    link_counts,
)
from domain.orders.charges import SetShippingCharge
from domain.orders.line_changes import ChangeItem
from domain.orders.notices import notices
from domain.orders.order import Order
from domain.orders.payment_links import IssuePaymentLink, promised
from domain.orders.payments import AuthorizePayment, PaymentRecorded, due
from domain.processes.void_on_changed import KIND, VOID_ON_CHANGED
from domain.settings import Shop
from domain.topics import AGGREGATES
from tests.domain.orders import ask, line, online, pay, placed, refund, to
from tests.domain.world import World
from tests.examples.events import EVENTS
from tests.examples.facts import LATER, ORDER
from tests.given import given

ONLINE = Shop(payment_methods={**Shop().payment_methods, **online()})
# What begins an order, or an aggregate anew.
BEGINNINGS = {"order.created", "order.imported", "order.gap-left"}
OLD, NEW = UUID(int=1).hex, UUID(int=2).hex
CHARGE: dict[str, Any] = {"link": OLD, "amount": 2_000, "provider": "sandbox", "reference": "ch_1"}


def link(name: str = OLD) -> IssuePaymentLink:
    return ask(IssuePaymentLink, link=name, expires_at=LATER)


def authorize(amount: int) -> AuthorizePayment:
    return ask(AuthorizePayment, method="online", amount=amount, provider="sandbox", reference="ch_9")


def asked_for(*past: Command) -> list[str]:
    """The kinds of the effects that follow from the last command of a past."""
    before = World(ONLINE).after(*past[:-1]).effects(VOID_ON_CHANGED.name)
    return [effect.kind for effect in World(ONLINE).after(*past).effects(VOID_ON_CHANGED.name)[len(before) :]]


def order_of(*past: Command) -> Order:
    """The order after a past."""
    return World(ONLINE).after(*past).load(Order, ORDER)


ENDS: dict[str, Command] = {
    "a newer link": link(NEW),
    "another quantity": ask(ChangeItem, item="1", quantity=3),
    "shipping": ask(SetShippingCharge, amount=500),
    "a cancellation": to("cancelled"),
    "a payment by hand": pay(2_000, called="by hand"),
    "a part of it by hand": pay(500, called="a part"),
    "a promise": authorize(2_000),
}


@pytest.mark.parametrize("change", ENDS.values(), ids=ENDS)
def test_whatever_makes_a_link_ask_for_what_is_not_due_has_its_charges_called_off(change: Command) -> None:
    assert asked_for(placed(), link(), change) == [KIND]


@pytest.mark.parametrize(
    "past", [(placed(), link()), (placed(), to("cancelled")), (placed(), link(), to("processing"))]
)
def test_a_link_that_still_asks_for_what_is_due_has_nothing_called_off(past: tuple[Command, ...]) -> None:
    assert asked_for(*past) == []


def test_a_link_counts_for_its_own_amount_while_nothing_else_promises_it() -> None:
    order = order_of(placed(), link())
    assert link_counts(order, OLD, 2_000)
    assert not link_counts(order, OLD, 1_999)
    assert not link_counts(order, NEW, 2_000)
    for change in (authorize(2_000), to("cancelled")):
        assert not link_counts(order_of(placed(), link(), change), OLD, 2_000)


def test_every_event_that_changes_what_is_due_is_looked_at() -> None:
    blind = {event.TOPIC for event in AGGREGATES[Order]} - {event.TOPIC for event in VOID_ON_CHANGED.topics}
    for event in EVENTS:
        order = order_of(placed(line(2, 10_000), line(1, 500)), pay(3_000), authorize(4_000))
        if event.TOPIC in blind - BEGINNINGS and event.has_effect_on(order):
            before = due(order) - promised(order)
            event.apply(order)
            order._price = None
            assert due(order) - promised(order) == before, event.TOPIC


def test_a_charge_that_was_called_off_is_written_down_once() -> None:
    told = ask(WriteVoidedCharge, **CHARGE)
    given(Order, placed()).when(told).then((ChargeVoided, CHARGE))
    given(Order, placed(), told).when(told).then_nothing()


def test_money_that_comes_by_an_old_link_is_named_until_it_went_back() -> None:
    late, facts = ask(WriteLateCharge, **CHARGE), {"provider": "sandbox", "reference": "ch_1"}
    given(Order, placed()).when(late).then((ChargePaidLate, CHARGE))
    given(Order, placed(), late).when(late).then_nothing()
    past = (placed(), to("cancelled"), late)
    came = given(Order, *past).when(pay(2_000, **facts)).then(PaymentRecorded)
    [notice] = [one for one in notices(came) if one.code == "paid-by-old-link"]
    assert "Payment 1 came by a link that no longer counted: 20.00 EUR too much" in notice.detail
    gone = order_of(*past, pay(2_000, **facts), refund(credit=2_000))
    assert "paid-by-old-link" not in {one.code for one in notices(gone)}
    given(Order, placed(), pay(2_000, **facts)).when(late).then_nothing()


def test_an_older_link_is_remembered_when_a_newer_one_is_made() -> None:
    order = order_of(placed(), link(), link(NEW))
    assert (order.former_payment_link, order.payment_link, order.payment_link_amount) == (OLD, NEW, 2_000)
