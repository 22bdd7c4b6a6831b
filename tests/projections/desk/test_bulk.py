"""Orders of the past stored by the batch: together, once, and each for itself where one is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from domain.addresses import Address
from domain.customers import Customer
from domain.orders.intake import Created, Known, Refused
from domain.orders.lines import NewItem
from domain.orders.order import Order
from projections.runtime import Runtime
from tests.intakes import past_order


def test_a_batch_is_stored_with_one_card_for_one_address(runtime: Runtime) -> None:
    other = Address(name="N. Example", email="nora@example.com")
    commands = [past_order("#1"), past_order("#2", billing_address=other)]
    results = runtime.bulk.save(commands)
    kept = [False, True]  # the card of the second order's customer has another name by then
    assert results == [
        Created(command.order_id, "EUR", 2_000, 0, name_kept=name_kept)
        for command, name_kept in zip(commands, kept, strict=True)
    ]
    first, second = (runtime.log.load(Order, command.order_id) for command in commands)
    assert first.customer_id == second.customer_id
    assert first.payment_status == "paid"
    card = runtime.log.load(Customer, first.customer_id or UUID(int=0))
    assert (card.value("name"), card.value("city")) == ("Nora Example", "Paris")
    assert card.fields["city"].origin == "import"


def test_a_second_run_adds_nothing(runtime: Runtime) -> None:
    commands = [past_order(f"#{number}") for number in range(5)]
    runtime.bulk.save(commands)
    head = runtime.log.head()
    again = runtime.bulk.save(commands)
    assert again == [Known(command.order_id, False, "EUR", 2_000, 0) for command in commands]
    assert runtime.log.head() == head


def test_an_order_that_came_changed_is_told_and_left_as_it_is(runtime: Runtime) -> None:
    runtime.bulk.save([past_order("#1")])
    [known] = runtime.bulk.save([past_order("#1", content_hash="b")])
    assert known == Known(past_order("#1").order_id, True, "EUR", 2_000, 0)


def test_an_order_told_twice_in_a_batch_is_stored_once(runtime: Runtime) -> None:
    first, second = runtime.bulk.save([past_order("#1"), past_order("#1")])
    assert isinstance(first, Created)
    assert isinstance(second, Known)
    assert len(runtime.log.stream(first.order_id)) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": (NewItem(sku="A", name="A", quantity=0, unit_price=1),)},
        {"currency": "XXX"},
        {"billing_address": Address(name="Nina", email="nobody")},
        {"billing_address": Address(name="n" * 201, email="nina@example.com")},
    ],
)
def test_a_refused_order_takes_no_neighbour_down_and_leaves_no_trace(runtime: Runtime, wrong: dict[str, Any]) -> None:
    commands = [past_order("#1"), past_order("#2", **wrong), past_order("#3")]
    results = runtime.bulk.save(commands)
    assert [type(result) for result in results] == [Created, Refused, Created]
    assert runtime.log.stream(commands[1].order_id) == []
    assert {one.event.originator_id for one in runtime.log.read(0, 1000)} == {
        commands[0].order_id,
        commands[2].order_id,
        runtime.log.load(Order, commands[0].order_id).customer_id,
    }


def test_a_dry_run_tells_the_same_and_stores_nothing(runtime: Runtime) -> None:
    commands = [past_order("#1"), past_order("#2", currency="XXX"), past_order("#1")]
    dry = runtime.bulk.save(commands, dry=True)
    assert runtime.log.head() == 0
    assert [type(result) for result in runtime.bulk.save(commands)] == [type(result) for result in dry]
    assert dry[0] == Created(commands[0].order_id, "EUR", 2_000, 0)


def test_orders_of_nobody_and_of_people_without_an_address_are_stored(runtime: Runtime) -> None:
    commands = [
        past_order("#1", billing_address=Address(), notes=("Somebody called",)),
        past_order("#2", billing_address=Address(name="Nina Placeholder")),
        past_order("#3", billing_address=Address(name="Nina Placeholder")),
    ]
    assert all(isinstance(result, Created) for result in runtime.bulk.save(commands))
    orders = [runtime.log.load(Order, command.order_id) for command in commands]
    assert orders[0].customer_id is None
    assert orders[0].notes["1"].text == "Somebody called"
    assert orders[1].customer_id not in (None, orders[2].customer_id)


def test_batches_side_by_side_share_one_card(runtime: Runtime) -> None:
    batches = [
        [past_order(f"#{batch}-{number}", billing_address=Address(email="nora@example.com", city=f"City {batch}"))
         for number in range(5)]
        for batch in range(6)
    ]  # fmt: skip
    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(runtime.bulk.save, batches))
    assert all(isinstance(result, Created) for batch in results for result in batch)
    owners = {runtime.log.load(Order, command.order_id).customer_id for batch in batches for command in batch}
    assert len(owners) == 1
