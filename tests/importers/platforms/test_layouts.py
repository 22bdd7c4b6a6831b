"""Files of platforms that are tables of plain columns: every order with its lines, taxes, payments and refunds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from zoneinfo import ZoneInfo

import pytest

from importers.platforms import PLATFORMS
from importers.profile import Choices
from importers.profiles import profile_claiming
from importers.reading.table import open_table
from tests.importers.platforms.told import lines, money
from tests.importers.trying import Imported, clear, import_file

FILES = Path(__file__).with_name("files")
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def imported(folder: Path, *names: str, zone: ZoneInfo = BERLIN, currency: str = "") -> Imported:
    files = [Path(copy(FILES / name, folder / name)) for name in names]
    return import_file(*files, choices=Choices(zone=zone, currency=currency))


@pytest.mark.parametrize(
    ("files", "profile"),
    [
        (("woocommerce_lines.csv",), "woocommerce-lines"),
        (("woocommerce_advanced.csv",), "woocommerce-advanced-order-export"),
        (("etsy_orders.tsv",), "etsy-orders"),
        (("etsy_items.csv",), "etsy-order-items"),
        (("erpnext.csv",), "erpnext-orders"),
        (("erpnext_short.csv",), "erpnext-orders"),
        (("odoo.csv",), "odoo-orders"),
        (("wix.csv",), "wix-orders"),
        (("magento.csv",), "magento-grid"),
        (("ebay.csv",), "ebay-orders"),
        (("square_items.csv",), "square-items"),
        (("square_transactions.csv",), "square-transactions"),
        (("square_items.csv", "square_transactions.csv"), "square-transactions-and-items"),
        (("amazon_shipments.tsv",), "amazon-shipments"),
        (("amazon_date_range.csv",), "amazon-date-range"),
        (("squarespace.csv",), "squarespace-orders"),
        (("bigcommerce.csv",), "bigcommerce-orders"),
        (("gumroad.csv",), "gumroad-sales"),
        (("bigcartel.csv",), "bigcartel-orders"),
        (("faire.csv",), "faire-orders"),
        (("shopware.csv",), "shopware-orders"),
    ],
)
def test_a_file_is_known_by_its_header_and_by_no_other_platforms(files: tuple[str, ...], profile: str) -> None:
    with open_table([FILES / name for name in files]) as table:
        assert profile_claiming(table.headers) == profile
        claiming = [known.name for platform in PLATFORMS for known in platform.files if known.claims(table.headers)]
        assert claiming == [profile] or profile == "woocommerce-lines"


def test_woocommerce_rows_of_lines_are_the_lines_of_one_order(tmp_path: Path) -> None:
    result = imported(tmp_path, "woocommerce_lines.csv", zone=ZoneInfo("America/Los_Angeles"))
    order = result.book.numbered("10001")
    assert money(order) == {"total": "855.25", "paid": "855.25"}
    assert [(sku, quantity) for sku, _, quantity, _ in lines(order)] == [
        ("woo-import-0065", "2"),
        ("woo-import-0034", "2"),
        ("woo-import-0026", "1"),
    ]


def test_advanced_order_export_tells_net_lines_a_discount_and_the_tax_of_all(tmp_path: Path) -> None:
    result = imported(tmp_path, "woocommerce_advanced.csv", currency="EUR")
    first, second = result.book.numbered("501"), result.book.numbered("502")
    assert clear(first.billing_address).name == "Anna Muster"
    assert lines(first) == [("A-1", "Cup", "2", "10.00"), ("B-1", "Mug", "1", "5.00")]
    assert money(first) == {"total": "33.48", "tax": "5.58", "paid": "33.48"}
    assert money(second) == {"total": "12.00", "tax": "2.00", "paid": "12.00", "refunded": "12.00"}


def test_etsys_sold_orders_are_paid_and_keep_their_total(tmp_path: Path) -> None:
    result = imported(tmp_path, "etsy_orders.tsv")
    assert [money(order)["total"] for order in result.book.orders.values()] == [
        "16.88",
        "17.31",
        "31.26",
        "17.95",
        "34.69",
    ]
    order = result.book.numbered("3100001111")
    assert (order.currency, order.payment_status, clear(order.shipping_address).line1) == ("USD", "paid", "0 Test St")
    assert order.operator == ""


def test_etsys_sold_order_items_come_to_lines_shipping_and_tax(tmp_path: Path) -> None:
    result = imported(tmp_path, "etsy_items.csv")
    first, second = result.book.numbered("#3001"), result.book.numbered("#3002")
    assert (money(first)["total"], money(first)["paid"]) == ("18.12", "18.12")
    assert (money(second)["total"], money(second)["paid"]) == ("9.00", "9.00")
    assert lines(first)[0] == ("FOX-01", "Sunset Fox | Greeting Card", "2", "5.00")
    assert first.created_at == datetime(2025, 8, 13, 22, tzinfo=UTC)


def test_erpnext_numbers_are_ids_and_the_seller_is_no_buyer(tmp_path: Path) -> None:
    result = imported(tmp_path, "erpnext.csv")
    first, second = result.book.numbered("SAL-ORD-2026-00001"), result.book.numbered("SAL-ORD-2026-00002")
    assert (first.currency, money(first)) == ("INR", {"total": "1770.00", "tax": "270.00"})
    assert lines(first) == [("SKU001", "T-shirt", "2", "500.00"), ("SKU002", "Mug", "1", "500.00")]
    assert clear(first.billing_address).name == "Grant Plastics Ltd."
    assert (second.currency, money(second), second.stage) == ("USD", {"total": "50.00"}, "completed")
    short = imported(tmp_path, "erpnext_short.csv")
    assert [order.number for order in short.book.orders.values()] == [f"SAL-ORD-2026-0000{n}" for n in (1, 2, 3)]
    assert {lines(order)[0][3] for order in short.book.orders.values()} == {"500.00"}


def test_odoo_prices_are_net_and_discounts_percentages_of_lines(tmp_path: Path) -> None:
    result = imported(tmp_path, "odoo.csv", zone=ZoneInfo("UTC"))
    first, second = result.book.numbered("S00021"), result.book.numbered("S00022")
    assert money(first) == {"total": "1961.90", "tax": "255.90"}
    assert lines(first)[0] == ("FURN_8522", "Table Top", "2", "800.00")
    assert first.created_at == datetime(2026, 2, 28, 9, 12, tzinfo=UTC)
    assert (money(second), second.stage) == ({"total": "103.50", "tax": "13.50"}, "draft")


def test_wix_joins_date_and_time_and_reads_its_three_letter_countries(tmp_path: Path) -> None:
    result = imported(tmp_path, "wix.csv")
    first, second = result.book.numbered("10001"), result.book.numbered("10002")
    assert first.created_at == datetime(2024, 12, 8, 8, 15, 51, tzinfo=UTC)
    assert (money(first), clear(first.shipping_address).country) == (
        {"total": "49.88", "tax": "7.96", "paid": "49.88"},
        "DE",
    )
    assert money(second) == {"total": "9.90", "tax": "1.58", "paid": "9.90", "refunded": "5.00"}


def test_magento_totals_are_those_of_the_order_and_closed_gave_all_back(tmp_path: Path) -> None:
    result = imported(tmp_path, "magento.csv", currency="USD")
    told = {number: result.book.numbered(f"00000000{number}") for number in (1, 2, 3)}
    assert [(money(order)["total"], order.stage) for order in told.values()] == [
        ("33.50", "processing"),
        ("36.50", "cancelled"),
        ("20.00", "cancelled"),
    ]
    assert (money(told[2])["refunded"], told[3].paid) == ("36.50", 0)


def test_ebays_order_of_several_items_has_their_lines_and_its_own_sums(tmp_path: Path) -> None:
    result = imported(tmp_path, "ebay.csv", zone=NEW_YORK, currency="USD")
    first, second = result.book.numbered("12-34567-89012"), result.book.numbered("24-14934-88735")
    assert (money(first), first.price.shipping_charge) == ({"total": "57.99", "paid": "57.99"}, 1200)
    assert money(second) == {"total": "1925.97", "paid": "1925.97"}
    assert [(sku, quantity) for sku, _, quantity, _ in lines(second)] == [("PH-000001", "2"), ("PH-000002", "1")]
    assert first.created_at == datetime(2025, 7, 21, 4, tzinfo=UTC)


def test_squares_refund_rows_give_back_what_they_tell(tmp_path: Path) -> None:
    result = imported(tmp_path, "square_items.csv", currency="USD")
    told = {order.number: money(order) for order in result.book.orders.values()}
    assert told["SQC3z"] == {"total": "38.88", "tax": "2.88", "paid": "38.88"}
    assert told["SQA1x"] == {"total": "29.16", "tax": "2.16", "paid": "29.16"}
    assert told["SQB2y"] == {"total": "12.96", "tax": "0.96", "paid": "12.96", "refunded": "12.96"}
    assert lines(result.book.numbered("SQC3z")) == [("MUG-1", "Speckled Mug", "2", "18.00")]
    assert result.book.numbered("SQC3z").created_at == datetime(2026, 8, 15, 18, tzinfo=UTC)


def test_squares_two_files_together_have_lines_and_tips(tmp_path: Path) -> None:
    result = imported(tmp_path, "square_items.csv", "square_transactions.csv", currency="USD")
    told = {order.number: money(order) for order in result.book.orders.values()}
    assert told["SQA1x"] == {"total": "31.16", "tax": "2.16", "paid": "31.16"}
    assert told["SQB2y"] == {"total": "12.96", "tax": "0.96", "paid": "12.96", "refunded": "12.96"}
    assert [name for _, name, _, _ in lines(result.book.numbered("SQA1x"))] == [
        "Speckled Mug",
        "Botanical Fern Print",
        "Tip",
    ]


def test_amazons_shipments_take_promotions_off_and_keep_the_prices_of_lines(tmp_path: Path) -> None:
    result = imported(tmp_path, "amazon_shipments.tsv")
    order = result.book.numbered("111-0000001-0000001")
    assert lines(order) == [("W-1", "Widget", "2", "20.00"), ("G-1", "Gadget", "1", "10.00")]
    assert (order.price.total, order.currency, order.payment_status) == (5040, "USD", "paid")


def test_amazons_date_range_begins_behind_its_definitions(tmp_path: Path) -> None:
    result = imported(tmp_path, "amazon_date_range.csv", zone=ZoneInfo("America/Los_Angeles"), currency="USD")
    order = result.book.numbered("111-1111111-1111111")
    assert (order.price.total, order.refunded) == (8308, 3904)
    assert order.created_at == datetime(2026, 9, 4, 8, 5, 7, tzinfo=UTC)
    assert result.codes == ["number-missing"]  # the fee that is no order's


def test_squarespace_takes_the_discount_off_before_the_tax(tmp_path: Path) -> None:
    result = imported(tmp_path, "squarespace.csv")
    first, second = result.book.numbered("00021"), result.book.numbered("00022")
    assert (money(first)["total"], first.stage, len(first.items)) == ("35.24", "completed", 2)
    assert "adjustment" not in money(first)
    assert money(second) == {"total": "10.00", "paid": "10.00", "refunded": "4.00"}


def test_bigcommerce_unpacks_its_products(tmp_path: Path) -> None:
    result = imported(tmp_path, "bigcommerce.csv", zone=ZoneInfo("Australia/Sydney"))
    first, second = result.book.numbered("101"), result.book.numbered("102")
    assert lines(first) == [("CUP-1", "Cup, blue", "2", "20.00"), ("MUG-1", "Mug", "1", "15.00")]
    assert money(first) == {"total": "66.00", "tax": "6.00", "paid": "66.00"}
    assert money(second)["refunded"] == "22.00"


def test_gumroads_sales_are_paid_and_its_totals_are_no_sale(tmp_path: Path) -> None:
    result = imported(tmp_path, "gumroad.csv", currency="USD")
    first, second = result.book.numbered("9001"), result.book.numbered("9002")
    assert money(first) == {"total": "24.00", "tax": "4.00", "paid": "24.00"}
    assert money(second) == {"total": "23.00", "paid": "23.00", "refunded": "23.00"}
    assert (result.totals.rows, result.totals.refused_rows) == (3, 1)


def test_big_cartel_unpacks_its_items(tmp_path: Path) -> None:
    result = imported(tmp_path, "bigcartel.csv")
    order = result.book.numbered("ABCD-123456")
    assert (money(order)["total"], order.payment_status, order.stage) == ("41.72", "paid", "completed")
    assert lines(order) == [("", "Cup (Blue)", "2", "10.00"), ("", "Mug", "1", "20.00")]


def test_faires_lines_are_sold_at_wholesale_prices(tmp_path: Path) -> None:
    result = imported(tmp_path, "faire.csv", currency="USD")
    first, second = result.book.numbered("BX9KEX2F4D"), result.book.numbered("CY1ABC")
    assert (money(first), first.stage) == ({"total": "105.00"}, "completed")
    assert (money(second), second.stage) == ({"total": "20.00"}, "pending")


def test_shopwares_products_come_in_without_prices(tmp_path: Path) -> None:
    order = imported(tmp_path, "shopware.csv", currency="EUR").book.numbered("10001")
    assert (order.price.total, order.payment_status, clear(order.billing_address).postcode) == (3550, "unpaid", "01067")
    assert [(item.name, item.quantity, item.unit_price) for item in order.items.values()] == [
        ("0191cup", 2, None),
        ("0191mug", 1, None),
    ]


def test_refused_rows_hold_no_formula_and_load_again_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "faire.csv"
    text = (FILES / "faire.csv").read_text(encoding="utf-8")
    file.write_text(text.replace("Other Store", "=HYPERLINK(1)").replace(",4,$5.00", ",-4,$5.00"), encoding="utf-8")
    result = import_file(file, choices=Choices(zone=BERLIN, currency="USD"))
    told = result.report.read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in told
    assert ",-4," in told
    right = tmp_path / "right.csv"
    right.write_text(told.replace(",-4,", ",4,"), encoding="utf-8")
    again = import_file(right, choices=Choices(zone=BERLIN, currency="USD"))
    assert clear(again.book.numbered("CY1ABC").billing_address).name == "=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["wix.csv", "faire.csv", "woocommerce_advanced.csv", "etsy_items.csv"])
def test_rows_in_another_order_give_the_same_orders(tmp_path: Path, name: str) -> None:
    header, *rows = (FILES / name).read_text(encoding="utf-8").splitlines()
    turned = tmp_path / f"turned-{name}"
    turned.write_text("\n".join([header, *sorted(rows, key=lambda row: row[::-1])]) + "\n", encoding="utf-8")
    first = imported(tmp_path, name, currency="USD") if name != "wix.csv" else imported(tmp_path, name)
    again = import_file(turned, choices=Choices(zone=BERLIN, currency="" if name == "wix.csv" else "USD"))
    told = [{order.number: money(order) for order in one.book.orders.values()} for one in (first, again)]
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["wix.csv", "faire.csv", "etsy_items.csv", "bigcartel.csv", "odoo.csv"])
def test_a_doubled_row_is_told_and_never_sells_twice(tmp_path: Path, name: str) -> None:
    header, first, *rows = (FILES / name).read_text(encoding="utf-8").splitlines()
    doubled = tmp_path / name
    doubled.write_text("\n".join([header, first, first, *rows]) + "\n", encoding="utf-8")
    result = import_file(doubled, choices=Choices(zone=BERLIN, currency="USD" if name == "faire.csv" else ""))
    assert "duplicate-order" in result.codes


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("faire.csv", "$5.00,$10.00,,,", "-$5.00,$10.00,,,"),
        ("bigcartel.csv", ",41.72,", ",-41.72,"),
        ("odoo.csv", "1961.90", "19 61x"),
        ("wix.csv", '"Dec 9, 2024"', '"Dec 39, 2024"'),
    ],
)
def test_a_damaged_cell_refuses_its_order(tmp_path: Path, name: str, old: str, new: str) -> None:
    file = tmp_path / name
    text = (FILES / name).read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    result = import_file(file, choices=Choices(zone=BERLIN, currency="USD" if name == "faire.csv" else ""))
    assert result.totals.refused >= 1
    assert result.totals.rows == result.totals.accepted_rows + result.totals.refused_rows
