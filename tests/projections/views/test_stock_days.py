"""Stock by day: the days of the shop's zone, carried over from day to day, however the events are cut."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.stock import AdjustStock, DeductStock, ReserveStock, stock_id_of
from projections.views import stock_days
from projections.views.stock_days import list_stock_days
from tests.projections.showing import Showing, at, minutes
from tests.projections.views.test_stock import moved, received

DAY = 24 * 60


@pytest.mark.parametrize("batch", [1, 3, 500])
@pytest.mark.parametrize("part", [2, 256])
def test_figures_are_carried_from_day_to_day(
    shown: Showing, monkeypatch: pytest.MonkeyPatch, batch: int, part: int
) -> None:
    monkeypatch.setattr(stock_days, "PART", part)
    count = AdjustStock(stock_id=stock_id_of("CUP-1"), context=at(minutes(2 * DAY), reason="Counted"), counted=11)
    shown.happen(received("CUP-1", 10), moved(ReserveStock, 3, 2), received("CUP-2", 4))
    shown.happen(moved(DeductStock, DAY, 2), received("CUP-1", 5, DAY + 1), count)
    shown.show(batch)
    first = minutes(0).date()
    rows = list_stock_days(shown.connection, first, first + timedelta(days=3))
    assert [(row.day, *row[1:]) for row in rows] == [
        (first, "CUP-1", 2, 10, 2, 10, 0),
        (first, "CUP-2", 1, 4, 0, 4, 0),
        (first + timedelta(days=1), "CUP-1", 2, 13, 0, 5, 2),
        (first + timedelta(days=2), "CUP-1", 1, 11, 0, 0, 2),
    ]
    later = list_stock_days(shown.connection, first + timedelta(days=2), first + timedelta(days=3), ["CUP-1"])
    assert [(row.on_hand, row.reserved) for row in later] == [(11, 0)]
    assert list_stock_days(shown.connection, date(2001, 1, 1), first) == []


def test_a_movement_of_a_sku_with_many_looks_at_few(shown: Showing) -> None:
    parts = {stock_days.part_of(stock_id_of("CUP-1"), version) for version in range(1, 1_001)}
    assert len(parts) == 4
