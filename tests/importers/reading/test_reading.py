"""Files come as they come: what can be read is read, what is broken is told with its line."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from importers.faults import UnusableFile
from importers.reading.rows import LONGEST_CELL, LONGEST_LINE, Row, Sheet, open_sheet
from tests.importers.trying import write

TABLE = ("Name,Stadt,Preis", "A1,Köln,€5", 'A2,"zwei\nZeilen",6')


def rows_of(file: Path) -> list[Row]:
    with open_sheet(file) as sheet:
        return list(sheet.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    rows = rows_of(write(tmp_path, *TABLE, encoding=encoding))
    assert [row.cells for row in rows] == [["A1", "Köln", "€5"], ["A2", "zwei\nZeilen", "6"]]
    assert [row.line for row in rows] == [2, 3]


def test_windows_1252_is_said_loudly(tmp_path: Path) -> None:
    with open_sheet(write(tmp_path, *TABLE, encoding="cp1252")) as sheet:
        assert "Windows-1252" in sheet.warnings[0]
    with open_sheet(write(tmp_path, *TABLE)) as sheet:
        assert sheet.warnings == ()


def test_broken_characters_in_utf_8_refuse_their_row_alone(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes("Name,City\n1,Köln\n2,Zürich\n".encode() + b"3,B\xff\n4,Lyon\n")
    rows = rows_of(file)
    assert [row.problem and row.problem.code for row in rows] == [None, None, "broken-text", None]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (("Name", "Total", "City"), ("1", "2", '"a,b;c"'))]
    with open_sheet(write(tmp_path, *lines)) as sheet:
        assert sheet.delimiter == delimiter
        assert next(sheet.rows()).cells == ["1", "2", "a,b;c"]


def test_windows_line_ends_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(b"Name,City\r\n1,Lyon\r\n\r\n,\r\n2,Nice\r\n")
    assert [(row.line, row.cells) for row in rows_of(file)] == [(2, ["1", "Lyon"]), (5, ["2", "Nice"])]


def test_a_row_with_too_many_or_too_few_cells_is_told(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "Name,City", "1", "2,Lyon,more", "3,Nice", "4,Metz,"))
    assert [row.problem and row.problem.code for row in rows] == ["wrong-column-count"] * 2 + [None] * 2
    assert rows[1].cells == ["2", "Lyon", "more"]


def test_a_wrong_quotation_mark_breaks_its_row_alone(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "Name,City", '1,"Lyon"x', "2,Nice"))
    assert [row.problem and row.problem.code for row in rows] == ["broken-row", None]
    assert rows[0].cells == ['1,"Lyon"x\n']


def test_a_mark_that_is_never_closed_is_told_and_takes_no_more_than_a_cell_may_hold(tmp_path: Path) -> None:
    file = write(tmp_path, "Name,City", '1,"Lyon', *["x" * 1000] * (LONGEST_CELL // 1000 + 10), "2,Nice")
    rows = rows_of(file)
    assert rows[0].problem
    assert rows[0].problem.code == "broken-row"
    assert rows[-1] == Row(file.read_text().count("\n"), ["2", "Nice"])


def test_a_line_without_end_is_passed_over(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "Name,City", "1," + "x" * (3 * LONGEST_LINE), "2,Nice"))
    assert [row.problem and row.problem.code for row in rows] == ["line-too-long", None]
    assert len(rows[0].cells[1]) < 300


class EndlessLine(StringIO):
    """A file whose second line goes on for ten gigabytes."""

    def __init__(self) -> None:
        super().__init__("Name,City\n1,Lyon\n")
        self.left = 10 * 1024  # pieces of a megabyte
        self.piece = "x" * LONGEST_LINE

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        line = super().readline(size)
        if line == "1,Lyon\n" and self.left:
            self.seek(self.tell() - len(line))
            self.left -= 1
            return self.piece if self.left else "x\n"
        return line


def test_a_line_of_ten_gigabytes_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    csv.field_size_limit(LONGEST_CELL)
    endless = EndlessLine()
    tracemalloc.start()
    sheet = Sheet(endless, write(tmp_path, "stand-in"), "utf-8", ",", ())
    rows = list(sheet.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert endless.left == 0
    assert [row.problem and row.problem.code for row in rows] == ["line-too-long", None]
    assert peak < 8 * LONGEST_LINE


def test_a_file_full_of_holes_is_refused_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, "Name,City", "1,Lyon")
    with file.open("r+b") as sparse:
        sparse.truncate(10 * 1024**3)
    with pytest.raises(UnusableFile, match="no text"):
        rows_of(file)


def zipped(name: str, content: bytes) -> bytes:
    """A ZIP archive of one file; of zeros, it unpacks to a thousand times its size."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"PK\x03\x04rest", "ZIP"),
        (zipped("[Content_Types].xml", b"<Types/>"), "ZIP"),
        (zipped("orders.csv", b"0" * 50_000_000), "ZIP"),
        (gzip.compress(b"0" * 50_000_000), "compressed"),
        (b"PAR1rest", "Parquet"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"\x1f\x8brest", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)) * 4, "no text"),
        (b"x" * (LONGEST_LINE + 5), "too long"),
    ],
)
def test_a_file_that_holds_no_table_is_unusable(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    with pytest.raises(UnusableFile, match=words):
        rows_of(file)


def test_columns_added_by_an_error_report_are_not_the_files_own(tmp_path: Path) -> None:
    header = "Name,City,error_row,error_column,error_code,error_message,error_fix"
    with open_sheet(write(tmp_path, header, "1,Lyon,7,City,x,y,z", "2,Nice")) as sheet:
        assert sheet.header == ("Name", "City")
        assert [row.cells for row in sheet.rows()] == [["1", "Lyon"], ["2", "Nice"]]


@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "SEP=;;;", "\n\nsep=;"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_excels_first_line_tells_the_delimiter_and_is_no_header(tmp_path: Path, mark: str, encoding: str) -> None:
    with open_sheet(write(tmp_path, mark, "Name,City;Stadt", "1;Köln", encoding=encoding)) as sheet:
        assert (sheet.header, sheet.delimiter) == (("Name,City", "Stadt"), ";")
        for _ in range(2):
            assert [row.cells for row in sheet.rows()] == [["1", "Köln"]]
            sheet.rewind()


def test_quotation_marks_between_tabs_are_a_titles_own_where_they_quote_nothing(tmp_path: Path) -> None:
    lines = ('1\t"Best" pan\tx', '2\t"Best pan\tx', '3\tPan 12"\tx', '4\t"two\n\tlines"\tx', '5\t"""Best"" pan"\tx')
    rows = rows_of(write(tmp_path, "Name\tTitle\tEnd", *lines, '6\t"pan\tx'))
    assert [row.problem for row in rows] == [None] * 6
    titles = ['"Best" pan', '"Best pan', 'Pan 12"', "two\n\tlines", '"Best" pan', '"pan']
    assert [row.cells for row in rows] == [[str(at), title, "x"] for at, title in enumerate(titles, 1)]
    assert [row.line for row in rows] == [2, 3, 4, 5, 7, 8]


def test_a_broken_row_tells_which_lines_it_took(tmp_path: Path) -> None:
    first, second = rows_of(write(tmp_path, "Name,City", '1,"Lyon', '2,"Nice', '3,"Metz"x'))
    assert first.problem
    assert "lines 2 to 3," in first.problem.message
    assert second.problem
    assert "lines" not in second.problem.message


def test_a_zero_byte_refuses_its_row_alone(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "Name,City", *(f"{at},Lyon" for at in range(20)), "20,Ni\0ce", "21,Metz"))
    assert [row.line for row in rows if row.problem] == [22]
    assert rows[20].problem
    assert rows[20].problem.code == "broken-text"
    assert "zero byte" in rows[20].problem.message


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_may_hold_signs_with_a_zero_of_their_own(tmp_path: Path, encoding: str) -> None:
    rows = rows_of(write(tmp_path, "Name,City", *(f"{at},Nice" for at in range(10)), "10,Ā 😀", encoding=encoding))
    assert rows[-1] == Row(12, ["10", "Ā 😀"])


def test_shift_jis_is_told_from_windows_1252(tmp_path: Path) -> None:
    file = write(tmp_path, "注文番号,商品名", "1,ステンレス製 フライパン ソ", "2,表示ー能力", encoding="cp932")
    with open_sheet(file) as sheet:
        assert "Shift-JIS" in sheet.warnings[0]
        assert [row.cells[1] for row in sheet.rows()] == ["ステンレス製 フライパン ソ", "表示ー能力"]
    polish = write(tmp_path, "Numer,Miasto", "1,Źródło", "2,Łódź", encoding="cp1250")
    with open_sheet(polish) as sheet:
        assert sheet.encoding == "cp1252"
