"""Shopify's API files: orders and their line items."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.orders.order import Order
from tests.importers.trying import Imported, clear, import_file, write

BASE = {
    "id": "77",
    "name": "#1001",
    "order_number": "1001",
    "email": "ada@example.com",
    "taxes_included": "TRUE",
    "currency": "GBP",
    "subtotal_price": "20.00",
    "total_tax": "0.00",
    "total_price": "24.50",
    "created_at": "2025-05-01 08:00:00.000",
    "processed_at": "2025-05-01 08:01:00.000",
    "closed_at": "",
    "cancelled_at": "",
    "financial_status": "paid",
    "fulfillment_status": "",
    "customer_id": "9",
    "note": "",
    "test": "FALSE",
    "billing_address_name": "Ada Example",
    "billing_address_country_code": "GB",
    "billing_address_country": "United Kingdom",
}
LINES = "order_id,id,title,price,quantity,sku,total_discount,taxable"
HASH = "0123456789abcdef0123456789abcdef"


def imported(folder: Path, *lines: str, **told: str) -> Imported:
    row = BASE | told
    orders = write(folder, ",".join(row), ",".join(row.values()), name="orders.csv", encoding="utf-8-sig")
    return import_file(orders, write(folder, LINES, *(lines or ("77,1,Mug,10.00,2,M-1,0,TRUE",)), name="lines.csv"))


def the_order(folder: Path, *lines: str, **told: str) -> Order:
    result = imported(folder, *lines, **told)
    assert result.totals.new == 1, result.errors
    [order] = result.book.orders.values()
    return order


def remarks(order: Order) -> tuple[str, ...]:
    assert order.imported
    return order.imported.remarks


def test_an_order_has_its_lines_shipping_payment_and_times_in_utc(tmp_path: Path) -> None:
    order = the_order(tmp_path)
    assert (order.number, order.price.total, order.paid, order.shipping_charge) == ("#1001", 2450, 2450, 450)
    assert [(item.sku, item.quantity, item.unit_price) for item in order.items.values()] == [("M-1", 2, 1000)]
    assert order.created_at == datetime(2025, 5, 1, 8, tzinfo=UTC)
    assert (clear(order.billing_address).name, clear(order.billing_address).country) == ("Ada Example", "GB")
    assert clear(order.billing_address).email == "ada@example.com"
    assert remarks(order) == ()


@pytest.mark.parametrize(
    ("told", "stage", "payment"),
    [
        ({"fulfillment_status": "fulfilled", "closed_at": "2025-05-02 08:00:00"}, "completed", "paid"),
        ({"fulfillment_status": "partial"}, "processing", "paid"),
        ({"financial_status": "pending"}, "pending", "unpaid"),
        ({"financial_status": "authorized"}, "processing", "unpaid"),
        ({"financial_status": "refunded"}, "cancelled", "refunded"),
        ({"financial_status": "voided"}, "cancelled", "unpaid"),
        ({"cancelled_at": "2025-05-03 08:00:00"}, "cancelled", "overpaid"),
    ],
)
def test_the_stage_and_the_money_follow_from_the_statuses(
    tmp_path: Path, told: dict[str, str], stage: str, payment: str
) -> None:
    order = the_order(tmp_path, **told)
    assert (order.stage, order.payment_status) == (stage, payment)


def test_hashes_are_kept_as_text_but_are_no_address_of_anybody(tmp_path: Path) -> None:
    hashed = dict.fromkeys(("name", "email", "billing_address_name", "billing_address_country_code"), HASH)
    order = the_order(tmp_path, **hashed, billing_address_country="d41d8cd98f00b204e9800998ecf8427e")
    assert (order.number, clear(order.billing_address).name) == ("1001", HASH)
    assert (clear(order.billing_address).email, clear(order.billing_address).country) == ("", "")
    assert "personal-data-hashed" in remarks(order)


def test_the_hash_of_nothing_is_nothing(tmp_path: Path) -> None:
    order = the_order(tmp_path, billing_address_company="d41d8cd98f00b204e9800998ecf8427e")
    assert clear(order.billing_address).company == ""


def test_a_discount_is_what_the_lines_have_beyond_the_subtotal(tmp_path: Path) -> None:
    order = the_order(tmp_path, subtotal_price="15.00", total_price="15.00")
    assert (order.discount, order.price.total, order.adjustment) == (500, 1500, 0)


def test_taxes_told_as_included_that_make_the_total_come_on_top(tmp_path: Path) -> None:
    order = the_order(tmp_path, total_tax="4.50")
    assert (order.prices_include_tax, order.price.total, order.shipping_charge) == (False, 2450, 0)
    assert remarks(order) == ("taxes-on-top-though-told-included", "taxes-without-rate: 4.50")


def test_a_test_order_and_what_is_not_told_are_remarked(tmp_path: Path) -> None:
    order = the_order(tmp_path, test="TRUE", financial_status="partially_refunded")
    assert remarks(order) == ("test-order", "refund-amount-unknown")


def test_a_line_that_cannot_be_read_names_itself(tmp_path: Path) -> None:
    result = imported(tmp_path, "77,1,Mug,10.00,2,M-1,0,TRUE", "77,2,Tee,ten,1,T-1,0,TRUE")
    told = {row["error_row"]: row["error_code"] for row in result.errors}
    assert told == {"1:2": "order-refused", "2:2": "order-refused", "2:3": "not-an-amount"}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"currency": "XXX"}, "unknown-currency"),
        ({"financial_status": "odd"}, "unknown-status"),
        ({"total_price": ""}, "cell-missing"),
        ({"created_at": "yesterday"}, "date-form-unknown"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_lines(tmp_path: Path, told: dict[str, str], code: str) -> None:
    assert sorted(imported(tmp_path, **told).codes) == sorted([code, "order-refused"])
