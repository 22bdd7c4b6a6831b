"""The replay of the verifier works out totals as the program does, from any cart."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing import Cart, CartLine, CouponTerms, price
from domain.taxes import Tax, Taxes
from scripts.bundle_replay import Order, total_of

SKUS = st.sampled_from(["CUP-1", "CUP-2", "MUG-BLUE", "MUG-RED"])
RATES = st.sampled_from([55_000, 100_000, 200_000, 88_750])
TAXES: st.SearchStrategy[Taxes] = st.one_of(
    st.just(()),
    RATES.map(lambda rate: (Tax(rate),)),
    st.tuples(RATES, RATES, st.booleans()).map(lambda told: (Tax(told[0], "A"), Tax(told[1], "B", told[2]))),
)
COUPONS = st.builds(
    CouponTerms,
    code=st.sampled_from(["A", "B", "C"]),
    kind=st.sampled_from(["percent", "amount", "free_shipping"]),
    value=st.integers(1, 9_999),
    multiplies=st.booleans(),
    products=st.sampled_from([(), ("CUP-1",), ("CUP-1", "MUG-RED")]),
    patterns=st.sampled_from([(), ("MUG*",), ("*-*2",)]),
    most_items=st.one_of(st.none(), st.integers(1, 3)),
)


@st.composite
def cart_lines(draw: st.DrawFn) -> tuple[CartLine, ...]:
    lines = []
    for number in range(draw(st.integers(0, 5))):
        quantity, unit_price = draw(st.integers(1, 5_000)), draw(st.integers(-300, 9_999))
        lines.append(
            CartLine(
                str(number), quantity, unit_price, draw(st.integers(0, 500)) if unit_price > 0 else 0, draw(TAXES),
                draw(SKUS), "", draw(st.sampled_from([0, 0, 2, 3])),
            )
        )  # fmt: skip
    return tuple(lines)


@given(
    st.builds(
        Cart,
        currency=st.just("EUR"),
        prices_include_tax=st.booleans(),
        lines=cart_lines(),
        coupons=st.lists(COUPONS, max_size=3, unique_by=lambda terms: terms.code).map(tuple),
        discount=st.integers(0, 3_000),
        shipping_charge=st.integers(0, 1_500),
        shipping_taxes=TAXES,
        shipping_includes_tax=st.sampled_from([None, True, False]),
        adjustment=st.integers(-5, 5),
    )
)
def test_a_total_is_that_of_the_program(cart: Cart) -> None:
    order = Order("stream")
    order.currency, order.gross = cart.currency, cart.prices_include_tax
    order.lines_of = {line.id: stored(line) for line in cart.lines}
    order.coupons = {terms.code: plain(terms) for terms in cart.coupons}
    order.discount, order.adjustment = cart.discount, cart.adjustment
    order.shipping = {
        "amount": cart.shipping_charge, "taxes": plain(cart.shipping_taxes), "includes_tax": cart.shipping_includes_tax,
    }  # fmt: skip
    assert total_of(order) == price(cart).total


def stored(line: CartLine) -> dict[str, Any]:
    """A line as an event tells it."""
    fields = plain(line)
    return {name: fields[name] for name in ("sku", "quantity", "unit_price", "discount", "taxes", "exemption")} | {
        "unit": {"decimals": line.decimals}
    }


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
