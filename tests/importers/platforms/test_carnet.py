"""Carnet's own book: what was exported comes in again as the same orders, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from msgspec.structs import replace

from api.orders.rendering import order_answer
from domain.handlers import HANDLERS
from domain.orders.archive import ArchiveOrder
from domain.orders.creation import Buyer
from domain.orders.order import Order
from domain.pricing import CouponTerms
from domain.settings import Shop
from domain.taxes import Tax
from importers.platforms.carnet.book import kind_of
from importers.reading.table import open_table
from printing.exports.archive import archive
from projections.exports.book import TABLES
from scripts.demo import DAYS, ORDERS, creation, life, told
from tests.importers.trying import import_file, write

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = {
    "BIENVENUE": CouponTerms("BIENVENUE", "percent", 1000),
    "PORT-OFFERT": CouponTerms("PORT-OFFERT", "free_shipping"),
}
SAME = (
    "number", "created_at", "placed_at", "currency", "prices_include_tax", "locale", "status", "payment_status",
    "fulfilment_status", "operator", "payment_method", "shipping_method", "tags", "archived", "quantity",
    "tracking_codes", "total", "paid", "refunded", "kept", "balance", "credit", "subtotal", "net", "tax", "adjustment",
    "discount", "discount_total", "shipping_charge", "shipping_total", "shipping_taxes", "shipping_includes_tax",
    "taxes", "billing_address", "shipping_address", "coupons",
)  # fmt: skip
PARTS = {
    "items": ("sku", "name", "quantity", "unit_price", "discount", "net", "tax", "total", "taxes", "options"),
    "payments": ("amount", "method", "state", "reference", "at"),
    "refunds": (
        "amount",
        "items",
        "shipping",
        "goodwill",
        "credit",
        "pay_again",
        "method",
        "reference",
        "reason",
        "at",
        "state",
    ),
    "shipments": ("carrier", "tracking_code", "state", "at", "items"),
    "notes": ("text", "at"),
}


def demo() -> list[Order]:
    """The orders of the demonstration shop, decided as they would be there."""
    return [_lived(number) for number in range(ORDERS)]


def _lived(number: int) -> Order:
    random = Random(number)
    age = timedelta(days=DAYS) * (ORDERS - number) / ORDERS
    command = creation(number, NOW - age, random)
    address = command.billing_address
    command = replace(
        command,
        number=f"C-{number:05d}",
        currency="EUR",
        buyer=Buyer(id=command.order_id, name=address.name, email=address.email),
        coupon_codes=(),
        coupons=tuple(TERMS[code] for code in command.coupon_codes),
        shipping_address=replace(address, email="", phone="+33 1") if number % 3 == 0 else command.shipping_address,
        discount=150 if number % 7 == 0 else 0,
    )
    order = decided(Order.blank(command.order_id), [command])
    decided(order, life(order, age, random))
    if number % 11 == 0:
        decided(order, [ArchiveOrder(order_id=order.id, context=told(NOW, f"archive {number}"))])
    return order


def decided(order: Order, commands: Iterable[Any]) -> Order:
    shop = Shop()
    for command in commands:
        HANDLERS[type(command)].decide(order, command, shop)
    return order


def exported(folder: Path, orders: list[Order]) -> Path:
    file = folder / "book.zip"
    with file.open("wb") as to:
        archive(
            {table.name: table.columns for table in TABLES}, [{table.name: table.chunk(orders) for table in TABLES}], to
        )
    return file


def facts(order: Order) -> dict[str, Any]:
    answer = order_answer(order, Shop())
    shown = {field: answer[field] for field in SAME}
    for part, fields in PARTS.items():
        shown[part] = [{field: one[field] for field in fields} for one in answer[part]]
    return shown


def differences(first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    return (f"{name}: {first[name]} != {second[name]}" for name in first if first[name] != second[name])


def test_every_order_of_the_demonstration_comes_back_the_same(tmp_path: Path) -> None:
    orders = demo()
    result = import_file(exported(tmp_path, orders))
    assert (result.totals.new, result.errors) == (len(orders), [])
    back = {order.number: order for order in result.book.orders.values()}
    wrong = {
        order.number: found for order in orders if (found := list(differences(facts(order), facts(back[order.number]))))
    }
    assert wrong == {}
    assert any(order.refunds for order in orders)
    assert any(order.coupons for order in orders)


def test_a_second_export_says_the_same_as_the_first(tmp_path: Path) -> None:
    orders = demo()[:40]
    first = exported(tmp_path, orders)
    result = import_file(first, book=None)
    (tmp_path / "again").mkdir()
    again = exported(tmp_path / "again", sorted(result.book.orders.values(), key=lambda order: order.number))
    for name in ("lines", "payments", "notes"):
        before, after = (_rows(file, f"{name}.csv") for file in (first, again))
        assert [row[2:] for row in sorted(before, key=lambda row: row[1:])] == [
            row[2:] for row in sorted(after, key=lambda row: row[1:])
        ] or name == "notes"


def _rows(file: Path, name: str) -> list[list[str]]:
    with ZipFile(file) as packed:
        return [line.split(",") for line in packed.read(name).decode("utf-8-sig").splitlines()[1:]]


def test_a_refused_order_leaves_a_file_that_loads_again_alone(tmp_path: Path) -> None:
    orders = demo()[:3]
    file = exported(tmp_path, orders)
    broken = tmp_path / "broken.zip"
    with ZipFile(file) as before, ZipFile(broken, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.replace(b",completed,completed,", b",completed,nowhere,"))
    result = import_file(broken)
    assert result.totals.new == 0
    assert "unknown-status" in result.codes
    right = write(tmp_path, *result.report.read_text(encoding="utf-8-sig").replace("nowhere", "completed").splitlines())
    assert import_file(right).totals.new == 3


def test_taxes_of_several_names_and_compound_ones_come_back(tmp_path: Path) -> None:
    order = demo()[5]
    command = replace(
        creation(5, NOW - timedelta(days=9), Random(5)), number="T-1", currency="CAD", prices_include_tax=False,
        coupon_codes=(), place=True,
    )  # fmt: skip
    taxes = (Tax(50_000, "GST"), Tax(99_750, "QST", compound=True))
    items = tuple(replace(item, taxes=taxes) for item in command.items)
    order = decided(Order.blank(command.order_id), [replace(command, items=items, shipping_taxes=taxes)])
    back = import_file(exported(tmp_path, [order])).book.numbered("T-1")
    assert list(differences(facts(order), facts(back))) == [] or order.customer_id is None


def test_the_lists_of_orders_and_lines_come_in_with_what_they_tell(tmp_path: Path) -> None:
    header = (
        "id,number,created_at,currency,status,stage,payment_status,fulfilment_status,total,paid,refunded,customer_name"
    )
    orders = write(
        tmp_path,
        header,
        "0f0e,#E906,2026-03-01T09:00:00Z,EUR,processing,processing,partially_refunded,unfulfilled,11.00,11.00,4.00,'+1+2",
    )
    lines = write(
        tmp_path,
        "order_id,order_number,sku,name,quantity,unit_price,discount,tax_rate,net,tax,total",
        "0f0e,#E906,CUP-1,Cup,1,11.00,0.00,10.00,10.00,1.00,11.00",
        name="lines.csv",
    )
    order = import_file(orders, lines).book.numbered("#E906")
    assert (order.price.total, order.paid, order.refunded, order.adjustment, order.price.tax) == (
        1100,
        1100,
        400,
        0,
        100,
    )


def test_lines_without_their_orders_are_not_claimed() -> None:
    assert kind_of(("order_id", "order_number", "sku", "name", "quantity", "unit_price", "net")) == "lines"
    assert kind_of(("Name", "Total")) is None


def test_an_archive_names_its_files(tmp_path: Path) -> None:
    with open_table([exported(tmp_path, demo()[:2])]) as table:
        assert "File 1: It is the sheet orders.csv." in table.warnings


@pytest.mark.parametrize("name", [table.name for table in TABLES])
def test_each_file_is_known_by_its_own_columns(name: str) -> None:
    [table] = [table for table in TABLES if table.name == name]
    assert kind_of(tuple(column.name for column in table.columns)) == name


def test_a_list_for_a_french_spreadsheet_comes_in_too(tmp_path: Path) -> None:
    header = "id;number;created_at (UTC);currency;status;stage;payment_status;fulfilment_status;total;paid;refunded"
    file = write(
        tmp_path, header, "0f0e;#E1;2026-03-01 09:00:00;EUR;pending;pending;unpaid;unfulfilled;11,50;0,00;0,00"
    )
    order = import_file(file).book.numbered("#E1")
    assert (order.price.total, order.created_at) == (1150, datetime(2026, 3, 1, 9, tzinfo=UTC))
