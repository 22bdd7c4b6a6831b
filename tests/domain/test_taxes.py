"""Taxes of a cart: several at once, one on another, and whatever is given off of what bears them."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import taxation
from domain.money import shares_of_fractions
from domain.pricing import Cart, CartLine, CouponTerms, TaxShare, price
from domain.taxation import Base
from domain.taxes import Tax, Taxes, combined, rate_text, single, tax_rate_text
from domain.units import UNITS, QuantityTooFine, quantity_text, steps_of, units_of

GST, QST, PST = Tax(50_000, "GST"), Tax(99_750, "QST"), Tax(95_000, "PST", compound=True)
SETS = st.sampled_from([(), single(55_000), single(200_000), (GST,), (GST, QST), (GST, PST), (QST,)])


def taxed(*lines: CartLine, included: bool = False, **rest: object) -> dict[str, int]:
    """The taxes of a cart by name; one without a name by its rate."""
    priced = price(replace(Cart("CAD", included, lines), **rest))
    return {share.name or tax_rate_text(share.rate): share.tax for share in priced.taxes}


@pytest.mark.parametrize(
    ("lines", "included", "taxes"),
    [
        # 100.00 x 5 % = 5.00; 100.00 x 9.975 % = 9.975, halves up
        ([(10_000, (GST, QST))], False, {"GST": 500, "QST": 998}),
        # 114.98 / 1.14975 = 100.0043...; 5 % of it 5.0002, 9.975 % of it 9.9754
        ([(11_498, (GST, QST))], True, {"GST": 500, "QST": 998}),
        # 9.5 % of 100.00 + 5.00 = 9.975
        ([(10_000, (GST, PST))], False, {"GST": 500, "PST": 998}),
        # New York: 8.875 % of 19.99 = 1.7741
        ([(1_999, single(88_750))], False, {"8.875": 177}),
        # once on the sum, not line by line: 5 % of 0.10 + 0.10 + 0.10 = 0.015, not 3 x 0.01
        ([(10, (GST,)), (10, (GST,)), (10, (GST,))], False, {"GST": 2}),
        # GST on all that bears it, QST on a part: 5 % of 150.00, 9.975 % of 100.00
        ([(10_000, (GST, QST)), (5_000, (GST,))], False, {"GST": 750, "QST": 998}),
        # a discount line lowers its taxes: 5 % and 9.975 % of 97.00
        ([(10_000, (GST, QST)), (-300, (GST, QST))], False, {"GST": 485, "QST": 968}),
        ([(12_000, single(200_000)), (-1_200, single(200_000))], True, {"20.00": 1_800}),
    ],
)
def test_worked_examples(lines: list[tuple[int, Taxes]], included: bool, taxes: dict[str, int]) -> None:
    cart = [CartLine(str(number), 1, amount, 0, bears) for number, (amount, bears) in enumerate(lines)]
    assert taxed(*cart, included=included) == taxes


@given(
    st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from([(), single(55_000), (GST,)])), max_size=5), st.booleans()
)
def test_the_short_way_of_one_tax_each_is_the_long_one(lines: list[tuple[int, Taxes]], included: bool) -> None:
    bases = [Base(amount, bears, "", included) for amount, bears in [*lines, (590, single(200_000))]]
    both = Base(0, (GST, QST), "", included)  # of nothing: it alone makes the way long
    short, long = taxation.taxed(bases), taxation.taxed([both, *bases])
    shares = [share for share in long.shares if share.net or share.tax]
    assert [share for share in short.shares if share.net or share.tax] == shares
    assert (short.parts, short.totals) == (long.parts[1:], long.totals[1:])


def test_what_bears_no_tax_is_summed_up_by_its_reason() -> None:
    lines = (CartLine("1", 1, 500, exemption="Books"), CartLine("2", 1, 300, exemption="Books"), CartLine("3", 1, 100))
    assert price(Cart("EUR", True, lines)).taxes == (TaxShare(0, 100, 0), TaxShare(0, 800, 0, exemption="Books"))


def test_a_weighed_line_costs_its_part_of_a_unit_and_a_coupon_counts_whole_units() -> None:
    tea = CartLine("1", 350, 3_999, decimals=3)
    assert price(Cart("EUR", True, (tea,))).total == 1_400  # 0.350 x 39.99 = 13.9965
    one_kilogram = CouponTerms("KILO", "percent", 10_000, most_items=1)
    assert price(Cart("EUR", True, (replace(tea, quantity=2_500),), coupons=(one_kilogram,))).total == 5_999


CARTS = st.builds(
    Cart,
    st.just("CAD"),
    st.booleans(),
    st.lists(
        st.builds(CartLine, st.just("1"), st.integers(1, 9), st.integers(0, 3_000), st.just(0), SETS), max_size=5
    ).map(lambda lines: tuple(replace(line, id=str(number)) for number, line in enumerate(lines))),
    discount=st.sampled_from([0, 0, 1, 333]),
    shipping_charge=st.sampled_from([0, 590]),
    shipping_taxes=SETS,
    shipping_includes_tax=st.sampled_from([None, True, False]),
)


@given(CARTS, st.integers(0, 2_000))
def test_parts_sum_to_each_tax_and_to_the_total_whatever_the_order_of_the_lines(cart: Cart, rebate: int) -> None:
    if cart.lines:  # a discount on what the first line bears
        first = cart.lines[0]
        off = CartLine("off", 1, -min(rebate, first.amount), 0, first.taxes)
        cart = replace(cart, lines=(*cart.lines, off)) if off.unit_price else cart
    priced = price(cart)
    assert priced.net + priced.tax == priced.total == sum(line.total for line in priced.lines) + priced.shipping_total
    assert sum(line.worth for line in priced.lines) + priced.shipping_total == priced.total
    assert all(line.worth >= 0 for line in priced.lines)
    assert all(sum(line.worth_parts) <= line.worth for line in priced.lines)
    for share in priced.taxes:
        bearing = [(line.taxes, line.tax_parts) for line in priced.lines]
        bearing.append((priced.shipping_taxes, priced.shipping_tax_parts))
        tax = Tax(share.rate, share.name, share.compound)
        assert share.tax == sum(
            part for taxes, own in bearing for one, part in zip(taxes, own, strict=True) if one == tax
        )
    for lines in list(permutations(cart.lines))[:24]:
        turned = price(replace(cart, lines=lines))
        assert (turned.taxes, turned.total) == (priced.taxes, priced.total)


@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=6), st.integers(1, 97))
def test_fractions_below_zero_are_dealt_out_to_the_last_unit(numerators: list[int], denominator: int) -> None:
    amount = (2 * sum(numerators) + denominator) // (2 * denominator)
    parts = shares_of_fractions(amount, numerators, denominator)
    assert sum(parts) == amount
    assert all(abs(part * denominator - one) <= denominator for part, one in zip(parts, numerators, strict=True))


def test_rates_are_told_exactly() -> None:
    assert [tax_rate_text(rate) for rate in (0, 55_000, 88_750, 99_750, 1_000_000, 1)] == [
        "0.00", "5.50", "8.875", "9.975", "100.00", "0.0001",
    ]  # fmt: skip
    assert combined((GST, PST)) == Fraction("0.14975")
    assert rate_text(combined((Tax(99_750, "A"), Tax(88_750, "B", compound=True)))) == "19.73528125"


def test_quantities_are_kept_in_the_smallest_steps_of_their_unit() -> None:
    kilogram = UNITS["kg"]
    (steps,) = {steps_of(units_of(350, kilogram), kilogram, "")}
    assert (steps, quantity_text(350, kilogram), quantity_text(-5, kilogram), quantity_text(3, UNITS["piece"])) == (
        350, "0.350", "-0.005", "3",
    )  # fmt: skip
    with pytest.raises(QuantityTooFine) as refusal:
        steps_of(units_of(355, kilogram), UNITS["m"], "/quantity")
    assert (refusal.value.pointer, refusal.value.details["decimals"]) == ("/quantity", 2)
