from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import pricing
from domain.owed import RefundedLine, RefundParts
from domain.pricing import Cart, CartLine, CouponDiscount, CouponTerms, PricedLine, TaxShare, price, unit_share
from domain.taxes import Taxes, single

EITHER = st.booleans()
RATES = st.sampled_from([0, 21_000, 55_000, 70_000, 100_000, 190_000, 200_000, 250_000, 1_000_000]).map(single)


def rate_of(taxes: Taxes) -> int:
    return taxes[0].rate if taxes else 0


def cart(*lines: CartLine, including_tax: bool = True, **rest: object) -> Cart:
    return replace(Cart("EUR", including_tax, lines), **rest)


@st.composite
def cart_lines(draw: st.DrawFn) -> CartLine:
    quantity, unit_price = draw(st.integers(1, 12)), draw(st.integers(0, 100_000))
    discount = draw(st.one_of(st.just(0), st.integers(0, quantity * unit_price)))
    return CartLine(str(draw(st.integers(1, 99))), quantity, unit_price, discount, draw(RATES))


COUPONS = st.one_of(
    st.builds(CouponTerms, st.just("TENTH"), st.just("percent"), st.integers(1, 10_000)),
    st.builds(CouponTerms, st.just("FIVER"), st.just("amount"), st.integers(1, 50_000)),
    st.builds(CouponTerms, st.just("FREE"), st.just("free_shipping")),
)


def carts(most_lines: int = 8, including_tax: st.SearchStrategy[bool] = EITHER) -> st.SearchStrategy[Cart]:
    return st.builds(
        Cart,
        currency=st.sampled_from(["EUR", "JPY", "KWD"]),
        prices_include_tax=including_tax,
        lines=st.lists(cart_lines(), max_size=most_lines, unique_by=lambda line: line.id).map(tuple),
        coupons=st.lists(COUPONS, max_size=3).map(tuple),
        discount=st.one_of(st.just(0), st.integers(0, 200_000)),
        shipping_charge=st.one_of(st.just(0), st.integers(0, 5_000)),
        shipping_taxes=RATES,
        paid=st.integers(0, 500_000),
    )


class TestParts:
    @given(carts(), st.integers(-5_000, 5_000))
    def test_lines_shipping_and_adjustment_sum_to_the_total(self, cart: Cart, adjustment: int) -> None:
        priced = price(replace(cart, adjustment=adjustment))
        assert sum(line.total for line in priced.lines) + priced.shipping_total + adjustment == priced.total
        assert priced.net + priced.tax + adjustment == priced.total
        assert all(line.net + line.tax == line.total for line in priced.lines)
        assert (priced.kept, priced.balance) == (priced.total, priced.total - cart.paid)

    @given(carts())
    def test_discounts_sum_to_what_came_off(self, cart: Cart) -> None:
        priced = price(cart)
        own = sum(min(line.discount, line.quantity * line.unit_price) for line in cart.lines)
        assert sum(line.discount for line in priced.lines) == own + priced.discount
        assert sum(line.gross_before for line in priced.lines) == priced.subtotal + own
        amounts = [(terms.kind, coupon.amount) for terms, coupon in zip(cart.coupons, priced.coupons, strict=True)]
        off_lines = sum(amount for kind, amount in amounts if kind != "free_shipping")
        assert priced.discount == off_lines + min(cart.discount, priced.subtotal - off_lines)
        assert priced.shipping_discount == sum(amount for kind, amount in amounts if kind == "free_shipping")
        assert [coupon.code for coupon in priced.coupons] == [terms.code for terms in cart.coupons]

    @given(carts())
    def test_the_tax_of_a_rate_is_that_of_its_lines_and_shipping(self, cart: Cart) -> None:
        priced = price(cart)
        rates = sorted({rate_of(line.taxes) for line in cart.lines} | {share.rate for share in priced.taxes})
        assert [share.rate for share in priced.taxes] == rates
        for share in priced.taxes:
            lines = [
                line for line, told in zip(priced.lines, cart.lines, strict=True) if rate_of(told.taxes) == share.rate
            ]
            with_shipping = rate_of(cart.shipping_taxes) == share.rate
            shipping_net = priced.shipping_total - priced.shipping_tax
            assert share.tax == sum(line.tax for line in lines) + (priced.shipping_tax if with_shipping else 0)
            assert share.net == sum(line.net for line in lines) + (shipping_net if with_shipping else 0)

    @given(carts())
    def test_the_tax_of_a_rate_is_right_to_half_a_unit(self, cart: Cart) -> None:
        for share in price(cart).taxes:
            if cart.prices_include_tax:
                gross, whole = share.net + share.tax, 1_000_000 + share.rate
                assert abs(share.tax * whole - gross * share.rate) * 2 <= whole
            else:
                assert abs(share.tax * 1_000_000 - share.net * share.rate) * 2 <= 1_000_000

    @given(carts())
    def test_nothing_is_ever_negative(self, cart: Cart) -> None:
        priced = price(cart)
        figures = [priced.subtotal, priced.discount, priced.shipping_discount, priced.shipping_total, priced.total]
        figures += [figure for line in priced.lines for figure in (line.discount, line.net, line.tax, line.total)]
        figures += [figure for share in priced.taxes for figure in (share.net, share.tax)]
        figures += [coupon.amount for coupon in priced.coupons]
        assert min(figures) >= 0

    @given(carts(including_tax=st.just(False)))
    def test_the_prices_of_a_cart_without_tax_with_the_tax_put_in_give_the_same_total(self, cart: Cart) -> None:
        priced = price(replace(cart, shipping_charge=0))
        included = tuple(
            CartLine(line.id, 1, line.total, 0, told.taxes) for line, told in zip(priced.lines, cart.lines, strict=True)
        )
        again = price(Cart(cart.currency, True, included))
        assert again.total == priced.total
        assert again.taxes == priced.taxes


class TestMoreDiscountNeverRaisesTheTotal:
    @given(carts(), st.integers(1, 5_000))
    def test_with_tax_in_the_prices_any_cart(self, cart: Cart, more: int) -> None:
        cart = replace(cart, prices_include_tax=True)
        assert price(replace(cart, discount=cart.discount + more)).total <= price(cart).total
        coupon = CouponTerms("MORE", "amount", more)
        assert price(replace(cart, coupons=(*cart.coupons, coupon))).total <= price(cart).total
        if cart.lines:
            first = replace(cart.lines[0], discount=cart.lines[0].discount + more)
            assert price(replace(cart, lines=(first, *cart.lines[1:]))).total <= price(cart).total

    # With five lines or more at different rates, largest remainders can move two units of net between rates at once.
    @given(carts(most_lines=4, including_tax=st.just(False)), st.integers(1, 5_000))
    def test_with_tax_on_top_a_cart_of_up_to_four_lines(self, cart: Cart, more: int) -> None:
        assert price(replace(cart, discount=cart.discount + more)).total <= price(cart).total

    @given(carts(including_tax=st.just(False)), RATES, st.integers(1, 5_000))
    def test_with_tax_on_top_any_cart_of_one_rate(self, cart: Cart, rate: Taxes, more: int) -> None:
        lines = tuple(replace(line, taxes=rate) for line in cart.lines)
        cart = replace(cart, lines=lines, shipping_taxes=rate)
        assert price(replace(cart, discount=cart.discount + more)).total <= price(cart).total


class TestRefunding:
    @given(st.integers(0, 10**7), st.lists(st.integers(1, 9), min_size=1, max_size=12))
    def test_all_units_in_any_steps_give_the_lines_total(self, total: int, steps: list[int]) -> None:
        line = PricedLine("1", sum(steps), total, 0, total, 0, total)
        amounts = [unit_share(line, sum(steps[:index]), step) for index, step in enumerate(steps)]
        assert sum(amounts) == total
        assert min(amounts) >= 0

    @given(carts())
    def test_refunding_every_unit_shipping_and_adjustment_leaves_nothing(self, cart: Cart) -> None:
        priced = price(replace(cart, paid=0))
        units = [
            RefundedLine(
                item=line.id,
                quantity=1,
                amount=unit_share(line, unit, 1),
                worth=unit_share(line, unit, 1),
                line_total=line.total,
                line_quantity=line.quantity,
            )
            for line in priced.lines
            for unit in range(line.quantity)
        ]
        refunds = (RefundParts(lines=tuple(units)), RefundParts(shipping=priced.shipping_total))
        settled = price(replace(cart, paid=priced.total, refunds=refunds))
        assert (settled.paid, settled.kept, settled.balance) == (settled.refunded, 0, 0)

    def test_units_past_the_quantity_are_worth_nothing(self) -> None:
        line = PricedLine("1", 3, 100, 0, 100, 0, 100)
        assert [unit_share(line, done, 1) for done in range(5)] == [33, 34, 33, 0, 0]
        assert unit_share(line, 2, 9) == 33
        assert unit_share(PricedLine("1", 0, 0, 0, 0, 0, 0), 0, 1) == 0


class TestWorkedExamples:
    def test_tax_is_taken_out_of_prices_that_include_it(self) -> None:
        priced = price(cart(CartLine("1", 3, 1_999, taxes=single(200_000))))
        assert priced.lines == (PricedLine("1", 3, 5_997, 0, 4_997, 1_000, 5_997, single(200_000), (1_000,)),)
        assert priced.taxes == (TaxShare(200_000, 4_997, 1_000),)
        assert (priced.net, priced.tax, priced.total) == (4_997, 1_000, 5_997)

    def test_tax_is_added_to_prices_without_it(self) -> None:
        line = CartLine("1", 3, 1_999, taxes=single(200_000))
        priced = price(cart(line, including_tax=False, shipping_charge=500, shipping_taxes=single(55_000)))
        assert priced.taxes == (TaxShare(55_000, 500, 28), TaxShare(200_000, 5_997, 1_199))
        assert (priced.shipping_tax, priced.shipping_total) == (28, 528)
        assert priced.total == 5_997 + 1_199 + 528

    def test_tax_is_rounded_once_per_rate_and_not_per_line(self) -> None:
        lines = [CartLine(str(number), 1, 2, taxes=single(200_000)) for number in range(5)]
        priced = price(cart(*lines, including_tax=False))
        assert priced.tax == 2
        assert [line.tax for line in priced.lines] == [1, 1, 0, 0, 0]

    def test_half_a_unit_of_tax_is_rounded_up(self) -> None:
        assert price(cart(CartLine("1", 1, 5, taxes=single(100_000)), including_tax=False)).tax == 1
        assert price(cart(CartLine("1", 1, 3, taxes=single(1_000_000)))).tax == 2

    def test_an_order_discount_is_shared_by_largest_remainder(self) -> None:
        lines = [CartLine(str(number), 1, 1_000) for number in range(3)]
        priced = price(cart(*lines, discount=100))
        assert [line.discount for line in priced.lines] == [34, 33, 33]
        assert (priced.subtotal, priced.discount, priced.total) == (3_000, 100, 2_900)

    def test_a_line_discount_comes_first_and_counts_in_the_lines_discount(self) -> None:
        priced = price(cart(CartLine("1", 2, 1_000, discount=500), CartLine("2", 1, 500), discount=200))
        assert priced.subtotal == 2_000
        assert [line.discount for line in priced.lines] == [650, 50]

    def test_coupons_count_on_the_subtotal_and_name_what_each_took(self) -> None:
        coupons = (CouponTerms("TENTH", "percent", 1_000), CouponTerms("FIVER", "amount", 500))
        priced = price(cart(CartLine("1", 1, 10_000), coupons=coupons, discount=100))
        assert priced.coupons == (CouponDiscount("TENTH", 1_000), CouponDiscount("FIVER", 500))
        assert (priced.discount, priced.total) == (1_600, 8_400)

    def test_discounts_stop_at_the_subtotal_and_leave_shipping_to_pay(self) -> None:
        coupons = (CouponTerms("ALL", "percent", 10_000), CouponTerms("FIVER", "amount", 500))
        priced = price(cart(CartLine("1", 1, 900), coupons=coupons, discount=100, shipping_charge=400))
        assert priced.coupons == (CouponDiscount("ALL", 900), CouponDiscount("FIVER", 0))
        assert (priced.discount, priced.total) == (900, 400)

    def test_percentages_add_up_before_rounding(self) -> None:
        half, thirty = CouponTerms("HALF", "percent", 5_000), CouponTerms("THIRD", "percent", 3_000)
        assert [coupon.amount for coupon in price(cart(CartLine("1", 1, 5), coupons=(half, half))).coupons] == [3, 2]
        assert [coupon.amount for coupon in price(cart(CartLine("1", 1, 5), coupons=(thirty, thirty))).coupons] == [
            2,
            1,
        ]

    def test_a_negative_discount_raises_nothing(self) -> None:
        assert price(cart(CartLine("1", 1, 1_000), discount=-100)).total == 1_000

    def test_free_shipping_takes_the_shipping_charge_off_once(self) -> None:
        free = CouponTerms("FREE", "free_shipping")
        line = CartLine("1", 1, 1_000, taxes=single(55_000))
        priced = price(cart(line, coupons=(free, free), shipping_charge=500, shipping_taxes=single(200_000)))
        assert priced.coupons == (CouponDiscount("FREE", 500), CouponDiscount("FREE", 0))
        assert (priced.shipping_charge, priced.shipping_discount, priced.shipping_total) == (500, 500, 0)
        assert [share.rate for share in priced.taxes] == [55_000]
        assert priced.total == 1_000

    def test_a_line_discount_above_the_line_stops_at_the_line(self) -> None:
        priced = price(cart(CartLine("1", 1, 1_000, discount=1_500), CartLine("2", 1, 100)))
        assert [line.total for line in priced.lines] == [0, 100]
        assert priced.lines[0].discount == 1_000

    def test_an_adjustment_bears_no_tax(self) -> None:
        plain = cart(CartLine("1", 1, 1_200, taxes=single(200_000)))
        priced = price(replace(plain, adjustment=-50))
        assert (priced.tax, priced.total) == (price(plain).tax, 1_150)

    @pytest.mark.parametrize(
        ("paid", "parts", "balance"),
        [
            (0, {}, 1_000),
            (1_200, {}, -200),
            (1_200, {"credit": 200}, 0),
            (1_200, {"goodwill": 200}, -200),
            (1_000, {"goodwill": 300}, 0),
            (1_000, {"goodwill": 1_000}, 0),
            (1_000, {"goodwill": 1_000, "pay_again": True}, 1_000),
        ],
    )
    def test_the_balance_is_what_is_kept_less_what_was_paid_and_not_given_back(
        self, paid: int, parts: dict[str, Any], balance: int
    ) -> None:
        refunds = (RefundParts(**parts),) if parts else ()
        assert price(cart(CartLine("1", 1, 1_000), paid=paid, refunds=refunds)).balance == balance

    def test_a_cancelled_order_keeps_nothing(self) -> None:
        priced = price(cart(CartLine("1", 1, 1_000), paid=1_000, cancelled=True))
        assert (priced.total, priced.kept, priced.balance) == (1_000, 0, -1_000)

    def test_an_empty_cart_costs_its_shipping(self) -> None:
        priced = price(cart(shipping_charge=600, shipping_taxes=single(200_000), discount=50))
        assert (priced.lines, priced.subtotal, priced.discount, priced.total) == ((), 0, 0, 600)
        assert priced.taxes == (TaxShare(200_000, 500, 100),)
        assert price(cart()).taxes == ()


def test_no_price_is_worked_out_in_floats_or_decimals() -> None:
    tree = ast.parse(inspect.getsource(pricing))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Div)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not {"Decimal", "float"} & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
