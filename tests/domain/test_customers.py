from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address, UnknownCountry
from domain.customers import (
    AbsorbCustomer,
    BadEmail,
    Consent,
    ConsentGiven,
    ConsentWithdrawn,
    CreateCustomer,
    Customer,
    CustomerAbsorbed,
    CustomerCard,
    CustomerCreated,
    CustomerErased,
    CustomerExists,
    CustomerForgotten,
    CustomerMerged,
    CustomerReleased,
    CustomersMerged,
    CustomerTagged,
    CustomerUntagged,
    CustomerUpdated,
    EraseCustomer,
    GiveConsent,
    MergeCustomers,
    MergeUndone,
    ReleaseCustomer,
    TagCustomer,
    TakeBillingData,
    TooManyCustomerTags,
    UndoMerge,
    UnknownChannel,
    UntagCustomer,
    UpdateCustomer,
    WithdrawConsent,
    check_email,
    normalised_email,
)
from domain.customers.merging import MAX_ABSORBED, MergedIntoItself, SurvivorOfOthers, TooManyMerged
from domain.customers.tags import MAX_TAGS
from domain.events import Erased
from domain.texts import ForbiddenCharacter, TextMissing, TextTooLong
from tests.examples.facts import ADDRESS, CARD, CUSTOMER, ORDER, OTHER_CUSTOMER
from tests.given import NOW, context, given

ERASE = EraseCustomer(customer_id=CUSTOMER, context=context("erase"))
GIVE = GiveConsent(customer_id=CUSTOMER, context=context("give"), proof="Yes, please", source="form")
WITHDRAW = WithdrawConsent(customer_id=CUSTOMER, context=context("withdraw"), source="link")
MERGE = MergeCustomers(customer_id=CUSTOMER, context=context("merge"), into=OTHER_CUSTOMER)
UNDO = UndoMerge(customer_id=CUSTOMER, context=context("undo"))
ABSORB = AbsorbCustomer(customer_id=CUSTOMER, context=context("absorb"), merged=OTHER_CUSTOMER)
RELEASE = ReleaseCustomer(customer_id=CUSTOMER, context=context("release"), merged=OTHER_CUSTOMER)
IMPORT = UUID(int=0x11)


def create(**fields: Any) -> CreateCustomer:
    card = CustomerCard(**fields) if fields else CARD
    return CreateCustomer(customer_id=CUSTOMER, context=context("create"), card=card)


def update(**fields: Any) -> UpdateCustomer:
    return UpdateCustomer(customer_id=CUSTOMER, context=context("update"), card=CustomerCard(**fields))


def bill(address: Address = ADDRESS, imported: bool = False) -> TakeBillingData:
    said = replace(context("bill"), import_id=IMPORT if imported else None)
    return TakeBillingData(customer_id=CUSTOMER, context=said, order_id=ORDER, billing=address)


def tag(*tags: str) -> TagCustomer:
    return TagCustomer(customer_id=CUSTOMER, context=context("tag"), tags=tags)


def untag(*tags: str) -> UntagCustomer:
    return UntagCustomer(customer_id=CUSTOMER, context=context("untag"), tags=tags)


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


class TestConsent:
    def test_consent_is_given_with_its_proof(self) -> None:
        customer = given(Customer, bill()).when(GIVE).then((ConsentGiven, {"proof": "Yes, please", "source": "form"}))
        assert customer.consent == Consent(given=True, channel="email", source="form", proof="Yes, please", at=NOW)

    def test_the_same_words_are_agreed_to_once(self) -> None:
        given(Customer, bill(), GIVE).when(replace(GIVE, context=context("again"))).then_nothing()

    def test_other_words_are_agreed_to_anew(self) -> None:
        given(Customer, bill(), GIVE).when(replace(GIVE, proof="Yes, and offers")).then(ConsentGiven)

    def test_consent_is_withdrawn_once(self) -> None:
        customer = given(Customer, bill(), GIVE).when(WITHDRAW).then((ConsentWithdrawn, {"source": "link"}))
        assert customer.consent
        assert not customer.consent.given
        given(Customer, bill(), GIVE, WITHDRAW).when(WITHDRAW).then_nothing()

    def test_nothing_is_withdrawn_where_nothing_was_given(self) -> None:
        given(Customer, bill()).when(WITHDRAW).then_nothing()

    def test_consent_can_be_given_again(self) -> None:
        given(Customer, bill(), GIVE, WITHDRAW).when(GIVE).then(ConsentGiven)

    def test_consent_without_proof_is_none(self) -> None:
        given(Customer, bill()).when(replace(GIVE, proof=" ")).then_refused(TextMissing)
        given(Customer, bill()).when(replace(GIVE, channel="pigeon")).then_refused(UnknownChannel, channel="pigeon")

    def test_a_forgotten_person_agrees_to_nothing(self) -> None:
        given(Customer, bill(), GIVE, ERASE).when(GIVE).then_refused(CustomerErased)
        assert given(Customer, bill(), GIVE).when(ERASE).then(CustomerForgotten).consent is None


class TestTags:
    def test_a_card_takes_the_tags_it_does_not_have(self) -> None:
        customer = (
            given(Customer, bill(), tag("vip")).when(tag("vip", "tea")).then((CustomerTagged, {"tags": ("tea",)}))
        )
        assert customer.tags == ("vip", "tea")

    def test_tags_it_has_are_not_put_on_again(self) -> None:
        given(Customer, bill(), tag("vip")).when(tag("vip", " vip ")).then_nothing()

    def test_tags_are_taken_off_once(self) -> None:
        customer = (
            given(Customer, bill(), tag("vip", "tea"))
            .when(untag("vip", "x"))
            .then((CustomerUntagged, {"tags": ("vip",)}))
        )
        assert customer.tags == ("tea",)
        given(Customer, bill(), tag("tea")).when(untag("vip")).then_nothing()

    def test_a_card_holds_so_many_tags(self) -> None:
        many = [str(number) for number in range(MAX_TAGS)]
        given(Customer, bill(), tag(*many)).when(tag("more")).then_refused(TooManyCustomerTags, limit=MAX_TAGS)

    def test_a_forgotten_card_is_not_tagged(self) -> None:
        given(Customer, bill(), ERASE).when(tag("vip")).then_refused(CustomerErased)
        given(Customer, bill()).when(tag("")).then_refused(TextMissing)


class TestMerging:
    def test_a_card_is_merged_into_another_once(self) -> None:
        assert given(Customer, bill()).when(MERGE).then(CustomersMerged).merged_into == OTHER_CUSTOMER
        given(Customer, bill(), MERGE).when(MERGE).then_nothing()

    def test_a_card_is_not_merged_into_itself_nor_in_a_chain(self) -> None:
        given(Customer, bill()).when(replace(MERGE, into=CUSTOMER)).then_refused(MergedIntoItself)
        third = replace(MERGE, into=UUID(int=0xC07))
        given(Customer, bill(), MERGE).when(third).then_refused(CustomerMerged, into=str(OTHER_CUSTOMER))
        given(Customer, bill(), ABSORB).when(third).then_refused(SurvivorOfOthers)
        assert given(Customer, bill(), MERGE).when(ABSORB).then_refused(CustomerMerged).pointer == "/into"

    def test_a_merged_card_is_not_written_on(self) -> None:
        for command in (update(name="Nora"), tag("vip"), GIVE, ERASE):
            given(Customer, bill(), MERGE).when(command).then_refused(CustomerMerged)
        given(Customer, bill(), MERGE).when(bill(Address(city="Elsewhere"))).then_nothing()

    def test_undoing_a_merge_restores_the_card(self) -> None:
        undone = given(Customer, bill(), tag("vip"), MERGE).when(UNDO).then((MergeUndone, {"into": OTHER_CUSTOMER}))
        was = given(Customer, bill()).when(tag("vip")).aggregate
        assert (undone.fields, undone.tags, undone.merged_into) == (was.fields, was.tags, None)
        given(Customer, bill(), MERGE, UNDO).when(UNDO).then_nothing()

    def test_a_survivor_takes_a_card_in_and_lets_it_go_once(self) -> None:
        assert given(Customer, bill()).when(ABSORB).then(CustomerAbsorbed).absorbed == (OTHER_CUSTOMER,)
        given(Customer, bill(), ABSORB).when(ABSORB).then_nothing()
        assert given(Customer, bill(), ABSORB).when(RELEASE).then(CustomerReleased).absorbed == ()
        given(Customer, bill()).when(RELEASE).then_nothing()

    def test_a_survivor_takes_so_many_cards_in(self) -> None:
        past = (replace(ABSORB, merged=UUID(int=number)) for number in range(MAX_ABSORBED))
        given(Customer, bill(), *past).when(ABSORB).then_refused(TooManyMerged, limit=MAX_ABSORBED)

    def test_a_merged_card_is_forgotten_with_its_survivor_and_stays_so(self) -> None:
        forget = replace(ERASE, survivor=OTHER_CUSTOMER)
        given(Customer, bill(), MERGE).when(forget).then(CustomerForgotten)
        given(Customer, bill(), MERGE, forget).when(UNDO).then_refused(CustomerErased)
        given(Customer, bill(), ERASE).when(MERGE).then_refused(CustomerErased)
