"""WooCommerce's orders as WebToffee's exporter writes them: both modes, both releases, to the cent."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from msgspec import structs

from domain.addresses import Address
from importers.faults import UnusableFile
from importers.profile import Choices
from scripts.import_ import import_orders
from tests.importers.platforms.woocommerce_orders import one, packed, remarks
from tests.importers.test_command import command as command  # the fixture
from tests.importers.trying import import_file, write
from tests.importers.woocommerce import NEW, OLD, PARIS, Line, Order, packed_file, row_file


def test_a_packed_order_comes_in_whole(tmp_path: Path) -> None:
    lines = (Line("Tea & cup: blue | small, 2|3", "T:1", 2, "9.00", "12.00"), Line("Pot &amp; lid", "P|2", 1, "30.00"))
    order = one(
        tmp_path,
        *lines,
        order_total="52.00",
        shipping_total="10.00",
        tax_total="1.00",
        fee_items="name:Gift | wrap|total:2.00|tax:0.00||name:|total:0.00",
        fee_total="2.00",
        coupon_items="code:SPRING|amount:3.00",
        shipping_method="Flat rate &amp; slow",
        customer_note="Ring twice\nplease",
        vat_number="FR123",
        header=[*NEW, "vat_number"],
    )
    assert [(item.name, item.sku, item.quantity, item.unit_price) for item in order.items.values()] == [
        ("Tea & cup: blue | small, 2|3", "T:1", 2, 600),
        ("Pot & lid", "P|2", 1, 3000),
        ("Gift | wrap", "", 1, 200),
    ]
    assert [(terms.code, terms.value) for terms in order.coupons] == [("SPRING", 300)]
    assert (order.price.total, order.paid, order.stage, order.fulfilment_status) == (5200, 5200, "completed", "shipped")
    assert remarks(order) == ("taxes-without-rate: 1.00",)
    assert order.shipping_method == "Flat rate & slow"
    assert order.created_at == datetime(2018, 5, 16, 5, 32, 6, tzinfo=UTC)
    assert [(paid.reference, paid.at) for paid in order.payments.values()] == [
        ("ch_1", datetime(2018, 5, 16, 5, 40, tzinfo=UTC))
    ]
    assert [note.text for note in order.notes.values()] == ["Ring twice\nplease"]
    assert order.billing_address == Address(
        name="Zoé Exemple", postcode="01000", city="Bourg", region="01", country="FR", email="zoe@example.com",
        vat_number="FR123",
    )  # fmt: skip


@pytest.mark.parametrize("number", ["1", ""])
def test_a_second_row_of_a_packed_order_does_not_double_its_lines(tmp_path: Path, number: str) -> None:
    again = Order(1, (Line("Other"),), {"order_id": number})
    result = packed(tmp_path, Order(1), again, Order(2))
    assert result.codes == ["order-refused", "duplicate-order"]
    assert [order.number for order in result.book.orders.values()] == ["W2"]


def test_a_packed_file_in_capitals_keeps_its_lines(tmp_path: Path) -> None:
    file = packed_file(tmp_path, [Order(1, (Line("Vase"), Line("Bowl")))])
    header, _, rest = file.read_text().partition("\n")
    file.write_text(f"{header.upper()}\n{rest}")
    stored = import_file(file, choices=PARIS).book.numbered("W1")
    assert [item.name for item in stored.items.values()] == ["Vase", "Bowl"]
    assert remarks(stored) == ()


def test_a_packed_line_needs_no_sku(tmp_path: Path) -> None:
    order = one(tmp_path, Line("Vase", ""), Line("Bowl", "B-1"))
    assert [(item.name, item.sku) for item in order.items.values()] == [("Vase", ""), ("Bowl", "B-1")]


def test_the_older_release_tells_when_an_order_was_sent(tmp_path: Path) -> None:
    order = one(tmp_path, completed_date="2018-05-18 10:00:00", header=OLD)
    assert order.shipments[1].at == datetime(2018, 5, 18, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("repeated", [False, True])
def test_a_row_per_line_gives_the_same_order_as_packed_cells(tmp_path: Path, repeated: bool) -> None:
    lines = (Line("Tea: a | b", "T-1", 3, "9.00", "12.00", "1.80"), Line("Pot", "P-2", 1, "30.00", "", "6.00"))
    told = Order(
        1, lines, {"order_total": "46.80", "tax_total": "7.80", "tax_items": "code:X|label:VAT 20%|total:7.80"}
    )
    by_row = import_file(row_file(tmp_path, [told, Order(2)], repeated=repeated), choices=PARIS)
    by_cell = packed(tmp_path, told, Order(2))
    assert by_row.totals.rows == 3
    assert not by_row.errors
    for number in ("W1", "W2"):
        ours, theirs = by_row.book.numbered(number), by_cell.book.numbered(number)
        assert (ours.price, ours.items, ours.payments) == (theirs.price, theirs.items, theirs.payments)
    assert by_row.book.numbered("W1").price.tax == 780
    assert remarks(by_row.book.numbered("W1")) == ()


def test_control_totals_of_a_big_file_are_those_added_up_beside_it(tmp_path: Path) -> None:
    chance = Random(7)
    orders = []
    for number in range(1, 201):
        lines = tuple(
            Line(f"Product {at}; x", f"S-{at}", chance.randint(1, 9), f"{chance.randint(0, 99999) / 100:.2f}")
            for at in range(chance.randint(1, 5))
        )
        goods = sum((Decimal(line.total) for line in lines), Decimal(0))
        tax, shipping = (Decimal(chance.randint(0, 2000)) / 100 for _ in range(2))
        cells = {"tax_total": f"{tax:.2f}", "shipping_total": f"{shipping:.2f}"}
        if chance.random() < 0.2:
            amount = f"{goods / 2:.2f}".replace(".", ",")
            cells["refund_items"] = f"amount:{amount}|reason:Broken; sorry|date:20-05-2018 10:00:00"
        orders.append(Order(number, lines, cells | {"order_total": f"{goods + tax + shipping:.2f}"}))
    file = packed_file(tmp_path, orders, encoding="cp1252", delimiter=";", decimal=",")
    with file.open(encoding="cp1252", newline="") as text:
        rows = list(csv.DictReader(text, delimiter=";"))
    result = import_file(file, choices=PARIS)
    assert not result.errors
    assert result.totals.new == len(rows) == 200
    assert result.totals.sums["EUR"] == sum(int(row["order_total"].replace(",", "")) for row in rows)
    refunds = [row["refund_items"].removeprefix("amount:").partition("|")[0] for row in rows if row["refund_items"]]
    assert result.totals.refunds["EUR"] == sum(int(amount.replace(",", "")) for amount in refunds)
    assert result.totals.with_difference == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_and_quoted_newlines_come_in(tmp_path: Path, encoding: str) -> None:
    order = Order(1, (Line("Thé\nvert"),), {"billing_company": "Élan\r\nSARL"})
    stored = packed(tmp_path, order, encoding=encoding).book.numbered("W1")
    assert [item.name for item in stored.items.values()] == ["Thé vert"]
    assert isinstance(stored.billing_address, Address)
    assert stored.billing_address.company == "Élan SARL"


@pytest.mark.parametrize(
    ("status", "paid_date", "stage", "payment", "remark"),
    [
        ("wc-completed", "", "completed", "paid", ()),
        ("completed", "16-05-2018 08:00:00", "completed", "paid", ()),
        ("wc-processing", "16-05-2018 08:00:00", "processing", "paid", ()),
        ("processing", "", "processing", "unpaid", ()),
        ("on-hold", "", "on_hold", "unpaid", ()),
        ("Pending payment", "", "pending", "unpaid", ()),
        ("checkout-draft", "", "draft", "unpaid", ()),
        ("wc-cancelled", "", "cancelled", "unpaid", ()),
        ("cancelled", "16-05-2018 08:00:00", "cancelled", "overpaid", ()),
        ("failed", "", "cancelled", "unpaid", ("payment-failed",)),
        ("trash", "", "cancelled", "unpaid", ("in-trash",)),
        ("refunded", "", "cancelled", "refunded", ()),
        ("Terminée", "", "completed", "paid", ()),
    ],
)
def test_every_status_says_where_the_order_stands(
    tmp_path: Path, status: str, paid_date: str, stage: str, payment: str, remark: tuple[str, ...]
) -> None:
    order = one(tmp_path, status=status, paid_date=paid_date)
    assert (order.stage, order.payment_status, remarks(order)) == (stage, payment, remark)


def test_without_dates_of_payment_an_order_in_hand_is_paid_unless_cash_is_collected(tmp_path: Path) -> None:
    header = [name for name in NEW if name != "paid_date"]
    assert one(tmp_path, status="processing", header=header).payment_status == "paid"
    assert one(tmp_path, status="processing", payment_method="cod", header=header).payment_status == "unpaid"


def test_the_history_of_the_status_becomes_a_note_and_tells_when_the_order_was_sent(tmp_path: Path) -> None:
    notes = (
        "content:Order status changed from Pending payment to Processing.|date:16-05-2018 07:32:10|added_by:system||"
        "content:Order status changed from Processing to Completed.\nThanks: a | b|date:18-05-2018 09:00:00|customer:1"
    )
    order = one(tmp_path, order_notes=notes)
    assert [note.text for note in order.notes.values()] == [
        "16-05-2018 07:32:10: Order status changed from Pending payment to Processing.\n"
        "18-05-2018 09:00:00: Order status changed from Processing to Completed.\nThanks: a | b"
    ]
    assert order.shipments[1].at == datetime(2018, 5, 18, 7, 0, tzinfo=UTC)
    unreadable = one(tmp_path, order_notes=notes.replace("18-05-2018 09:00:00", "yesterday"))
    assert "yesterday: " in str(next(iter(unreadable.notes.values())).text)


@pytest.mark.parametrize(
    ("line", "cells", "code", "column"),
    [
        (Line(quantity=0), {}, "quantity-out-of-bounds", "line_item_1"),
        (Line(name=" ", sku=""), {}, "not-a-line-item", "line_item_1"),
        (Line(sku="S" * 65), {}, "text-too-long", "line_item_1"),
        (Line(total="-1.00"), {"order_total": "1.00"}, "amount-out-of-bounds", "line_item_1"),
        (Line(), {"status": "lost"}, "unknown-status", "status"),
        (Line(), {"order_date": "5 Brumaire 2018"}, "date-form-unknown", "order_date"),
        (Line(), {"order_date": "32-01-2018"}, "not-a-date", "order_date"),
        (Line(), {"order_currency": ""}, "currency-unknown", "order_currency"),
        (Line(), {"order_total": "ten"}, "not-an-amount", "order_total"),
        (Line(), {"refund_items": "amount:99.00|reason:|date:"}, "refund-above-paid", "refund_items"),
        (Line(), {"billing_country": "Atlantis"}, "unknown-country", "billing_country"),
        (Line(), {"order_id": ""}, "number-missing", "order_number"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_column(
    tmp_path: Path, line: Line, cells: dict[str, str], code: str, column: str
) -> None:
    result = packed(tmp_path, Order(1, (line,), cells), Order(2))
    (row,) = result.errors
    assert (row["error_code"], row["error_column"]) == (code, column)
    assert result.totals.new == 1


def test_amounts_with_three_decimals_are_read_by_the_sign_that_the_order_proves(tmp_path: Path) -> None:
    order = one(tmp_path, Line(quantity=3, total="8.333"), order_total="8.33")
    assert (order.price.total, remarks(order)) == (833, ("unit-price-rounded: -0.01",))
    result = packed(tmp_path, Order(1, (Line(total="8.333"),), {"order_total": "", "tax_total": ""}))
    assert result.codes == ["ambiguous-amount"]


def test_the_shops_time_zone_is_asked_for_before_anything_comes_in(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="--timezone"):
        import_file(packed_file(tmp_path, [Order(1)]), choices=Choices())


def test_columns_may_be_left_out_and_stand_in_any_order(tmp_path: Path) -> None:
    few = ["order_notes", "order_total", "status", "order_date", "order_currency", "order_number"]
    order = one(tmp_path, header=few)
    assert (order.price.total, order.stage, len(order.items)) == (1000, "completed", 1)


def test_dates_with_hyphens_are_day_first_and_any_other_form_must_be_proved(tmp_path: Path) -> None:
    told = {"order_date": "05-06-2018 07:00:00", "paid_date": ""}
    assert one(tmp_path, **told).created_at == datetime(2018, 6, 5, 5, 0, tzinfo=UTC)
    file = packed_file(tmp_path, [Order(1, cells=told)])
    said = import_file(file, choices=structs.replace(PARIS, dates="month-first")).book.numbered("W1")
    assert said.created_at == datetime(2018, 5, 6, 5, 0, tzinfo=UTC)
    slashes = {"order_date": "05/06/2018 07:00", "paid_date": ""}
    assert packed(tmp_path, Order(1, cells=slashes)).codes == ["date-form-unknown"]
    proof = Order(2, cells={"order_date": "06/30/2018 07:00", "paid_date": ""})
    proved = packed(tmp_path, Order(1, cells=slashes), proof).book.numbered("W1")
    assert proved.created_at == datetime(2018, 5, 6, 5, 0, tzinfo=UTC)


def test_the_command_stores_both_exports_once_and_its_error_file_loads_alone(
    command: CliRunner, tmp_path: Path
) -> None:
    orders = [Order(number, (Line(), Line("Pot", "P", 2, "8.00"))) for number in range(1, 4)]
    file = str(packed_file(tmp_path, [*orders, Order(4, (Line(quantity=0),))]))
    options = ["--timezone", "Europe/Paris", "--json", "--errors", "wrong.csv"]
    first, again = (command.invoke(import_orders, [file, *options]) for _ in range(2))
    assert [first.exit_code, again.exit_code] == [3, 3]
    assert [json.loads(result.stdout)["orders"]["new"] for result in (first, again)] == [3, 0]
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(wrong.read_text(encoding="utf-8-sig").replace("quantity:0", "quantity:1"), encoding="utf-8")
    corrected = json.loads(command.invoke(import_orders, ["wrong.csv", *options[:3]]).stdout)
    assert (corrected["orders"]["new"], corrected["totals"]) == (1, {"EUR": "10.00"})


def test_what_the_shop_does_not_mean_is_left_aside(tmp_path: Path) -> None:
    guest = one(tmp_path, customer_id="0", billing_email="", billing_postcode="'01000", billing_phone="'0612")
    assert guest.customer_id is None
    assert isinstance(guest.billing_address, Address)
    assert (guest.billing_address.postcode, guest.billing_address.phone) == ("01000", "0612")
    known = one(tmp_path, customer_id="12", billing_email="")
    assert known.customer_id
    assert one(tmp_path, transaction_id="t" * 65).payments["1"].reference == ""


def test_an_order_completed_twice_was_sent_the_last_time(tmp_path: Path) -> None:
    notes = "||".join(
        f"content:Order status changed from Processing to Completed.|date:{day}-05-2018 09:00:00" for day in (18, 17)
    )
    assert one(tmp_path, order_notes=notes).shipments[1].at == datetime(2018, 5, 18, 7, 0, tzinfo=UTC)


def test_a_few_shared_names_do_not_make_it_woocommerces(tmp_path: Path) -> None:
    file = write(tmp_path, "order_id,order_date,order_total,tax_items", "1,2018-05-16,10.00,")
    with pytest.raises(UnusableFile, match="No profile knows"):
        import_file(file, choices=PARIS)
