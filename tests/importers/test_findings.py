"""What looks wrong is asked about before anything of a file is stored."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from importers import findings
from importers.mapping.mapping import AddressColumns, CsvMapping, OrderColumns
from importers.profile import Choices
from scripts.import_ import import_orders
from tests.fixtures_database import TEST_SECRET
from tests.importers.trying import findings_of, write

COLUMNS = OrderColumns(
    number="No", created_at="Date", customer_name="Who", name="What", quantity="Qty", unit_price="Price", total="Total"
)
MAPPING = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=COLUMNS, paid=True)
HEADER = "No,Date,Who,What,Qty,Price,Total"
TOML = """
source = "till"
currency = "EUR"
timezone = "UTC"
paid = true
[columns]
number = "No"
created_at = "Date"
name = "What"
unit_price = "Price"
total = "Total"
"""


def rows(count: int = 20, date: str = "2026-01-02", what: str = "Cup", total: str = "5.00") -> list[str]:
    return [f"{number},{date},Ida{number},{what},1,5.00,{total}" for number in range(1, count + 1)]


def names(folder: Path, *lines: str, header: str = HEADER, mapping: CsvMapping = MAPPING) -> list[str]:
    return list(findings_of(write(folder, header, *lines), mapping=mapping, choices=Choices(zone=UTC)))


def test_nothing_is_asked_of_a_good_file(tmp_path: Path) -> None:
    assert names(tmp_path, *rows()) == []


def test_orders_without_lines(tmp_path: Path) -> None:
    assert names(tmp_path, *(f"{number},2026-01-02,Ida,,,,5.00" for number in range(1, 9)))[0] == "orders-without-lines"


@pytest.mark.parametrize(
    ("total", "found"), [("5.00", []), ("5.04", []), ("5.10", ["adjustments"]), ("50.00", ["adjustments"])]
)
def test_totals_that_the_parts_do_not_come_to(tmp_path: Path, total: str, found: list[str]) -> None:
    assert names(tmp_path, *rows(total=total)) == found


def test_a_single_difference_in_a_file_is_not_asked_about(tmp_path: Path) -> None:
    assert names(tmp_path, *rows(99), "100,2026-01-02,Ida,Cup,1,5.00,7.00") == []


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("Date paid", "2026-01-03", True),
        ("Date paid", "", False),
        ("Payment status", "Paid", True),
        ("Payment status", "pending", False),
        ("Amount paid", "5.00", True),
        ("Amount paid", "0.00", False),
        ("Colour", "red", False),
    ],
)
def test_a_payment_that_is_told_and_not_read(tmp_path: Path, column: str, cell: str, found: bool) -> None:
    mapping = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=COLUMNS)
    told = names(tmp_path, *(f"{row},{cell}" for row in rows()), header=f"{HEADER},{column}", mapping=mapping)
    assert ("paid-but-unpaid" in told) == found


def test_every_order_of_a_file_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST_ORDERS", 5)
    old = "12,1990-01-02,Ida,Cup,1,5.00,5.00"
    assert names(tmp_path, *rows(11), old) == ["years-before-the-shop"]
    monkeypatch.setattr(findings, "WHOLE", 0)
    assert names(tmp_path, *rows(11), old) == [], "of a large file the first are looked at"


def test_part_payments_of_which_no_amount_is_told(tmp_path: Path) -> None:
    columns = msgspec.structs.replace(COLUMNS, payment_status="Money")
    mapping = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=columns)
    told = names(tmp_path, *(f"{row},partially_paid" for row in rows()), header=f"{HEADER},Money", mapping=mapping)
    assert told == ["part-payments-unknown"]


def test_quantities_and_refunds_that_are_not_read(tmp_path: Path) -> None:
    columns = OrderColumns(number="No", created_at="Date", name="What", unit_price="Price")
    mapping = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=columns, paid=True)
    told = names(tmp_path, *(f"{row},1.00" for row in rows()), header=f"{HEADER},Refunded amount", mapping=mapping)
    assert told == ["refunds-not-read", "quantities-not-read"]


@pytest.mark.parametrize(("total", "found"), [("5.00", []), ("7.00", ["totals-not-read"])])
def test_totals_that_are_not_read_and_are_others(tmp_path: Path, total: str, found: list[str]) -> None:
    columns = OrderColumns(number="No", created_at="Date", name="What", quantity="Qty", unit_price="Price")
    mapping = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=columns, paid=True)
    assert names(tmp_path, *rows(total=total), mapping=mapping) == found


def test_persons_with_the_names_of_what_they_bought(tmp_path: Path) -> None:
    mapping = CsvMapping(
        source="till",
        currency="EUR",
        timezone="UTC",
        paid=True,
        columns=OrderColumns(
            number="No", created_at="Date", customer_name="What", name="What", quantity="Qty", unit_price="Price"
        ),
    )
    assert names(tmp_path, *rows(), mapping=mapping) == ["names-of-products"]


def test_buyers_of_one_company_only(tmp_path: Path) -> None:
    columns = OrderColumns(
        number="No",
        created_at="Date",
        customer_name="Who",
        name="What",
        unit_price="Price",
        quantity="Qty",
        billing=AddressColumns(company="Company"),
    )
    mapping = CsvMapping(source="till", currency="EUR", timezone="UTC", columns=columns, paid=True)
    told = names(tmp_path, *(f"{row},Own Ltd" for row in rows()), header=f"{HEADER},Company", mapping=mapping)
    assert told == ["one-company-for-all"]


@pytest.mark.parametrize(("date", "found"), [("1969-01-13", True), ("1994-12-31", True), ("2015-01-01", False)])
def test_years_before_there_was_a_shop(tmp_path: Path, date: str, found: bool) -> None:
    told = names(tmp_path, *rows(), f"99,{date},Ida,Cup,1,5.00,5.00")
    assert told == (["years-before-the-shop"] if found else [])


def test_orders_of_a_time_to_come(tmp_path: Path) -> None:
    assert names(tmp_path, *rows(date="2062-01-01")) == ["dates-in-the-future"]


@pytest.fixture
def command(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("CARNET_DATABASE_URL", database)
    monkeypatch.setenv("CARNET_SECRET_KEY", TEST_SECRET)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(TOML, encoding="utf-8")
    return CliRunner()


def created(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM log.events WHERE topic = 'order.created'").fetchone()
    return row[0] if row else 0


def test_the_command_asks_and_stores_nothing_until_it_is_answered(
    command: CliRunner, database: str, tmp_path: Path
) -> None:
    file = str(write(tmp_path, HEADER, *(row.replace(",1,5.00", ",2,5.00") for row in rows(4, total="10.00"))))
    asked = command.invoke(import_orders, [file, "--map", "map.toml"])
    assert (asked.exit_code, created(database)) == (4, 0)
    assert "adjustments             4 of 4 orders: their parts come to other totals: 20.00 EUR." in asked.stdout
    assert "--yes-i-checked adjustments --yes-i-checked quantities-not-read" in asked.stderr
    half = command.invoke(import_orders, [file, "--map", "map.toml", "--yes-i-checked", "adjustments", "--json"])
    assert (half.exit_code, created(database)) == (4, 0)
    told = json.loads(half.stdout)
    assert (told["state"], [one["name"] for one in told["findings"]]) == (
        "needs-answer", ["adjustments", "quantities-not-read"]
    )  # fmt: skip
    both = ["--yes-i-checked", "adjustments", "--yes-i-checked", "quantities-not-read"]
    done = command.invoke(import_orders, [file, "--map", "map.toml", *both, "--json"])
    assert (done.exit_code, created(database)) == (0, 4)
    assert json.loads(done.stdout)["import"] == told["import"], "it is the same import that goes on"


def test_a_dry_run_tells_what_would_be_asked(command: CliRunner, database: str, tmp_path: Path) -> None:
    file = str(write(tmp_path, HEADER, *rows(4, total="10.00")))
    dry = command.invoke(import_orders, [file, "--map", "map.toml", "--dry-run"])
    assert (dry.exit_code, created(database)) == (0, 0)
    assert "Looks wrong             adjustments: 4 of 4 orders" in dry.stdout


def test_what_was_checked_may_be_said_at_once_or_to_resume(command: CliRunner, database: str, tmp_path: Path) -> None:
    file = str(write(tmp_path, HEADER, *rows(4, total="10.00")))
    names = ["--yes-i-checked", "adjustments", "--yes-i-checked", "quantities-not-read"]
    assert command.invoke(import_orders, [file, "--map", "map.toml", *names]).exit_code == 0
    other = str(write(tmp_path, HEADER, *rows(5, total="10.00"), name="other.csv"))
    told = json.loads(command.invoke(import_orders, [other, "--map", "map.toml", "--json"]).stdout)
    assert command.invoke(import_orders, ["resume", told["import"]]).exit_code == 4
    assert command.invoke(import_orders, ["resume", told["import"], *names]).exit_code == 0
    assert created(database) == 5
