"""Packed cells give back what was packed into them, and every row of a mutated file ends up somewhere."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.faults import UnusableFile
from importers.platforms.woocommerce.packed import FEE_KEYS, NOTE_KEYS, plain, read_items, read_line
from importers.platforms.woocommerce.products import read_products
from tests.importers.trying import import_file
from tests.importers.woocommerce import PARIS, Line, Order, packed_file, row_file

# What names are made of where it hurts: the signs of packing, its very words, markup and line breaks.
PIECES = st.sampled_from(
    [
        "Tea",
        " ",
        ":",
        "|",
        "||",
        ";",
        ",",
        "sku:",
        "|sku:X",
        "name:",
        "|quantity:3",
        "total:1",
        "x 2",
        "&amp;",
        "é",
        "\n",
    ]
)
NAMES = st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(lambda text: plain(text) != "")
SKUS = st.text("AB-1|:.", max_size=8)
AMOUNTS = st.integers(0, 10**7).map(lambda minor: f"{minor // 100}.{minor % 100:02d}")


@given(name=NAMES, sku=SKUS, quantity=st.integers(1, 999), total=AMOUNTS, subtotal=AMOUNTS)
def test_a_packed_line_gives_the_same_line_back(name: str, sku: str, quantity: int, total: str, subtotal: str) -> None:
    told = read_line(Line(name, sku, quantity, total, subtotal).packed())
    assert (told["name"], told["sku"]) == (plain(name), plain(sku))
    assert (told["quantity"], told["total"], told["sub_total"]) == (str(quantity), total, subtotal)


def test_a_name_that_holds_a_whole_product_keeps_it() -> None:
    told = read_line("name:A|product_id:1|sku:B|product_id:2|sku:C|quantity:1|total:2|sub_total:2|total:9")
    assert (told["name"], told["sku"], told["total"]) == ("A|product_id:1|sku:B", "C", "2")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("sku:C|name:A|B|quantity:2|total:4.00", {"sku": "C", "name": "A|B", "quantity": "2", "total": "4.00"}),
        ("name:A|total:4.00|tax_data:a:1:{}", {"name": "A", "total": "4.00"}),
        ("|quantity:1|total:2|sub_total:2", {"quantity": "1", "total": "2", "sub_total": "2"}),
        ("nonsense", {}),
        ("", {}),
    ],
)
def test_a_line_with_other_keys_is_read_as_far_as_it_goes(cell: str, told: dict[str, str]) -> None:
    assert read_line(cell) == told


def test_a_cell_full_of_bars_is_read_at_once() -> None:
    told = read_line("name:" + "|product_id:1|sku:" * 40_000)
    assert (told["name"], len(told["sku"])) == ("", 40_000 * 18 - 18)


@given(st.lists(st.tuples(NAMES.filter(lambda name: "||" not in name), AMOUNTS), min_size=1, max_size=5))
def test_fees_are_told_apart_whatever_their_names_hold(fees: list[tuple[str, str]]) -> None:
    cell = "||".join(f"name:{name.replace('|', '/').replace('total:', '')}|total:{total}" for name, total in fees)
    found = read_items(cell, "||", FEE_KEYS)
    assert [one["total"] for one in found] == [total for _, total in fees]


def test_notes_keep_their_line_breaks_and_bars() -> None:
    cell = "content:One\ntwo || three|four|date:2018-05-16||content:Five|date:2018-05-17|added_by:system"
    assert [(one["content"], one["date"]) for one in read_items(cell, "||", NOTE_KEYS)] == [
        ("One\ntwo || three|four", "2018-05-16"),
        ("Five", "2018-05-17"),
    ]


PRODUCT = st.lists(st.sampled_from(["Tea", " x 2", ", ", "Mug", "3", "é"]), min_size=1, max_size=5).map(
    lambda parts: "".join(parts).strip(", ")
)


@settings(max_examples=50)
@given(st.lists(st.tuples(PRODUCT.filter(bool), st.integers(1, 40)), min_size=1, max_size=6))
def test_products_add_up_to_the_units_sold_unless_they_are_unclear(products: list[tuple[str, int]]) -> None:
    units = sum(quantity for _, quantity in products)
    for text in (", ".join(f"{name} x {count}" for name, count in products), ", ".join(f"{n}" for n, _ in products)):
        found = read_products(text, units)
        assert found.unclear or sum(quantity for _, quantity in found.lines) == units
        assert all(name for name, _ in found.lines)


@pytest.mark.parametrize(
    ("text", "units", "lines"),
    [
        ("Product A x 1, Product B x 2", 3, (("Product A", 1), ("Product B", 2))),
        ("Shirt, red x 2, 3 x 4 Board x 1", 3, (("Shirt, red", 2), ("3 x 4 Board", 1))),
        ("Board 2 x 4, oiled x 1", 1, (("Board 2 x 4, oiled", 1),)),
        ("Board 2 x 4, oiled x 1", 5, (("Board 2", 4), ("oiled", 1))),
        ("2× Tea, green, 1× Mug", 3, (("Tea, green", 2), ("Mug", 1))),
        ("Thé × 2", 2, (("Thé", 2),)),
        ("", 0, ()),
    ],
)
def test_names_with_commas_and_crosses_are_cut_where_the_units_say(
    text: str, units: int, lines: tuple[tuple[str, int], ...]
) -> None:
    found = read_products(text, units)
    assert (found.lines, found.unclear) == (lines, False)


@pytest.mark.parametrize("text", ["A x 1, B x 1, C x 1", "Tea", "A x 9999999"])
def test_products_that_cannot_be_cut_for_sure_say_so(text: str) -> None:
    assert read_products(text, 2).unclear


MUTATIONS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 80), NAMES), max_size=6)


@settings(max_examples=25, deadline=None)
@given(mutations=MUTATIONS, by_row=st.booleans())
def test_rows_in_are_the_rows_of_orders_and_the_refused_ones(
    mutations: list[tuple[int, int, str]], by_row: bool
) -> None:
    orders = [Order(number, (Line(), Line("Pot", "P", 2, "8.00"))) for number in range(1, 9)]
    with TemporaryDirectory() as name:
        file = row_file(Path(name), orders) if by_row else packed_file(Path(name), orders)
        with file.open(newline="") as text:
            header, *rows = list(csv.reader(text))
        for row, column, cell in mutations:
            rows[row % len(rows)][column % len(header)] = cell
        with file.open("w", newline="") as text:
            csv.writer(text).writerows([header, *rows])
        result = import_file(file, choices=PARIS)
    totals = result.totals
    assert totals.rows == len(rows) == totals.accepted_rows + totals.refused_rows


def test_a_header_that_names_no_date_is_not_one_of_woocommerces(tmp_path: Path) -> None:
    file = packed_file(tmp_path, [Order(1)], ["order_id", "order_notes", "order_total"])
    with pytest.raises(UnusableFile, match="No profile knows"):
        import_file(file, choices=PARIS)
