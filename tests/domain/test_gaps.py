"""A stream that lacks versions: folded with what is left, closed until a declaration names what is lost."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import OriginatorIDError, OriginatorVersionError
from msgspec.structs import replace

from domain.errors import Conflict
from domain.events import Context, Event, StreamDamaged, fold, upto_version
from domain.gaps import DeclareGap, GapsDiffer, declare_gap
from domain.orders.archive import OrderArchived
from domain.orders.changes import changes
from domain.orders.notes import NoteAdded
from domain.orders.order import Order
from tests.examples.events import EVENTS
from tests.examples.facts import ORDER, SAID
from tests.given import NOW


def written(version: int, kind: type[Event], **facts: Any) -> Event:
    """An event of the order at a version."""
    return kind(
        originator_id=ORDER,
        originator_version=version,
        timestamp=NOW,
        metadata=EVENTS[0].metadata,
        **facts,
    )


def context() -> Context:
    return Context(command_id=uuid4(), actor="process:doctor", at=NOW)


def declared(order: Order, *missing: int) -> Order:
    declare_gap(order, DeclareGap(context=context(), missing=missing))
    return order


def example(topic: str, version: int) -> Event:
    """The canonical event of a topic, at a version of the order."""
    [event] = [event for event in EVENTS if topic == event.TOPIC]
    return replace(event, originator_version=version)


CREATED = example("order.created", 1)
ADDED = written(2, NoteAdded, note="1", text="Ring")
CHANGED = example("order.item-quantity-changed", 3)
ARCHIVED = written(4, OrderArchived)


def test_what_comes_after_a_hole_is_folded_and_the_hole_is_noted() -> None:
    order = fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED])
    assert order.version == 4
    assert order.archived
    assert "1" in order.notes
    assert order.gaps.missing == (3,)


def test_an_event_that_needs_what_is_lost_changes_nothing_and_is_named() -> None:
    order = fold(Order.blank(ORDER), [CREATED, CHANGED, ARCHIVED])
    assert order.archived
    assert (order.gaps.missing, order.gaps.unapplied) == ((2,), (3,))


def test_nothing_is_added_before_the_hole_is_declared() -> None:
    order = fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED])
    with pytest.raises(StreamDamaged) as refused:
        order.record(OrderArchived, SAID)
    assert isinstance(refused.value, Conflict)
    assert refused.value.details["missing"] == "3"
    assert order.pending_events == []
    declared(order, 3).record(OrderArchived, SAID)
    assert [event.originator_version for event in order.collect_events()] == [5, 6]
    assert (order.gaps.missing, order.gaps.declared) == ((), (3,))


def test_a_declared_hole_is_folded_the_same_and_said_twice_records_nothing() -> None:
    order = declared(fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED]), 3)
    [declaration] = cast("list[Event]", order.collect_events())
    again = fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED, declaration])
    assert again.gaps == order.gaps
    assert declared(again, 3).pending_events == []


def test_only_exactly_what_is_missing_is_declared() -> None:
    order = fold(Order.blank(ORDER), [CREATED, ARCHIVED])
    for wrong in ((2,), (2, 3, 4), ()):
        with pytest.raises(GapsDiffer):
            declared(order, *wrong)


def test_what_is_lost_after_a_declaration_is_a_hole_of_its_own() -> None:
    order = declared(fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED]), 3)
    [declaration] = cast("list[Event]", order.collect_events())
    later = written(7, OrderArchived)
    again = fold(Order.blank(ORDER), [CREATED, ADDED, ARCHIVED, declaration, later])
    assert (again.gaps.missing, again.gaps.declared) == ((6,), (3,))


def test_the_history_shows_where_something_is_lost() -> None:
    steps = list(changes(Order.blank(ORDER), [CREATED, ARCHIVED]))
    assert [step.version for step in steps] == [1, 4]
    assert any(change.pointer.startswith("/gaps") for change in steps[-1].fields)


def test_events_out_of_order_or_of_another_stream_are_still_refused() -> None:
    with pytest.raises(OriginatorVersionError):
        fold(Order.blank(ORDER), [CREATED, CREATED])
    order = fold(Order.blank(ORDER), [CREATED])
    with pytest.raises(OriginatorIDError):
        Order.blank(UUID(int=7)).take(ADDED)
    assert order.gaps.missing == ()


def test_a_version_of_a_stream_with_a_hole_is_counted_by_versions() -> None:
    assert upto_version([CREATED, ARCHIVED], 3) == [CREATED]
