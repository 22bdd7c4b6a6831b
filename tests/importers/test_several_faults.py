"""A row with several bad cells tells all of them at once, each with its column and why."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from importers.mapping.mapping import CsvMapping, parsed_mapping
from importers.profile import Choices
from projections.runtime import Runtime
from tests.importers.importing import imported, order, orders_file, refused
from tests.importers.trying import import_file, write

SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONG = "x" * 500
Row = dict[str, str]
Damage = dict[str, tuple[str, str]]  # for a column what it is damaged to, and the code

SHOPIFY: Row = {
    "Name": "#1001", "Email": "ida@example.com", "Created at": "2025-04-01 17:18:52 -0700", "Currency": "EUR",
    "Subtotal": "10.00", "Shipping": "2.00", "Taxes": "0.00", "Total": "12.00", "Financial Status": "paid",
    "Paid at": "2025-04-01 17:18:52 -0700", "Fulfillment Status": "fulfilled", "Lineitem name": "Cup",
    "Lineitem quantity": "1", "Lineitem price": "10.00", "Lineitem sku": "C-1", "Billing Name": "Ida Example",
    "Billing City": "Lyon", "Billing Country": "FR", "Refunded Amount": "",
}  # fmt: skip
SHOPIFY_DAMAGE: Damage = {
    "Email": ("ida at home", "bad-email"),
    "Created at": ("yesterday", "date-form-unknown"),
    "Currency": ("EURO", "unknown-currency"),
    "Shipping": ("free", "not-an-amount"),
    "Total": ("twelve", "not-an-amount"),
    "Paid at": ("2025-02-30 10:00:00 +0000", "not-a-date"),
    "Fulfillment Status": ("sent", "unknown-status"),
    "Financial Status": ("owed", "unknown-status"),
    "Lineitem quantity": ("one", "not-a-whole-number"),
    "Lineitem price": ("10.0.0", "not-an-amount"),
    "Billing City": (LONG, "text-too-long"),
    "Billing Country": ("Atlantis", "unknown-country"),
    "Refunded Amount": ("some", "not-an-amount"),
}
GENERIC: Row = {
    "No": "7", "Date": "2026-03-01 10:00", "Total": "12.00", "Article": "Cup", "Count": "1", "Price": "12.00",
    "Name": "Ida Example", "Mail": "ida@example.com", "Country": "FR", "State": "completed", "Paid": "paid",
}  # fmt: skip
GENERIC_DAMAGE: Damage = {
    "Date": ("soon", "date-form-unknown"),
    "Total": ("12,00,0", "not-an-amount"),
    "Count": ("1.5", "not-a-whole-number"),
    "Price": ("?", "not-an-amount"),
    "Mail": ("none", "bad-email"),
    "Name": (LONG, "text-too-long"),
    "Country": ("Atlantis", "unknown-country"),
    "State": ("gone", "unknown-status"),
    "Paid": ("perhaps", "unknown-payment-status"),
}
MAPPING = """
source = "shop"
currency = "EUR"
timezone = "Europe/Paris"
[columns]
number = "No"
created_at = "Date"
total = "Total"
name = "Article"
quantity = "Count"
unit_price = "Price"
customer_name = "Name"
customer_email = "Mail"
billing.country = "Country"
status = "State"
payment_status = "Paid"
"""
PRODUCTS: Row = {
    "sku": "C-1", "name_en": "Cup", "price_eur": "8.00", "weight": "300", "active": "true", "options": "size: S | L",
}  # fmt: skip
PRODUCTS_DAMAGE: Damage = {
    "price_eur": ("eight", "not-an-amount"),
    "weight": ("0.3 kg", "not-a-weight"),
    "active": ("maybe", "not-yes-or-no"),
    "options": ("S, L", "option-unreadable"),
}


def faults(folder: Path, row: Row, damage: Damage, names: set[str], mapping: CsvMapping | None = None) -> object:
    """What a file of one order tells once some of its cells are damaged."""
    cells = row | {name: damage[name][0] for name in names}
    quoted = [f'"{cell}"' for cell in cells.values()]
    file = write(folder, ",".join(cells), ",".join(quoted))
    choices = Choices(zone=ZoneInfo("Europe/Paris"), decimal=".")
    result = import_file(file, mapping=mapping, choices=choices, report=folder / "errors.csv")
    assert result.totals.refused_rows == (1 if names else 0)
    return sorted(result.faults[0]) if names else []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of all examples, each of which is written over."""
    return tmp_path_factory.mktemp("faults")


@SETTINGS
@given(names=strategies.sets(strategies.sampled_from(sorted(SHOPIFY_DAMAGE))))
def test_each_damaged_cell_of_a_known_export_is_told(folder: Path, names: set[str]) -> None:
    (folder / "errors.csv").unlink(missing_ok=True)
    told = faults(folder, SHOPIFY, SHOPIFY_DAMAGE, names)
    assert told == sorted((name, SHOPIFY_DAMAGE[name][1]) for name in names)


@SETTINGS
@given(names=strategies.sets(strategies.sampled_from(sorted(GENERIC_DAMAGE))))
def test_each_damaged_cell_of_a_mapped_file_is_told(folder: Path, names: set[str]) -> None:
    (folder / "errors.csv").unlink(missing_ok=True)
    told = faults(folder, GENERIC, GENERIC_DAMAGE, names, parsed_mapping(MAPPING, "test"))
    assert told == sorted((name, GENERIC_DAMAGE[name][1]) for name in names)


def test_rows_of_one_order_tell_each_their_own(tmp_path: Path) -> None:
    columns = ["Name", "Created at", "Currency", "Total", "Lineitem name", "Lineitem quantity", "Lineitem price"]
    rows = [
        "#1,never,EUR,x,Cup,1,5.00",
        "#1,,,,Mug,two,6.00",
        "#1,,,,Jar,1,7.00",
        "#2,2025-04-01T10:00Z,EUR,5.00,Cup,1,5",
    ]
    result = import_file(write(tmp_path, ",".join(columns), *rows))
    assert [sorted(told) for told in result.faults] == [
        [("Created at", "date-form-unknown"), ("Total", "not-an-amount")],
        [("Lineitem quantity", "not-a-whole-number")],
        [("", "order-refused")],
    ]
    assert result.totals.reasons == {
        "date-form-unknown": 1, "not-an-amount": 1, "not-a-whole-number": 1, "order-refused": 1,
    }  # fmt: skip
    again = import_file(result.report, book=result.book, report=tmp_path / "again.csv")
    assert again.totals.refused_rows == 3, "the error file loads again alone, whatever lines its cells have"


def test_what_a_rule_refuses_is_told_by_the_rule_alone(tmp_path: Path) -> None:
    rule = (
        '[[rules]]\nwhen = { quantity = "^-" }\nthen = "refuse"\ncode = "no-sale"\nmessage = "No."\nfix = "Leave it."\n'
    )
    cells = GENERIC | {"Count": "-1", "Date": "soon"}
    file = write(tmp_path, ",".join(cells), ",".join(cells.values()))
    result = import_file(file, mapping=parsed_mapping(MAPPING + rule, "test"))
    assert result.faults == [[("Count", "no-sale")]]


@pytest.mark.parametrize("names", [{"price_eur", "weight", "active"}, set(PRODUCTS_DAMAGE)])
def test_products_tell_all_their_bad_cells(runtime: Runtime, tmp_path: Path, names: set[str]) -> None:
    cells = PRODUCTS | {name: PRODUCTS_DAMAGE[name][0] for name in names}
    file = write(tmp_path, ",".join(cells), ",".join(f'"{cell}"' for cell in cells.values()))
    import_id, _ = imported(runtime, file, kind="products")
    (row,) = refused(runtime, import_id)
    told = zip(row["error_column"].split("\n"), row["error_code"].split("\n"), strict=True)
    assert sorted(told) == sorted((name, PRODUCTS_DAMAGE[name][1]) for name in names)


@pytest.mark.usefixtures("projecting")
def test_statuses_and_a_dry_run_tell_all_of_them(runtime: Runtime, tmp_path: Path) -> None:
    file = write(tmp_path, "number,status,stock,balance", "404,completed,perhaps,later")
    import_id, _ = imported(runtime, file, kind="statuses", dry_run=True)
    (row,) = refused(runtime, import_id)
    assert row["error_code"].split("\n") == ["order-not-found", "unknown-stock-answer", "unknown-balance-answer"]


def test_a_refusal_of_the_book_is_told_with_the_cells_beside_it(runtime: Runtime, tmp_path: Path) -> None:
    bad = order(1, **{"Billing Name": LONG, "Shipping City": LONG, "Lineitem sku": LONG})
    import_id, totals = imported(runtime, orders_file(tmp_path, bad, order(2)))
    assert (totals.new, totals.refused) == (1, 1)
    (row,) = refused(runtime, import_id)
    assert sorted(row["error_column"].split("\n")) == ["Billing Name", "Lineitem sku", "Shipping City"]
