"""How many rows a list has is told exactly where that is quick, and never as fewer than are seen."""

from __future__ import annotations

import pytest

from projections.views import counting
from projections.views.counting import Counted, count_about, counted_in
from projections.views.orders.filters import OrderFilters
from projections.views.orders.listing import LISTING
from tests.projections.showing import Showing, minutes, order

ROWS = 14


@pytest.fixture
def unknown(shown: Showing) -> Showing:
    """A list of which the planner knows nothing yet."""
    shown.happen(*(order(f"C{number}", minutes(number), source="s1") for number in range(ROWS)))
    shown.show()
    return shown


def about(shown: Showing, seen: int = 0) -> Counted:
    return count_about(shown.connection, LISTING, OrderFilters(source="s1"), shown=seen)


def test_a_small_list_is_counted(unknown: Showing) -> None:
    assert LISTING.count(unknown.connection, OrderFilters(source="s1"), "estimate") != ROWS
    assert about(unknown) == Counted(ROWS, exact=True)


def test_few_rows_are_counted_where_all_of_them_seem_dear(unknown: Showing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHEAP", 0)
    assert about(unknown) == Counted(ROWS, exact=True)
    monkeypatch.setattr(counting, "FEW", ROWS - 1)
    assert about(unknown, ROWS) == Counted(ROWS, exact=False)


def test_an_estimate_tells_of_no_fewer_rows_than_are_seen(unknown: Showing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHEAP", 0)
    monkeypatch.setattr(counting, "FEW", 0)
    assert about(unknown, ROWS + 5) == Counted(ROWS + 5, exact=False)


def test_what_takes_too_long_to_count_is_estimated(unknown: Showing) -> None:
    def slowly() -> int:
        unknown.connection.execute("SELECT pg_sleep(1)")
        return ROWS

    assert counted_in(unknown.connection, 0.001, slowly) is None
    assert counted_in(unknown.connection, 5, slowly) == ROWS
