from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address, UnknownCountry
from domain.events import Command, Erased
from domain.orders.details import (
    AssignCustomer,
    AssignOperator,
    BillingAddressChanged,
    ChangeBillingAddress,
    ChangeShippingAddress,
    ChoosePaymentMethod,
    ChooseShippingMethod,
    CorrectionNeedsReason,
    CustomerAssigned,
    OperatorAssigned,
    PaymentMethodChosen,
    SetSource,
    ShippingAddressChanged,
    ShippingMethodChosen,
    SourceSet,
)
from domain.orders.order import Order, OrderClosed
from domain.settings import UnknownMethod
from domain.texts import ForbiddenCharacter, TextTooLong
from tests.domain.orders import ask, create, placed, to
from tests.examples.facts import ADDRESS, CUSTOMER
from tests.given import given

OTHER = UUID(int=0xC06)


def assign(customer: UUID = CUSTOMER, name: str = "Nora Example", email: str = "nora@example.com") -> AssignCustomer:
    return ask(AssignCustomer, customer_id=customer, name=name, email=email)


SETTERS: list[tuple[Command, type, dict[str, Any]]] = [
    (assign(), CustomerAssigned, {"customer_id": CUSTOMER, "name": "Nora Example", "email": "nora@example.com"}),
    (ask(AssignOperator, operator="nora"), OperatorAssigned, {"operator": "nora", "was": ""}),
    (ask(SetSource, source="telephone"), SourceSet, {"source": "telephone", "was": ""}),
    (ask(ChangeBillingAddress, address=ADDRESS), BillingAddressChanged, {"address": ADDRESS}),
    (ask(ChangeShippingAddress, address=ADDRESS), ShippingAddressChanged, {"address": ADDRESS}),
    (ask(ChoosePaymentMethod, method="card"), PaymentMethodChosen, {"method": "card", "was": ""}),
    (ask(ChooseShippingMethod, method="express"), ShippingMethodChosen, {"method": "express", "was": ""}),
]
IDS = [type(command).__name__ for command, _, _ in SETTERS]
WHILE_OPEN = {ChoosePaymentMethod, ChooseShippingMethod}
FOR_A_REASON = {ChangeBillingAddress, ChangeShippingAddress}


@pytest.mark.parametrize(("command", "event", "facts"), SETTERS, ids=IDS)
class TestSetting:
    def test_it_is_written_down(self, command: Command, event: Any, facts: dict[str, Any]) -> None:
        given(Order, create()).when(command).then((event, facts))

    def test_the_same_again_records_nothing(self, command: Command, event: Any, facts: dict[str, Any]) -> None:
        given(Order, create(), command).when(command).then_nothing()

    def test_a_shipped_order_keeps_what_was_agreed(self, command: Command, event: Any, facts: dict[str, Any]) -> None:
        outcome = given(Order, placed(), to("shipped")).when(command)
        if type(command) in WHILE_OPEN:
            outcome.then_refused(OrderClosed, number="C1001", stage="shipped")
        elif type(command) in FOR_A_REASON:
            outcome.then_refused(CorrectionNeedsReason, number="C1001", stage="shipped")
        else:
            outcome.then(event)


@pytest.mark.parametrize("status", ["shipped", "completed", "cancelled"])
@pytest.mark.parametrize(
    ("kind", "event"),
    [(ChangeBillingAddress, BillingAddressChanged), (ChangeShippingAddress, ShippingAddressChanged)],
)
def test_an_address_of_an_order_that_is_closed_is_corrected_for_a_reason(kind: Any, event: Any, status: str) -> None:
    past = given(Order, placed(), to(status))
    outcome = past.when(ask(kind, because="The street was misspelt", address=ADDRESS))
    outcome.then((event, {"address": ADDRESS}))
    assert outcome.events[0].metadata.reason == "The street was misspelt"
    error = past.when(ask(kind, because="  ", address=ADDRESS)).then_refused(CorrectionNeedsReason)
    assert error.pointer == "/reason"
    past.when(ask(kind, because="w" * 501, address=ADDRESS)).then_refused(TextTooLong)


def test_addresses_move_to_the_customer_of_a_closed_order_for_a_reason_and_are_never_filled_by_themselves() -> None:
    past, card = given(Order, placed(), to("shipped")), assign()
    past.when(replace(card, address=ADDRESS)).then(CustomerAssigned)
    moved = replace(card, address=ADDRESS, addresses="move")
    assert isinstance(past.when(moved).refusal, CorrectionNeedsReason)
    moved = replace(moved, context=replace(moved.context, reason="It was the other Nora's"))
    past.when(moved).then(CustomerAssigned, BillingAddressChanged, ShippingAddressChanged)


@pytest.mark.parametrize(
    ("command", "error", "pointer"),
    [
        (assign(name="n" * 201), TextTooLong, "/customer/name"),
        (assign(email="e\x07"), ForbiddenCharacter, "/customer/email"),
        (ask(AssignOperator, operator="o" * 65), TextTooLong, "/operator"),
        (ask(SetSource, source="a\rb"), ForbiddenCharacter, "/source"),
        (ask(ChangeBillingAddress, address=Address(country="XX")), UnknownCountry, "/country"),
        (ask(ChangeBillingAddress, address=Address(name="n" * 201)), TextTooLong, "/name"),
        (ask(ChangeShippingAddress, address=Address(city="\ud800")), ForbiddenCharacter, "/city"),
        (ask(ChoosePaymentMethod, method="shells"), UnknownMethod, "/method"),
        (ask(ChooseShippingMethod, method=""), UnknownMethod, "/method"),
    ],
)
def test_what_no_card_may_say_is_refused(command: Command, error: Any, pointer: str) -> None:
    assert given(Order, create()).when(command).then_refused(error).pointer == pointer


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    error = given(Order, create()).when(ask(ChoosePaymentMethod, method="shells")).then_refused(UnknownMethod)
    assert str(error) == "There is no payment method shells; known: card, transfer, cheque, cash."


class TestWhoseOrderItIs:
    def test_the_name_goes_under_the_customers_own_key(self) -> None:
        (event,) = given(Order, create()).when(assign()).events
        assert event.metadata.subject == CUSTOMER

    def test_what_is_written_afterwards_goes_under_it_too(self) -> None:
        (event,) = given(Order, create(), assign()).when(ask(ChangeBillingAddress, address=ADDRESS)).events
        assert event.metadata.subject == CUSTOMER

    def test_an_order_may_go_to_another_customer(self) -> None:
        order = given(Order, create(), assign()).when(assign(OTHER, "Max Example")).then(CustomerAssigned)
        assert (order.customer_id, order.customer_name) == (OTHER, "Max Example")

    def test_an_order_of_a_forgotten_customer_can_be_given_to_another(self) -> None:
        forgotten = (CustomerAssigned, {"customer_id": CUSTOMER, "name": Erased(), "email": Erased()})
        order = given(Order, create(), forgotten).when(assign(OTHER)).then(CustomerAssigned)
        assert order.subject == OTHER

    def test_an_address_that_was_forgotten_can_be_written_anew(self) -> None:
        forgotten = (BillingAddressChanged, {"address": Erased()})
        command = ask(ChangeBillingAddress, address=ADDRESS)
        given(Order, create(), forgotten).when(command).then((BillingAddressChanged, {"address": ADDRESS}))
