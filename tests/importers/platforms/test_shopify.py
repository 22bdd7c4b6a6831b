"""Shopify's orders export: what its columns tell becomes the order's history, and its total stays to the cent."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.addresses import Address
from domain.events import Event
from domain.money import minor_units
from domain.orders.order import Order
from domain.taxes import single
from tests.importers.trying import RUN_ID, Imported, import_file, write

PAID = {
    "Name": "#1001",
    "Email": "Ada@Example.com",
    "Financial Status": "paid",
    "Paid at": "2025-04-01 17:20:00 -0700",
    "Currency": "EUR",
    "Subtotal": "40.00",
    "Shipping": "5.00",
    "Taxes": "0.00",
    "Total": "45.00",
    "Created at": "2025-04-01 17:18:52 -0700",
    "Lineitem quantity": "2",
    "Lineitem name": "Blue Widget",
    "Lineitem price": "20.00",
    "Lineitem sku": "BW-1",
    "Payment Method": "card + gift card",
}


def imported(folder: Path, *rows: dict[str, str]) -> Imported:
    file = folder / "orders.csv"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return import_file(file)


def order_of(folder: Path, **told: str) -> Order:
    row = PAID | {name.replace("_", " "): text for name, text in told.items()}
    result = imported(folder, row)
    assert not result.errors
    return result.book.numbered("#1001")


def test_rows_under_one_name_are_one_order_with_a_line_each(tmp_path: Path) -> None:
    more = {"Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Red Gadget", "Lineitem price": "0.00"}
    result = imported(tmp_path, PAID, more, PAID | {"Name": "#1002"})
    assert (result.totals.rows, result.totals.new) == (3, 2)
    order = result.book.numbered("#1001")
    assert [(item.name, item.quantity, item.unit_price) for item in order.items.values()] == [
        ("Blue Widget", 2, 2000),
        ("Red Gadget", 1, 0),
    ]
    assert order.price.total == order.paid == 4500
    assert order.payment_method == "card + gift card"
    assert order.created_at == datetime(2025, 4, 2, 0, 18, 52, tzinfo=UTC)


def test_every_event_names_the_import_and_the_profile(tmp_path: Path) -> None:
    events = order_of(tmp_path).collect_events()
    assert {event.metadata.actor for event in events if isinstance(event, Event)} == {"import:shopify"}
    assert {event.metadata.import_id for event in events if isinstance(event, Event)} == {RUN_ID}


@pytest.mark.parametrize(
    ("financial", "fulfilment", "cancelled", "stage"),
    [
        ("paid", "fulfilled", "2025-04-03 10:00:00 +0000", "cancelled"),
        ("paid", "fulfilled", "", "completed"),
        ("partially_refunded", "fulfilled", "", "completed"),
        ("", "fulfilled", "", "completed"),
        ("pending", "fulfilled", "", "shipped"),
        ("refunded", "unfulfilled", "", "cancelled"),
        ("voided", "", "", "cancelled"),
        ("paid", "on_hold", "", "on_hold"),
        ("pending", "partial", "", "processing"),
        ("paid", "unfulfilled", "", "processing"),
        ("authorized", "", "", "processing"),
        ("pending", "unfulfilled", "", "pending"),
        ("expired", "", "", "pending"),
    ],
)
def test_the_stage_follows_from_what_is_told(
    tmp_path: Path, financial: str, fulfilment: str, cancelled: str, stage: str
) -> None:
    told = {"Financial_Status": financial, "Fulfillment_Status": fulfilment, "Cancelled_at": cancelled}
    assert order_of(tmp_path, **told).stage == stage


@pytest.mark.parametrize(
    ("status", "refund", "payment_status", "refunded"),
    [
        ("paid", "", "paid", 0),
        ("paid", "10.00", "partially_refunded", 1000),
        ("partially_refunded", "10.00", "partially_refunded", 1000),
        ("refunded", "45.00", "refunded", 4500),
        ("refunded", "", "refunded", 4500),
        ("pending", "", "unpaid", 0),
        ("voided", "", "unpaid", 0),
    ],
)
def test_payments_and_refunds_follow_the_financial_status(
    tmp_path: Path, status: str, refund: str, payment_status: str, refunded: int
) -> None:
    order = order_of(tmp_path, Financial_Status=status, Refunded_Amount=refund)
    assert (order.payment_status, order.refunded) == (payment_status, refunded)


def test_a_partly_paid_order_has_paid_what_is_not_outstanding(tmp_path: Path) -> None:
    order = order_of(tmp_path, Financial_Status="partially_paid", Outstanding_Balance="15.00")
    assert (order.paid, order.payment_status) == (3000, "partially_paid")
    unknown = order_of(tmp_path, Financial_Status="partially_paid")
    assert unknown.paid == 0
    assert unknown.imported
    assert "paid-amount-unknown" in unknown.imported.remarks


def test_a_fulfilled_order_has_one_parcel_at_its_time(tmp_path: Path) -> None:
    order = order_of(tmp_path, Fulfillment_Status="fulfilled", Fulfilled_at="2025-04-02 08:00:00 +0000")
    assert order.fulfilment_status == "shipped"
    assert order.shipments[1].at == datetime(2025, 4, 2, 8, 0, tzinfo=UTC)


def test_lines_without_a_price_keep_the_total_and_say_so(tmp_path: Path) -> None:
    bare = {name: PAID[name] for name in ("Name", "Created at", "Total", "Currency", "Financial Status")}
    result = imported(tmp_path, bare | {"Lineitem name": "Blue Widget", "Lineitem quantity": "1"})
    order = result.book.numbered("#1001")
    assert order.items["1"].unit_price is None
    assert order.price.total == order.paid == 4500
    assert order.imported
    assert order.imported.remarks == ("lines-without-price",)
    assert result.totals.without_price == 1


def test_a_total_that_its_parts_do_not_make_is_kept_as_told(tmp_path: Path) -> None:
    result = imported(tmp_path, PAID | {"Total": "44.99"})
    order = result.book.numbered("#1001")
    assert order.price.total == 4499
    assert order.imported
    assert order.imported.remarks == ("total-as-told: -0.01",)
    assert result.totals.with_difference == 1


@pytest.mark.parametrize(
    ("told", "included", "rate", "tax", "remarks"),
    [
        ({"Taxes": "9.00", "Total": "54.00", "Tax_1_Name": "VAT 20%"}, False, 2000, 900, ()),
        ({"Taxes": "8.00", "Total": "53.00", "Tax_1_Name": "VAT 20%"}, False, 2000, 800, ()),
        ({"Taxes": "7.50", "Total": "45.00", "Tax_1_Name": "FR TVA 20.0%"}, True, 2000, 750, ()),
        ({"Taxes": "7.50", "Total": "45.00", "Tax_1_Name": "VAT 20.0000%"}, True, 2000, 750, ()),
        ({"Taxes": "6.67", "Total": "45.00", "Tax_1_Name": "VAT 20%"}, True, 2000, 667, ()),
        ({"Taxes": "3.21", "Total": "48.21", "Tax_1_Name": "State Tax 4%"}, False, 0, 0, ("taxes-without-rate: 3.21",)),
        ({"Taxes": "3.21", "Total": "48.21"}, False, 0, 0, ("taxes-without-rate: 3.21",)),
        ({"Taxes": "3.21", "Total": "45.00"}, True, 0, 0, ("taxes-without-rate: 3.21",)),
    ],
)
def test_taxes_are_on_top_or_within_as_the_total_proves(
    tmp_path: Path, told: dict[str, str], included: bool, rate: int, tax: int, remarks: tuple[str, ...]
) -> None:
    order = order_of(tmp_path, **told)
    assert order.prices_include_tax is included
    assert order.items["1"].taxes == single(rate * 100)
    assert order.price.tax == tax
    assert order.price.total == minor_units(told["Total"], "EUR")
    assert order.imported
    assert order.imported.remarks == remarks


def test_a_line_that_is_not_taxable_bears_no_tax(tmp_path: Path) -> None:
    first = PAID | {"Taxes": "8.00", "Total": "63.00", "Subtotal": "50.00", "Tax 1 Name": "VAT 20%"}
    second = {"Name": "#1001", "Lineitem name": "Book", "Lineitem quantity": "1", "Lineitem price": "10.00"}
    result = imported(tmp_path, first | {"Lineitem taxable": "true"}, second | {"Lineitem taxable": "false"})
    order = result.book.numbered("#1001")
    assert [item.taxes for item in order.items.values()] == [single(200_000), ()]
    assert (order.price.tax, order.price.total) == (800, 6300)


@pytest.mark.parametrize(
    ("told", "discount"),
    [
        ({"Discount_Amount": "10.00", "Subtotal": "30.00", "Total": "35.00", "Discount_Code": "SPRING"}, 1000),
        ({"Discount_Amount": "10.00", "Lineitem_discount": "10.00", "Subtotal": "30.00", "Total": "35.00"}, 1000),
        ({"Discount_Amount": "5.00", "Subtotal": "40.00", "Shipping": "0.00", "Total": "40.00"}, 0),
    ],
)
def test_a_discount_is_taken_once_wherever_it_was_given(tmp_path: Path, told: dict[str, str], discount: int) -> None:
    order = order_of(tmp_path, **told)
    assert order.price.subtotal - order.price.discount == 4000 - discount
    assert order.imported
    assert order.imported.remarks == ()
    assert [terms.code for terms in order.coupons] == ([told["Discount_Code"]] if "Discount_Code" in told else [])


def test_addresses_tags_and_words_arrive(tmp_path: Path) -> None:
    order = order_of(
        tmp_path,
        Billing_Name="Ada Example",
        Billing_Street="1 Lane\nBack yard",
        Billing_Zip="'01000",
        Billing_City="Bourg",
        Billing_Country="FR",
        Tags="vip, gift",
        Notes="Ring twice",
        Note_Attributes="wrap: yes\ncard: no",
        Location="Main street",
        Source="pos",
        Employee="till-2",
    )
    assert order.billing_address == Address(
        name="Ada Example",
        line1="1 Lane Back yard",
        postcode="01000",
        city="Bourg",
        country="FR",
        email="Ada@Example.com",
    )
    assert order.tags == ("vip", "gift")
    assert [note.text for note in order.notes.values()] == [
        "Ring twice",
        "wrap: yes\ncard: no",
        "Location: Main street",
    ]
    assert (order.source, order.operator) == ("pos", "till-2")


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"Lineitem quantity": "0"}, "quantity-out-of-bounds", "Lineitem quantity"),
        ({"Lineitem quantity": "-1"}, "quantity-out-of-bounds", "Lineitem quantity"),
        ({"Lineitem quantity": "1.5"}, "not-a-whole-number", "Lineitem quantity"),
        ({"Lineitem price": "NaN"}, "not-an-amount", "Lineitem price"),
        ({"Total": "9" * 30}, "wrong-amount", "Total"),
        ({"Total": "45.00 USD"}, "mixed-currencies", "Total"),
        ({"Shipping": "£5.00"}, "mixed-currencies", "Shipping"),
        ({"Currency": "XXX"}, "unknown-currency", "Currency"),
        ({"Currency": ""}, "currency-unknown", "Currency"),
        ({"Created at": ""}, "cell-missing", "Created at"),
        ({"Created at": "04/01/2025"}, "date-form-unknown", "Created at"),
        ({"Created at": "2025-04-01 17:18:52"}, "zone-unknown", "Created at"),
        ({"Financial Status": "bezahlt"}, "unknown-status", "Financial Status"),
        ({"Fulfillment Status": "gone"}, "unknown-status", "Fulfillment Status"),
        ({"Billing Country": "Atlantis"}, "unknown-country", "Billing Country"),
        ({"Email": "nobody"}, "bad-email", "Email"),
        ({"Refunded Amount": "100.00"}, "refund-above-paid", "Refunded Amount"),
        ({"Discount Code": "C" * 65}, "text-too-long", "Discount Code"),
        ({"Lineitem sku": "S" * 65}, "text-too-long", "Lineitem sku"),
        ({"Name": "N" * 65}, "text-too-long", "Name"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_column(
    tmp_path: Path, told: dict[str, str], code: str, column: str
) -> None:
    result = imported(tmp_path, PAID | told, PAID | {"Name": "#1002"})
    (row,) = result.errors
    assert (row["error_row"], row["error_code"], row["error_column"]) == ("2", code, column)
    assert result.totals.new == 1


def test_rows_of_one_order_in_two_currencies_are_refused_together(tmp_path: Path) -> None:
    other = {"Name": "#1001", "Currency": "USD", "Lineitem name": "x", "Lineitem quantity": "1"}
    result = imported(tmp_path, PAID, other)
    assert result.codes == ["order-refused", "mixed-currencies"]
    assert not result.book.orders


def test_a_refund_that_is_a_little_above_what_was_paid_gives_back_what_was_paid(tmp_path: Path) -> None:
    header = (
        "Name,Created at,Currency,Total,Financial Status,Refunded Amount,Lineitem name,Lineitem quantity,Lineitem price"
    )
    row = "{},2026-03-01 10:00:00 +0000,EUR,184.23,refunded,{},Lamp,1,184.23"
    result = import_file(write(tmp_path, header, row.format("#1", "184.60"), row.format("#2", "190.00")))
    order = result.book.numbered("#1")
    assert (order.refunded, order.paid) == (18423, 18423)
    assert order.imported
    assert order.imported.remarks == ("refund-above-total: 0.37",)
    assert result.codes == ["refund-above-paid"]
