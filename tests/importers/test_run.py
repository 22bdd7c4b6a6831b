"""Whatever a file holds: every row is accounted for, no order comes in by halves, and a second run changes nothing."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from importers import run
from importers.faults import UnusableFile
from importers.reading import grouping
from importers.report import RowsUnaccounted, Totals
from tests.importers.standin import OrderBook
from tests.importers.trying import import_file, write

HEADER = "Name,Email,Created at,Currency,Total,Lineitem name,Lineitem quantity,Lineitem price"


def order(number: int, quantity: str = "1", total: str = "5.00") -> str:
    return f"#{number},,2025-01-15 17:41:00 -0500,EUR,{total},Widget,{quantity},5.00"


def more(number: int, quantity: str = "1") -> str:
    return f"#{number},,,,,Gadget,{quantity},0.00"


def test_a_second_run_adds_nothing_and_tells_what_changed(tmp_path: Path) -> None:
    book = OrderBook()
    first = import_file(write(tmp_path, HEADER, order(1), order(2)), book=book)
    again = import_file(write(tmp_path, HEADER, order(1), order(2, total="6.00")), book=book)
    assert (first.totals.new, first.totals.known) == (2, 0)
    assert (again.totals.new, again.totals.known, again.totals.changed) == (0, 1, 1)
    assert book.numbered("#2").price.total == 500


def test_the_order_of_columns_and_the_space_in_cells_change_nothing(tmp_path: Path) -> None:
    book = OrderBook()
    import_file(write(tmp_path, HEADER, order(1)), book=book)
    turned = [",".join(reversed(line.split(","))) for line in (HEADER, order(1))]
    assert import_file(write(tmp_path, turned[0], turned[1].replace("Widget", " Widget ")), book=book).totals.known == 1


def test_ids_follow_from_source_and_number_alone(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, order(1))
    ids = [next(iter(import_file(file, source=source).book.orders)) for source in ("", "", "second shop")]
    assert ids[0] == ids[1] == UUID("1b9f8be7-3f1d-5cec-a223-b10b4230b86f")
    assert ids[2] != ids[0]


def test_one_wrong_row_refuses_its_whole_order_and_no_other(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1), order(2), more(2, "-1"), more(2), order(3)))
    assert sorted(order.number for order in result.book.orders.values()) == ["#1", "#3"]
    assert result.codes == ["order-refused", "quantity-out-of-bounds", "order-refused"]
    assert [row["error_row"] for row in result.errors] == ["3", "4", "5"]
    assert (result.totals.accepted_rows, result.totals.refused_rows) == (2, 3)


def test_a_row_that_cannot_be_read_refuses_the_order_it_stands_in(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1), '#1,"broken"x', more(1), order(2)))
    assert [order.number for order in result.book.orders.values()] == ["#2"]
    assert result.codes == ["order-refused", "broken-row", "order-refused"]


def test_the_rest_of_a_refused_order_does_not_pass_for_an_order(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1), '#1,"broken"x', order(2), order(1)))
    assert [order.number for order in result.book.orders.values()] == ["#2"]
    assert result.codes == ["order-refused", "broken-row", "order-refused"]


def test_an_order_that_is_told_in_two_places_is_refused_as_a_whole(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1), order(2), more(1), order(1)))
    assert result.codes == ["duplicate-order"] * 3
    assert [order.number for order in result.book.orders.values()] == ["#2"]


def test_an_order_told_twice_in_a_row_does_not_double_its_lines(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1), more(1), order(1), order(2)))
    assert sorted(result.codes) == ["duplicate-order", "order-refused", "order-refused"]
    assert [order.number for order in result.book.orders.values()] == ["#2"]


def test_lines_that_a_sorting_has_torn_away_come_back_to_their_order(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, more(2), order(1, total="5.00"), order(2), more(1), order(3)))
    assert result.codes == []
    assert [len(result.book.numbered(f"#{number}").items) for number in (1, 2, 3)] == [2, 2, 1]


def test_rows_that_lie_apart_stand_together_in_the_error_file(tmp_path: Path) -> None:
    first = import_file(write(tmp_path, HEADER, order(1), order(2), order(1, total="6.00"), more(1)))
    assert first.codes == ["duplicate-order"] * 3
    assert [row["Name"] for row in first.errors] == ["#1"] * 3
    lines = first.report.read_text(encoding="utf-8-sig").splitlines()
    again = import_file(write(tmp_path, lines[0], lines[1], lines[3], name="corrected.csv"))
    assert (again.totals.new, again.codes) == (1, [])


@pytest.mark.parametrize("rows", [3, 4, 8])
def test_an_order_of_too_many_rows_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(grouping, "MOST_ROWS", 3)
    result = import_file(write(tmp_path, HEADER, *[order(1)] * rows, order(2)))
    assert [order.number for order in result.book.orders.values()] == ["#2"]
    assert result.totals.refused_rows == rows


def test_rows_without_a_number_before_the_first_order_are_refused(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1).replace("#1", ""), order(2)))
    assert result.codes == ["number-missing"]


def test_the_error_report_can_be_corrected_and_loaded_alone(tmp_path: Path) -> None:
    book = OrderBook()
    first = import_file(write(tmp_path, HEADER, order(1), order(2, "x"), more(2), order(3)), book=book)
    assert stat.S_IMODE(first.report.stat().st_mode) == 0o600
    text = first.report.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == f"{HEADER},error_row,error_column,error_code,error_message,error_fix"
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(text.replace("Widget,x,", "Widget,2,"), encoding="utf-8-sig")
    second = import_file(corrected, book=book)
    assert (second.totals.new, second.totals.refused) == (1, 0)
    assert len(book.numbered("#2").items) == 2
    whole = import_file(write(tmp_path, HEADER, order(1), order(2, "2"), more(2), order(3)), book=book)
    assert (whole.totals.known, whole.totals.changed) == (3, 0)


def test_a_row_with_too_many_cells_is_repeated_whole(tmp_path: Path) -> None:
    result = import_file(write(tmp_path, HEADER, order(1) + ",surplus"))
    with result.report.open(encoding="utf-8-sig", newline="") as file:
        row = list(csv.reader(file))[1]
    assert row[:8] == order(1).split(",")
    assert row[-1] == "surplus"


def test_no_report_is_written_where_nothing_was_refused(tmp_path: Path) -> None:
    assert not import_file(write(tmp_path, HEADER, order(1))).report.exists()


def test_orders_are_handed_over_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BATCH", 4)
    book = OrderBook()
    import_file(write(tmp_path, HEADER, *(order(number) for number in range(10))), book=book)
    assert book.batches == [4, 4, 2]


def test_the_control_totals_are_sums_per_currency(tmp_path: Path) -> None:
    rows = (order(1), order(2, total="6.00"), order(3).replace("EUR", "JPY").replace("5.00", "700"))
    totals = import_file(write(tmp_path, HEADER, *rows)).totals
    assert totals.as_dict()["totals"] == {"EUR": "11.00", "JPY": "700"}
    assert totals.as_dict()["rows"] == {"read": 3, "accepted": 3, "refused": 0}
    assert any("11.00 EUR" in line for line in totals.as_lines())


def test_a_long_reason_stands_apart_from_its_count(tmp_path: Path) -> None:
    lines = import_file(write(tmp_path, HEADER, order(1, quantity="0"))).totals.as_lines()
    assert lines[-1] == "Refused: quantity-out-of-bounds  1 rows"
    assert lines[0].index("1: 0 of") == lines[-1].index("1 rows")


def test_a_row_that_got_lost_is_an_error_of_its_own() -> None:
    with pytest.raises(RowsUnaccounted):
        Totals(rows=3, accepted_rows=1, refused_rows=1).check(3)


def test_a_header_alone_is_no_import(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="no rows"):
        import_file(write(tmp_path, HEADER))


def test_an_unknown_header_asks_for_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="--map"):
        import_file(write(tmp_path, "a,b", "1,2"))


def test_a_column_that_is_needed_and_not_there_is_told_from_an_empty_cell(tmp_path: Path) -> None:
    empty = import_file(write(tmp_path, HEADER, order(1).replace("2025-01-15 17:41:00 -0500", ""))).errors[0]
    assert (empty["error_code"], empty["error_fix"]) == ("cell-missing", "Fill in the cell.")
    header = HEADER.replace("Created at", "Made at")
    lacking = import_file(write(tmp_path, header, order(1))).errors[0]
    assert (lacking["error_code"], lacking["error_column"]) == ("cell-missing", "Created at")
    assert "no such column" in lacking["error_message"]


@pytest.mark.parametrize("turn", [str.upper, str.lower, str.title])
def test_a_header_in_other_letters_is_known_and_reported_as_the_platform_spells_it(
    tmp_path: Path, turn: Callable[[str], str]
) -> None:
    result = import_file(write(tmp_path, turn(HEADER), order(1), order(2, quantity="0")))
    assert (result.totals.new, result.totals.sums["EUR"]) == (1, 500)
    (refused,) = result.errors
    assert refused["error_column"] == "Lineitem quantity"
    assert refused["Lineitem quantity"] == "0"
    again = import_file(write(tmp_path, HEADER, order(1)), book=result.book)
    assert again.totals.known == 1


def test_a_single_name_in_other_letters_is_known_unless_the_right_one_is_there(tmp_path: Path) -> None:
    header = HEADER.replace("Total", "total")
    mixed = import_file(write(tmp_path, header, order(1, total="7.00")))
    assert mixed.totals.sums["EUR"] == 700
    beside = import_file(write(tmp_path, f"{HEADER},total", f"{order(2, total='7.00')},9.00"))
    assert beside.totals.sums["EUR"] == 700


@pytest.mark.parametrize("name", ["Total", "total"])
def test_a_column_that_is_read_and_stands_there_twice_is_not_guessed_between(tmp_path: Path, name: str) -> None:
    header = HEADER if name == "Total" else HEADER.lower()
    with pytest.raises(UnusableFile, match=r"The column Total stands in the file more than once"):
        import_file(write(tmp_path, f"{header},{name}", f"{order(1)},7.00"))
    assert import_file(write(tmp_path, f"{HEADER},Own,Own", f"{order(1)},1,2")).totals.new == 1


USUAL = ["", "#1", "#2", "#3", "EUR", "USD", "5.00", "1", "-1", "2025-01-15 17:41:00 -0500", '"', "\n"]
CELL = strategies.one_of(strategies.sampled_from(USUAL), strategies.text(max_size=6))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=strategies.lists(strategies.lists(CELL, min_size=1, max_size=9), min_size=1, max_size=12))
def test_every_row_of_any_file_ends_up_somewhere(tmp_path: Path, rows: list[list[str]]) -> None:
    file = write(tmp_path, HEADER, order(9), *(",".join(row) for row in rows), encoding="utf-16")
    totals = import_file(file).totals
    assert totals.rows == totals.accepted_rows + totals.refused_rows
    assert all(0 < count <= totals.refused_rows for count in totals.reasons.values())
    assert sum(totals.reasons.values()) >= totals.refused_rows, "each refused row has a reason, or several"
