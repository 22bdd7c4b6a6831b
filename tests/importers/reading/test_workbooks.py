"""Workbooks and JSON lines: the same orders as from a CSV file, and nothing that a bad one can do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from importers.faults import UnusableFile
from importers.mapping.mapping import CsvMapping, OrderColumns
from importers.profile import Choices
from importers.reading.rows import Row
from importers.reading.table import Table, open_table
from importers.reading.workbooks.values import date_text, number_text
from tests.importers.platforms.told import lines, money
from tests.importers.trying import import_file

PARIS = Choices(zone=ZoneInfo("Europe/Paris"), currency="EUR")
MAPPING = CsvMapping(
    source="desk",
    columns=OrderColumns(
        number="Number", created_at="Date", total="Total", sku="SKU", name="Product", quantity="Qty", unit_price="Price"
    ),
)
HEADER = ("Number", "Date", "Total", "SKU", "Product", "Qty", "Price")
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>
<table:table table:name="Orders">{rows}</table:table>
</office:spreadsheet></office:body>
</office:document-content>"""


def workbook(path: Path, sheets: dict[str, list[tuple[object, ...]]]) -> Path:
    """A workbook of these sheets; a text that begins with `=` is a formula."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    sheet.write(number, place, value)
    return path


def changed(source: Path, part: str, old: str, new: str) -> Path:
    """The workbook with one text of a part replaced."""
    target = source.with_name(f"changed-{source.name}")
    with ZipFile(source) as before, ZipFile(target, "w", ZIP_DEFLATED) as after:
        for info in before.infolist():
            data = before.read(info)
            if info.filename == part:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            after.writestr(info.filename, data)
    return target


def ods(path: Path, rows: str) -> Path:
    with ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", ODS.format(rows=rows))
    return path


def rows_of(table: Table) -> list[Row]:
    return list(table.rows())


def test_an_xlsx_file_gives_the_orders_of_a_csv_file(tmp_path: Path) -> None:
    when = datetime(2026, 3, 1, 10, 30)
    file = workbook(
        tmp_path / "orders.xlsx",
        {
            "Orders": [
                HEADER,
                ("00042", when, 25.5, "CUP-1", "Cup", 2, 10.25),
                ("00042", when, 25.5, "MUG-1", "Mug", 1, 5),
                (5935357034826, date(2026, 3, 2), "=C2*2", 3700123456789, "Pot", 1, 51),
            ]
        },
    )
    file = changed(file, "xl/worksheets/sheet1.xml", "<f>C2*2</f><v>0</v>", "<f>C2*2</f><v>51</v>")
    result = import_file(file, mapping=MAPPING, choices=PARIS)
    first, second = result.book.numbered("00042"), result.book.numbered("5935357034826")
    assert (money(first)["total"], first.created_at) == ("25.50", datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    assert lines(first) == [("CUP-1", "Cup", "2", "10.25"), ("MUG-1", "Mug", "1", "5.00")]
    assert (lines(second), money(second)["total"]) == ([("3700123456789", "Pot", "1", "51.00")], "51.00")


def test_zeros_that_a_format_puts_before_a_number_stay(tmp_path: Path) -> None:
    path = tmp_path / "zips.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Zip", "Rate"))
        sheet.write_number(1, 0, 1067, book.add_format({"num_format": "00000"}))
        sheet.write_number(1, 1, 0.19, book.add_format({"num_format": "0%"}))
    with open_table([path]) as table:
        assert [row.cells for row in table.rows()] == [["01067", "19%"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.300000000000001", "12.3"),
        ("1E+3", "1000"),
        ("0.1", "0.1"),
        ("123456789012345678", "1.23457E+17"),
        ("-5", "-5"),
    ],
)
def test_a_number_keeps_its_digits_or_shows_that_it_lost_them(value: str, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "since_1904", "text"),
    [("46082", False, "2026-03-01"), ("46082.4375", False, "2026-03-01 10:30:00"), ("44620", True, "2026-03-01")],
)
def test_a_date_is_told_in_full(value: str, since_1904: bool, text: str) -> None:
    assert date_text(value, since_1904=since_1904) == text


def test_sheets_of_the_same_columns_are_one_table_and_others_are_left_out(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "months.xlsx",
        {
            "March": [HEADER, ("1", "2026-03-01", 5, "A", "Cup", 1, 5)],
            "Notes": [("Who", "What"), ("Ann", "Call back")],
            "April": [HEADER, ("2", "2026-04-01", 5, "A", "Cup", 1, 5)],
            "Empty": [],
        },
    )
    result = import_file(file, mapping=MAPPING, choices=PARIS)
    assert {order.number for order in result.book.orders.values()} == {"1", "2"}
    with open_table([file]) as table:
        assert table.choose(lambda header: "SKU" in header)
        assert "The sheet Notes is left out: it has other columns." in table.warnings


def test_a_refused_cell_is_told_by_its_row_and_column(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "orders.xlsx",
        {
            "Orders": [
                HEADER,
                ("1", "2026-03-01", "=1/0", "A", "Cup", 1, 5),
                (),
                (2, "2026-03-01", "=1+1", "A", "Cup", 1, 5),
            ]
        },
    )
    file = changed(file, "xl/worksheets/sheet1.xml", "<f>1/0</f><v>0</v>", "<f>1/0</f><v>#DIV/0!</v>")
    file = changed(file, "xl/worksheets/sheet1.xml", "<f>1+1</f><v>0</v>", "<f>1+1</f>")
    with open_table([file]) as table:
        told = [(row.line, row.problem and (row.problem.code, row.problem.column)) for row in table.rows()]
    assert told == [(2, ("formula-error", "Total")), (4, ("formula-without-value", "Total"))]


def test_a_cell_at_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("A", "B"))
        sheet.write_row(1, 0, ("1", "2"))
        sheet.write(1_048_575, 16_383, "x")
    with open_table([path]) as table:
        first, far = rows_of(table)
    assert (first.cells, far.line) == (["1", "2"], 1_048_576)
    assert far.problem
    assert far.problem.code == "wrong-column-count"


@pytest.mark.parametrize(
    ("part", "text", "says"),
    [
        ("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        ("xl/workbook.xml", "<workbook><sheets>", "broken"),
        ("xl/workbook.bin", "x", "binary form"),
        ("other.pdf", "x", "ZIP archive"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, part: str, text: str, says: str) -> None:
    path = tmp_path / "bad.xlsx"
    with ZipFile(path, "w") as file:
        file.writestr(part, text)
    with pytest.raises(UnusableFile, match=says), open_table([path]):
        pass


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as file, file.open("xl/workbook.xml", "w") as part:
        for _ in range(513):
            part.write(b" " * (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnusableFile, match="larger than 512 MB"), open_table([path]):
        pass


def test_a_cut_workbook_is_broken(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "orders.xlsx", {"Orders": [HEADER, ("1", "2026-03-01", 5, "A", "Cup", 1, 5)]})
    (tmp_path / "cut.xlsx").write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(UnusableFile, match="broken"), open_table([tmp_path / "cut.xlsx"]):
        pass


def test_an_ods_file_gives_its_kept_values(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    header = "".join(cell.format(name) for name in ("Number", "Date", "Total", "Rate"))
    row = (
        '<table:table-cell office:value-type="float" office:value="300"><text:p>0300</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-01T10:30:00">'
        "<text:p>x</text:p></table:table-cell>"
        '<table:table-cell office:value-type="currency" office:value="12.5"><text:p>12,50 €</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.19"><text:p>19 %</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16380"/>'
    )
    blank = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    file = ods(
        tmp_path / "orders.ods",
        f"<table:table-row>{header}</table:table-row><table:table-row>{row}</table:table-row>{blank}",
    )
    with open_table([file]) as table:
        assert table.headers == (("Number", "Date", "Total", "Rate"),)
        assert [(row.line, row.cells) for row in table.rows()] == [(2, ["0300", "2026-03-01 10:30:00", "12.5", "19%"])]


def test_json_lines_give_a_row_for_each_line_of_an_order(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(
        '{"Number": "0042", "Date": "2026-03-01", "Total": 25.10, "lines": [{"SKU": "A", "Qty": 2, "Price": 10.05},'
        ' {"SKU": "B", "Qty": 1, "Price": 5}]}\n'
        "not an object\n"
        '{"Number": 43, "Date": "2026-03-02", "Total": 12345678901234567890, "buyer": {"name": "Ann"}}\n',
        encoding="utf-8",
    )
    with open_table([file]) as table:
        rows = rows_of(table)
        header = table.headers[0]
    assert header == ("Number", "Date", "Total", "lines.SKU", "lines.Qty", "lines.Price", "buyer.name")
    assert [row.cells[:6] for row in rows[:2]] == [
        ["0042", "2026-03-01", "25.10", "A", "2", "10.05"],
        ["0042", "2026-03-01", "25.10", "B", "1", "5"],
    ]
    assert (rows[2].line, rows[2].problem and rows[2].problem.code) == (2, "broken-row")
    assert rows[3].cells == ["43", "2026-03-02", "12345678901234567890", "", "", "", "Ann"]
