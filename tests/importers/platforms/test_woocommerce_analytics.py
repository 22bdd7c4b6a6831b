"""WooCommerce's Analytics > Orders in any language: products without prices, the total to the cent."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.addresses import Address
from importers.faults import UnusableFile
from importers.profile import Choices
from tests.importers.trying import Imported, import_file

ASKED = Choices(zone=ZoneInfo("Europe/Paris"), currency="EUR")
ENGLISH = (
    "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,"
    "Attribution"
)
FRENCH = (
    'Date,"Commande n°",État,Client,"Type de client",Produit(s),"Articles vendus","Code(s) promo","Ventes nettes",'
    "Attribution"
)
DUTCH = "Datum,Bestelling,Toestand,Klant,Klanttype,Artikelen,Verkocht,Bonnen,Netto verkoop,Herkomst"
ROW = (
    "2023-05-16 07:32:06",
    "1042",
    "€12.50",
    "completed",
    "Zoé Exemple",
    "new",
    "Tea, green x 2",
    "2",
    "",
    "12.5",
    "Direct",
)


def analytics(folder: Path, header: str, *rows: tuple[str, ...], choices: Choices = ASKED) -> Imported:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    file = folder / "analytics.csv"
    file.write_text(f"{header}\n{text.getvalue()}", encoding="utf-8")
    return import_file(file, choices=choices)


def test_an_english_row_becomes_an_order_of_its_net_sales(tmp_path: Path) -> None:
    result = analytics(tmp_path, ENGLISH, ROW)
    order = result.book.numbered("1042")
    assert not result.errors
    assert [(item.name, item.quantity, item.unit_price) for item in order.items.values()] == [("Tea, green", 2, None)]
    assert (order.price.total, order.paid, order.stage, order.currency) == (1250, 1250, "completed", "EUR")
    assert order.imported
    assert order.imported.remarks == ("total-is-net-sales", "lines-without-price")
    assert order.billing_address == Address(name="Zoé Exemple")
    assert [note.text for note in order.notes.values()] == ["Customer type: new\nAttribution: Direct"]


def test_a_french_row_gives_the_same_order(tmp_path: Path) -> None:
    row = (
        "16-05-2023 07:32:06",
        "#1042",
        "Terminée",
        "Zoé Exemple",
        "nouveau",
        "Thé × 2",
        "2",
        "MAI",
        "1 234,50 €",
        "",
    )
    order = analytics(tmp_path, FRENCH, row).book.numbered("#1042")
    assert (order.price.total, order.stage, order.payment_status) == (123450, "completed", "paid")
    assert [note.text for note in order.notes.values()] == ["Type de client: nouveau\nCode(s) promo: MAI"]


def test_columns_known_by_name_may_stand_in_any_order(tmp_path: Path) -> None:
    turned = ",".join(reversed(ENGLISH.split(",")))
    assert analytics(tmp_path, turned, tuple(reversed(ROW))).book.numbered("1042").price.total == 1250


def test_any_other_language_is_found_by_what_its_cells_hold(tmp_path: Path) -> None:
    told = ("processing", "A B", "new", "Thee x 2, Kop x 1", "3", "", "9.5", "Direct")
    rows = [(f"2023-05-{day:02d} 07:00:00", str(day), *told) for day in range(1, 10)]
    result = analytics(tmp_path, DUTCH, *rows)
    assert result.totals.new == 9
    assert result.totals.sums["EUR"] == 9 * 950
    with pytest.raises(UnusableFile, match="No profile knows"):
        analytics(tmp_path, DUTCH, *((*row[:6], "7", *row[7:]) for row in rows))


@pytest.mark.parametrize(
    ("status", "stage", "payment"),
    [
        ("En cours", "processing", "paid"),
        ("En attente", "on_hold", "unpaid"),
        ("Attente paiement", "pending", "unpaid"),
        ("Remboursée", "cancelled", "refunded"),
        ("Abgeschlossen", "completed", "paid"),
        ("wc-failed", "cancelled", "unpaid"),
    ],
)
def test_statuses_are_known_in_the_shops_language(tmp_path: Path, status: str, stage: str, payment: str) -> None:
    order = analytics(tmp_path, ENGLISH, (*ROW[:3], status, *ROW[4:])).book.numbered("1042")
    assert (order.stage, order.payment_status) == (stage, payment)


def test_products_that_cannot_be_told_apart_are_marked(tmp_path: Path) -> None:
    order = analytics(tmp_path, ENGLISH, (*ROW[:6], "A x 1, B x 1, C x 1", "2", *ROW[8:])).book.numbered("1042")
    assert order.imported
    assert "products-unclear" in order.imported.remarks


def test_control_totals_are_those_added_up_beside(tmp_path: Path) -> None:
    chance = Random(3)
    amounts = [Decimal(chance.randint(0, 10**6)) / 100 for _ in range(300)]
    rows = [(*ROW[:1], str(at), *ROW[2:9], f"{amount:f}", ROW[10]) for at, amount in enumerate(amounts)]
    totals = analytics(tmp_path, ENGLISH, *rows).totals
    assert (totals.new, totals.sums["EUR"]) == (300, int(sum(amounts) * 100))


@pytest.mark.parametrize(("missing", "option"), [({"currency": ""}, "--currency"), ({"zone": None}, "--timezone")])
def test_what_the_file_does_not_tell_is_asked_for(tmp_path: Path, missing: dict[str, object], option: str) -> None:
    with pytest.raises(UnusableFile, match=option):
        analytics(tmp_path, FRENCH, (*ROW[:2], *ROW[3:]), choices=replace(ASKED, **missing))


def test_the_sign_of_the_revenue_tells_the_currency_where_it_is_of_one_alone(tmp_path: Path) -> None:
    untold = replace(ASKED, currency="")
    assert analytics(tmp_path, ENGLISH, ROW, choices=untold).book.numbered("1042").currency == "EUR"
    dollars = analytics(tmp_path, ENGLISH, (*ROW[:2], "$12.50", *ROW[3:]), choices=untold)
    assert dollars.codes == ["currency-unknown"]
    told = replace(ASKED, currency="USD")
    assert analytics(tmp_path, ENGLISH, ROW, choices=told).book.numbered("1042").currency == "EUR"


def test_without_net_sales_the_formatted_revenue_is_the_total(tmp_path: Path) -> None:
    columns = [name for name in ENGLISH.split(",") if name != "Net Sales"]
    told = analytics(tmp_path, ",".join(columns), (*ROW[:9], ROW[10])).book.numbered("1042")
    assert told.price.total == 1250
    empty = analytics(tmp_path, ENGLISH, (*ROW[:9], "", ROW[10])).book.numbered("1042")
    assert empty.price.total == 1250
    nothing = analytics(tmp_path, ENGLISH, (*ROW[:2], "", *ROW[3:9], "", ROW[10]))
    assert nothing.codes == ["cell-missing"]


def test_a_header_that_shares_a_few_names_is_not_claimed(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="No profile knows"):
        analytics(tmp_path, "Date,Order #,Status,Products,Net Sales", ("2023-05-16", "1", "completed", "A x 1", "1.00"))


@pytest.mark.parametrize(
    ("place", "cell", "code", "column"),
    [
        (0, "5 Brumaire 2023", "date-form-unknown", "Date"),
        (1, "", "number-missing", "Order #"),
        (3, "lost", "unknown-status", "Status"),
        (7, "two", "not-a-whole-number", "Items sold"),
        (9, "much", "not-an-amount", "Net Sales"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_column(
    tmp_path: Path, place: int, cell: str, code: str, column: str
) -> None:
    result = analytics(tmp_path, ENGLISH, (*ROW[:place], cell, *ROW[place + 1 :]))
    (row,) = result.errors
    assert (row["error_code"], row["error_column"]) == (code, column)


def test_two_rows_of_one_order_are_refused(tmp_path: Path) -> None:
    assert analytics(tmp_path, ENGLISH, ROW, ROW).codes == ["order-refused", "duplicate-order"]


CELLS = st.sampled_from(
    ["", "x 2", "A x 1, B x 2", ", ", "1.234", "-5", "$1", "refunded", "31/12/2023", "\u2028", "#", "0"]
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10), CELLS), max_size=8))
def test_every_row_of_a_mutated_file_is_an_orders_or_a_refused_one(mutations: list[tuple[int, int, str]]) -> None:
    rows = [[ROW[0], str(number), *ROW[2:]] for number in range(6)]
    for row, column, cell in mutations:
        rows[row][column] += cell
    with TemporaryDirectory() as folder:
        totals = analytics(Path(folder), ENGLISH, *(tuple(row) for row in rows)).totals
    assert totals.rows == 6 == totals.accepted_rows + totals.refused_rows
