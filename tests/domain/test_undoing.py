"""An import taken back: orders that nobody worked on go, stock and cards are as they were before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.customers import CreateCustomer, Customer, CustomerCard, TagCustomer
from domain.errors import DomainError
from domain.events import Context
from domain.lookup import Decision
from domain.orders.imports import WorkedOnSince
from domain.orders.intake import Created, IntakeRules, Known, Refused, Updated, known_again, take_in
from domain.orders.notes import AddNote
from domain.orders.order import Order
from domain.orders.prints import RecordPrint
from domain.stock import ReceiveStock, StockItem, stock_id_of
from domain.undoing import context_of, is_of_import, skus_of, undo_cards, undo_order
from tests.books import Book
from tests.examples.facts import PRINTED
from tests.given import NOW, context
from tests.intakes import NORA, past_order

IMPORT = UUID(int=7)
UNDOING = Context(command_id=UUID(int=8), actor="operator:desk", at=NOW, import_id=IMPORT)
FIRST = past_order("#1")


@pytest.fixture
def book() -> Book:
    book = Book()
    book.handle(ReceiveStock(context=context("goods"), sku="CUP-1", quantity=5))
    return book


def take(book: Book, command: Any, rules: IntakeRules = IntakeRules(stock=True)) -> Any:  # noqa: B008 - a frozen tuple
    order, decision = book.load(Order, command.order_id), Decision()
    result = take_in(order, command, book, decision, rules)
    if not isinstance(result, Refused):
        book.keep(order, *decision.touched)
    return result


def undo(book: Book, order_id: UUID = FIRST.order_id, given: Context = UNDOING) -> Order:
    order, decision = book.load(Order, order_id), Decision()
    undo_order(order, book.streams[order_id], given, book, decision)
    book.keep(order, *decision.touched)
    return order


def stock(book: Book) -> tuple[int, int]:
    item = book.load(StockItem, stock_id_of("CUP-1"))
    return item.on_hand, item.reserved


def test_what_an_order_held_of_stock_is_free_again(book: Book) -> None:
    assert take(book, FIRST) == Created(FIRST.order_id, "EUR", 2_000, 0)
    assert stock(book) == (5, 2)
    assert not undo(book).exists
    assert stock(book) == (5, 0)
    events = [*book.streams[FIRST.order_id], *book.streams[stock_id_of("CUP-1")]]
    [cause] = {
        event.metadata.cause for event in events if event.metadata.import_id == IMPORT and event.timestamp == NOW
    }
    assert cause == context_of(UNDOING, FIRST.order_id).command_id


def test_stock_that_is_not_to_be_moved_is_left_alone(book: Book) -> None:
    take(book, FIRST, IntakeRules())
    assert stock(book) == (5, 0)
    undo(book)
    assert book.topics(stock_id_of("CUP-1")) == ["stock.received"]


def test_what_somebody_worked_on_since_stays_and_says_on_what(book: Book) -> None:
    take(book, FIRST)
    book.handle(AddNote(order_id=FIRST.order_id, context=context("note"), text="Call back"))
    with pytest.raises(WorkedOnSince) as refusal:
        undo(book)
    assert refusal.value.details == {"number": "#1", "what": "order.note-added"}
    assert stock(book) == (5, 2)


def test_printing_is_no_work_on_it_nor_is_what_stood_before_it_began_anew(book: Book) -> None:
    take(book, FIRST)
    book.handle(RecordPrint(order_id=FIRST.order_id, context=context("print"), printed=PRINTED))
    undo(book)
    take(book, FIRST)
    assert not undo(book).exists


def test_the_import_that_brought_it_last_is_whose_it_is(book: Book) -> None:
    take(book, FIRST)
    assert is_of_import(book.streams[FIRST.order_id], IMPORT)
    undo(book)
    take(book, replace(FIRST, context=replace(FIRST.context, import_id=UUID(int=9))))
    assert not is_of_import(book.streams[FIRST.order_id], IMPORT)
    assert is_of_import(book.streams[FIRST.order_id], UUID(int=9))
    assert not is_of_import((), IMPORT)


def test_the_stock_of_an_import_is_that_of_its_lines(book: Book) -> None:
    take(book, FIRST)
    assert skus_of([book.load(Order, FIRST.order_id), Order.blank(UUID(int=5))]) == {"CUP-1"}


class TestCards:
    def card(self, book: Book) -> UUID:
        take(book, FIRST)
        customer_id = book.load(Order, FIRST.order_id).customer_id
        assert customer_id
        return customer_id

    def undo(self, book: Book, customer_id: UUID, **ordering: bool) -> Customer | None:
        others = {customer_id: ordering["by_this_import"]} if ordering else {}
        cards = undo_cards({customer_id: book.streams[customer_id]}, others, UNDOING, book)
        return cards[0] if cards else None

    def test_one_that_the_import_made_goes(self, book: Book) -> None:
        card = self.undo(book, self.card(book))
        assert card
        assert card.withdrawn
        assert card.value("name") == ""

    def test_it_stays_while_its_customer_has_other_orders(self, book: Book) -> None:
        customer_id = self.card(book)
        assert self.undo(book, customer_id, by_this_import=True) is None
        card = self.undo(book, customer_id, by_this_import=False)
        assert card
        assert not card.pending_events

    def test_it_stays_once_somebody_wrote_on_it(self, book: Book) -> None:
        customer_id = self.card(book)
        book.handle(TagCustomer(customer_id=customer_id, context=context("tag"), tags=("vip",)))
        card = self.undo(book, customer_id)
        assert card
        assert not card.pending_events

    def test_one_that_it_wrote_on_says_again_what_it_said(self, book: Book) -> None:
        known = UUID(int=5)
        made = CustomerCard(name="Nora", email="nora@example.com", phones=("+33 1",))
        book.handle(CreateCustomer(customer_id=known, context=context("card"), card=made))
        assert self.card(book) == known
        assert book.load(Customer, known).value("city") == NORA.city
        for by_this_import in (None, False):
            card = self.undo(book, known, **({} if by_this_import is None else {"by_this_import": by_this_import}))
            assert card
            assert (card.value("name"), card.value("city"), card.phones) == ("Nora", "", ("+33 1",))
            assert card.value("email") == "nora@example.com"

    def test_one_that_it_did_not_write_on_is_left_alone(self, book: Book) -> None:
        known = UUID(int=5)
        made = CustomerCard(name="Nora Example", email="nora@example.com", city="Paris", country="FR")
        book.handle(CreateCustomer(customer_id=known, context=context("card"), card=made))
        card = self.undo(book, self.card(book))
        assert card
        assert not card.pending_events


class TestKnownOrders:
    AGAIN = past_order("#1", content_hash="b", discount=100)

    def test_one_that_came_unchanged_is_known(self, book: Book) -> None:
        take(book, FIRST)
        assert take(book, FIRST, IntakeRules(update=True)) == Known(FIRST.order_id, False, "EUR", 2_000, 0)

    def test_one_that_came_changed_is_told_or_led_on(self, book: Book) -> None:
        take(book, FIRST)
        assert take(book, self.AGAIN, IntakeRules()) == Known(FIRST.order_id, True, "EUR", 2_000, 0)
        updated = take(book, self.AGAIN, IntakeRules(update=True))
        assert updated == Updated(FIRST.order_id, "EUR", 2_000, 0)
        assert known_again(updated) == Known(FIRST.order_id, False, "EUR", 2_000, 0)

    def test_stock_follows_where_that_is_wanted(self, book: Book) -> None:
        [cups] = FIRST.items
        more = past_order("#1", content_hash="b", items=(replace(cups, quantity=3),))
        take(book, FIRST)
        assert isinstance(take(book, more, IntakeRules(update=True)), Updated)
        assert stock(book) == (5, 2)
        most = past_order("#1", content_hash="c", items=(replace(cups, quantity=4),))
        assert isinstance(take(book, most, IntakeRules(update=True, stock=True)), Updated)
        assert stock(book) == (5, 4)

    def test_a_refusal_is_told_again_as_it_is(self, book: Book) -> None:
        refused = take(book, past_order("#1", currency="XXX"))
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, DomainError)
        assert known_again(refused) is refused
        assert known_again(Created(FIRST.order_id, "EUR", 5, 2)) == Known(FIRST.order_id, False, "EUR", 5, 2)

    def test_a_card_keeps_its_name_unless_orders_may_change_it(self, book: Book) -> None:
        take(book, FIRST)
        other = past_order("#2", billing_address=replace(NORA, name="N. Example", city="Nice"))
        assert take(book, other).name_kept
        customer_id = book.load(Order, FIRST.order_id).customer_id
        assert customer_id
        card = book.load(Customer, customer_id)
        assert (card.value("name"), card.value("city")) == ("Nora Example", "Nice")
        third = past_order("#3", billing_address=replace(NORA, name="N. Example"))
        assert not take(book, third, IntakeRules(names=True)).name_kept
        assert book.load(Customer, customer_id).value("name") == "N. Example"
