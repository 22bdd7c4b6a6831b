"""Figures worked out by hand, each with its arithmetic: what a cart comes to, and what is owed once money moved.

Rounding: the tax of a rate is taken once on the sum at that rate, half a unit upwards; what is shared goes by largest
remainder. Amounts are in minor units.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from domain.orders.cart import RemoveItem
from domain.orders.charges import ApplyCoupon, SetShippingCharge
from domain.orders.line_changes import ChangeItem
from domain.orders.order import Order
from domain.pricing import Cart, CartLine, CouponTerms, price
from domain.taxes import single
from tests.domain.orders import ask, line, pay, placed, refund, to
from tests.given import given


def lines(*told: tuple[int, ...]) -> tuple[CartLine, ...]:
    """Lines of `(quantity, unit price, rate, discount)`; rates in hundredths of a percent."""
    parts = [(*one, *(0, 0))[:4] for one in told]
    return tuple(
        CartLine(str(number), quantity, unit_price, discount, single(rate * 100))
        for number, (quantity, unit_price, rate, discount) in enumerate(parts, start=1)
    )


def percent(value: int) -> CouponTerms:
    return CouponTerms(f"P{value}", "percent", value)


def off(value: int) -> CouponTerms:
    return CouponTerms(f"A{value}", "amount", value)


FREE = CouponTerms("FREE", "free_shipping")


class Figure(NamedTuple):
    """A cart, what it comes to in total and in tax, and why."""

    arithmetic: str
    cart: tuple[CartLine, ...]
    total: int
    tax: int
    facts: dict[str, Any] = {}  # noqa: RUF012 - never changed


GROSS = (
    Figure("19.99 x 3 = 59.97; 59.97 x 20/120 = 9.995 -> 10.00", lines((3, 1_999, 2_000)), 5_997, 1_000),
    Figure("10.00 x 20/120 = 1.6667 -> 1.67", lines((1, 1_000, 2_000)), 1_000, 167),
    Figure("10.00 x 5.5/105.5 = 0.5213 -> 0.52", lines((1, 1_000, 550)), 1_000, 52),
    Figure("10.00 x 2.1/102.1 = 0.2057 -> 0.21", lines((1, 1_000, 210)), 1_000, 21),
    Figure("10.00 x 19/119 = 1.5966 -> 1.60", lines((1, 1_000, 1_900)), 1_000, 160),
    Figure("10.00 x 7/107 = 0.6542 -> 0.65", lines((1, 1_000, 700)), 1_000, 65),
    Figure("100.00 x 25/125 = 20.00", lines((1, 10_000, 2_500)), 10_000, 2_000),
    Figure("0.03 x 20/120 = 0.005 -> 0.01, half upwards", lines((1, 3, 2_000)), 3, 1),
    Figure("0.02 x 20/120 = 0.0033 -> 0", lines((1, 2, 2_000)), 2, 0),
    Figure("no rate, no tax", lines((4, 250, 0)), 1_000, 0),
    Figure("3 x 0.99 = 2.97 x 20/120 = 0.495 -> 0.50", lines((3, 99, 2_000)), 297, 50),
    Figure(
        "12.00 x 20/120 + 10.55 x 5.5/105.5 = 2.00 + 0.55", lines((1, 1_200, 2_000), (1, 1_055, 550)), 2_255, 255
    ),
    Figure(
        "two lines, one rate: (5.00 + 5.00) x 20/120 = 1.6667, not 2 x 0.83", lines((1, 500, 2_000), (1, 500, 2_000)),
        1_000, 167,
    ),
    Figure("20.00 - 5.00 of the line = 15.00 x 20/120 = 2.50", lines((2, 1_000, 2_000, 500)), 1_500, 250),
    Figure(
        "12.00 + 6.00 shipping at 20: 18.00 x 20/120 = 3.00", lines((1, 1_200, 2_000)), 1_800, 300,
        {"shipping_charge": 600, "shipping_taxes": single(200_000)},
    ),
    Figure(
        "10.55 at 5.5 + 6.00 shipping at 20: 0.55 + 1.00", lines((1, 1_055, 550)), 1_655, 155,
        {"shipping_charge": 600, "shipping_taxes": single(200_000)},
    ),
    Figure("shipping without tax: 2.00", lines((1, 1_200, 2_000)), 1_700, 200, {"shipping_charge": 500}),
)  # fmt: skip
NET = (
    Figure("19.99 x 3 = 59.97; x 20 % = 11.994 -> 11.99", lines((3, 1_999, 2_000)), 7_196, 1_199),
    Figure("10.00 x 20 % = 2.00", lines((1, 1_000, 2_000)), 1_200, 200),
    Figure("0.05 x 10 % = 0.005 -> 0.01, half upwards", lines((1, 5, 1_000)), 6, 1),
    Figure("0.04 x 10 % = 0.004 -> 0", lines((1, 4, 1_000)), 4, 0),
    Figure("5 x 0.02 = 0.10 x 20 % = 0.02, not 5 x 0.00", lines(*[(1, 2, 2_000)] * 5), 12, 2),
    Figure("33.33 x 5.5 % = 1.83315 -> 1.83", lines((1, 3_333, 550)), 3_516, 183),
    Figure("99.99 x 19 % = 18.9981 -> 19.00", lines((1, 9_999, 1_900)), 11_899, 1_900),
    Figure("12.50 x 8.875 % told as 8.88 = 1.11", lines((1, 1_250, 888)), 1_361, 111),
    Figure(
        "10.00 x 20 % + 10.00 x 5.5 % = 2.00 + 0.55", lines((1, 1_000, 2_000), (1, 1_000, 550)), 2_255, 255
    ),
    Figure(
        "10.00 x 20 % + 5.00 shipping x 5.5 % = 2.00 + 0.275 -> 0.28", lines((1, 1_000, 2_000)), 1_728, 228,
        {"shipping_charge": 500, "shipping_taxes": single(55_000)},
    ),
    Figure("(20.00 - 5.00) x 20 % = 3.00", lines((2, 1_000, 2_000, 500)), 1_800, 300),
    Figure("a tax of 100 %: 0.99 + 0.99", lines((1, 99, 10_000)), 198, 99),
    Figure("an adjustment bears no tax: 12.00 - 0.01", lines((1, 1_000, 2_000)), 1_199, 200, {"adjustment": -1}),
)  # fmt: skip
DISCOUNTS = (
    Figure("20.00 - 10 % = 18.00 x 20/120 = 3.00", lines((2, 1_000, 2_000)), 1_800, 300,
           {"coupons": (percent(1_000),)}),
    Figure("9.99 - 10 % (0.999 -> 1.00) = 8.99", lines((1, 999)), 899, 0, {"coupons": (percent(1_000),)}),
    Figure("0.05 - 50 % (0.025 -> 0.03) = 0.02", lines((1, 5)), 2, 0, {"coupons": (percent(5_000),)}),
    Figure("50 % and 50 %, added before rounding: all", lines((1, 5)), 0, 0, {"coupons": (percent(5_000),) * 2}),
    Figure("30.00 - 5.00 = 25.00", lines((1, 3_000)), 2_500, 0, {"coupons": (off(500),)}),
    Figure("4.00 - 5.00 stops at 0", lines((1, 400)), 0, 0, {"coupons": (off(500),)}),
    Figure("100.00 - 10 % - 5.00 = 85.00", lines((1, 10_000)), 8_500, 0, {"coupons": (percent(1_000), off(500))}),
    Figure("100.00 - 10 % - 5.00 - 1.00 = 84.00", lines((1, 10_000)), 8_400, 0,
           {"coupons": (percent(1_000), off(500)), "discount": 100}),
    Figure("10.00 + 5.00 shipping, free: 10.00", lines((1, 1_000)), 1_000, 0,
           {"coupons": (FREE,), "shipping_charge": 500}),
    Figure("free twice is free once", lines((1, 1_000)), 1_000, 0, {"coupons": (FREE, FREE), "shipping_charge": 500}),
    Figure("9.00 - 100 % leaves 4.00 of shipping", lines((1, 900)), 400, 0,
           {"coupons": (percent(10_000),), "shipping_charge": 400}),
    Figure("1.00 off 10.00 at 20 and 10.00 at 5.5: 9.50 each; 1.58 + 0.50", lines((1, 1_000, 2_000), (1, 1_000, 550)),
           1_900, 208, {"discount": 100}),
    Figure("0.01 off two lines alike but for their tax: off the one at 20, 9.99 x 20/120 = 1.665 -> 1.67; + 0.52",
           lines((1, 1_000, 550), (1, 1_000, 2_000)), 1_999, 219, {"discount": 1}),
    Figure("the same with the lines turned round", lines((1, 1_000, 2_000), (1, 1_000, 550)), 1_999, 219,
           {"discount": 1}),
    Figure("a discount on nothing takes nothing", (), 500, 0, {"discount": 100, "shipping_charge": 500}),
)  # fmt: skip
CURRENCIES = (
    Figure("JPY 1000 x 10/110 = 90.909 -> 91", lines((1, 1_000, 1_000)), 1_000, 91, {"currency": "JPY"}),
    Figure("JPY 980 - 10 % = 882 x 8/108 = 65.33 -> 65", lines((1, 980, 800)), 882, 65,
           {"currency": "JPY", "coupons": (percent(1_000),)}),
    Figure("JPY 333 x 10 % = 33.3 -> 33 on top", lines((1, 333, 1_000)), 366, 33,
           {"currency": "JPY", "prices_include_tax": False}),
    Figure("KWD 1.999 x 5/105 = 0.0952 -> 0.095", lines((1, 1_999, 500)), 1_999, 95, {"currency": "KWD"}),
    Figure("KWD 0.333 x 3 = 0.999 x 5 % = 0.04995 -> 0.050", lines((3, 333, 500)), 1_049, 50,
           {"currency": "KWD", "prices_include_tax": False}),
)  # fmt: skip
NETTED = [figure._replace(facts={"prices_include_tax": False} | figure.facts) for figure in NET]
CARTS = (*GROSS, *NETTED, *DISCOUNTS, *CURRENCIES)


@pytest.mark.parametrize("figure", CARTS, ids=lambda figure: figure.arithmetic)
def test_a_cart_comes_to(figure: Figure) -> None:
    facts: dict[str, Any] = {"currency": "EUR", "prices_include_tax": True} | figure.facts
    priced = price(Cart(lines=figure.cart, **facts))
    assert (priced.total, priced.tax) == (figure.total, figure.tax)
    turned = price(Cart(lines=figure.cart[::-1], **facts))
    assert (turned.total, turned.taxes) == (priced.total, priced.taxes)


def change(**facts: Any) -> ChangeItem:
    return ask(ChangeItem, item="1", **facts)


HALF = ask(ApplyCoupon, coupon_code="HALF", terms=CouponTerms("HALF", "percent", 5_000))
ABC = placed(line(1, sku="A"), line(1, sku="B"), line(1, sku="C"))
THIRDS = placed(line(3, 1_000, discount=2_000))  # three units for 10.00

OWED = (
    ("30.00 kept - 30.00", (ABC, pay()), 3_000, 0, "paid"),
    ("30.00 kept - nothing", (ABC,), 3_000, 3_000, "unpaid"),
    ("30.00 kept - 10.00", (ABC, pay(1_000)), 3_000, 2_000, "partially_paid"),
    ("A back: 20.00 - (30.00 - 10.00)", (ABC, pay(), refund(("1", 1))), 2_000, 0, "partially_refunded"),
    ("A back, C off: 10.00 - (30.00 - 10.00)", (ABC, pay(), refund(("1", 1)), ask(RemoveItem, item="3")), 1_000,
     -1_000, "overpaid"),
    ("C off, A back: 10.00 - (30.00 - 10.00)", (ABC, pay(), ask(RemoveItem, item="3"), refund(("1", 1))), 1_000,
     -1_000, "overpaid"),
    ("paid twice, A back: 20.00 - (60.00 - 10.00)", (ABC, pay(), pay(3_000), refund(("1", 1))), 2_000, -3_000,
     "overpaid"),
    ("paid twice, one back: 30.00 - (60.00 - 30.00)", (ABC, pay(), pay(3_000), refund(credit=3_000)), 3_000, 0, "paid"),
    ("3 x 10.00, one back, two kept at 12.00: 24.00 - (30.00 - 10.00)",
     (placed(line(3)), pay(), refund(("1", 1)), change(quantity=2), change(unit_price=1_200)), 2_400, 400,
     "partially_paid"),
    ("one of three back, five kept: 50.00 - (30.00 - 10.00)",
     (placed(line(3)), pay(), refund(("1", 1)), change(quantity=5)), 5_000, 3_000, "partially_paid"),
    ("12.00 + 12.00, A back at 12.00, then half off: 6.00 - (24.00 - 12.00)",
     (placed(line(1, 1_200), line(1, 1_200)), pay(), refund(("1", 1)), HALF), 600, -600, "overpaid"),
    ("cancelled: 0 - 12.00", (placed(line(1, 1_200)), pay(), to("cancelled")), 0, -1_200, "overpaid"),
    ("cancelled, all back: 0 - (12.00 - 12.00)",
     (placed(line(1, 1_200)), pay(), to("cancelled"), refund(amount=1_200)), 0, 0, "refunded"),
    ("cancelled unpaid: 0 - 0", (placed(line(1, 1_200)), to("cancelled")), 0, 0, "unpaid"),
    ("goodwill: 28.00 - (30.00 - 2.00)", (ABC, pay(), refund(goodwill=200)), 2_800, 0, "partially_refunded"),
    ("5.00 overpaid, 7.00 back: 5.00 credit, 2.00 goodwill: 28.00 - (35.00 - 7.00)",
     (ABC, pay(3_500), refund(amount=700)), 2_800, 0, "partially_refunded"),
    ("shipping back: 20.00 - (26.00 - 6.00)", (placed(shipping_charge=600), pay(), refund(shipping=600)), 2_000, 0,
     "partially_refunded"),
    ("shipping back, then free: 20.00 - (26.00 - 6.00)",
     (placed(shipping_charge=600), pay(), refund(shipping=600), ask(SetShippingCharge, amount=0)), 2_000, 0, "paid"),
    ("a third of 10.00 back: 3.33; 6.67 - (10.00 - 3.33)", (THIRDS, pay(), refund(("1", 1))), 667, 0,
     "partially_refunded"),
    ("two thirds back: 3.33 + 3.34; 3.33 - (10.00 - 6.67)", (THIRDS, pay(), refund(("1", 1)), refund(("1", 1))), 333, 0,
     "partially_refunded"),
    ("all thirds back: 0 - (10.00 - 10.00)", (THIRDS, pay(), refund(("1", 3))), 0, 0, "refunded"),
    ("refunded in full, paid again: 30.00 - (60.00 - 30.00)",
     (ABC, pay(), refund(("1", 1), ("2", 1), ("3", 1)), pay(3_000, pay_again=True)), 3_000, 0, "paid"),
    ("a third of 1.000 KWD back: 0.333; 0.667 - 0.667",
     (placed(line(3, 1_000, discount=2_000), currency="KWD"), pay(), refund(("1", 1))), 667, 0, "partially_refunded"),
    ("JPY 100 for 3, one back: 33; 67 - 67", (placed(line(3, 100, discount=200), currency="JPY"), pay(),
     refund(("1", 1))), 67, 0, "partially_refunded"),
)  # fmt: skip


@pytest.mark.parametrize(("arithmetic", "past", "kept", "balance", "status"), OWED, ids=[case[0] for case in OWED])
def test_an_order_owes(arithmetic: str, past: tuple[Any, ...], kept: int, balance: int, status: str) -> None:
    *before, last = past
    outcome = given(Order, *before).when(last)
    assert outcome.refusal is None, arithmetic
    order = outcome.aggregate
    assert (order.price.kept, order.price.balance, order.payment_status) == (kept, balance, status)


def test_the_table_has_at_least_sixty_cases() -> None:
    assert len(CARTS) + len(OWED) >= 60
