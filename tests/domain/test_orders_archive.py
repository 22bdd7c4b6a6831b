from __future__ import annotations

from domain.orders.archive import ArchiveOrder, OrderArchived, OrderUnarchived, UnarchiveOrder
from domain.orders.order import Order
from tests.domain.orders import ask, create
from tests.given import given


def test_an_order_is_put_away_and_taken_out_again() -> None:
    order = given(Order, create()).when(ask(ArchiveOrder)).then((OrderArchived, {}))
    assert order.archived
    order = given(Order, create(), ask(ArchiveOrder)).when(ask(UnarchiveOrder)).then((OrderUnarchived, {}))
    assert not order.archived


def test_one_that_is_there_already_stays_quiet() -> None:
    given(Order, create(), ask(ArchiveOrder)).when(ask(ArchiveOrder)).then()
    given(Order, create()).when(ask(UnarchiveOrder)).then()
