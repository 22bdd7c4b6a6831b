"""Whatever becomes of a platform's file on its way: every order comes in as it was, or is told of."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from domain.orders.order import Order
from importers.faults import UnusableFile
from importers.profile import Choices
from importers.reading.table import open_table
from tests.importers.trying import findings_of, import_file

FILES = Path(__file__).with_name("files")
NAMES = sorted(path.name for path in FILES.iterdir())
ASKED = Choices(zone=ZoneInfo("America/Los_Angeles"), currency="USD")

Rows = list[list[str]]
_AMOUNT = re.compile(r"-?\$?\d{1,4}\.\d\d")


def shuffled_columns(rows: Rows, random: Random) -> Rows:
    width = max(map(len, rows))
    order = random.sample(range(width), width)
    return [[(row + [""] * width)[place] for place in order] for row in rows]


def shuffled_rows(rows: Rows, random: Random) -> Rows:
    return [rows[0], *random.sample(rows[1:], len(rows) - 1)]


def doubled_row(rows: Rows, random: Random) -> Rows:
    place = random.randrange(1, len(rows))
    return [*rows[:place], rows[place], *rows[place:]]


def doubled_file(rows: Rows, random: Random) -> Rows:
    return [*rows, *rows[1:]]


def lost_row(rows: Rows, random: Random) -> Rows:
    place = random.randrange(1, len(rows))
    return [*rows[:place], *rows[place + 1 :]]


def decimal_commas(rows: Rows, random: Random) -> Rows:
    return [
        rows[0],
        *([_AMOUNT.sub(_comma, cell) if _AMOUNT.fullmatch(cell) else cell for cell in row] for row in rows[1:]),
    ]


def _comma(match: re.Match[str]) -> str:
    return match[0].replace(".", ",")


def one_decimal_comma(rows: Rows, random: Random) -> Rows:
    return _one(rows, random, _AMOUNT, lambda text: text.replace(".", ","))


def one_turned_sign(rows: Rows, random: Random) -> Rows:
    return _one(rows, random, _AMOUNT, lambda text: text.removeprefix("-") if text[0] == "-" else f"-{text}")


def one_shifted_amount(rows: Rows, random: Random) -> Rows:
    return _one(rows, random, _AMOUNT, lambda text: text.replace(".", ""))


def one_word(rows: Rows, random: Random) -> Rows:
    return _one(rows, random, re.compile(r"\d{1,2}"), lambda text: "n/a")


def _one(rows: Rows, random: Random, form: re.Pattern[str], change: Callable[[str], str]) -> Rows:
    places = [
        (at, place) for at, row in enumerate(rows) if at for place, cell in enumerate(row) if form.fullmatch(cell)
    ]
    if not places:
        return rows
    at, place = random.choice(places)
    return [
        [change(cell) if (n, p) == (at, place) else cell for p, cell in enumerate(row)] for n, row in enumerate(rows)
    ]


def capitals(rows: Rows, random: Random) -> Rows:
    return [[name.upper() for name in rows[0]], *rows[1:]]


def guarded_cells(rows: Rows, random: Random) -> Rows:
    return [rows[0], *([f'="{cell}"' if cell.isdigit() else cell for cell in row] for row in rows[1:])]


def blank_rows(rows: Rows, random: Random) -> Rows:
    return [*rows[:2], [""] * len(rows[0]), *rows[2:]]


DAMAGES = (
    shuffled_columns, shuffled_rows, doubled_row, doubled_file, lost_row, decimal_commas, one_decimal_comma,
    one_turned_sign, one_shifted_amount, one_word, capitals, guarded_cells, blank_rows,
)  # fmt: skip
# An order of several rows without a total of its own is whole without one of them, and what stands alone is gone.
UNSEEN = {lost_row}
# Nothing in these files tells an amount a second time.
ONCE = {"amazon_shipments.tsv", "faire.csv"}


def read(file: Path) -> tuple[dict[str, tuple[object, ...]], set[str], bool]:
    """The orders, those that are remarked, and whether something was asked or refused."""
    try:
        asks = bool(findings_of(file, choices=ASKED))
        result = import_file(file, choices=ASKED)
    except UnusableFile:
        return {}, set(), True
    totals = result.totals
    assert totals.rows == totals.accepted_rows + totals.refused_rows
    orders = {order.number: order for order in result.book.orders.values()}
    remarked = {number for number, order in orders.items() if order.imported and order.imported.remarks}
    return {number: facts(order) for number, order in orders.items()}, remarked, asks or totals.refused > 0


def facts(order: Order) -> tuple[object, ...]:
    items = sorted(
        (item.sku, item.name, str(item.quantity), item.unit_price, item.discount) for item in order.items.values()
    )
    return (
        order.created_at, order.currency, order.price.total, order.adjustment, order.shipping_charge, order.stage,
        tuple(items), order.paid, order.refunded, order.billing_address, order.shipping_address,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "name"),
    [(damage, name) for damage in DAMAGES for name in NAMES if damage is not one_shifted_amount or name not in ONCE],
)
def test_a_damaged_file_comes_in_as_it_was_or_says_why_not(
    tmp_path: Path, name: str, damage: Callable[[Rows, Random], Rows]
) -> None:
    text = (FILES / name).read_text(encoding="utf-8-sig")
    with open_table([FILES / name]) as table:
        delimiter = table.delimiter
    rows = [row for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    good, bad = tmp_path / f"good-{name}", tmp_path / f"bad-{name}"
    for seed in range(5):
        for file, cells in ((good, rows), (bad, damage(rows, Random(seed)))):
            with file.open("w", encoding="utf-8", newline="") as target:
                csv.writer(target, delimiter=delimiter).writerows(cells)
        before, _, _ = read(good)
        after, remarked, told = read(bad)
        changed = {number for number in after if after[number] != before.get(number) and number not in remarked}
        assert not changed or told or damage in UNSEEN, (seed, [(before.get(n), after[n]) for n in sorted(changed)])
        lost = before.keys() - after.keys()
        assert not lost or told or damage in UNSEEN, (seed, lost)
