"""Whose an order is, told in each of the ways in which orders tell it, and what the customer's card takes of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address
from domain.customers import Customer, CustomerNotFound
from domain.emails import BadEmail
from domain.orders.buyers import Holder, readable_email, renames
from domain.orders.details import AssignCustomer, ChangeBillingAddress
from domain.orders.order import Order
from tests.books import Book
from tests.domain.desks import FIRST, SECOND, Desk
from tests.intakes import NINA, NORA, NUMBERED, past_order, taken_back


@pytest.fixture
def desk() -> Desk:
    return Desk(Book())


def order_of(desk: Desk, name: str = "#1") -> Order:
    return desk.order(past_order(name).order_id)


class TestNamed:
    def test_a_card_without_an_address_takes_a_free_one(self, desk: Desk) -> None:
        named = desk.card(5)
        order = desk.create(customer_id=named)
        assert desk.customer(named).addresses == {"nora@example.com"}
        assert desk.book.owners == {"nora@example.com": named}
        assert (order.customer_email, order.customer_name) == ("Nora@example.com", "Nora Example")

    def test_it_does_not_take_one_that_is_another_cards(self, desk: Desk) -> None:
        named, other = desk.card(5), desk.card(6, "nora@example.com")
        order = desk.create(customer_id=named)
        assert desk.customer(named).addresses == frozenset()
        assert desk.book.owners == {"nora@example.com": other}
        assert order.customer_email == ""

    def test_one_with_an_address_keeps_to_its_own(self, desk: Desk) -> None:
        named = desk.card(5, "n@example.com")
        assert desk.create(customer_id=named).customer_email == "n@example.com"
        assert desk.customer(named).addresses == {"n@example.com"}
        assert desk.book.owners == {"n@example.com": named}

    def test_an_address_that_is_its_own_is_whose_mails_it_gets(self, desk: Desk) -> None:
        named = desk.card(5, "n@example.com", emails=("nora@example.com",))
        assert desk.create(customer_id=named).customer_email == "Nora@example.com"

    def test_what_the_bill_leaves_open_is_as_on_the_card(self, desk: Desk) -> None:
        order = desk.create(customer_id=desk.card(5, "n@example.com"), billing_address=Address(city="Nice"))
        assert (order.customer_name, order.customer_email) == ("Card 5", "n@example.com")

    def test_a_merged_card_stands_for_its_survivor(self, desk: Desk) -> None:
        merged, survivor = desk.card(5), desk.card(6)
        desk.merge(merged, survivor)
        assert desk.create(customer_id=merged).customer_id == survivor

    def test_assigning_tells_the_card_and_its_field(self, desk: Desk) -> None:
        desk.create()
        desk.ask(AssignCustomer, customer_id=desk.card(5, "n@example.com"), addresses="keep")
        assert (desk.order().customer_name, desk.order().customer_email) == ("Card 5", "n@example.com")
        error = desk.refuses(CustomerNotFound, AssignCustomer, customer_id=UUID(int=9), addresses="keep")
        assert error.pointer == "/customer_id"


class TestPlatforms:
    def test_orders_of_one_number_share_a_card_with_a_key(self, desk: Desk) -> None:
        for name in ("#1", "#2"):
            decision = desk.book.handle(past_order(name, billing_address=NINA, buyer=NUMBERED))
            assert decision.keys == [NUMBERED.id]
            assert order_of(desk, name).customer_id == NUMBERED.id
        assert desk.customer(NUMBERED.id).value("name") == "Nina Placeholder"

    def test_who_was_forgotten_is_nobody_and_the_order_has_a_key_of_its_own(self, desk: Desk) -> None:
        desk.book.handle(past_order("#0", billing_address=NINA, buyer=NUMBERED))
        desk.forget(NUMBERED.id)
        order = past_order("#1", billing_address=NINA, buyer=NUMBERED)
        assert desk.book.handle(order).keys == [order.order_id]
        assert order_of(desk).customer_id is None

    def test_an_order_taken_back_begins_anew_with_the_card_it_had(self, desk: Desk) -> None:
        order = past_order("#1", billing_address=NINA)
        for command in (*taken_back(order), order):
            desk.book.handle(command)
        assert order_of(desk).customer_id
        card = desk.customer(order_of(desk).customer_id)
        assert (card.value("name"), card.withdrawn) == ("Nina Placeholder", False)

    def test_the_name_told_is_another_one_where_both_are_known(self) -> None:
        desk = Desk(Book())
        card = desk.customer(desk.card(5))
        assert renames(Holder(card, NINA))
        assert not renames(Holder(card, Address(name="Card 5")))
        assert not renames(Holder(card, Address(city="Nice")))
        assert not renames(Holder(Customer.blank(UUID(int=6)), NINA))


class TestBills:
    def test_an_order_of_nobody_finds_the_customer_of_its_new_bill(self, desk: Desk) -> None:
        known = desk.card(5, "nora@example.com")
        desk.create(billing_address=Address())
        decision = desk.ask(ChangeBillingAddress, address=NORA)
        assert decision.handed_over == [(FIRST, known)]
        assert (desk.order().customer_id, desk.customer(known).value("city")) == (known, "Paris")
        assert (desk.order().customer_name, desk.order().customer_email) == ("Nora Example", "Nora@example.com")

    def test_or_the_survivor_of_that_customer_whose_address_it_does_not_take(self, desk: Desk) -> None:
        merged, survivor = desk.card(5, "nora@example.com"), desk.card(6, "n@example.com")
        desk.merge(merged, survivor)
        desk.create(billing_address=Address())
        desk.ask(ChangeBillingAddress, address=replace(NORA, name=""))
        assert desk.order().customer_id == survivor
        assert desk.customer(survivor).addresses == {"n@example.com"}
        assert (desk.order().customer_name, desk.order().customer_email) == ("Card 6", "Nora@example.com")

    def test_or_begins_a_card(self, desk: Desk) -> None:
        desk.create(billing_address=Address())
        desk.ask(ChangeBillingAddress, address=NORA)
        assert desk.customer(desk.order().customer_id).value("email") == "Nora@example.com"

    def test_a_bill_of_nobody_without_an_address_is_nobodys(self, desk: Desk) -> None:
        desk.create(billing_address=Address())
        assert desk.ask(ChangeBillingAddress, address=NINA).touched == []
        assert desk.order().customer_id is None

    def test_a_free_address_is_a_further_one_where_mails_did_not_go_to_the_main_one(self, desk: Desk) -> None:
        named = desk.card(5, "n@example.com", emails=("nora@example.com",))
        desk.create(customer_id=named)
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="third@example.com"))
        card = desk.customer(named)
        assert card.value("email") == "n@example.com"
        assert card.emails == ("Nora@example.com", "third@example.com")
        assert desk.order().customer_id == named

    def test_one_whose_own_address_is_another_customers_takes_the_rest_of_the_bill(self, desk: Desk) -> None:
        customer = desk.create().customer_id
        desk.create(SECOND, billing_address=replace(NORA, city="Nice"))
        other = desk.card(5, "n@example.com", city="Lyon")
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="n@example.com", city="Brest"))
        card = desk.customer(customer)
        assert card.value("city") == "Brest"
        assert card.addresses == {"nora@example.com"}
        assert desk.customer(other).value("city") == "Lyon"

    def test_who_was_forgotten_takes_nothing_and_a_new_address_finds_somebody_else(self, desk: Desk) -> None:
        customer = desk.create().customer_id
        assert customer
        desk.forget(customer)
        assert desk.ask(ChangeBillingAddress, address=NINA).touched == []
        desk.ask(ChangeBillingAddress, address=replace(NORA, email="n@example.com"))
        assert desk.order().customer_id not in (None, customer)

    def test_a_wrong_address_is_told_at_its_field(self, desk: Desk) -> None:
        desk.create()
        error = desk.refuses(BadEmail, ChangeBillingAddress, address=replace(NORA, email="nobody"))
        assert error.pointer == "/email"
        with pytest.raises(BadEmail) as refusal:
            desk.create(SECOND, billing_address=replace(NORA, email="nobody"))
        assert refusal.value.pointer == "/billing_address/email"


def test_an_address_is_read_as_it_is_known() -> None:
    emails = [readable_email(Address(email=email)) for email in (" Nora@Example.com ", "nobody", "")]
    assert emails == ["nora@example.com", None, None]
