"""Several files taken in as one table: pieces of one export, and orders with their lines."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.faults import UnusableFile
from importers.reading import grouping
from importers.reading.table import open_table
from tests.importers.standin import OrderBook
from tests.importers.trying import Imported, import_file, write

ORDERS = "id,name,email,currency,total_price,subtotal_price,created_at,financial_status,fulfillment_status"
LINES = "order_id,id,title,price,quantity,sku"
PIECE = "Name,Email,Created at,Currency,Total,Lineitem name,Lineitem quantity,Lineitem price"


def order(number: int, total: str = "10.00") -> str:
    return f"{number},#{number},ada@example.com,EUR,{total},{total},2025-01-15 10:00:00,paid,fulfilled"


def line(number: int, item: int, price: str = "10.00") -> str:
    return f"{number},{item},Widget {item},{price},1,W-{item}"


def pair(folder: Path, orders: list[str], lines: list[str]) -> tuple[Path, Path]:
    return write(folder, ORDERS, *orders, name="orders.csv"), write(folder, LINES, *lines, name="lines.csv")


def heading(number: int, item: str = "Mug", total: str = "20.00") -> str:
    return f"#{number},ada@example.com,2025-01-15 17:41:00 -0500,EUR,{total},{item},1,10.00"


def further(number: int, item: str) -> str:
    return f"#{number},,,,,{item},1,10.00"


def names(result: Imported, number: str) -> list[str]:
    return sorted(item.name for item in result.book.numbered(number).items.values())


def test_lines_find_their_orders_whatever_the_order_of_files_and_rows(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(2), order(1, "25.00")], [line(1, 1), line(2, 2), line(1, 3, "15.00")])
    first = import_file(orders, lines)
    assert (first.totals.rows, first.totals.accepted_rows, first.totals.new) == (5, 5, 2)
    assert names(first, "#1") == ["Widget 1", "Widget 3"]
    assert first.book.numbered("#1").paid == 2500
    again = import_file(lines, orders, book=first.book)
    assert (again.totals.new, again.totals.known, again.totals.changed) == (0, 2, 0)


def test_an_order_without_lines_comes_in_and_a_line_without_its_order_is_refused_alone(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(1), order(2)], [line(1, 1), line(7, 2), line(7, 3), line(8, 4)])
    result = import_file(orders, lines)
    assert (result.totals.new, result.totals.rows, result.totals.refused_rows) == (2, 6, 3)
    assert [(row["error_code"], row["error_row"]) for row in result.errors] == [
        ("order-missing", "2:3"),
        ("order-missing", "2:4"),
        ("order-missing", "2:5"),
    ]
    assert not result.book.numbered("#2").items


def test_orders_alone_come_in_and_lines_alone_ask_for_their_orders(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(1)], [line(1, 1)])
    assert import_file(orders).totals.new == 1
    with pytest.raises(UnusableFile, match="give the file of the orders"):
        import_file(lines)


def test_an_order_told_twice_in_its_file_is_refused_with_its_lines(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(1), order(1, "12.00"), order(2)], [line(1, 1), line(2, 2)])
    result = import_file(orders, lines)
    assert (result.totals.new, result.totals.refused_rows) == (1, 3)
    assert sorted(result.codes) == ["duplicate-order", "order-refused", "order-refused"]


def test_the_error_file_of_a_pair_is_corrected_and_loaded_alone(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(1), order(2)], [line(1, 1), line(2, 2, "ten"), line(2, 3)])
    result = import_file(orders, lines)
    assert (result.totals.new, result.totals.refused_rows) == (1, 3)
    at_fault = next(row for row in result.errors if row["error_code"] == "not-an-amount")
    assert at_fault["error_column"] in at_fault
    assert at_fault[at_fault["error_column"]] == "ten"
    corrected = tmp_path / "corrected.csv"
    text = result.report.read_text(encoding="utf-8-sig").replace("ten", "10.00")
    corrected.write_text(text, encoding="utf-8")
    again = import_file(corrected, book=result.book)
    assert (again.totals.rows, again.totals.new, again.totals.refused) == (3, 1, 0)
    assert names(again, "#2") == ["Widget 2", "Widget 3"]


def test_an_error_file_that_is_not_corrected_gives_itself_again(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(2)], [line(2, 2, "ten"), line(2, 3) + ",more", line(9, 9)])
    first = import_file(orders, lines)
    again = import_file(first.report, report=tmp_path / "again.csv")

    def told(result: Imported) -> list[list[str]]:
        with result.report.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        width = rows[0].index("error_row")
        return sorted([*row[:width], row[width + 2]] for row in rows)

    assert told(again) == told(first)
    assert "more" in again.report.read_text(encoding="utf-8-sig"), "what stood beyond the header is repeated too"
    assert again.totals.rows == first.totals.rows == 4


def test_rows_that_a_second_file_repeats_are_refused_beside_an_order_that_comes_in(tmp_path: Path) -> None:
    orders, lines = pair(tmp_path, [order(1), order(2)], [line(1, 1), line(2, 2)])
    more = write(tmp_path, ORDERS, order(2), order(3), name="more.csv")
    result = import_file(orders, more, lines, write(tmp_path, LINES, line(2, 2), line(3, 3), name="more-lines.csv"))
    assert (result.totals.new, result.totals.rows, result.codes) == (3, 8, ["duplicate-order"] * 2)
    assert names(result, "#2") == ["Widget 2"]


def test_lines_from_several_files_say_the_same_whatever_their_order(tmp_path: Path) -> None:
    orders, first = pair(tmp_path, [order(1, "30.00")], [line(1, 9)])
    second = write(tmp_path, LINES, line(1, 1), line(1, 5), name="more.csv")
    book = OrderBook()
    assert import_file(orders, first, second, book=book).totals.new == 1
    again = import_file(second, first, orders, book=book).totals
    assert (again.known, again.changed) == (1, 0)


def test_a_row_with_cells_of_both_files_is_refused(tmp_path: Path) -> None:
    header = ",".join([*(f"1.{name}" for name in ORDERS.split(",")), *(f"2.{name}" for name in LINES.split(","))])
    file = write(tmp_path, header, f"{order(1)},,,,,,", f"{order(2)},{line(2, 1)}")
    result = import_file(file)
    assert (result.totals.new, result.codes) == (1, ["row-of-two-files"])


def test_an_order_cut_by_the_end_of_a_piece_comes_in_whole(tmp_path: Path) -> None:
    first = write(tmp_path, PIECE, heading(1), further(1, "Tee"), heading(2), name="a.csv")
    second = write(tmp_path, PIECE, further(2, "Tray"), heading(3, total="10.00"), name="b.csv")
    for number, files in enumerate(((first, second), (second, first))):
        result = import_file(*files, report=tmp_path / f"{number}-errors.csv")
        assert (result.totals.rows, result.totals.new, result.totals.refused) == (5, 3, 0)
        assert names(result, "#2") == ["Mug", "Tray"]
        assert result.totals.with_difference == 0


def test_the_same_order_of_files_or_another_tells_the_same_orders(tmp_path: Path) -> None:
    first = write(tmp_path, PIECE, heading(2), name="a.csv")
    second = write(tmp_path, PIECE, further(2, "Tray"), name="b.csv")
    third = write(tmp_path, PIECE, further(2, "Cup"), name="c.csv")
    book = OrderBook()
    assert import_file(first, second, third, book=book).totals.new == 1
    assert import_file(third, first, second, book=book).totals.known == 1


def test_an_order_that_two_pieces_hold_comes_in_once_and_is_refused_once(tmp_path: Path) -> None:
    first = write(tmp_path, PIECE, heading(1), further(1, "Tee"), name="a.csv")
    second = write(tmp_path, PIECE, heading(1), further(1, "Tee"), heading(2, total="10.00"), name="b.csv")
    result = import_file(first, second)
    assert (result.totals.new, result.totals.refused_rows) == (2, 2)
    assert set(result.codes) == {"duplicate-order"}
    assert names(result, "#1") == ["Mug", "Tee"]


def test_pieces_may_have_their_columns_in_another_order_and_encoding(tmp_path: Path) -> None:
    first = write(tmp_path, PIECE, heading(1, "Café", "10.00"), name="a.csv", encoding="cp1252")
    header = ";".join(reversed(PIECE.split(",")))
    row = ";".join(reversed(heading(2, "Thé", "10.00").split(",")))
    result = import_file(first, write(tmp_path, header, row, name="b.csv", encoding="utf-16"))
    assert (result.totals.new, names(result, "#1"), names(result, "#2")) == (2, ["Café"], ["Thé"])


def test_a_mapping_does_not_read_files_of_two_kinds(tmp_path: Path) -> None:
    one, other = write(tmp_path, "a,b", "1,2", name="a.csv"), write(tmp_path, "c,d", "3,4", name="b.csv")
    with pytest.raises(UnusableFile, match="No profile knows"):
        import_file(one, other)
    with pytest.raises(UnusableFile, match=r"File 2: .*is not a file"), open_table([one, tmp_path / "nowhere.csv"]):
        pass


def test_joining_on_disk_gives_the_same_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = range(1, 60)
    orders, lines = pair(
        tmp_path, [order(n) for n in numbers], [line(n, item) for item in range(3) for n in reversed(numbers)]
    )
    book = OrderBook()
    import_file(orders, lines, book=book)
    monkeypatch.setattr(grouping, "RUN", 7)
    again = import_file(orders, lines, book=book)
    assert (again.totals.known, again.totals.changed, again.totals.rows) == (59, 0, 59 * 4)


def made(kind: str, number: int) -> str:
    """A row of a piece, whole or broken."""
    match kind:
        case "heading":
            return heading(number)
        case "further":
            return further(number, "Tee")
        case "broken":
            return f'#{number},"ab"c'
        case "unnumbered":
            return further(number, "Cup")[2:]
        case _:
            return heading(number) + ",more"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["heading", "further", "broken", "unnumbered", "wide"]), min_size=1, max_size=12),
    st.integers(0, 12),
    st.data(),
)
def test_rows_of_all_files_end_up_somewhere(tmp_path: Path, kinds: list[str], cut: int, data: st.DataObject) -> None:
    rows = [made(kind, data.draw(st.integers(1, 4))) for kind in kinds]
    files = [write(tmp_path, PIECE, *part, name=f"{n}.csv") for n, part in enumerate((rows[:cut], rows[cut:])) if part]
    report = tmp_path / "errors.csv"
    report.unlink(missing_ok=True)
    totals = import_file(*files, report=report).totals
    assert totals.rows == len(rows) == totals.accepted_rows + totals.refused_rows
