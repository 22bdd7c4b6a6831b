from __future__ import annotations

import pytest

from domain.statuses import EDITABLE, STAGES, STANDARD_STATUSES, TRANSITIONS, may_move


def reachable(start: str) -> set[str]:
    """The stages that an order may come to from one, in any number of moves."""
    seen, ahead = set[str](), [start]
    while ahead:
        for stage in TRANSITIONS[ahead.pop()]:
            if stage not in seen:
                seen.add(stage)
                ahead.append(stage)
    return seen


def test_the_table_knows_every_stage_and_no_other() -> None:
    assert set(TRANSITIONS) == set(STAGES)
    assert {end for ends in TRANSITIONS.values() for end in ends} <= set(STAGES)


def test_no_move_is_written_twice_or_to_itself() -> None:
    for start, ends in TRANSITIONS.items():
        assert start not in ends
        assert len(set(ends)) == len(ends)


def test_from_a_draft_an_order_may_come_to_every_stage_but_never_back() -> None:
    assert reachable("draft") == set(STAGES) - {"draft"}


@pytest.mark.parametrize("end", ["completed", "cancelled"])
def test_the_ends_are_ends(end: str) -> None:
    assert not reachable(end)
    assert all(end in reachable(stage) for stage in EDITABLE)


def test_goods_that_left_are_not_called_off_by_the_table() -> None:
    assert not may_move("shipped", "cancelled")


def test_an_order_on_hold_does_not_leave_the_house() -> None:
    assert not may_move("on_hold", "shipped")


def test_staying_on_a_stage_is_always_legal() -> None:
    assert all(may_move(stage, stage) for stage in STAGES)


def test_contents_are_fixed_from_the_day_the_order_leaves() -> None:
    assert set(STAGES) - EDITABLE == {"shipped", "completed", "cancelled"}


def test_the_standard_statuses_are_one_per_stage_in_their_order() -> None:
    assert [status.stage for status in sorted(STANDARD_STATUSES, key=lambda one: one.position)] == list(STAGES)
    assert len({status.code for status in STANDARD_STATUSES}) == len(STANDARD_STATUSES)


def test_no_status_both_takes_stock_and_gives_it_back() -> None:
    assert not [status.code for status in STANDARD_STATUSES if status.deducts_stock and status.restores_stock]
