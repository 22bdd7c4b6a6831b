"""Nothing comes in silently wrong: what a file does not prove is refused or asked for, and named first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.taxes import single
from importers.faults import UnusableFile
from importers.guessing.guess import guess
from importers.guessing.text import mapping_text
from importers.guessing.words import meanings
from importers.mapping.mapping import CsvMapping, OrderColumns, parsed_mapping
from importers.profile import Choices
from importers.profiles import NoProfile
from importers.rates import rates_of
from importers.reading.dates import year_of
from projections.runtime import Runtime
from tests.importers.importing import imported, order, orders_file
from tests.importers.trying import Imported, import_file, write
from tests.importers.woocommerce import NEW, PARIS, ROWS, Line, Order, packed_file

LIKE_WOOCOMMERCE = (
    "order_number,order_date,paid_date,status,payment_method,payment_method_title,order_currency,order_total,"
    "billing_first_name,billing_last_name,shipping_first_name,customer_email"
)
LIKE_ROW = "71,2026-04-01 10:00:00,2026-04-01 10:05:00,completed,bacs,Transfer,EUR,30.00,Ida,Muster,Ida,ida@example.com"
TILL = "Order ID,Order Date,Paid At,Total,Currency,Product,Qty,Price"
DATED = CsvMapping(
    source="till",
    timezone="UTC",
    columns=OrderColumns(number="No", created_at="Date", total="Total", currency="Currency"),
)


def dated(folder: Path, *dates: str, choices: Choices | None = None) -> Imported:
    rows = [f"Y{number},{date},10.00,EUR" for number, date in enumerate(dates, 1)]
    return import_file(write(folder, "No,Date,Total,Currency", *rows), mapping=DATED, choices=choices)


def guessed_mapping(file: Path) -> CsvMapping:
    return parsed_mapping(mapping_text(guess(file)), "guess")


@pytest.mark.parametrize("column", ["product_name", "sku", "quantity", "Item Name", "qty", "unit price"])
def test_a_file_whose_lines_no_profile_would_read_is_no_profile_s(tmp_path: Path, column: str) -> None:
    known = write(tmp_path, LIKE_WOOCOMMERCE, LIKE_ROW, name="known.csv")
    assert import_file(known, choices=PARIS).totals.new == 1
    file = write(tmp_path, f"{LIKE_WOOCOMMERCE},{column}", f"{LIKE_ROW},2")
    with pytest.raises(NoProfile, match=column):
        import_file(file, choices=PARIS)


def test_what_the_exporters_are_known_to_write_is_still_theirs(tmp_path: Path) -> None:
    assert import_file(packed_file(tmp_path, [Order(1)]), choices=PARIS).totals.new == 1
    assert "item_meta" in ROWS
    assert "order_key" in NEW


def test_a_day_of_payment_alone_says_that_it_was_paid(tmp_path: Path) -> None:
    rows = (
        "PA1,2026-03-01 10:00,2026-03-01 10:05,10.00,EUR,Cup,1,10.00",
        "PA2,2026-03-01 10:00,,10.00,EUR,Cup,1,10.00",
    )
    file = write(tmp_path, TILL, *rows)
    result = import_file(file, mapping=guessed_mapping(file), choices=Choices(zone=UTC))
    paid = result.book.numbered("PA1")
    assert [(payment.amount, payment.at) for payment in paid.payments.values()] == [
        (1000, datetime(2026, 3, 1, 10, 5, tzinfo=UTC))
    ]
    assert result.book.numbered("PA2").paid == 0


def test_a_status_of_the_payment_weighs_more_than_its_day(tmp_path: Path) -> None:
    mapping = CsvMapping(
        source="till",
        currency="EUR",
        timezone="UTC",
        columns=OrderColumns(number="No", created_at="Date", total="Total", paid_at="Paid", payment_status="State"),
    )
    rows = ("1,2026-03-01,10.00,2026-03-02,unpaid", "2,2026-03-01,10.00,2026-03-02,", "3,2026-03-01,10.00,,paid")
    result = import_file(write(tmp_path, "No,Date,Total,Paid,State", *rows), mapping=mapping)
    assert [result.book.numbered(number).paid for number in "123"] == [0, 1000, 1000]


@pytest.mark.parametrize(
    "name",
    ["Expected Ship Date", "Estimated ship date", "Ship By", "Promised shipping date", "Latest Ship Date",
     "Date d'expédition prévue", "Geplantes Versanddatum", "Fecha de envío prevista", "Data di spedizione prevista"],
)  # fmt: skip
def test_a_day_that_is_only_expected_is_no_fact(tmp_path: Path, name: str) -> None:
    assert not [one for one in meanings(name) if one.field in ("shipped_at", "paid_at")]
    file = write(tmp_path, f"Order No,Order Date,{name},Product,Qty,Price", "SO-1,2026-01-20,2026-02-15,Cup,1,10.00")
    mapping = guessed_mapping(file)
    assert (mapping.columns.shipped_at, mapping.columns.created_at) == ("", "Order Date")


def test_days_that_happened_are_still_known_by_their_names() -> None:
    assert [meanings(name)[0].field for name in ("Ship date", "Shipped by", "Paid at", "versendet am")] == [
        "shipped_at", "carrier", "paid_at", "shipped_at"
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["created_at", "paid_at", "shipped_at"])
def test_what_lies_in_the_future_did_not_happen(tmp_path: Path, field: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    days = {"created_at": "2026-01-01", "paid_at": "2026-01-01", "shipped_at": "2026-01-01"} | {field: later}
    columns = OrderColumns(
        number="No",
        total="Total",
        currency="Currency",
        name="Name",
        created_at="created_at",
        paid_at="paid_at",
        shipped_at="shipped_at",
    )
    file = write(tmp_path, f"No,Total,Currency,Name,{','.join(days)}", f"1,5.00,EUR,Cup,{','.join(days.values())}")
    result = import_file(file, mapping=CsvMapping(source="till", timezone="UTC", columns=columns))
    assert [(row["error_code"], row["error_column"]) for row in result.errors] == [("date-in-future", field)]


def test_years_of_two_digits_are_taken_for_recent_ones_or_asked_for(tmp_path: Path) -> None:
    recent = dated(tmp_path, "14/02/25", "13/03/2024", choices=Choices(dates="day-first"))
    assert recent.book.numbered("Y1").created_at == datetime(2025, 2, 14, tzinfo=UTC)
    with pytest.raises(UnusableFile, match="--years-from"):
        dated(tmp_path, "13/01/69", "14/02/25", choices=Choices(dates="day-first"))
    told = dated(tmp_path, "13/01/69", "14/02/26", "15/03/99", choices=Choices(dates="day-first", years_from=1950))
    assert [told.book.numbered(f"Y{number}").created_at for number in (1, 2, 3)] == [
        datetime(1969, 1, 13, tzinfo=UTC), datetime(2026, 2, 14, tzinfo=UTC), datetime(1999, 3, 15, tzinfo=UTC)
    ]  # fmt: skip


def test_a_year_of_two_digits_that_was_not_looked_at_before_refuses_its_row(tmp_path: Path) -> None:
    choices = Choices(dates="day-first", decimal=".")  # both forms told: no row is looked at first
    assert dated(tmp_path, "13/01/69", "14/02/25", choices=choices).codes == ["year-unclear"]


@pytest.mark.parametrize(("digits", "years_from", "year"), [("00", 1950, 2000), ("50", 1950, 1950), ("49", 1950, 2049)])
def test_two_digits_are_one_of_a_hundred_years(digits: str, years_from: int, year: int) -> None:
    assert year_of(digits, years_from) == year


def test_taxes_told_of_lines_are_taxes_and_no_adjustment(tmp_path: Path) -> None:
    cells = {
        "shipping_total": "10", "shipping_tax_total": "1.80", "fee_total": "1", "fee_tax_total": "0.18",
        "tax_total": "3.42", "order_total": "22.42", "tax_items": "code:GST-1|total:3.42",
        "fee_items": "name:Gift Wrap|total:1.00|tax:0.18",
    }  # fmt: skip
    file = packed_file(tmp_path, [Order(1, (Line(),), cells)])
    line = "name:Shoe|product_id:13|sku:A12|quantity:1|total:8.00|tax:1.44"
    file.write_text(file.read_text().replace(Line().packed(), line))
    (found,) = import_file(file, choices=PARIS).book.orders.values()
    assert [(item.name, item.taxes) for item in found.items.values()] == [
        ("Shoe", single(180_000)),
        ("Gift Wrap", single(180_000)),
    ]
    assert [(one.rate, one.net, one.tax) for one in found.price.taxes] == [(180_000, 1900, 342)]
    assert (found.price.total, found.price.adjustment) == (2242, 0)


@pytest.mark.parametrize(
    ("parts", "rates"),
    [
        ([(800, 144), (100, 18), (1000, 180)], [1800, 1800, 1800]),
        ([(1000, 200), (1000, 55), (500, 0)], [2000, 550, 0]),  # each its own
        ([(1999, 400), (3, 1)], [2000, 2000]),  # a cent of tax on three cents may be any rate: the others tell it
        ([(999, 199), (1, 0)], [1990, 0]),  # 20 % of 9.99 would be 2.00
        ([(0, 5)], None),
        ([(100, -5)], None),
        ([(100, 150)], None),  # no rate is above 100 %
    ],
)
def test_rates_are_the_roundest_that_lead_to_the_taxes(parts: list[tuple[int, int]], rates: list[int] | None) -> None:
    assert rates_of(parts) == rates


def test_a_file_does_not_rename_a_customer_unless_asked(runtime: Runtime, tmp_path: Path) -> None:
    imported(runtime, orders_file(tmp_path, order(1, **{"Billing Name": "Nora Example"}), name="first.csv"))
    _, kept = imported(runtime, orders_file(tmp_path, order(2, **{"Billing Name": "Cup"}), name="second.csv"))
    assert (kept.names_kept, card_names(runtime)) == (1, {"Nora Example"})
    third = orders_file(tmp_path, order(3, **{"Billing Name": "Nora Example-Sample"}), name="third.csv")
    _, taken = imported(runtime, third, customers="update")
    assert (taken.names_kept, card_names(runtime)) == (0, {"Nora Example-Sample"})


def card_names(runtime: Runtime) -> set[str]:
    rows = runtime.log.read(0, 1000, topics=["customer.updated"])
    names: dict[str, str] = {}
    for row in rows:
        if name := row.event.card.given().get("name"):  # type: ignore[attr-defined]
            names[str(row.event.originator_id)] = name
    return set(names.values())


def test_the_summary_names_first_what_asks_for_a_look(tmp_path: Path) -> None:
    header = "Name,Email,Created at,Currency,Total,Lineitem name,Lineitem quantity,Lineitem price,Financial Status"
    rows = (
        "#1,,2025-01-15 17:41:00 -0500,EUR,9.00,Cup,1,5.00,pending",
        "#2,,2025-01-15 17:41:00 -0500,EUR,7.00,,,,paid",
    )
    totals = import_file(write(tmp_path, header, *rows)).totals
    labels = [line.split("  ")[0] for line in totals.as_lines(["Warehouse"])]
    assert labels[:4] == ["Orders without lines", "Adjustments", "Orders unpaid", "Remarked"]
    assert labels[4:6] == ["Columns not used", "Rows read"]
    told = totals.as_dict()
    assert (told["orders_without_lines"], told["orders_unpaid"]) == (1, 1)
    assert told["adjustments"] == {"EUR": "11.00"}
