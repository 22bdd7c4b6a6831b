"""Amazon's flat file of all orders and the pair of its API files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.orders.order import Order
from tests.importers.trying import Imported, clear, import_file, write

# The header of the flat file, as ../shared/data/HEADERS.md has it.
HEADER = (
    "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\t"
    "sales-channel\torder-channel\turl\tship-service-level\tproduct-name\tsku\tasin\titem-status\tquantity\t"
    "currency\titem-price\titem-tax\tshipping-price\tshipping-tax\tgift-wrap-price\tgift-wrap-tax\t"
    "item-promotion-discount\tship-promotion-discount\tship-city\tship-state\tship-postal-code\tship-country\t"
    "promotion-ids\tis-business-order\tpurchase-order-number\tprice-designation"
)
ROW = {
    "amazon-order-id": "111-1",
    "purchase-date": "2025-01-15T10:00:00+00:00",
    "last-updated-date": "2025-01-17T09:00:00+00:00",
    "order-status": "Shipped",
    "sales-channel": "Amazon.com",
    "ship-service-level": "Expedited",
    "product-name": "Mug",
    "sku": "M-1",
    "item-status": "Shipped",
    "quantity": "2",
    "currency": "USD",
    "item-price": "20.00",
    "item-tax": "1.60",
    "shipping-price": "5.00",
    "shipping-tax": "0.40",
    "ship-promotion-discount": "5.00",
    "ship-city": "Seattle",
    "ship-state": "WA",
    "ship-postal-code": "98101",
    "ship-country": "US",
    "is-business-order": "false",
}
ORDERS = "amazon_order_id,purchase_date,last_update_date,order_status,order_total_amount,order_total_currency_code"
ITEMS = (
    "order_item_id,amazon_order_id,title,seller_sku,quantity_ordered,quantity_shipped,item_price_amount,"
    "item_price_currency_code,item_tax_amount,shipping_price_amount,promotion_discount_amount"
)


def flat(folder: Path, *rows: dict[str, str]) -> Imported:
    lines = ["\t".join((ROW | row).get(column, "") for column in HEADER.split("\t")) for row in rows or ({},)]
    return import_file(write(folder, HEADER, *lines, name="orders.txt"))


def the_order(result: Imported) -> Order:
    assert result.totals.new == 1, result.errors
    [order] = result.book.orders.values()
    return order


def remarks(order: Order) -> tuple[str, ...]:
    assert order.imported
    return order.imported.remarks


def test_a_flat_order_is_what_its_columns_come_to(tmp_path: Path) -> None:
    order = the_order(flat(tmp_path))
    assert (order.number, order.price.total, order.adjustment - 200) == ("111-1", 2200, 0)
    assert (order.paid, order.prices_include_tax) == (2200, False)
    assert [(item.sku, item.quantity, item.unit_price) for item in order.items.values()] == [("M-1", 2, 1000)]
    assert (clear(order.shipping_address).city, clear(order.shipping_address).country) == ("Seattle", "US")
    assert (order.source, order.shipping_method, order.payment_method) == ("Amazon.com", "Expedited", "amazon")
    assert order.created_at == datetime(2025, 1, 15, 10, tzinfo=UTC)


def test_where_prices_hold_the_tax_it_is_not_added(tmp_path: Path) -> None:
    order = the_order(flat(tmp_path, {"currency": "EUR", "sales-channel": "Amazon.de"}))
    assert (order.price.total, order.prices_include_tax, order.adjustment) == (2000, True, 0)


def test_rows_of_an_order_come_together_from_all_over_the_file(tmp_path: Path) -> None:
    result = flat(tmp_path, {}, {"amazon-order-id": "111-2"}, {"product-name": "Tee", "sku": "T-1", "quantity": "1"})
    assert (result.totals.new, result.totals.accepted_rows) == (2, 3)
    assert len(result.book.numbered("111-1").items) == 2


def test_a_promotion_a_gift_wrap_and_a_cancelled_line_are_told(tmp_path: Path) -> None:
    order = the_order(
        flat(
            tmp_path,
            {"item-promotion-discount": "-2.00", "gift-wrap-price": "3.00", "is-business-order": "true"},
            {"quantity": "0", "product-name": "Tray", "item-price": "", "item-status": "Cancelled"},
        )
    )
    assert [(item.name, item.discount) for item in order.items.values()] == [("Mug", 200), ("Gift wrap", 0)]
    assert order.tags == ("business",)
    assert [note.text for note in order.notes.values()] == ["Cancelled line: Tray"]
    assert order.price.total == 2000 - 200 + 300 + 2 * (500 - 500 + 160 + 40)


@pytest.mark.parametrize(
    ("status", "stage", "payment", "remark"),
    [
        ("Pending", "pending", "unpaid", ()),
        ("Unshipped", "processing", "unpaid", ("payment-authorized",)),
        ("Shipped", "shipped", "paid", ()),
        ("Shipped - Delivered to Buyer", "completed", "paid", ()),
        ("Shipped - Returned to Seller", "shipped", "paid", ("platform-status: Shipped - Returned to Seller",)),
        ("PartiallyShipped", "processing", "unpaid", ("partly-shipped", "paid-amount-unknown")),
        ("Unfulfillable", "on_hold", "unpaid", ("platform-status: Unfulfillable",)),
        ("InvoiceUnconfirmed", "shipped", "paid", ("platform-status: InvoiceUnconfirmed",)),
        ("PendingAvailability", "pending", "unpaid", ("platform-status: PendingAvailability",)),
        ("Canceled", "cancelled", "unpaid", ()),
        ("Cancelled", "cancelled", "unpaid", ()),
    ],
)
def test_every_status_is_a_stage_remarked_where_it_is_not_exact(
    tmp_path: Path, status: str, stage: str, payment: str, remark: tuple[str, ...]
) -> None:
    row = {"order-status": status, "currency": "GBP", "item-tax": "", "shipping-tax": "", "item-status": "Unshipped"}
    order = the_order(flat(tmp_path, row))
    assert (order.stage, order.payment_status, remarks(order)) == (stage, payment, remark)


def test_lines_that_left_are_the_parcel_of_an_order_shipped_in_part(tmp_path: Path) -> None:
    partly = {"order-status": "Partially Shipped"}
    order = the_order(flat(tmp_path, partly, partly | {"sku": "T-1", "item-status": "Unshipped"}))
    assert order.fulfilment_status == "partially_shipped"


def test_a_pending_order_has_no_price_yet_and_says_so(tmp_path: Path) -> None:
    bare = {"order-status": "Pending", "currency": "", "sales-channel": "Amazon.co.uk", "shipping-price": ""}
    bare |= dict.fromkeys(("item-price", "item-tax", "shipping-tax", "ship-promotion-discount"), "")
    order = the_order(flat(tmp_path, bare))
    assert (order.price.total, order.currency) == (0, "GBP")
    assert "price-not-told" in remarks(order)


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"item-price": "284.36a"}, "not-an-amount", "item-price"),
        ({"order-status": "Lost"}, "unknown-status", "order-status"),
        ({"quantity": "x"}, "not-a-whole-number", "quantity"),
        ({"currency": "", "sales-channel": "Non-Amazon"}, "currency-unknown", "currency"),
        ({"ship-country": "Atlantis"}, "unknown-country", "ship-country"),
    ],
)
def test_a_flat_row_that_cannot_be_is_refused_by_its_column(
    tmp_path: Path, told: dict[str, str], code: str, column: str
) -> None:
    result = flat(tmp_path, told, {"amazon-order-id": "111-2"})
    assert [(row["error_code"], row["error_column"]) for row in result.errors] == [(code, column)]
    assert result.totals.new == 1


def api(folder: Path, order: str, *items: str) -> Imported:
    orders = write(folder, ORDERS, order, name="orders.csv")
    return import_file(write(folder, ITEMS, *items, name="items.csv"), orders)


def test_the_api_files_keep_the_total_as_told_even_below_nothing(tmp_path: Path) -> None:
    order = the_order(
        api(
            tmp_path,
            'A-1,2025-01-15 10:00:00,2025-01-16 10:00:00,Shipped,"-2,036.14",USD',
            'I-1,A-1,Mug,M-1,2,2,"1,020.00",USD,0,0,0',
        )
    )
    assert (order.price.total, order.paid) == (-203614, 0)
    assert [item.unit_price for item in order.items.values()] == [51000]
    assert any(remark.startswith("total-as-told") for remark in remarks(order))


def test_amounts_that_no_line_can_have_are_left_out_and_remarked(tmp_path: Path) -> None:
    order = the_order(
        api(
            tmp_path,
            "A-1,2025-01-15 10:00:00,,Unshipped,30.00,USD",
            "I-1,A-1,Mug,M-1,1,0,-5.00,USD,0,-4.00,0",
            "I-2,A-1,Tee,T-1,1,0,30.00,USD,0,0,40.00",
        )
    )
    assert [(item.unit_price, item.discount) for item in order.items.values()] == [(None, 0), (3000, 0)]
    assert (order.price.total, order.shipping_charge) == (3000, 0)
    assert "amount-left-out" in remarks(order)


def test_units_that_left_are_the_parcel_and_never_more_than_were_ordered(tmp_path: Path) -> None:
    order = the_order(
        api(
            tmp_path,
            "A-1,2025-01-15 10:00:00,,PartiallyShipped,30.00,USD",
            "I-1,A-1,Mug,M-1,2,9,20.00,USD,0,0,0",
            "I-2,A-1,Tee,T-1,1,0,10.00,USD,0,0,0",
        )
    )
    [parcel] = order.shipments.values()
    assert [item.quantity for item in parcel.items] == [2]


def test_a_line_in_another_currency_refuses_its_order(tmp_path: Path) -> None:
    result = api(tmp_path, "A-1,2025-01-15 10:00:00,,Shipped,5,USD", "I-1,A-1,Mug,M-1,1,1,5.00,EUR,0,0,0")
    assert sorted(result.codes) == ["mixed-currencies", "order-refused"]
