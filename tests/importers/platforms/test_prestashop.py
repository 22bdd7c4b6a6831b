"""PrestaShop's list of orders, in English and in French."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.orders.order import Order
from importers.profile import Choices
from tests.importers.trying import Imported, clear, import_file, write

ENGLISH = "id;Reference;New client;Delivery;Customer;Total;Payment;Status;Date"
FRENCH = "id;Référence;Nouveau client;Livraison;Client;Total;Paiement;État;Date"
PARIS = Choices(zone=ZoneInfo("Europe/Paris"))


def imported(
    folder: Path, *rows: str, header: str = ENGLISH, choices: Choices = PARIS, encoding: str = "utf-8"
) -> Imported:
    return import_file(write(folder, header, *rows, encoding=encoding), choices=choices)


def row(total: str = "€29.99", status: str = "Delivered", date: str = "2024-03-05 10:20:30", number: int = 7) -> str:
    return f"{number};XKBKNABJK;Yes;France;J. DOE;{total};Bank transfer;{status};{date}"


def the_order(result: Imported) -> Order:
    assert result.totals.new == 1, result.errors
    [order] = result.book.orders.values()
    return order


def test_an_english_row_is_an_order_without_lines(tmp_path: Path) -> None:
    order = the_order(imported(tmp_path, row()))
    assert (order.number, order.currency, order.price.total, order.paid) == ("XKBKNABJK", "EUR", 2999, 2999)
    assert (order.stage, order.payment_method, order.tags) == ("completed", "Bank transfer", ("new-customer",))
    assert (clear(order.billing_address).name, clear(order.shipping_address).country) == ("J. DOE", "FR")
    assert order.created_at == datetime(2024, 3, 5, 9, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_french_file_comes_in_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    rows = (
        '8;AAAAAAAAA;Oui;Belgique;É. Dupont;"1 234,50 €";Chèque;En attente du paiement par chèque;16/04/2024 08:00:00',
        "9;BBBBBBBBB;Non;France;M. Noël;29,99 €;Carte;Paiement accepté;03/04/2024 09:00:00",
    )
    result = imported(tmp_path, *rows, header=FRENCH, encoding=encoding)
    assert result.totals.as_dict()["totals"] == {"EUR": "1264.49"}
    first, second = result.book.numbered("AAAAAAAAA"), result.book.numbered("BBBBBBBBB")
    assert (first.stage, first.payment_status, clear(first.shipping_address).country) == ("pending", "unpaid", "BE")
    assert (second.stage, second.payment_status, clear(second.billing_address).name) == (
        "processing",
        "paid",
        "M. Noël",
    )
    assert second.created_at == datetime(2024, 4, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "stage", "payment", "remark"),
    [
        ("Awaiting bank wire payment", "pending", "unpaid", ()),
        ("Awaiting Cash On Delivery validation", "processing", "unpaid", ()),
        ("On backorder (not paid)", "on_hold", "unpaid", ()),
        ("Shipped", "shipped", "paid", ()),
        ("Refunded", "cancelled", "refunded", ()),
        ("Partial refund", "completed", "paid", ("refund-amount-unknown",)),
        ("Partial payment", "pending", "unpaid", ("paid-amount-unknown",)),
        ("Authorized. To be captured by merchant", "processing", "unpaid", ("payment-authorized",)),
        ("Payment error", "cancelled", "unpaid", ()),
        ("Annulé", "cancelled", "unpaid", ()),
        ("In the clouds", "pending", "unpaid", ("platform-status: In the clouds",)),
    ],
)
def test_a_status_is_a_stage_and_one_of_the_shops_own_is_remarked(
    tmp_path: Path, status: str, stage: str, payment: str, remark: tuple[str, ...]
) -> None:
    order = the_order(imported(tmp_path, row(status=status)))
    assert order.imported
    assert (order.stage, order.payment_status) == (stage, payment)
    assert order.imported.remarks == (*remark, "total-as-told: 29.99")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"total": "$29.99"}, "currency-unknown"),
        ({"total": "29.99"}, "currency-unknown"),
        ({"total": ""}, "cell-missing"),
        ({"status": ""}, "cell-missing"),
        ({"date": ""}, "cell-missing"),
    ],
)
def test_what_is_not_told_is_refused_row_by_row(tmp_path: Path, told: dict[str, str], code: str) -> None:
    result = imported(tmp_path, row(**told), row(number=8))  # type: ignore[arg-type]
    assert (result.totals.new, result.codes) == (1, [code])


def test_a_dollar_is_that_of_whom_the_caller_says(tmp_path: Path) -> None:
    choices = Choices(zone=ZoneInfo("America/Toronto"), currency="CAD")
    assert the_order(imported(tmp_path, row(total="$29.99"), choices=choices)).currency == "CAD"


def test_an_order_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    together = imported(tmp_path, row(), row())
    assert together.codes == ["duplicate-order"] * 2
    apart = import_file(write(tmp_path, ENGLISH, row(), row(number=8), row(), name="apart.csv"), choices=PARIS)
    assert (apart.totals.new, apart.codes) == (1, ["duplicate-order"] * 2)
