"""Whatever becomes of a good file on its way: every order comes in as it was, or is told of."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from domain.orders.order import Order
from importers.faults import UnusableFile
from importers.profile import Choices
from importers.reading.table import open_table
from tests.importers import damaged_cells  # noqa: F401 - adds its own
from tests.importers.damages import DAMAGES, Sheet
from tests.importers.trying import findings_of, import_file, proposed

SEED = int(os.environ.get("CAMPAIGN_SEED", "1"))
ROUNDS = int(os.environ.get("CAMPAIGN_ROUNDS", "40"))
ASKED = Choices(zone=ZoneInfo("Europe/Berlin"), currency="EUR")
# What no importer can see, for what is left is a good file as well: rows of an order that end with it, ...
UNSEEN = {"cut_behind_a_row", "cut_in_a_row", "row_lost", "read_as_latin"}
COLUMNS = [
    "number", "date", "name", "email", "sku", "product", "quantity", "price", "discount", "shipping", "total",
    "currency", "status", "paid", "postcode", "country", "phone",
]  # fmt: skip
GOODS = (
    ("00417", "Teapot, blue", "24.50"),
    ("K-2", "Cup", "8.00"),
    ("K-3", "Bowl", "1250.00"),
    ("K-4", "Plate", "12.90"),
)

Facts = tuple[object, ...]


def good_sheet(random: Random) -> Sheet:
    """Orders of one to three lines, a month apart and less, whose sums hold."""
    rows = []
    at = datetime(2025, 11, 3, 9, 15)
    for number in range(1, 15):
        at += timedelta(days=random.randint(1, 12), minutes=random.randint(1, 500))
        goods = random.sample(GOODS, random.randint(1, 3))
        lines = [
            (sku, name, random.randint(1, 4), price, random.choice(["0.00", "0.00", "1.50"]))
            for sku, name, price in goods
        ]
        total = sum(count * float(price) - float(off) for _, _, count, price, off in lines) + 4.9
        head = [str(1000 + number), at.strftime("%Y-%m-%d %H:%M"), f"Ida Muster{number}", f"ida{number}@example.com"]
        tail = [
            "4.90",
            f"{total:.2f}",
            "EUR",
            random.choice(["completed", "processing"]),
            "paid",
            f"0{1000 + number}",
            "DE",
            f"49301234{number}",
        ]
        rows += [[*head, sku, name, str(count), price, off, *tail] for sku, name, count, price, off in lines]
    return Sheet(columns=COLUMNS, rows=rows)


def facts(order: Order) -> Facts:
    """What an order says, but for what no file of this kind tells."""
    items = sorted(
        (item.sku, item.name, item.quantity, item.unit_price, item.discount) for item in order.items.values()
    )
    return (
        order.created_at, order.currency, order.price.total, order.price.adjustment, order.shipping_charge, order.stage,
        order.customer_name, order.billing_address, order.shipping_address, tuple(items), order.paid, order.refunded,
    )  # fmt: skip


class Read:
    """What came of a file: the orders that came in, whether the whole of it was asked about, and what else was told."""

    def __init__(self, file: Path) -> None:
        self.orders: dict[str, Facts] = {}
        self.remarked: set[str] = set()
        self.refused = 0
        self.asks: set[str] = set()
        try:
            self._read(file)
        except UnusableFile as error:
            self.asks.add(str(error))

    def _read(self, file: Path) -> None:
        mapping = proposed(file)
        with open_table([file]) as table:
            self.asks |= set(table.warnings)
        self.asks |= set(findings_of(file, mapping=mapping, choices=ASKED))
        result = import_file(file, mapping=mapping, choices=ASKED)
        totals = result.totals
        assert totals.rows == totals.accepted_rows + totals.refused_rows
        self.refused = totals.refused
        for order in result.book.orders.values():
            self.orders[order.number] = facts(order)
            if order.imported and order.imported.remarks:
                self.remarked.add(order.number)


def silent(good: Read, damaged: Read) -> dict[str, tuple[Facts | None, Facts | None]]:
    """The orders that came in otherwise than they were, or not at all, without a word."""
    if damaged.asks:
        return {}
    changed: dict[str, tuple[Facts | None, Facts | None]] = {
        number: (good.orders.get(number), told)
        for number, told in damaged.orders.items()
        if told != good.orders.get(number) and number not in damaged.remarked
    }
    lost = good.orders.keys() - damaged.orders.keys()
    return changed if damaged.refused else changed | {number: (good.orders[number], None) for number in lost}


def tried(folder: Path, seed: int, name: str) -> dict[str, tuple[Facts | None, Facts | None]]:
    """What a damage did to a good file without a word."""
    sheet = good_sheet(Random(seed))
    file = folder / f"good-{seed}.csv"
    file.write_bytes(sheet.bytes())
    good = Read(file)
    assert len(good.orders) == 14, "the good file comes in as a whole"
    assert not good.asks | good.remarked, "and nothing is to be said of it"
    damaged = folder / f"{name}-{seed}.csv"
    damaged.write_bytes(DAMAGES[name](sheet, Random(seed)).bytes())
    return silent(good, Read(damaged))


@pytest.mark.parametrize("name", sorted(DAMAGES.keys() - UNSEEN))
def test_a_damaged_file_comes_in_as_it_was_or_says_why_not(tmp_path: Path, name: str) -> None:
    assert tried(tmp_path, SEED, name) == {}


@pytest.mark.parametrize("name", sorted(UNSEEN))
def test_of_a_file_that_lost_a_part_nothing_else_is_changed_without_a_word(tmp_path: Path, name: str) -> None:
    for number, (was, now) in tried(tmp_path, SEED, name).items():
        assert was is not None, number
        if now and name != "read_as_latin":
            assert was[0] == now[0], "an order that lost its last rows keeps its total, and is remarked"


@pytest.mark.campaign
@pytest.mark.parametrize("name", sorted(DAMAGES.keys() - UNSEEN))
def test_many_files_are_damaged(tmp_path: Path, name: str) -> None:
    for seed in range(SEED, SEED + ROUNDS):
        assert tried(tmp_path, seed, name) == {}, f"seed {seed}"


@pytest.mark.campaign
def test_files_are_damaged_twice(tmp_path: Path) -> None:
    random = Random(SEED)
    for seed in range(SEED, SEED + ROUNDS):
        first, second = random.sample(sorted(DAMAGES.keys() - UNSEEN), 2)
        sheet = good_sheet(Random(seed))
        good_file, file = tmp_path / "good.csv", tmp_path / "twice.csv"
        good_file.write_bytes(sheet.bytes())
        try:
            damaged = DAMAGES[second](DAMAGES[first](replace(sheet), Random(seed)), Random(seed + 1))
        except (ValueError, IndexError):
            continue  # the second does not apply to what the first left
        file.write_bytes(damaged.bytes())
        assert silent(Read(good_file), Read(file)) == {}, f"{first}, {second}, seed {seed}"
