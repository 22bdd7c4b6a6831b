"""`carnet import` on a real database: what it prints, what it stores, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from scripts.import_ import import_orders
from tests.fixtures_database import TEST_SECRET
from tests.importers.trying import write

HEADER = "Name,Email,Created at,Currency,Total,Lineitem name,Lineitem quantity,Lineitem price"
ROW = "#{},ada@example.com,2025-01-15 17:41:00 -0500,EUR,5.00,Widget,{},5.00"


@pytest.fixture
def command(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("CARNET_DATABASE_URL", database)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def totals(result: Result) -> dict[str, int]:
    orders: dict[str, int] = json.loads(result.stdout)["orders"]
    return orders


def test_an_import_stores_once_and_a_dry_run_not_at_all(command: CliRunner, database: str, tmp_path: Path) -> None:
    file = str(write(tmp_path, HEADER, ROW.format(1, 1), ROW.format(2, 1)))
    dry = command.invoke(import_orders, [file, "--json", "--dry-run"])
    first = command.invoke(import_orders, [file, "--json"])
    again = command.invoke(import_orders, [file, "--json"])
    assert [result.exit_code for result in (dry, first, again)] == [0, 0, 0]
    assert [totals(result)["new"] for result in (dry, first, again)] == [2, 2, 0]
    assert totals(again)["known"] == 2
    with psycopg.connect(database) as connection:
        counted = connection.execute(
            "SELECT count(*) FILTER (WHERE topic = 'order.created'), count(*) FILTER (WHERE topic = 'customer.created')"
            " FROM log.events"
        ).fetchone()
    assert counted == (2, 1)


# What looks wrong in these files, and is right.
CHECKED = ("--yes-i-checked", "orders-without-lines", "--yes-i-checked", "adjustments")


def test_customer_numbers_lead_to_one_customer_over_several_runs(
    command: CliRunner, database: str, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.toml"
    columns = 'number = "No"\ncreated_at = "Date"\ncustomer_id = "Who"\ntotal = "Sum"\n'
    mapping.write_text(f'source = "till"\ncurrency = "EUR"\n[columns]\n{columns}', encoding="utf-8")
    for numbers in (("1,77", "2,77", "3,"), ("4,77", "5,78")):
        rows = [f"{number},2025-01-02 10:00:00 +0000,5.00" for number in numbers]
        file = write(tmp_path, "No,Who,Date,Sum", *rows)
        assert command.invoke(import_orders, [str(file), "--map", str(mapping), *CHECKED]).exit_code == 0
    with psycopg.connect(database) as connection:
        counted = connection.execute(
            "SELECT count(DISTINCT state->>'customer_id'), count(*) FROM log.events"
            " WHERE topic = 'order.customer-assigned'"
        ).fetchone()
    assert counted == (2, 4)


def test_refused_rows_end_in_status_three_and_a_report(command: CliRunner, tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, ROW.format(1, 1), ROW.format(2, 0))
    result = command.invoke(import_orders, [str(file), "--errors", "wrong.csv", *CHECKED])
    assert result.exit_code == 3
    assert "quantity-out-of-bounds" in result.stdout
    assert "ada@example.com" not in result.output
    assert "#2" in (tmp_path / "wrong.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 1, "no rows"),
        (("--map", "nowhere.toml"), 1, "online_retail"),
        (("--timezone", "Mars/Phobos"), 1, "Mars/Phobos"),
        (("--errors", "orders.csv"), 2, "overwrite"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    command: CliRunner, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    file = write(tmp_path, HEADER)
    result = command.invoke(import_orders, [str(file), *arguments])
    assert (result.exit_code, words in result.output) == (status, True)
    assert "Traceback" not in result.output
