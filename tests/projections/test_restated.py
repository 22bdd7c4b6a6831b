"""`carnet audit restated`: books of the version before, read again; what was right stays, what was not is listed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from domain.events import Event
from domain.orders.line_changes import ChangeItem
from domain.orders.order import Order
from domain.upcasters import UPCASTERS
from projections.log.forms import form_of
from projections.runtime import Runtime
from scripts.audit import audit
from scripts.restated import Figures, Restated, restatement
from tests.api.desk import line as api_line
from tests.api.desk import place
from tests.domain.orders import ask, line, pay, placed, refund, to
from tests.examples.facts import ORDER
from tests.fixtures_database import TEST_SECRET
from tests.given import given

THREE = (line(1, sku="A"), line(1, sku="B"), line(1, sku="C"))
V1 = {"order.refunded", "order.refund-requested", "order.item-quantity-changed", "order.payment-recorded"}
NEW = ("credit", "pay_again", "kept", "handed_over")


def as_before(event: Event) -> Event:
    """The event as the version before stored it, read by this one."""
    if event.TOPIC not in V1:
        return event
    values = json.loads(form_of(type(event)).encode(event))
    values["goodwill"] = values.get("goodwill", 0) + values.get("credit", 0)
    if "lines" in values:
        values["lines"] = [{name: part[name] for name in ("item", "quantity", "amount")} for part in values["lines"]]
    values = {name: value for name, value in values.items() if name not in NEW}
    return form_of(type(event)).convert(UPCASTERS[event.TOPIC, 1](values))


def read_again(*commands: Any) -> tuple[Order, list[Event], Restated | None]:
    """A book of the version before: the order, its events, and what reads otherwise."""
    *past, last = commands
    order = Order.blank(ORDER)
    events: list[Event] = []
    for index, command in enumerate([*past, last]):
        happened = given(Order, *events).when(command).events
        assert happened, f"command {index} recorded nothing"
        for event in happened:
            events.append(as_before(event))
            events[-1].mutate(order)
    return order, events, restatement(order, events)


def change(**facts: Any) -> Any:
    return ask(ChangeItem, item="1", **facts)


@pytest.mark.parametrize(
    "commands",
    [
        (placed(*THREE), pay()),
        (placed(*THREE), pay(), refund(("1", 1))),
        (placed(*THREE, shipping_charge=600), pay(), refund(("1", 1), shipping=600, goodwill=100)),
        (placed(*THREE), pay(4_000), refund(goodwill=1_000)),
        (placed(line(3)), pay(), refund(("1", 1)), change(quantity=4), pay(2_000)),
        (placed(line(3, 333, discount=1)), pay(), refund(("1", 1)), refund(("1", 1)), refund(("1", 1))),
        (placed(*THREE), pay(1_000)),
        (placed(*THREE), pay(), refund(("1", 1), ("2", 1), ("3", 1)), pay(3_000)),
        (placed(*THREE), pay(), refund(goodwill=3_000), pay(3_000), refund(("1", 1))),
    ],
    ids=["paid", "refunded", "by parts", "credit", "more ordered", "in steps", "in part", "paid again", "and refunded"],
)
def test_a_balance_that_was_right_is_not_changed(commands: tuple[Any, ...]) -> None:
    _, _, found = read_again(*commands)
    assert found is None or found.was.balance == found.now.balance


@pytest.mark.parametrize(
    ("commands", "was", "now"),
    [
        ((placed(*THREE), pay(), refund(("1", 1)), to("cancelled")), 0, -2_000),
        ((placed(*THREE), pay(), pay(3_000), refund(("1", 1))), -2_000, -3_000),
        ((placed(line(1, 1_200)), to("cancelled")), 1_200, 0),
    ],
    ids=["cancelled", "paid twice", "cancelled unpaid"],
)
def test_a_balance_that_was_wrong_is_told_beside_the_right_one(commands: Any, was: int, now: int) -> None:
    _, _, found = read_again(*commands)
    assert found is not None
    assert (found.was.balance, found.now.balance) == (was, now)


def test_goodwill_that_gave_back_what_was_paid_twice_was_credit() -> None:
    order, _, found = read_again(placed(*THREE), pay(), pay(3_000), refund(credit=3_000))
    assert (order.refunds[0].credit, order.payment_status, order.price.balance) == (3_000, "paid", 0)
    assert found is not None
    assert (found.was.payment_status, found.now.payment_status) == ("partially_refunded", "paid")


def test_an_order_refunded_in_full_and_paid_another_way_was_paid() -> None:
    order, _, found = read_again(placed(*THREE), pay(), refund(("1", 1), ("2", 1), ("3", 1)), pay(3_000))
    assert (order.payment_status, order.price.kept, order.price.balance) == ("paid", 3_000, 0)
    assert found is not None
    assert (found.was.payment_status, found.now.payment_status) == ("partially_refunded", "paid")


def test_of_an_order_refunded_in_full_less_than_all_of_it_is_credit() -> None:
    order, _, _ = read_again(placed(*THREE), pay(), refund(("1", 1), ("2", 1), ("3", 1)), pay(500))
    assert (order.payment_status, order.price.kept, order.price.balance) == ("overpaid", 0, -500)


def test_the_command_lists_them_old_and_new_side_by_side(
    client: Any, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = place(client), place(client, api_line(1, "12.00"))
    for order in (right, wrong):
        client.post(f"/api/v1/orders/{order['id']}/payments", json={"method": "card"})
    client.post(f"/api/v1/orders/{wrong['id']}/status", json={"status": "cancelled"})
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    told = CliRunner().invoke(audit, ["restated"])
    assert told.exit_code == 0, told.output
    assert f"{wrong['number']}  balance 0.00 -> -12.00 EUR, paid -> overpaid" in told.output
    assert right["number"] not in told.output
    lines = CliRunner().invoke(audit, ["restated", "--json"]).output.splitlines()
    [found] = [one for one in map(json.loads, lines) if one["number"] == wrong["number"]]
    assert UUID(found["id"]) == UUID(wrong["id"])
    assert Figures(**found["now"]) == Figures(total=1_200, balance=-1_200, payment_status="overpaid")
