"""Several files taken in as one import on a real database: stopped, gone on with, begun once, and asked about."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from domain.imports import COMPLETED, Import
from importers import files, local, ranges, service
from importers.faults import UnusableFile
from importers.reading import grouping
from projections.runtime import Runtime
from scripts.import_ import import_orders
from tests.importers.imported import Killed, killed_after, run
from tests.importers.importing import begin, imported, order, orders_file, refused
from tests.importers.reading.test_tables import line, pair
from tests.importers.reading.test_tables import order as api_order
from tests.importers.test_command import HEADER, ROW, command, totals  # noqa: F401 - a fixture among them
from tests.importers.trying import write

LATE = "Name,Created at,Currency,Total,Lineitem name,Lineitem quantity"


@pytest.mark.parametrize("saves", [1, 3])
def test_a_pair_that_was_killed_goes_on_where_it_was_whatever_the_order_of_its_files(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    monkeypatch.setattr(files, "ROWS", 6)
    monkeypatch.setattr(ranges, "BATCH", 2)
    numbers = range(1, 13)
    orders, lines = pair(
        tmp_path, [api_order(n) for n in numbers], [line(n, n, "ten" if n == 7 else "10.00") for n in numbers]
    )
    import_id = begin(runtime, orders, lines)
    with killed_after(monkeypatch, saves), pytest.raises(Killed):
        run(runtime, import_id)
    assert begin(runtime, lines, orders) == import_id
    run(runtime, import_id)
    told = service.totals_so_far(runtime, import_id)
    assert (told.rows, told.new, told.known, told.refused_rows) == (24, 11, 0, 2)
    assert sorted(row["error_code"] for row in refused(runtime, import_id)) == ["not-an-amount", "order-refused"]
    recorded = [one for one in runtime.log.read(0, 10_000) if one.event.TOPIC == "order.created"]
    assert len(recorded) == 11


def test_a_disk_that_is_full_while_files_are_joined_is_told_and_gone_on_with(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "RUN", 4)
    numbers = range(1, 9)
    orders, lines = pair(tmp_path, [api_order(n) for n in numbers], [line(n, n) for n in numbers])
    import_id = begin(runtime, orders, lines)

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(grouping, "TemporaryFile", full)
        with pytest.raises(UnusableFile, match=r"No space left on device.*that of temporary files"):
            run(runtime, import_id)
    assert runtime.log.load(Import, import_id).reason == "disk-fault"
    run(runtime, import_id)
    assert service.totals_so_far(runtime, import_id).new == 8


def test_pieces_of_an_export_are_one_import_that_two_processes_share(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "SMALL", 0)
    monkeypatch.setattr(files, "ROWS", 10)
    first = orders_file(tmp_path, *(order(number) for number in range(1, 31)), name="a.csv")
    second = orders_file(tmp_path, *(order(number) for number in range(20, 51)), name="b.csv")
    import_id = begin(runtime, first, second)
    local.run(runtime, import_id, lambda progress: None, processes=2)
    told = service.totals_so_far(runtime, import_id)
    assert (told.new, told.rows, told.refused_rows) == (50, 61, 11)
    assert {row["error_code"] for row in refused(runtime, import_id)} == {"duplicate-order"}
    assert runtime.log.load(Import, import_id).state == COMPLETED


def test_what_the_files_proved_is_kept_and_not_looked_for_again(runtime: Runtime, tmp_path: Path) -> None:
    file = orders_file(tmp_path, order(1, **{"Created at": "03/04/2025 10:00:00 +0000"}), name="a.csv")
    other = orders_file(tmp_path, order(2, **{"Created at": "16/04/2025 10:00:00 +0000"}), name="b.csv")
    import_id, told = imported(runtime, file, other)
    assert told.new == 2
    kept = service.standing_of(runtime, import_id).told
    assert (kept["dates"], kept["settled"]) == ("day-first", True)


def test_a_file_that_is_given_twice_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    file = orders_file(tmp_path, order(1))
    with pytest.raises(UnusableFile, match="given twice"):
        begin(runtime, file, orders_file(tmp_path, order(1), name="copy.csv"))


def test_the_command_takes_several_files_and_corrects_them_from_one(
    command: CliRunner,  # noqa: F811
    tmp_path: Path,
) -> None:
    orders, lines = pair(tmp_path, [api_order(1), api_order(2)], [line(1, 1), line(2, 2, "ten")])
    result = command.invoke(import_orders, [str(lines), str(orders), "--json", "--errors", "wrong.csv"])
    assert (result.exit_code, totals(result)["new"]) == (3, 1)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(wrong.read_text(encoding="utf-8-sig").replace("ten", "10.00"), encoding="utf-8")
    again = command.invoke(import_orders, [str(wrong), "--json"])
    assert (again.exit_code, totals(again)["new"]) == (0, 1)


def test_the_command_asks_for_the_form_of_dates_before_anything_is_stored(
    command: CliRunner,  # noqa: F811
    tmp_path: Path,
) -> None:
    file = str(write(tmp_path, LATE, "#1,03/04/2025 10:00 +0000,EUR,5.00,Mug,1"))
    asked = command.invoke(import_orders, [file])
    assert (asked.exit_code, "--dates day-first" in asked.output) == (1, True)
    assert command.invoke(import_orders, [file, "--dates", "sometimes"]).exit_code == 2
    result = command.invoke(import_orders, [file, "--dates", "day-first", "--json"])
    assert (result.exit_code, totals(result)["new"]) == (0, 1)


class TestExplaining:
    def test_it_says_how_each_column_is_read_without_a_database(self, tmp_path: Path) -> None:
        rows = [ROW.format(number, number) + ",x" for number in range(1, 6)]
        file = write(tmp_path, HEADER + ",Colour", *rows, ROW.format(6, 1), encoding="cp1252")
        result = CliRunner().invoke(import_orders, [str(file), "--explain", "--json"])
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert (told["profile"], told["rows"], told["dates"], told["decimal"]) == ("shopify", 6, "iso", ".")
        assert told["broken_rows"] == {"wrong-column-count": 1}
        assert told["ignored"] == ["Colour"]
        columns = {one["column"]: one for one in told["columns"]}
        assert columns["Created at"]["forms"] == {"iso": 5}
        assert columns["Total"]["read_as"] == "amount"
        assert columns["Lineitem quantity"]["samples"] == ["1", "2", "3"]
        assert columns["Email"]["samples"] == columns["Colour"]["samples"] == []
        assert columns["Email"]["filled"] == 5

    def test_a_person_reads_it_and_sees_no_customer_outside_a_terminal(self, tmp_path: Path) -> None:
        file = write(tmp_path, HEADER, ROW.format(1, 1))
        result = CliRunner().invoke(import_orders, [str(file), "--explain"])
        assert result.exit_code == 0
        assert "Its columns are those of shopify: 8 of 8 are read." in result.stdout
        assert "utf-8, comma, 8 columns" in result.stdout
        assert "ada@example.com" not in result.output
        assert "Widget" in result.stdout

    def test_it_asks_for_what_it_must_know_and_explains_all_the_same(self, tmp_path: Path) -> None:
        file = write(tmp_path, LATE, "#1,03/04/2025 10:00 +0000,EUR,5.00,Mug,1")
        result = CliRunner().invoke(import_orders, [str(file), "--explain"])
        assert result.exit_code == 1
        assert "[1 open]" in result.stdout
        assert "--dates day-first" in result.stderr

    def test_two_files_are_explained_together(self, tmp_path: Path) -> None:
        orders, lines = pair(tmp_path, [api_order(1)], [line(1, 1), line(1, 2)])
        told = json.loads(CliRunner().invoke(import_orders, [str(orders), str(lines), "--explain", "--json"]).stdout)
        assert (told["profile"], told["rows"], len(told["files"])) == ("shopify-api", 3, 2)
        assert {one["kind"] for one in told["columns"]} == {1, 2}
