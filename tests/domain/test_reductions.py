"""What coupons take off: from which lines, in which order, and never more than there is."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing import Cart, CartLine, CouponTerms, Price, price
from domain.sku_patterns import matches
from domain.taxes import single


def percent(value: int, code: str = "P", **facts: Any) -> CouponTerms:
    return CouponTerms(code, "percent", value, **facts)


def amount(value: int, code: str = "A", **facts: Any) -> CouponTerms:
    return CouponTerms(code, "amount", value, **facts)


CUP = CartLine("1", 2, 1_000, sku="CUP-1")
TEA = CartLine("2", 4, 250, sku="TEA-GREEN")


def priced(*coupons: CouponTerms, lines: tuple[CartLine, ...] = (CUP, TEA), **facts: Any) -> Price:
    """30.00 EUR unless told otherwise."""
    return price(Cart("EUR", True, lines, coupons=coupons, **facts))


@pytest.mark.parametrize(
    ("coupons", "lines", "taken"),
    [
        ((percent(4_000), percent(7_000, "Q")), (0, 0), (1_200, 1_800)),
        ((percent(4_000), percent(7_000, "Q", multiplies=True)), (360, 180), (1_200, 1_260)),
        ((percent(7_000, multiplies=True), percent(4_000, "Q")), (360, 180), (1_260, 1_200)),
        ((percent(4_000, multiplies=True), percent(5_000, "Q", multiplies=True)), (600, 300), (1_200, 900)),
        ((amount(1_000), percent(5_000, multiplies=True)), (667, 333), (1_000, 1_000)),
        ((percent(5_000, products=("CUP-1",)),), (1_000, 1_000), (1_000,)),
        ((percent(5_000, patterns=("TEA-*",)),), (2_000, 500), (500,)),
        ((percent(10_000, most_items=1),), (1_000, 1_000), (1_000,)),
        ((percent(10_000, most_items=3),), (0, 750), (2_250,)),
        ((percent(10_000, patterns=("TEA-*",), most_items=3),), (2_000, 250), (750,)),
        ((amount(5_000, products=("CUP-1",)),), (0, 1_000), (2_000,)),
        ((amount(5_000, most_items=1),), (1_000, 1_000), (1_000,)),
        ((percent(1_000), percent(5_000, "Q", products=("CUP-1",))), (800, 900), (300, 1_000)),
        ((percent(5_000, products=("CUP-1",)), percent(10_000, "Q", multiplies=True)), (0, 0), (1_000, 2_000)),
    ],
)
def test_what_each_coupon_takes_and_what_each_line_costs_then(
    coupons: tuple[CouponTerms, ...], lines: tuple[int, int], taken: tuple[int, ...]
) -> None:
    found = priced(*coupons)
    assert tuple(line.total for line in found.lines) == lines
    assert tuple(one.amount for one in found.coupons) == taken
    assert found.total == sum(lines) == 3_000 - sum(taken)


def test_the_orders_own_discount_comes_after_all_coupons() -> None:
    assert priced(percent(5_000, products=("CUP-1",)), discount=5_000).total == 0


TERMS = st.builds(
    CouponTerms,
    st.sampled_from("ABC"),
    st.sampled_from(["percent", "amount"]),
    st.integers(1, 10_000),
    multiplies=st.booleans(),
    products=st.sampled_from([(), ("CUP-1",), ("TEA-GREEN", "CUP-1")]),
    most_items=st.one_of(st.none(), st.integers(1, 5)),
)
LINES = st.builds(
    CartLine,
    st.just("1"),
    st.integers(1, 5),
    st.integers(0, 2_000),
    st.just(0),
    st.sampled_from([(), single(200_000)]),
    sku=st.sampled_from(["CUP-1", "TEA-GREEN", "POT"]),
)


@given(st.lists(LINES, min_size=1, max_size=4), st.lists(TERMS, max_size=4), st.integers(0, 3_000))
def test_no_line_costs_less_than_nothing_and_every_cent_is_told(
    lines: list[CartLine], coupons: list[CouponTerms], discount: int
) -> None:
    found = price(Cart("EUR", True, tuple(lines), coupons=tuple(coupons), discount=discount))
    assert all(line.total >= 0 and line.discount >= 0 for line in found.lines)
    taken = sum(one.amount for one in found.coupons)
    assert found.subtotal - found.discount == found.total
    assert found.discount == taken + min(discount, found.subtotal - taken)


@given(st.lists(st.integers(1, 9_999), min_size=2, max_size=4))
def test_percentages_that_multiply_leave_the_same_in_any_order_but_for_cents(values: list[int]) -> None:
    totals = [
        priced(*(percent(value, str(number), multiplies=True) for number, value in enumerate(order))).total
        for order in permutations(values)
    ]
    assert max(totals) - min(totals) <= len(values)


@pytest.mark.parametrize(
    ("pattern", "sku", "found"),
    [
        ("CUP", "CUP", True), ("CUP", "CUP-1", False), ("CUP*", "CUP", True), ("*", "", True), ("*CUP", "A-CUP", True),
        ("C*P", "CP", True), ("C*P", "C", False), ("A*A", "A", False), ("A*B*A", "A-B-A", True),
        ("A*B*A", "A-A", False), ("**B**", "ABA", True),
        ("A*BC*C", "ABCBC", True), ("A.C", "ABC", False), ("*AB*AB", "AAB", False),
    ],
)  # fmt: skip
def test_a_pattern_matches(pattern: str, sku: str, found: bool) -> None:
    assert matches(pattern, sku) is found


def test_a_pattern_made_to_be_slow_is_not() -> None:
    sku = "A" * 10_000
    assert not matches("*A" * 500 + "*B", sku)
    assert matches("*A" * 500 + "*", sku)
