"""Histories looked at by either of their two times: by what had happened, and by what was known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import topics
from domain.events import Aggregate, Event
from domain.handlers import HANDLERS
from domain.orders.actions import next_actions
from domain.orders.changes import state_of
from domain.orders.creation import CreateOrder
from domain.orders.imports import UndoOrderImport
from domain.orders.order import Imported, Order
from domain.orders.past import Past, PastPayment, PastShipment
from domain.orders.payments import RecordPayment
from domain.points_in_time import NOW as ALL
from domain.points_in_time import PointInTime, fold_part
from domain.shop import Shop
from tests.domain.orders import ask, line
from tests.examples.events import EVENTS
from tests.examples.facts import ORDER
from tests.given import context

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHOP = Shop()
# Few, so that many events fall on one instant.
INSTANTS = st.integers(0, 9).map(lambda hours: NOON + timedelta(hours=hours))


class Kept(NamedTuple):
    event: Event
    recorded_at: datetime


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def recorded(*events: Event, recorded_at: datetime = NOON) -> list[Kept]:
    return [Kept(event, recorded_at) for event in events]


def decided(order: Order, *commands: Any) -> list[Event]:
    """What the commands record on an order of any past."""
    for command in commands:
        HANDLERS[type(command)].decide(order, command, SHOP)
    return [event for event in order.collect_events() if isinstance(event, Event)]


def shown(history: list[Kept], **instants: datetime) -> Order:
    return fold_part(Order.blank(ORDER), [one.event for one in PointInTime(**instants).part_of(history)])


def past_order(**facts: Any) -> CreateOrder:
    """An order of 20.00 EUR made at noon, paid at three and, so the file tells, shipped at one."""
    past = Past(
        imported=Imported(source="shop", external_id="1", content_hash="a", total=2_000),
        placed_at=facts.pop("placed_at", at(0)),
        payments=(PastPayment(amount=2_000, method="card", at=facts.pop("paid_at", at(3))),),
        shipments=(PastShipment(carrier="dhl", tracking_code="X1", at=facts.pop("shipped_at", at(1))),),
        ended_at=facts.pop("ended_at", at(2)),
    )
    command = ask(CreateOrder, number="1", currency="EUR", items=(line(),), status="completed", past=past)
    return replace(command, context=context("import", at=at(0)), **facts)


def test_times_that_run_backwards_are_each_shown_from_their_own_instant_on() -> None:
    history = recorded(*decided(Order.blank(ORDER), past_order()))
    seen = [shown(history, as_of=at(hours)) for hours in (0, 1, 2, 3)]
    assert [order.status for order in seen] == ["pending", "pending", "completed", "completed"]
    assert [len(order.shipments) for order in seen] == [0, 1, 1, 1]
    assert [order.payment_status for order in seen] == ["unpaid", "unpaid", "unpaid", "paid"]


def test_what_happens_at_an_instant_has_happened_by_it_to_the_microsecond() -> None:
    history = recorded(*decided(Order.blank(ORDER), past_order()))
    assert shown(history, as_of=at(3)).paid == 2_000
    assert shown(history, as_of=at(3) - timedelta(microseconds=1)).paid == 0


def test_an_order_is_not_there_before_it_was_created_and_then_has_what_came_before() -> None:
    history = recorded(*decided(Order.blank(ORDER), past_order(paid_at=at(-5))))
    assert PointInTime(as_of=at(-1)).part_of(history) == []
    assert shown(history, as_of=at(0)).payment_status == "paid"


def test_what_was_recorded_later_is_not_known_before_whenever_it_occurred() -> None:
    order = Order.blank(ORDER)
    history = recorded(*decided(order, past_order()), recorded_at=at(100))
    history += recorded(*decided(order, ask(RecordPayment, method="card", amount=500)), recorded_at=at(101))
    assert PointInTime(known_at=at(99)).part_of(history) == []
    assert shown(history, known_at=at(100)).paid == 2_000
    assert shown(history, known_at=at(101)).paid == 2_500
    assert shown(history, known_at=at(100), as_of=at(2)).paid == 0


def test_nothing_asked_for_shows_the_whole_history() -> None:
    history = recorded(*decided(Order.blank(ORDER), past_order()))
    assert ALL.part_of(history) is history


def test_an_order_imported_again_begins_anew_where_its_undoing_is_not_shown() -> None:
    order = Order.blank(ORDER)
    first = decided(order, past_order(), UndoOrderImport(order_id=ORDER, context=context("undo", at=at(500))))
    again = decided(order, past_order(tags=("again",)))
    history = recorded(*first, *again)
    assert shown(history, as_of=at(400)).tags == ("again",)
    assert shown(history, as_of=at(400)).paid == 2_000
    assert state_of(shown(history, as_of=at(501))) == state_of(order)


@pytest.mark.parametrize("kind", topics.AGGREGATES, ids=lambda kind: kind.TOPIC)
@for_all(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_part_of_any_history_can_be_folded(kind: type[Aggregate], data: st.DataObject) -> None:
    mine = [event for event in EVENTS if type(event) in topics.AGGREGATES[kind]]
    part = data.draw(st.lists(st.sampled_from(mine), max_size=12))
    aggregate = fold_part(kind.blank(mine[0].originator_id), part)
    if isinstance(aggregate, Order):
        state_of(aggregate)
        next_actions(aggregate, SHOP)


@for_all(instants=st.lists(INSTANTS, min_size=60, max_size=60), until=INSTANTS)
@settings(max_examples=60, deadline=None)
def test_an_instant_after_all_others_shows_the_order_as_it_is(instants: list[datetime], until: datetime) -> None:
    """Whatever the times are: the order of versions stays, and a later instant never shows less."""
    order = Order.blank(ORDER)
    events = decided(order, past_order(tags=("a", "b")), ask(RecordPayment, method="card", amount=500))
    history = recorded(*(replace(event, timestamp=at) for event, at in zip(events, instants, strict=False)))
    whole = shown(history)
    assert state_of(shown(history, as_of=at(9))) == state_of(whole)
    parts = [list(PointInTime(as_of=at(hours)).part_of(history)) for hours in range(10)]
    assert all(set(map(id, less)) <= set(map(id, more)) for less, more in pairwise(parts))
    assert [one.event.originator_version for one in parts[9]] == list(range(1, len(history) + 1))
