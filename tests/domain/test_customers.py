from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address, UnknownCountry
from domain.customers import (
    BadEmail,
    CreateCustomer,
    Customer,
    CustomerCard,
    CustomerCreated,
    CustomerErased,
    CustomerExists,
    CustomerForgotten,
    CustomerUpdated,
    EraseCustomer,
    TakeBillingData,
    UpdateCustomer,
    check_email,
    normalised_email,
)
from domain.events import Erased
from domain.texts import ForbiddenCharacter, TextTooLong
from tests.examples import ADDRESS, CARD, CUSTOMER, ORDER
from tests.given import NOW, context, given

ERASE = EraseCustomer(customer_id=CUSTOMER, context=context("erase"))
IMPORT = UUID(int=0x11)


def create(**fields: str) -> CreateCustomer:
    card = CustomerCard(**fields) if fields else CARD
    return CreateCustomer(customer_id=CUSTOMER, context=context("create"), card=card)


def update(**fields: str) -> UpdateCustomer:
    return UpdateCustomer(customer_id=CUSTOMER, context=context("update"), card=CustomerCard(**fields))


def bill(address: Address = ADDRESS, imported: bool = False) -> TakeBillingData:
    said = replace(context("bill"), import_id=IMPORT if imported else None)
    return TakeBillingData(customer_id=CUSTOMER, context=said, order_id=ORDER, billing=address)


class TestByHand:
    def test_a_card_is_made(self) -> None:
        customer = (
            given(Customer)
            .when(create())
            .then(
                (CustomerCreated, {"origin": "operator"}),
                (CustomerUpdated, {"fields": ("name", "email", "city", "country"), "card": CARD, "origin": "operator"}),
            )
        )
        assert (customer.value("name"), customer.value("phone")) == ("Nora Example", "")
        assert customer.address == Address(
            name="Nora Example", email="nora@example.com", city="Sampleton", country="FR"
        )

    def test_an_empty_card_is_a_card(self) -> None:
        given(Customer).when(create(name="")).then(CustomerCreated)

    def test_what_it_says_goes_under_the_customers_own_key(self) -> None:
        assert {event.metadata.subject for event in given(Customer).when(create()).events} == {CUSTOMER}

    def test_a_card_is_made_once(self) -> None:
        error = given(Customer, create()).when(create()).then_refused(CustomerExists, customer=str(CUSTOMER))
        assert error.pointer == "/email"

    def test_only_what_is_new_is_written_down(self) -> None:
        customer = (
            given(Customer, create())
            .when(update(name="Nora Sample", city="Sampleton"))
            .then((CustomerUpdated, {"fields": ("name",), "card": CustomerCard(name="Nora Sample"), "order_id": None}))
        )
        assert customer.value("email") == "nora@example.com"

    def test_the_same_again_records_nothing(self) -> None:
        given(Customer, create()).when(update(name="Nora Example", phone="")).then_nothing()

    def test_an_empty_text_clears_a_field(self) -> None:
        customer = given(Customer, create()).when(update(city="")).then((CustomerUpdated, {"fields": ("city",)}))
        assert customer.value("city") == ""

    @pytest.mark.parametrize(
        ("fields", "error", "pointer"),
        [
            ({"name": "n" * 201}, TextTooLong, "/name"),
            ({"line1": "l" * 501}, TextTooLong, "/line1"),
            ({"phone": "1\x002"}, ForbiddenCharacter, "/phone"),
            ({"country": "fr"}, UnknownCountry, "/country"),
            ({"email": "nora"}, BadEmail, "/email"),
        ],
    )
    def test_what_no_card_may_say_is_refused(self, fields: dict[str, str], error: Any, pointer: str) -> None:
        assert given(Customer).when(create(**fields)).then_refused(error).pointer == pointer
        assert given(Customer, create()).when(update(**fields)).then_refused(error).pointer == pointer

    def test_a_card_takes_address_lines_as_long_as_an_order_does(self) -> None:
        given(Customer, create()).when(update(line2="l" * 500)).then(CustomerUpdated)


class TestFromOrders:
    def test_the_first_order_makes_the_card(self) -> None:
        customer = (
            given(Customer)
            .when(bill())
            .then((CustomerCreated, {"origin": "billing"}), (CustomerUpdated, {"origin": "billing", "order_id": ORDER}))
        )
        assert customer.address == ADDRESS

    def test_each_field_knows_where_it_came_from(self) -> None:
        customer = given(Customer, bill()).when(update(phone="1")).aggregate
        origins = {name: (field.origin, field.order_id) for name, field in customer.fields.items()}
        assert (origins["phone"], origins["name"]) == (("operator", None), ("billing", ORDER))
        assert customer.fields["name"].at == NOW

    def test_an_import_says_so(self) -> None:
        customer = given(Customer).when(bill(imported=True)).then(CustomerCreated, CustomerUpdated)
        assert {field.origin for field in customer.fields.values()} == {"import"}

    def test_the_same_billing_data_again_records_nothing(self) -> None:
        given(Customer, bill()).when(bill()).then_nothing()

    def test_a_later_order_updates_what_it_says_and_keeps_what_it_leaves_empty(self) -> None:
        moved = Address(name="Nora Example", city="Elsewhere", country="BE")
        customer = given(Customer, bill()).when(bill(moved)).then((CustomerUpdated, {"fields": ("city", "country")}))
        assert (customer.value("city"), customer.value("line1")) == ("Elsewhere", "1 Sample Street")

    def test_what_an_operator_wrote_stays(self) -> None:
        moved = Address(name="N. EXAMPLE", city="Elsewhere")
        past = (bill(), update(name="Nora Sample"))
        customer = given(Customer, *past).when(bill(moved)).then((CustomerUpdated, {"fields": ("city",)}))
        assert customer.value("name") == "Nora Sample"

    def test_what_an_operator_cleared_stays_clear(self) -> None:
        customer = given(Customer, bill(), update(phone="")).when(bill()).then_nothing()
        assert customer.value("phone") == ""

    def test_billing_data_that_says_nothing_still_makes_a_card(self) -> None:
        given(Customer).when(bill(Address())).then(CustomerCreated)


class TestForgetting:
    def test_a_customer_is_forgotten_once(self) -> None:
        customer = given(Customer, bill()).when(ERASE).then(CustomerForgotten)
        assert (customer.fields, customer.erased_at) == ({}, NOW)
        given(Customer, bill(), ERASE).when(ERASE).then_nothing()

    def test_nothing_can_be_written_on_a_forgotten_card(self) -> None:
        given(Customer, bill(), ERASE).when(update(name="Nora")).then_refused(CustomerErased)

    def test_later_orders_do_not_bring_the_person_back(self) -> None:
        assert not given(Customer, bill(), ERASE).when(bill()).then_nothing().fields

    def test_a_card_whose_key_is_gone_reads_as_empty(self) -> None:
        unreadable = (CustomerUpdated, {"fields": ("name",), "card": Erased(), "origin": "billing"})
        customer = given(Customer, (CustomerCreated, {"origin": "billing"}), unreadable).when(ERASE).aggregate
        assert customer.address == Address()


class TestEmail:
    @pytest.mark.parametrize(
        "text", ["a@b", "nora@example.com", " nora@example.com ", "nora+till@sub.example.com", "é@exämple.com"]
    )
    def test_what_a_mail_server_could_take_is_taken(self, text: str) -> None:
        check_email(text, "/email")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "nora",
            "@example.com",
            "nora@",
            "a@b@c",
            "a b@c",
            "a@b c",
            "<a@b>",
            "a,b@c",
            "a" * 65 + "@b",
            "a@" + "b" * 253,
        ],
    )
    def test_what_none_could_is_refused(self, text: str) -> None:
        with pytest.raises(BadEmail) as refused:
            check_email(text, "/email")
        assert refused.value.pointer == "/email"

    def test_one_customer_is_known_under_every_spelling(self) -> None:
        assert normalised_email(" Nora@Example.COM\n") == "nora@example.com"
