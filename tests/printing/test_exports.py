"""Lists as files: nothing that somebody typed runs as a formula, numbers stay numbers, and what went in comes out."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from printing.exports import FORMATS
from printing.exports.delimited import FORMULA
from projections.exports.columns import Column, boolean, day, identity, instant, integer, money, several, text

NOON = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
COLUMNS = (
    text("name"), identity("id"), integer("units"), money("total"), boolean("paid"), instant("at"), day("on"),
    several("tags"),
)  # fmt: skip
ROW = ('Zoé; "Mug"', "0f", -3, "-1234.50", True, NOON, date(2026, 3, 2), ["a", "b"])
NOTHING: tuple[None, ...] = (None,) * 7
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXTS = some.text(max_size=30)


def written(form: str, *rows: Sequence[Any], columns: Sequence[Column] = COLUMNS) -> bytes:
    """A file of these rows."""
    return b"".join(FORMATS[form].write(columns, [list(zip(*rows, strict=True))] if rows else []))


def cells(book: bytes, sheet: int = 1) -> list[list[tuple[str, str]]]:
    """The cells of a sheet: each its kind (`s` text, `b` yes or no, empty: a number) and what it holds."""
    tree = ElementTree.fromstring(ZipFile(BytesIO(book)).read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    return [
        [(cell.get("t", ""), "".join(cell.itertext())) for cell in row.iter(f"{SHEET}c")]
        for row in tree.iter(f"{SHEET}row")
    ]


def test_csv_holds_every_kind_of_value_as_programs_read_it() -> None:
    lines = written("csv", ROW, (*NOTHING, [])).decode().split("\r\n")
    assert lines == [
        "name,id,units,total,paid,at,on,tags",
        '"Zoé; ""Mug""",0f,-3,-1234.50,true,2026-03-02T12:00:30Z,2026-03-02,"a, b"',
        ",,,,,,,",
        "",
    ]


def test_a_french_spreadsheet_finds_its_mark_its_semicolons_and_its_decimal_commas() -> None:
    text = written("csv-fr", ROW).decode()
    assert text.startswith("\ufeffname;id;units;total")
    assert text.split("\r\n")[1].endswith(";0f;-3;-1234,50;true;2026-03-02 12:00:30;2026-03-02;a, b")
    assert written("csv-bom", ROW) == b"\xef\xbb\xbf" + written("csv", ROW)


def test_json_lines_hold_the_same_values_with_their_kinds() -> None:
    assert json.loads(written("jsonl", ROW)) == {
        "name": ROW[0], "id": "0f", "units": -3, "total": "-1234.50", "paid": True, "at": "2026-03-02T12:00:30Z",
        "on": "2026-03-02", "tags": ["a", "b"],
    }  # fmt: skip
    assert written("jsonl") == b""


@given(some.lists(TEXTS, min_size=1, max_size=5))
def test_no_text_of_a_csv_begins_as_a_formula_and_every_other_text_is_as_it_was(texts: list[str]) -> None:
    for form, delimiter in (("csv", ","), ("csv-fr", ";")):
        data = written(form, *([told, [told]] for told in texts), columns=(text("one"), several("more")))
        read = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))[1:]
        for told, row in zip(texts, read, strict=True):
            for cell in row:
                assert not cell or cell[0] not in FORMULA
                assert cell in (told, "'" + told)
                assert (cell == told) == (not told or told[0] not in FORMULA)


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", *"＝＋－＠"])  # noqa: RUF001 - the wide forms are meant
def test_every_sign_that_begins_a_formula_is_put_behind_an_apostrophe(sign: str) -> None:
    data = written("csv", [f"{sign}1+1", [f"{sign}2", "b"]], columns=(text("one"), several("more")))
    assert list(csv.reader(StringIO(data.decode(), newline="")))[1] == [f"'{sign}1+1", f"'{sign}2, b"]


@settings(max_examples=25)
@given(TEXTS)
def test_a_text_in_a_workbook_is_text_whatever_it_says(told: str) -> None:
    [_, *rows] = cells(written("xlsx", [f"={told}"], columns=(text("one"),)))
    [[(kind, _)]] = rows
    assert kind in ("s", "inlineStr")


def test_a_workbook_holds_real_numbers_dates_and_instants() -> None:
    book = written("xlsx", ROW, (*NOTHING, []))
    [head, row] = cells(book)
    assert [value for _, value in head] == [column.name for column in COLUMNS]
    assert row[2:7] == [("", "-3"), ("", "-1234.5"), ("b", "1"), ("", "46083.50034722222"), ("", "46083")]
    styles = ZipFile(BytesIO(book)).read("xl/styles.xml").decode()
    assert {"yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"} <= set(re.findall('formatCode="([^"]+)"', styles))


def test_a_day_before_the_first_of_spreadsheets_is_text() -> None:
    columns = (day("on"), instant("at"))
    [_, row] = cells(written("xlsx", (date(1799, 12, 31), datetime(1799, 12, 31, tzinfo=UTC)), columns=columns))
    assert row == [("inlineStr", "1799-12-31"), ("inlineStr", "1799-12-31T00:00:00+00:00")]


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["printing.exports.workbook"], "MOST_ROWS", 3)
    book = written("xlsx", *([number] for number in range(5)), columns=(integer("n"),))
    found = [[value for _, value in row] for sheet in (1, 2, 3) for row in cells(book, sheet)]
    assert found == [["n"], ["0"], ["1"], ["n"], ["2"], ["3"], ["n"], ["4"]]
