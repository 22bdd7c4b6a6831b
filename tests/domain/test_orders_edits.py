"""Several changes as one decision: all of them in one save, or none, each refusal where it is told."""

from __future__ import annotations

from domain.orders.cart import AddItem, ItemAdded, ItemRemoved, LastLine, RemoveItem
from domain.orders.charges import DiscountSet, SetDiscount, SetShippingCharge, ShippingChargeSet
from domain.orders.edits import MAX_CHANGES, Change, EditOrder, NothingToChange, TooManyChanges
from domain.orders.line_changes import ChangeItem, ItemNotFound, ItemQuantityChanged
from domain.orders.order import ForeignCurrency, Order, OrderClosed
from tests.domain.orders import ask, line, placed, refused, to
from tests.examples.facts import ORDER
from tests.given import context, given

TOGETHER = context("together")


def edit(*changes: Change) -> EditOrder:
    return EditOrder(order_id=ORDER, context=TOGETHER, changes=changes)


def add(price: int = 500, currency: str = "EUR") -> AddItem:
    item = line(1, price, sku="POT-1", name="Pot")
    return AddItem(order_id=ORDER, context=TOGETHER, item=item, currency=currency)


def remove(item: str) -> RemoveItem:
    return RemoveItem(order_id=ORDER, context=TOGETHER, item=item)


def test_every_change_is_made_and_caused_by_the_one_command() -> None:
    quantity = ChangeItem(order_id=ORDER, context=TOGETHER, item="1", quantity=3)
    discount = SetDiscount(order_id=ORDER, context=TOGETHER, amount=100)
    shipping = SetShippingCharge(order_id=ORDER, context=TOGETHER, amount=590)
    outcome = given(Order, placed()).when(edit(shipping, discount, quantity, add(), add(700)))
    kinds = [type(event) for event in outcome.events]
    assert kinds == [ItemAdded, ItemAdded, ItemQuantityChanged, DiscountSet, ShippingChargeSet]
    assert {event.metadata.cause for event in outcome.events} == {TOGETHER.command_id}
    assert len({event.metadata.event_id for event in outcome.events}) == 5


def test_a_line_comes_in_before_the_last_one_leaves() -> None:
    outcome = given(Order, placed()).when(edit(remove("1"), add()))
    assert [type(event) for event in outcome.events] == [ItemAdded, ItemRemoved]
    refused(given(Order, placed()).when(edit(remove("1"))), LastLine)


def test_a_refusal_points_at_its_change() -> None:
    refusal = given(Order, placed()).when(edit(add(), remove("9"))).refusal
    assert isinstance(refusal, ItemNotFound)
    assert refusal.pointer == "/changes/1/item"
    refusal = given(Order, placed()).when(edit(add(currency="USD"))).refusal
    assert isinstance(refusal, ForeignCurrency)
    assert refusal.pointer == "/changes/0/currency"


def test_nothing_too_much_and_a_closed_order_are_refused() -> None:
    refused(given(Order, placed()).when(edit()), NothingToChange)
    refused(given(Order, placed()).when(edit(*[remove("1")] * (MAX_CHANGES + 1))), TooManyChanges)
    refused(given(Order, placed(), to("shipped")).when(edit(add())), OrderClosed)


def test_the_same_edit_again_adds_no_line_twice() -> None:
    given(Order, placed(), edit(add())).when(edit(add())).then_nothing()


def test_an_edit_that_changes_nothing_records_nothing() -> None:
    same = ChangeItem(order_id=ORDER, context=TOGETHER, item="1", quantity=2)
    given(Order, placed()).when(edit(same)).then_nothing()
    assert ask(EditOrder, changes=(same,)).changes == (same,)
