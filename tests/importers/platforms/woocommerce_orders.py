"""Orders of WooCommerce as the tests write and read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.orders.order import Order as Stored
from tests.importers.test_command import command as command  # the fixture
from tests.importers.trying import Imported, import_file
from tests.importers.woocommerce import NEW, PARIS, Line, Order, packed_file


def packed(folder: Path, *orders: Order, **how: Any) -> Imported:
    return import_file(packed_file(folder, orders, **how), choices=PARIS)


def one(folder: Path, *lines: Line, header: Any = NEW, **cells: Any) -> Stored:
    """The only order of a packed file, which must come in."""
    result = packed(folder, Order(1, lines or (Line(),), cells), header=header)
    assert not result.errors
    return result.book.numbered("W1")


def remarks(order: Stored) -> tuple[str, ...]:
    assert order.imported
    return order.imported.remarks
