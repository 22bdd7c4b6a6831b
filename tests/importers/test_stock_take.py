"""`carnet stock take` on a real database: differences shown, put right once, bad rows told."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.stock import AdjustStock, ReceiveStock, StockItem, stock_id_of
from projections.runtime import Runtime
from scripts.stock import take
from tests.fixtures_api import context_of
from tests.fixtures_database import TEST_SECRET
from tests.importers.trying import write


@pytest.fixture
def command(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line of an installation where ten cups and five spoons are expected."""
    monkeypatch.setenv("CARNET_DATABASE_URL", runtime.settings.database_url)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)
    for sku, quantity in (("CUP-1", 10), ("SPOON", 5)):
        runtime.desk.handle(ReceiveStock(context=context_of(), sku=sku, quantity=quantity))
    return CliRunner()


def on_hand(runtime: Runtime, sku: str) -> int:
    return runtime.log.load(StockItem, stock_id_of(sku)).on_hand


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_dry_run_shows_the_differences_and_stores_nothing(
    command: CliRunner, runtime: Runtime, tmp_path: Path
) -> None:
    file = str(write(tmp_path, "sku,counted", "CUP-1,8", "SPOON,5"))
    head = runtime.log.head()
    result = command.invoke(take, [file, "--dry-run", "--json"])
    assert result.exit_code == 0
    assert told(result)["differences"] == [{"sku": "CUP-1", "expected": 10, "counted": 8}]
    assert runtime.log.head() == head


def test_a_stock_take_puts_figures_right_and_a_second_run_changes_nothing(
    command: CliRunner, runtime: Runtime, tmp_path: Path
) -> None:
    file = str(write(tmp_path, "sku,counted", "CUP-1,8", "SPOON,5"))
    first = command.invoke(take, [file])
    assert "CUP-1: counted 8 (expected 10, -2)" in first.stdout
    for sku in ("CUP-1", "SPOON"):
        runtime.desk.handle(AdjustStock(stock_id=stock_id_of(sku), context=context_of(), change=-1))
    head = runtime.log.head()
    again = command.invoke(take, [file, "--json"])
    assert (told(again)["agreeing"], told(again)["differences"]) == (2, [])
    assert runtime.log.head() == head
    assert (on_hand(runtime, "CUP-1"), on_hand(runtime, "SPOON")) == (7, 4)


def test_bad_rows_are_refused_one_by_one(command: CliRunner, runtime: Runtime, tmp_path: Path) -> None:
    rows = ("CUP-1,7", "CUP-1,6", "SPOON,-1", "SPOON,1.5", ",3", "NONE,3", "SPOON,4,5")
    result = command.invoke(take, [str(write(tmp_path, "sku,counted", *rows)), "--json"])
    assert result.exit_code == 3
    assert told(result)["refused"] == 6
    with (tmp_path / "orders-errors.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = [row["error_code"] for row in csv.DictReader(file)]
    assert codes == [
        "sku-repeated", "not-a-count", "not-a-count", "text-missing", "not-tracked", "wrong-column-count",
    ]  # fmt: skip
    assert (on_hand(runtime, "CUP-1"), on_hand(runtime, "SPOON")) == (7, 5)


def test_a_take_can_begin_to_track_what_it_counts(command: CliRunner, runtime: Runtime, tmp_path: Path) -> None:
    result = command.invoke(take, [str(write(tmp_path, "sku,counted", "NEW-1,3")), "--track", "--json"])
    assert told(result)["differences"] == [{"sku": "NEW-1", "expected": None, "counted": 3}]
    assert on_hand(runtime, "NEW-1") == 3


def test_a_file_without_its_columns_cannot_be_used(command: CliRunner, tmp_path: Path) -> None:
    result = command.invoke(take, [str(write(tmp_path, "sku,number", "CUP-1,8"))])
    assert result.exit_code == 1
    assert "counted" in result.stderr
