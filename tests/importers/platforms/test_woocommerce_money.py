"""WooCommerce: refunds, coupons, rates and adjustments to the cent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.orders.moves import OrderStatusChanged
from tests.importers.platforms.woocommerce_orders import one, remarks
from tests.importers.test_command import command as command  # the fixture
from tests.importers.trying import import_file
from tests.importers.woocommerce import OLD, PARIS, Line, Order, packed_file, row_file


def test_refunds_come_with_their_times_and_reasons(tmp_path: Path) -> None:
    refunds = "amount:-2.50|reason:Chipped; once|date:2018-05-20 10:00:00;amount:1.00|reason:|date:21-05-2018 10:00:00"
    order = one(tmp_path, refund_items=refunds)
    assert [(refund.amount, refund.at) for refund in order.refunds] == [
        (250, datetime(2018, 5, 20, 8, 0, tzinfo=UTC)),
        (100, datetime(2018, 5, 21, 8, 0, tzinfo=UTC)),
    ]
    assert [note.text for note in order.notes.values()] == ["Refund: Chipped; once"]


def test_a_refund_of_an_order_nobody_was_told_to_have_paid_says_so(tmp_path: Path) -> None:
    order = one(tmp_path, status="cancelled", paid_date="", refund_items="amount:10.00|reason:|date:")
    assert (order.paid, order.refunded, remarks(order)) == (1000, 1000, ("refund-without-payment-told",))


def test_refunded_lines_count_where_no_refund_is_listed(tmp_path: Path) -> None:
    told = [Order(1, (Line(refunded="-1.50"), Line(refunded="1.50")))]
    for file in (row_file(tmp_path, told), packed_file(tmp_path, told)):
        assert import_file(file, choices=PARIS).book.numbered("W1").refunded == 300


def test_a_total_that_the_parts_do_not_make_is_kept_and_marked(tmp_path: Path) -> None:
    order = one(tmp_path, order_total="10.01")
    assert (order.price.total, remarks(order)) == (1001, ("total-as-told: 0.01",))


@pytest.mark.parametrize(
    ("cells", "coupons", "note"),
    [
        ({"coupon_items": "code:A|amount:2.00"}, [("A", 300)], []),
        ({"coupon_items": "code:A|amount:2.00;code:B|amount:1.00"}, [("A", 200), ("B", 100)], []),
        (
            {"coupon_items": "code:A|amount:2.00;code:B|amount:2.00"},
            [],
            ["coupon_items: code:A|amount:2.00;code:B|amount:2.00"],
        ),
        ({}, [], []),
    ],
)
def test_coupons_stand_on_the_order_where_they_are_what_the_lines_lost(
    tmp_path: Path, cells: dict[str, Any], coupons: list[tuple[str, int]], note: list[str]
) -> None:
    order = one(tmp_path, Line(total="10.00", subtotal="13.00"), **cells)
    assert [(terms.code, terms.value) for terms in order.coupons] == coupons
    assert (order.price.total, remarks(order)) == (1000, ())
    assert [one.text for one in order.notes.values()] == note


@pytest.mark.parametrize(
    ("cells", "tax", "remark"),
    [
        ({"tax_items": "code:FR-1|label:TVA 20%|total:2.00", "tax_total": "2.00", "order_total": "12.00"}, 200, ()),
        ({"tax_items": "rate_id:1|code:X|rate_percent:20.0000", "tax_total": "2.00", "order_total": "12.00"}, 200, ()),
        ({"tax_items": "rate_id:1|code:X|rate_percent:20.0", "tax_total": "2.00", "order_total": "12.00"}, 200, ()),
        (
            {
                "tax_items": "label:VAT 20%|total:3.00", "tax_total": "3.00", "shipping_total": "5.00",
                "order_total": "18.00",
            },
            300,
            (),
        ),
        (
            {"tax_total": "2.00", "shipping_total": "5.00", "shipping_tax_total": "1.00", "order_total": "18.00"},
            0,
            ("taxes-without-rate: 3.00",),
        ),
        (
            {"tax_items": "label:VAT 20%|total:1.50", "tax_total": "1.50", "order_total": "11.50"},
            0,
            ("taxes-without-rate: 1.50",),
        ),
        (
            {"tax_items": "label:A 5%|total:1;label:B 5%|total:1", "tax_total": "2.00", "order_total": "12.00"},
            0,
            ("taxes-without-rate: 2.00",),
        ),
    ],
)  # fmt: skip
def test_a_rate_is_believed_where_it_leads_to_the_tax_told(
    tmp_path: Path, cells: dict[str, Any], tax: int, remark: tuple[str, ...]
) -> None:
    order = one(tmp_path, **cells)
    assert (order.price.tax, remarks(order)) == (tax, remark)


def test_a_negative_fee_is_a_discount(tmp_path: Path) -> None:
    order = one(tmp_path, fee_items="name:Thanks|total:-2.00", order_total="8.00")
    assert (order.discount, order.price.total, remarks(order)) == (200, 800, ())


def test_a_refund_listed_counts_once_beside_the_lines_and_ends_a_refunded_order(tmp_path: Path) -> None:
    refund = {"status": "refunded", "refund_items": "amount:10.00|reason:|date:20-05-2018 10:00:00"}
    file = row_file(tmp_path, [Order(1, (Line(refunded="-10.00"),), refund)])
    order = import_file(file, choices=PARIS).book.numbered("W1")
    assert (order.refunded, len(order.refunds), order.payment_status) == (1000, 1, "refunded")
    ended = one(tmp_path, **refund, completed_date="17-05-2018 10:00:00", header=OLD)
    moved = [event for event in ended.pending_events if isinstance(event, OrderStatusChanged)]
    assert moved[-1].timestamp == datetime(2018, 5, 20, 8, 0, tzinfo=UTC)


def test_a_coupon_used_twice_is_one_and_an_order_discount_alone_counts(tmp_path: Path) -> None:
    twice = one(
        tmp_path,
        Line(total="10.00", subtotal="13.00"),
        coupon_items="code:A|amount:2;code:B|amount:0.50;code:A|amount:0.50",
    )
    assert [(terms.code, terms.value) for terms in twice.coupons] == [("A", 250), ("B", 50)]
    lines = row_file(tmp_path, [Order(1, cells={"discount_total": "3.00", "order_total": "7.00"})])
    text = lines.read_text().replace("item_total,", "item_unused,")
    lines.write_text(text)
    order = import_file(lines, choices=PARIS).book.numbered("W1")
    assert (order.discount, order.price.total, remarks(order)) == (300, 700, ())


def test_a_coupon_that_took_nothing_off_the_lines_stands_on_the_order(tmp_path: Path) -> None:
    order = one(tmp_path, coupon_items="code:FREESHIP|amount:0")
    assert [(terms.code, terms.value) for terms in order.coupons] == [("FREESHIP", 0)]
    assert (order.price.total, remarks(order)) == (1000, ())
