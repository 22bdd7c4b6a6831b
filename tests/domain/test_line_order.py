"""The order of the lines changes no figure: no tax, no base, no coupon, no total, and no line that is told apart."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import taxation
from domain.pricing import Cart, CartLine, CouponTerms, Price, price
from domain.taxation import Base
from domain.taxes import Tax, single

GST, QST, PST = Tax(50_000, "GST"), Tax(99_750, "QST"), Tax(95_000, "PST", compound=True)
TAXES = st.sampled_from([(), single(55_000), single(200_000), (GST,), (GST, QST), (GST, PST), (GST, QST, PST), (QST,)])
SMALL = st.one_of(st.integers(0, 9), st.integers(0, 3_000))  # few cents: many equal remainders


def line_of(taxes: tuple[Tax, ...], exemption: str, **facts: Any) -> CartLine:
    return CartLine("", taxes=taxes, exemption="" if taxes else exemption, **facts)


GOODS = st.builds(
    line_of,
    TAXES,
    st.sampled_from(["", "Books", "Export"]),
    quantity=st.integers(1, 4),
    unit_price=SMALL,
    discount=st.sampled_from([0, 0, 0, 1, 7]),
    sku=st.sampled_from(["CUP-1", "TEA-GREEN", "POT"]),
)
WEIGHED = st.builds(
    line_of,
    TAXES,
    st.just(""),
    quantity=st.sampled_from([350, 500, 1_000, 1_500, 2_001]),
    unit_price=SMALL,
    sku=st.sampled_from(["TEA-GREEN", "TEA-BLACK"]),
    decimals=st.just(3),
)
REBATES = st.builds(
    line_of, TAXES, st.sampled_from(["", "Books"]), quantity=st.just(1), unit_price=st.integers(-700, -1)
)
COUPONS = st.builds(
    CouponTerms,
    st.just(""),
    st.sampled_from(["percent", "amount", "free_shipping"]),
    st.one_of(st.integers(1, 40), st.integers(1, 10_000)),
    multiplies=st.booleans(),
    products=st.sampled_from([(), (), ("CUP-1",), ("TEA-GREEN", "CUP-1")]),
    most_items=st.one_of(st.none(), st.none(), st.integers(1, 5)),
)
CARTS = st.builds(
    Cart,
    st.just("CAD"),
    st.booleans(),
    st.lists(st.one_of(GOODS, GOODS, WEIGHED, REBATES), min_size=2, max_size=4).map(tuple),
    st.lists(COUPONS, max_size=3).map(lambda terms: tuple(replace(one, code=f"C{n}") for n, one in enumerate(terms))),
    discount=st.sampled_from([0, 0, 1, 3, 333]),
    shipping_charge=st.sampled_from([0, 590]),
    shipping_taxes=TAXES,
    shipping_includes_tax=st.sampled_from([None, True, False]),
)


def figures(cart: Cart) -> tuple[Any, ...]:
    """What does not hang on the order: the sums, and of lines that bear the same taxes what they come to together."""
    found = price(cart)
    alike: dict[Any, Counter[str]] = {}
    for line in found.lines:
        parts = {f"tax {place}": part for place, part in enumerate(line.tax_parts)}
        worth = {f"worth {place}": part for place, part in enumerate(line.worth_parts)}
        own = {"net": line.net, "total": line.total, "worth": line.worth, "discount": line.discount}
        alike.setdefault((line.taxes, line.exemption), Counter()).update({**own, **parts, **worth})
    return sums(found), {key: dict(counted) for key, counted in alike.items()}


def sums(found: Price) -> tuple[Any, ...]:
    shipping = (found.shipping_total, found.shipping_tax_parts, found.shipping_discount)
    return found.total, found.net, found.tax, found.subtotal, found.discount, found.taxes, found.coupons, shipping


def small(*lines: CartLine, coupons: tuple[CouponTerms, ...] = (), discount: int = 0) -> Cart:
    return Cart("CAD", False, lines, coupons, discount)


def off(value: int, **facts: Any) -> CouponTerms:
    return CouponTerms("OFF", "amount", value, **facts)


CUP = CartLine("", 3, 7, taxes=single(200_000), sku="CUP-1")
TEA = replace(CUP, sku="TEA-GREEN")
BOOK = CartLine("", 2, 3, exemption="Books")


@given(CARTS)
# A compound tax: 5 % of 6 + 6 is one cent, of which both lines have half.
@example(small(CartLine("", 1, 6, taxes=(GST, PST)), CartLine("", 1, 6, taxes=(GST,))))
# Three cents off 6 + 6, both without tax, one for a reason.
@example(small(BOOK, replace(BOOK, exemption=""), discount=3))
# Two cents off 10 + 30 are half a cent each beyond the whole ones; then all cups are free.
@example(
    small(
        replace(CUP, quantity=1, unit_price=10),
        replace(TEA, quantity=1, unit_price=30),
        coupons=(off(2), off(5_000, products=("CUP-1",))),
    )
)
# The dearest unit is one of two lines alike, and only one of them has another coupon.
@example(small(CUP, TEA, coupons=(off(5_000, most_items=1), off(5_000, products=("CUP-1",), most_items=1))))
# Half a kilogram counts as a unit: the two dearest are other units as the line of 0.5 kg comes first or last.
@example(
    small(
        CartLine("", 3, 6, sku="TEA-GREEN"),
        CartLine("", 500, 6, sku="TEA-GREEN", decimals=3),
        coupons=(off(5_000, most_items=2),),
    )
)
# A rebate of 2 on 10 + 30, then a coupon for one of the two.
@example(
    small(
        replace(CUP, quantity=1, unit_price=10),
        replace(TEA, quantity=1, unit_price=30),
        CartLine("", 1, -2, taxes=CUP.taxes),
        coupons=(off(5_000, products=("CUP-1",)),),
    )
)
def test_no_permutation_of_the_lines_changes_a_figure(cart: Cart) -> None:
    told = figures(cart)
    for lines in permutations(cart.lines):
        assert figures(replace(cart, lines=lines)) == told


def test_the_base_of_a_compound_tax_does_not_depend_on_which_line_comes_first() -> None:
    """5 % of 6 + 6 is 0.60, one cent, of which both lines have half: the line that bears a tax on it has it."""
    both, alone, nothing = Base(6, (GST, PST), "", False), Base(6, (GST,), "", False), Base(0, (), "", False)
    assert taxation.taxed((both, alone, nothing)).shares == taxation.taxed((alone, both, nothing)).shares
