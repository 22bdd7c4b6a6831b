"""Lists of payment providers: payments and refunds for orders that are there, and those of none listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.orders.order import Order
from importers.faults import Fault, UnusableFile
from importers.payments.forms import PAYPAL, STRIPE, PaymentsReader
from importers.profile import Choices
from importers.reading.rows import Row
from projections.runtime import Runtime
from tests.importers.importing import imported, order, orders_file, refused
from workers.projecting import Projecting

STRIPE_HEADER = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Description,Refunded date (UTC),Status,"
    "Customer Email,Invoice Number"
)
PAYPAL_HEADER = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,Transaction ID,Reference Txn ID,"
    "Invoice Number"
)


def stripe(folder: Path, *rows: str) -> Path:
    file = folder / "stripe.csv"
    file.write_text("\n".join((STRIPE_HEADER, *rows)) + "\n", encoding="utf-8")
    return file


def test_payments_are_matched_by_number_else_by_amount_day_and_address(
    runtime: Runtime, projecting: Projecting, tmp_path: Path
) -> None:
    unpaid = {"Financial Status": "pending", "Fulfillment Status": "unfulfilled"}
    orders = orders_file(
        tmp_path,
        order(1001, **unpaid),
        order(1002, email="kim@example.com", **{**unpaid, "Total": "7.00", "Lineitem price": "7.00"}),
        order(1003, email="lee@example.com", **unpaid),
    )
    imported(runtime, orders)
    runtime.views.wait_for("orders", runtime.log.head(), timeout=20)
    file = stripe(
        tmp_path,
        "ch_1,2025-01-15 17:45:00,5.00,2.00,eur,true,Order #1001,2025-01-16 09:00:00,Refunded,x@example.com,INV-1",
        "ch_2,2025-01-15 18:00:00,7.00,0.00,eur,true,Thanks,,Paid,kim@example.com,INV-1",
        "ch_3,2025-01-15 18:00:00,99.00,0.00,eur,true,Other,,Paid,p@example.com,INV-1",
        "ch_4,2025-01-15 18:00:00,5.00,0.00,eur,false,Order #1003,,Failed,lee@example.com,INV-1",
    )
    import_id, totals = imported(runtime, file, kind="payments")
    assert (totals.new, totals.refused) == (2, 2)
    assert [row["error_code"] for row in refused(runtime, import_id)] == ["payment-unmatched", "payment-not-made"]
    told = {one.number: one for one in _orders(runtime)}
    assert (told["#1001"].paid, told["#1001"].refunded) == (500, 200)
    assert [(one.reference, one.method) for one in told["#1002"].payments.values()] == [("ch_2", "stripe")]
    assert told["#1003"].paid == 0
    _, again = imported(runtime, file, kind="payments")
    assert (again.new, again.known) == (0, 2)


def _orders(runtime: Runtime) -> list[Order]:
    created = [one.event for one in runtime.log.read(0, 10_000) if one.event.TOPIC == "order.created"]
    return [runtime.log.load(Order, event.originator_id) for event in created]


def test_paypals_activity_tells_payments_with_their_zone_and_leaves_transfers() -> None:
    header = PAYPAL_HEADER.split(",")
    reader = PaymentsReader(header, Choices(dates="month-first", decimal="."))
    paid = "06/20/2026,19:52:00,PDT,Ann,Website Payment,Completed,EUR,12.50,-0.50,12.00,ann@example.com,TX1,,1001"
    told = reader.told(Row(2, paid.split(",")))
    assert (told.amount, told.currency, told.reference, told.numbers) == (1250, "EUR", "TX1", ("1001",))
    assert told.at.isoformat() == "2026-06-21T02:52:00+00:00"
    moved = "06/20/2026,19:52:00,PDT,,General Withdrawal,Completed,EUR,-12.50,0.00,-12.50,,TX2,,"
    with pytest.raises(Fault) as refusal:
        reader.told(Row(3, moved.split(",")))
    assert refusal.value.problem.code == "not-a-payment"


def test_other_headers_are_refused() -> None:
    assert STRIPE.fits(STRIPE_HEADER.split(","))
    assert PAYPAL.fits(PAYPAL_HEADER.split(","))
    with pytest.raises(UnusableFile, match="No list of payments"):
        PaymentsReader(("Name", "Total"), Choices())
