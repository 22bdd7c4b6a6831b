"""What an order offers to do next, and the reason it gives where it does not."""

from __future__ import annotations

import pytest

from domain.events import Command
from domain.orders.actions import next_actions, primary_action
from domain.orders.order import Order
from domain.orders.quantities import LineUnits
from domain.orders.refund_parts import RefundLine
from domain.orders.refunds import RequestRefund
from domain.orders.returns import ReceivedUnits, ReceiveReturn, RequestReturn
from domain.settings import Shop
from tests.domain.orders import ask, create, line, pay, placed, refund, ship, to
from tests.given import given

NOTHING_LEFT = "Nothing that was paid is left to refund."
WITH_PROVIDER = pay(2_000, provider="sandbox", reference="ch_1", method="online")
ASKED = ask(RequestRefund, payment="1", lines=(RefundLine(item="1", quantity=2),))


def after(*past: Command) -> Order:
    """The order as its past leaves it."""
    *before, last = past
    outcome = given(Order, *before).when(last)
    assert outcome.refusal is None
    return outcome.aggregate


def reason(action: str, *past: Command) -> str | None:
    """Why something is refused after what has happened; None where it is offered."""
    [found] = [one for one in next_actions(after(*past), Shop()) if one.action == action]
    return found.refusal.detail if found.refusal else None


@pytest.mark.parametrize(
    ("past", "refusal"),
    [
        ((placed(line(2)),), NOTHING_LEFT),
        ((placed(line(2)), pay(2_000)), None),
        ((placed(line(2)), pay(2_000), refund(("1", 1))), None),
        ((placed(line(2)), pay(2_000), refund(("1", 2))), NOTHING_LEFT),
        ((placed(line(2)), WITH_PROVIDER, ASKED), NOTHING_LEFT),
    ],
)
def test_a_refund_is_offered_while_something_paid_is_left(past: tuple[Command, ...], refusal: str | None) -> None:
    assert reason("refund", *past) == refusal


@pytest.mark.parametrize(
    ("past", "refusal"),
    [
        ((create(line(2)),), "The order is a draft: place it before money moves."),
        ((placed(line(2)),), None),
        ((placed(line(2)), pay(2_000)), "Nothing is due."),
    ],
)
def test_a_payment_is_offered_while_something_is_due(past: tuple[Command, ...], refusal: str | None) -> None:
    assert reason("pay", *past) == refusal


@pytest.mark.parametrize(
    ("past", "refusal"),
    [
        ((placed(line(2)),), None),
        ((placed(line(2)), ship(("1", 1))), None),
        ((placed(line(2)), ship(("1", 2))), "Everything has been shipped."),
        ((placed(line(2)), to("cancelled")), "The order is cancelled: nothing can be shipped of it."),
    ],
)
def test_a_parcel_is_offered_while_something_is_left_to_ship(past: tuple[Command, ...], refusal: str | None) -> None:
    assert reason("ship", *past) == refusal


CODES = {
    "edit": "order-closed",
    "pay": "nothing-due",
    "refund": "nothing-to-refund",
    "ship": "all-shipped",
    "return": "nothing-to-return",
    "receive_return": "no-return",
    "settle_return": "nothing-to-settle",
}


def codes(*past: Command) -> dict[str, str]:
    """The code of every refusal of a deed after what has happened."""
    actions = next_actions(after(*past), Shop())
    return {one.action: one.refusal.code for one in actions if one.refusal and one.action != "status"}


def test_every_refusal_has_a_code_and_a_sentence() -> None:
    sent = (placed(line(2)), pay(2_000), ship(stock="leave"))
    done = (*sent, refund(("1", 2)), to("completed"))
    assert codes(*done) == {name: code for name, code in CODES.items() if name not in ("return", "pay")}
    assert codes(*sent)["pay"] == CODES["pay"]
    assert codes(placed(line(2)))["return"] == CODES["return"]
    assert codes(create(line(2)))["pay"] == "order-is-draft"
    assert codes(create(line(2)))["ship"] == "not-shippable"
    assert reason("settle_return", *done) == "No return has come back that is not settled."
    assert reason("edit", *done) == "The order is completed: its contents can no longer be changed."


def test_a_days_work_has_an_order() -> None:
    lines = (LineUnits(item="1", quantity=1),)
    back = (ReceivedUnits(item="1", quantity=1),)
    asked = ask(RequestReturn, lines=lines)
    received = ask(ReceiveReturn, return_number=1, lines=back)
    steps: list[tuple[tuple[Command, ...], str | None]] = [
        ((create(line(2)),), "pending"),
        ((placed(line(2)),), "pay"),
        ((placed(line(2)), pay(2_000)), "ship"),
        ((placed(line(2)), ship(stock="leave")), "pay"),
        ((placed(line(2)), pay(2_000), ship(stock="leave")), None),
        ((placed(line(2)), pay(2_000), ship(stock="leave"), to("shipped")), "completed"),
        ((placed(line(2)), ship(stock="leave"), asked), "receive_return"),
        ((placed(line(2)), ship(stock="leave"), asked, received), "settle_return"),
    ]
    for past, expected in steps:
        order = after(*past)
        action = primary_action(order, next_actions(order, Shop()))
        assert (action and (action.status.code if action.status else action.action)) == expected
