"""Decisions that span aggregates: what each asks of others, what it records of them, and what becomes of keys."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address
from domain.customers import (
    Customer,
    CustomerCard,
    CustomerErased,
    CustomerExists,
    CustomerNotFound,
    EraseCustomer,
    UndoMerge,
    UpdateCustomer,
)
from domain.errors import DomainError, StaleVersion
from domain.operators import AddOperator, DisableOperator, UnknownOperator, operator_id
from domain.orders.creation import CreateOrder
from domain.orders.details import AssignCustomer, AssignOperator, ChangeBillingAddress, subject_unset
from domain.orders.documents import document_subject
from domain.orders.exchanges import ExchangeReturn
from domain.orders.issuing import IssueInvoice
from domain.orders.moves import OrderPlaced
from domain.orders.quantities import LineUnits
from domain.orders.returns import ForeignExchange, ReceivedUnits, ReceiveReturn, RequestReturn, SettleReturn
from domain.stock import ReceiveStock, stock_id_of
from domain.stock.following import StockConfirmationRequired
from domain.stock.movements import OutOfStock
from domain.texts import TextTooLong
from tests.books import Book
from tests.domain.desks import FIRST, NEW, SECOND, THIRD, Desk
from tests.domain.invoices import SHOP
from tests.domain.orders import line, pay, placed, ship
from tests.given import context
from tests.intakes import NINA, NORA


@pytest.fixture
def desk() -> Desk:
    return Desk(Book())


class TestWhoseAnOrderIs:
    def test_a_new_address_begins_a_card_and_is_its_own(self, desk: Desk) -> None:
        order = desk.create()
        assert desk.book.owners == {"nora@example.com": order.customer_id}
        assert order.customer_id
        card = desk.book.load(Customer, order.customer_id)
        assert (card.value("name"), card.value("email")) == ("Nora Example", "Nora@example.com")

    def test_an_address_that_is_known_finds_its_card(self, desk: Desk) -> None:
        known = desk.card(5, "nora@example.com")
        assert desk.create().customer_id == known

    def test_the_address_of_a_merged_card_is_the_survivors_order_and_stays_off_its_card(self, desk: Desk) -> None:
        merged, survivor = desk.card(5, "nora@example.com"), desk.card(6, "n@example.com")
        desk.merge(merged, survivor)
        assert desk.create().customer_id == survivor
        card = desk.book.load(Customer, survivor)
        assert card.addresses == {"n@example.com"}
        assert (desk.order().mails_to, desk.order().customer_email) == ("Nora@example.com", "Nora@example.com")

    def test_somebody_without_an_address_is_a_customer_of_one_order_with_a_key(self, desk: Desk) -> None:
        command = placed(billing_address=NINA)
        decision = desk.give(replace(command, order_id=FIRST))
        assert decision.keys == [desk.order().customer_id]
        assert desk.create(SECOND, billing_address=NINA).customer_id not in (None, desk.order().customer_id)

    def test_nobodys_order_has_a_key_of_its_own(self, desk: Desk) -> None:
        assert desk.give(replace(placed(), order_id=FIRST)).keys == [FIRST]
        assert desk.order().customer_id is None

    def test_a_customer_named_has_the_order_and_its_addresses_fill_it(self, desk: Desk) -> None:
        named = desk.card(5, "nora@example.com", city="Lyon")
        order = desk.create(customer_id=named, billing_address=Address())
        assert order.customer_id == named
        assert isinstance(order.billing_address, Address)
        assert isinstance(order.shipping_address, Address)
        assert (order.billing_address.city, order.shipping_address.city) == ("Lyon", "Lyon")

    @pytest.mark.parametrize(
        "facts", [{"fill_addresses": False}, {"shipping_address": Address(name="Nora", city="Nice")}]
    )
    def test_addresses_told_or_to_stay_empty_are_not_filled(self, desk: Desk, facts: dict[str, Any]) -> None:
        order = desk.create(customer_id=desk.card(5, city="Lyon"), billing_address=Address(), **facts)
        assert not order.billing_address

    def test_a_customer_named_who_is_not_there_or_was_forgotten_is_refused(self, desk: Desk) -> None:
        with pytest.raises(CustomerNotFound):
            desk.create(customer_id=UUID(int=5))
        named = desk.card(5)
        desk.book.handle(EraseCustomer(customer_id=named, context=context("erase")))
        with pytest.raises(CustomerErased):
            desk.create(customer_id=named)

    def test_an_order_of_nobody_that_is_given_to_a_customer_hands_its_key_over(self, desk: Desk) -> None:
        desk.create(billing_address=Address())
        named = desk.card(5, "nora@example.com")
        decision = desk.ask(AssignCustomer, customer_id=named, name="", email="")
        assert decision.handed_over == [(FIRST, named)]
        assert (desk.order().customer_id, desk.order().customer_email) == (named, "nora@example.com")

    def test_an_order_that_becomes_nobodys_needs_a_key_and_one_that_had_a_customer_hands_none_over(
        self, desk: Desk
    ) -> None:
        subject = subject_unset(desk.create())
        decision = desk.ask(AssignCustomer, customer_id=None, name="", email="", addresses="keep")
        assert (decision.keys, decision.handed_over) == ([subject], [])
        again = desk.ask(AssignCustomer, customer_id=desk.card(5), name="", email="")
        assert again.handed_over == [(subject, UUID(int=5))]
        assert desk.ask(AssignCustomer, customer_id=desk.card(6), name="", email="", addresses="keep").handed_over == []

    def test_a_corrected_bill_corrects_the_card_it_made(self, desk: Desk) -> None:
        customer = desk.create().customer_id
        assert customer
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="n.example@example.com"))
        card = desk.book.load(Customer, customer)
        assert (card.value("email"), card.emails) == ("n.example@example.com", ())
        assert desk.book.owners["n.example@example.com"] == customer

    def test_a_bill_with_another_customers_address_moves_an_order_whose_customer_nothing_else_is_known_of(
        self, desk: Desk
    ) -> None:
        desk.create()
        other = desk.card(5, "n@example.com")
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="n@example.com"))
        assert desk.order().customer_id == other

    def test_it_stays_with_a_customer_of_whom_more_is_known(self, desk: Desk) -> None:
        customer = desk.create().customer_id
        desk.create(SECOND, billing_address=replace(NORA, city="Nice"))
        desk.card(5, "n@example.com")
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="n@example.com"))
        assert desk.order().customer_id == customer
        assert desk.order().mails_to == "n@example.com"

    def test_an_operator_is_there_and_may_come_in(self, desk: Desk) -> None:
        desk.create()
        desk.refuses(UnknownOperator, AssignOperator, operator="ada")
        desk.book.handle(
            AddOperator(operator_id=operator_id("ada"), context=context("ada"), username="ada", role="operator")
        )
        desk.ask(AssignOperator, operator="ada")
        assert desk.create(SECOND, operator="ada").operator == "ada"
        desk.book.handle(DisableOperator(operator_id=operator_id("ada"), context=context("gone")))
        with pytest.raises(UnknownOperator):
            desk.create(THIRD, operator="ada")
        desk.ask(AssignOperator, operator="")
        assert desk.order().operator == ""

    def test_orders_are_numbered_in_turn_from_one_that_gives_no_count_away(self, desk: Desk) -> None:
        assert [desk.create(order_id, number="").number for order_id in (FIRST, SECOND)] == ["C1001", "C1002"]


class TestStock:
    @pytest.fixture
    def desk(self) -> Desk:
        book = Book()
        book.handle(ReceiveStock(context=context("goods"), sku="CUP-1", quantity=3))
        return Desk(book)

    def test_tracked_goods_are_promised_and_leave_with_the_parcel(self, desk: Desk) -> None:
        desk.create(items=(line(), line(sku="LID-1")))
        assert desk.stock() == (3, 2)
        assert desk.book.topics(stock_id_of("LID-1")) == []
        desk.give(ship(stock="apply"))
        assert desk.stock() == (1, 0)

    def test_a_parcel_that_moves_goods_needs_an_answer(self, desk: Desk) -> None:
        desk.create()
        with pytest.raises(StockConfirmationRequired):
            desk.give(ship())
        assert desk.stock() == (3, 2)

    def test_what_is_not_there_cannot_be_promised(self, desk: Desk) -> None:
        with pytest.raises(OutOfStock):
            desk.create(items=(line(quantity=4),))
        assert desk.stock() == (3, 0)
        assert desk.book.topics(FIRST) == []


class TestExchanges:
    @pytest.fixture
    def returned(self, desk: Desk) -> Desk:
        desk.coupon()
        desk.create()
        desk.give(pay(2_000))
        desk.give(ship())
        desk.ask(RequestReturn, lines=(LineUnits(item="1", quantity=1),))
        desk.ask(ReceiveReturn, return_number=1, lines=(ReceivedUnits(item="1", quantity=1),))
        return desk

    def test_the_order_sent_in_exchange_begins_with_it_once(self, returned: Desk) -> None:
        facts: dict[str, Any] = {"return_number": 1, "replacement": NEW, "items": (line(quantity=1),)}
        decision = returned.ask(ExchangeReturn, **facts)
        sent = returned.order(NEW)
        assert (sent.number, sent.customer_id) == ("C1001", returned.order().customer_id)
        assert (sent.paid, sent.price.balance) == (1_000, 0)
        assert sent.exchange_of
        assert sent.exchange_of.order_id == FIRST
        assert returned.order().return_status == "settled"
        assert [other.id for other in decision.touched] == [NEW, sent.customer_id]
        assert returned.ask(ExchangeReturn, **facts).touched == []

    def test_it_is_like_the_one_it_stands_for_and_what_is_left_goes_back(self, returned: Desk) -> None:
        facts: dict[str, Any] = {
            "items": (line(quantity=1, unit_price=400),),
            "discount": 100,
            "shipping_charge": 50,
            "notify": ("customer",),
        }
        returned.ask(ExchangeReturn, return_number=1, replacement=NEW, **facts)
        was, sent = returned.order(), returned.order(NEW)
        assert (sent.currency, sent.locale, sent.source, sent.stage) == ("EUR", was.locale, "exchange", "pending")
        assert (sent.prices_include_tax, sent.billing_address) == (was.prices_include_tax, was.billing_address)
        assert (sent.discount, sent.shipping_charge, sent.price.total) == (100, 50, 350)
        [placed_event] = [event for event in returned.book.streams[NEW] if isinstance(event, OrderPlaced)]
        assert placed_event.notify == ("customer",)
        assert [(refund.amount, refund.credit) for refund in was.refunds] == [(350, 0), (650, 650)]
        [payment] = sent.payments.values()
        assert (payment.id, payment.amount, payment.method, payment.reference) == ("1", 350, "exchange", was.number)

    def test_its_reason_has_its_bounds_before_anything_begins(self, returned: Desk) -> None:
        long = context("exchange", reason="x" * 1_000)
        with pytest.raises(TextTooLong) as refusal:
            returned.book.handle(
                ExchangeReturn(order_id=FIRST, context=long, return_number=1, replacement=NEW, items=(line(),))
            )
        assert refusal.value.pointer == "/reason"
        assert returned.book.topics(NEW) == []

    def test_a_return_that_cannot_be_settled_begins_no_order(self, returned: Desk) -> None:
        returned.ask(SettleReturn, return_number=1)
        with pytest.raises(DomainError):
            returned.ask(ExchangeReturn, return_number=1, replacement=NEW, items=(line(quantity=1),))
        assert returned.book.topics(NEW) == []

    def test_an_exchange_is_an_order_of_the_same_customer(self, returned: Desk) -> None:
        returned.create(SECOND, billing_address=NINA)
        returned.create(THIRD)
        returned.refuses(ForeignExchange, SettleReturn, return_number=1, exchange=SECOND)
        returned.refuses(ForeignExchange, SettleReturn, return_number=1, exchange=NEW)
        returned.ask(SettleReturn, return_number=1, exchange=THIRD)
        assert returned.order().returns[1].exchange == THIRD


class TestDocuments:
    def test_an_invoice_takes_its_number_on_the_shops_own_day_and_a_key_for_its_buyer(self, desk: Desk) -> None:
        desk.book.shop, desk.book.settings_version = SHOP, 7
        desk.create()
        decision = desk.ask(IssueInvoice)
        [document] = desk.order().documents
        assert document.number == "F2026-00001"
        assert decision.documents == [(document_subject(FIRST, document.number), date(2026, 3, 2))]
        assert document.settings_version == 7
        assert desk.ask(IssueInvoice).documents == []


class TestCards:
    def test_an_address_belongs_to_one_card(self, desk: Desk) -> None:
        desk.card(5, "nora@example.com")
        with pytest.raises(CustomerExists) as refusal:
            desk.card(6, "n@example.com", emails=("Nora@Example.com",))
        assert refusal.value.pointer == "/emails/0"

    def test_one_that_was_given_up_is_handed_over(self, desk: Desk) -> None:
        first = desk.card(5, "nora@example.com")
        card = CustomerCard(email="n@example.com", emails=())
        desk.book.handle(UpdateCustomer(customer_id=first, context=context("other address"), card=card))
        second = desk.card(6, "nora@example.com")
        assert desk.book.owners == {"nora@example.com": second, "n@example.com": first}
        assert desk.book.topics(first)[-1] == "customer.email-given-over"

    def test_a_merge_is_written_on_both_cards_and_so_is_its_undoing(self, desk: Desk) -> None:
        merged, survivor = desk.card(5), desk.card(6)
        desk.merge(merged, survivor)
        assert desk.book.load(Customer, survivor).absorbed == (merged,)
        undo = UndoMerge(customer_id=merged, context=context("undo"))
        assert [card.id for card in desk.book.handle(undo).touched] == [survivor]
        assert desk.book.load(Customer, survivor).absorbed == ()
        assert desk.book.handle(undo).touched == []

    def test_a_survivor_that_changed_or_is_not_there_takes_no_card_in(self, desk: Desk) -> None:
        merged, survivor = desk.card(5), desk.card(6)
        with pytest.raises(StaleVersion) as refusal:
            desk.merge(merged, survivor, into_version=1)
        assert refusal.value.pointer == "/into_version"
        with pytest.raises(CustomerNotFound):
            desk.merge(merged, UUID(int=7))
        desk.merge(merged, survivor, into_version=2)

    def test_a_person_is_forgotten_with_all_cards(self, desk: Desk) -> None:
        merged, survivor = desk.card(5, "nora@example.com"), desk.card(6, "n@example.com")
        desk.merge(merged, survivor)
        decision = desk.book.handle(EraseCustomer(customer_id=survivor, context=context("forget")))
        assert decision.forgotten == [merged, survivor]
        assert desk.book.owners == {}
        assert all(desk.book.load(Customer, customer_id).erased_at for customer_id in (merged, survivor))


def test_a_new_order_is_decided_on_nothing_but_what_was_asked(desk: Desk) -> None:
    command = replace(placed(billing_address=NORA), order_id=FIRST)
    assert isinstance(command, CreateOrder)
    first, second = Book(), Book()
    first.handle(command)
    second.owners = dict(first.owners)
    second.handle(command)
    assert first.streams == second.streams
