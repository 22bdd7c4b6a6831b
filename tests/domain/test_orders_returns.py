from __future__ import annotations

from uuid import UUID

import pytest

from domain.events import Command
from domain.orders.actions import next_actions
from domain.orders.order import Order
from domain.orders.quantities import LineUnits
from domain.orders.returns import (
    CancelReturn,
    ForeignExchange,
    NothingReceived,
    NothingReturned,
    ReceivedAboveReturn,
    ReceivedLine,
    ReceivedUnits,
    ReceiveReturn,
    RefundNotOnOrder,
    RequestReturn,
    ReturnAboveShipped,
    ReturnCancelled,
    ReturnClosed,
    ReturnNotFound,
    ReturnReceived,
    ReturnRequested,
    ReturnSettled,
    ReturnUnderway,
    SettleReturn,
    UnknownCondition,
)
from domain.settings import Shop
from tests.domain.orders import ask, line, pay, placed, refund, ship, to
from tests.examples.facts import ORDER
from tests.given import given

OTHER = UUID(int=0xFF)
SENT = (placed(line(3), line(1)), ship())


def back(*lines: tuple[str, int], called: str = "") -> RequestReturn:
    """A return of the units named."""
    named = tuple(LineUnits(item=item, quantity=quantity) for item, quantity in lines or (("1", 2),))
    return ask(RequestReturn, called=called, because="Too blue", lines=named)


def came(*lines: tuple[str, int], number: int = 1, condition: str = "new", restock: bool = False) -> ReceiveReturn:
    """What came back of a return."""
    named = tuple(
        ReceivedUnits(item=item, quantity=quantity, condition=condition, restock=restock) for item, quantity in lines
    )
    return ask(ReceiveReturn, return_number=number, lines=named)


SETTLE = ask(SettleReturn, return_number=1)
CANCEL = ask(CancelReturn, return_number=1)


def after(*past: Command) -> Order:
    return given(Order, *SENT, *past).when(to("lost")).aggregate


class TestAsking:
    def test_units_that_were_shipped_are_to_come_back(self) -> None:
        order = given(Order, *SENT).when(back(("1", 2))).then((ReturnRequested, {"return_number": 1}))
        assert (order.return_status, order.fulfilment_status) == ("requested", "shipped")
        assert order.returns[1].reason == "Too blue"

    @pytest.mark.parametrize(("item", "quantity", "left"), [("1", 4, 3), ("1", 0, 3), ("1", -1, 3), ("9", 1, 0)])
    def test_never_more_than_was_shipped(self, item: str, quantity: int, left: int) -> None:
        error = given(Order, *SENT).when(back((item, quantity))).then_refused(ReturnAboveShipped, left=left)
        assert error.pointer == "/items/0"

    def test_what_was_not_shipped_does_not_come_back(self) -> None:
        given(Order, placed()).when(back(("1", 1))).then_refused(ReturnAboveShipped, left=0)
        past = (placed(line(3)), ship(("1", 1)))
        given(Order, *past).when(back(("1", 2))).then_refused(ReturnAboveShipped, left=1)

    def test_no_unit_comes_back_twice(self) -> None:
        given(Order, *SENT, back(("1", 2))).when(back(("1", 2), called="again")).then_refused(
            ReturnAboveShipped, left=1
        )
        given(Order, *SENT).when(back(("1", 2), ("1", 2))).then_refused(ReturnAboveShipped, left=1)

    def test_the_same_command_asks_once(self) -> None:
        given(Order, *SENT, back(("1", 1))).when(back(("1", 1))).then_nothing()

    def test_units_of_a_return_called_off_can_come_after_all(self) -> None:
        given(Order, *SENT, back(("1", 3)), CANCEL).when(back(("1", 3), called="again")).then(
            (ReturnRequested, {"return_number": 2})
        )

    def test_units_that_never_came_can_come_with_another_return(self) -> None:
        past = (*SENT, back(("1", 3)), came(("1", 1)), SETTLE)
        given(Order, *past).when(back(("1", 2))).then(ReturnRequested)
        given(Order, *past).when(back(("1", 3), called="again")).then_refused(ReturnAboveShipped, left=2)

    def test_a_return_names_units(self) -> None:
        given(Order, *SENT).when(ask(RequestReturn, lines=())).then_refused(NothingReturned)


class TestReceiving:
    def test_goods_come_in_parts(self) -> None:
        order = (
            given(Order, *SENT, back(("1", 2)))
            .when(came(("1", 1), condition="opened", restock=True))
            .then((ReturnReceived, {"lines": (ReceivedLine(item="1", quantity=1, condition="opened", restock=True),)}))
        )
        assert (order.return_status, order.fulfilment_status) == ("received", "shipped")
        given(Order, *SENT, back(("1", 2)), came(("1", 1))).when(came(("1", 1), condition="damaged")).then(
            ReturnReceived
        )

    def test_never_more_than_was_to_come(self) -> None:
        past = (*SENT, back(("1", 2)), came(("1", 1)))
        error = given(Order, *past).when(came(("1", 2))).then_refused(ReceivedAboveReturn, left=1, asked=2)
        assert error.pointer == "/items/0"
        given(Order, *past).when(came(("2", 1))).then_refused(ReceivedAboveReturn, left=0)
        given(Order, *past).when(came()).then_refused(NothingReturned)

    def test_the_same_command_receives_once(self) -> None:
        given(Order, *SENT, back(("1", 2)), came(("1", 1))).when(came(("1", 1))).then_nothing()

    def test_goods_come_back_in_a_condition_that_is_known(self) -> None:
        given(Order, *SENT, back()).when(came(("1", 1), condition="lost")).then_refused(
            UnknownCondition, condition="lost"
        )

    def test_an_order_of_which_everything_came_back_is_returned(self) -> None:
        past = (back(("1", 3), ("2", 1)), came(("1", 3)))
        assert after(*past).fulfilment_status == "shipped"
        assert after(*past, came(("2", 1))).fulfilment_status == "returned"

    def test_a_return_that_is_not_there_is_not_received(self) -> None:
        given(Order, *SENT).when(came(("1", 1), number=7)).then_refused(ReturnNotFound, return_number=7)
        given(Order, *SENT, back(), CANCEL).when(came(("1", 1))).then_refused(ReturnClosed, state="cancelled")


class TestSettling:
    def test_a_return_is_settled_with_nothing(self) -> None:
        order = given(Order, *SENT, back(), came(("1", 1))).when(SETTLE).then((ReturnSettled, {"refund": ""}))
        assert order.return_status == "settled"

    def test_a_return_is_settled_by_a_refund_of_the_order(self) -> None:
        past = (*SENT, pay(), back(), came(("1", 2)))
        by = ask(SettleReturn, return_number=1, refund="1")
        given(Order, *past).when(by).then_refused(RefundNotOnOrder, refund="1")
        given(Order, *past, refund(("1", 2))).when(by).then((ReturnSettled, {"refund": "1"}))

    def test_a_return_is_settled_by_another_order(self) -> None:
        past = (*SENT, back(), came(("1", 2)))
        given(Order, *past).when(ask(SettleReturn, return_number=1, exchange=OTHER)).then(
            (ReturnSettled, {"exchange": OTHER})
        )
        given(Order, *past).when(ask(SettleReturn, return_number=1, exchange=ORDER)).then_refused(ForeignExchange)

    def test_a_return_is_settled_once(self) -> None:
        past = (*SENT, back(), came(("1", 1)), SETTLE)
        given(Order, *past).when(SETTLE).then_nothing()
        other = ask(SettleReturn, return_number=1, exchange=OTHER)
        given(Order, *past).when(other).then_refused(ReturnClosed, state="settled")

    def test_nothing_is_settled_before_something_came(self) -> None:
        given(Order, *SENT, back()).when(SETTLE).then_refused(NothingReceived, return_number=1)


class TestCallingOff:
    def test_a_return_is_called_off_once(self) -> None:
        assert given(Order, *SENT, back()).when(CANCEL).then(ReturnCancelled).return_status == "none"
        given(Order, *SENT, back(), CANCEL).when(CANCEL).then_nothing()

    def test_goods_that_came_are_not_called_off(self) -> None:
        given(Order, *SENT, back(), came(("1", 1))).when(CANCEL).then_refused(ReturnUnderway)


@pytest.mark.parametrize(
    ("past", "status"),
    [
        ((), "none"),
        ((back(),), "requested"),
        ((back(), came(("1", 1))), "received"),
        ((back(), came(("1", 1)), SETTLE), "settled"),
        ((back(), came(("1", 2)), SETTLE, back(("1", 1))), "requested"),
        ((back(), CANCEL), "none"),
    ],
)
def test_the_return_status_is_that_of_the_return_with_furthest_to_go(past: tuple[Command, ...], status: str) -> None:
    assert after(*past).return_status == status


def test_what_can_be_done_with_returns_is_told() -> None:
    def allowed(*past: Command) -> set[str]:
        return {
            action.action
            for action in next_actions(after(*past), Shop())
            if "return" in action.action and action.allowed
        }

    assert allowed() == {"return"}
    assert allowed(back(("1", 3), ("2", 1))) == {"receive_return"}
    assert allowed(back(), came(("1", 2))) == {"return", "receive_return", "settle_return"}
    assert allowed(back(), came(("1", 2)), SETTLE) == {"return"}
