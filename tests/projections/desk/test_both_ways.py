"""One order or a thousand: the same cases are decided alike at the desk, in bulk, and with no database at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from domain.errors import DomainError
from domain.events import Command, Event
from domain.orders.creation import CreateOrder
from domain.orders.intake import AT_THE_DESK, Refused
from projections.log import EventLog
from projections.runtime import Runtime, open_runtime
from projections.settings import Settings
from tests.books import Book, told_apart
from tests.fixtures_database import TEST_SECRET, copied
from tests.intakes import CASES, NINA, NORA, NOWHERE, NUMBERED, Case, past_order

Handle = Callable[[Command], object]


@pytest.fixture
def other(server: Any, template_database: str) -> Iterator[Runtime]:
    """A second installation, as empty as the first."""
    with (
        copied(server, template_database) as url,
        open_runtime(Settings(database_url=url, secret_key=TEST_SECRET)) as opened,
    ):
        yield opened


def one_by_one(handle: Handle, orders: Sequence[CreateOrder]) -> list[str]:
    """Why each of the orders was refused, handled one after another; empty where it was not."""
    refusals = []
    for order in orders:
        try:
            handle(order)
        except DomainError as error:
            refusals.append(error.code)
        else:
            refusals.append("")
    return refusals


def histories(log: EventLog) -> dict[UUID, list[Event]]:
    streams: dict[UUID, list[Event]] = {}
    for recorded in log.read(0, 100_000):
        streams.setdefault(recorded.event.originator_id, []).append(recorded.event)
    return streams


def require_alike(case: Case, desk: Runtime, bulk: Runtime) -> None:
    book = Book()
    for command in case.before:
        for handle in (desk.desk.handle, bulk.desk.handle, book.handle):
            handle(command)
    results = bulk.bulk.save(case.orders, rules=AT_THE_DESK)
    refusals = [result.error.code if isinstance(result, Refused) else "" for result in results]
    assert one_by_one(desk.desk.handle, case.orders) == refusals
    assert one_by_one(book.handle, case.orders) == refusals
    orders = [order.order_id for order in case.orders]
    by_desk = told_apart(histories(desk.log), orders)
    assert told_apart(histories(bulk.log), orders) == by_desk
    assert told_apart(book.streams, orders) == by_desk


@pytest.mark.parametrize("sentence", CASES)
def test_an_order_is_taken_in_alike_by_itself_and_with_others(runtime: Runtime, other: Runtime, sentence: str) -> None:
    require_alike(CASES[sentence], runtime, other)


def test_hundreds_of_orders_are_taken_in_as_each_of_them_would_be(runtime: Runtime, other: Runtime) -> None:
    billings = (NORA, NINA, NOWHERE, *(NORA.__class__(name=f"N {at}", email=f"n{at}@example.com") for at in range(9)))
    orders = tuple(
        past_order(
            f"#{at}",
            billing_address=billings[at % len(billings)],
            buyer=NUMBERED if at % 7 == 1 and not billings[at % len(billings)].email else None,
            currency="XXX" if at % 41 == 40 else "EUR",
        )
        for at in range(300)
    )
    require_alike(Case(orders), runtime, other)
