"""Sales as the state machine of what is owed draws and writes them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.orders.lines import NewItem
from domain.pricing import CouponTerms
from domain.shop import Legal, Shop
from domain.taxes import Tax, Taxes, single
from tests.domain.ledger import Line
from tests.domain.orders import online
from tests.examples.facts import ADDRESS

SELLER = replace(ADDRESS, company="Example Works", country="FR", vat_number="FR40303265045")
SHOP = Shop(seller=SELLER, legal=Legal(siren="732829320"), payment_methods={**Shop().payment_methods, **online()})
GST, QST, PST = Tax(50_000, "GST"), Tax(99_750, "QST"), Tax(95_000, "PST", compound=True)
LINES = st.sampled_from(["1", "1", "2", "2", "3", "4"])
RATES = st.sampled_from(
    [
        (),
        (),
        single(55_000),
        single(200_000),
        single(200_000),
        (GST,),
        (GST, QST),
        (GST, PST),
    ]
)
PRICES = st.integers(0, 1_300)
ITEMS = st.builds(
    NewItem,
    sku=st.just("CUP-1"),
    name=st.just("Blue cup"),
    quantity=st.integers(1, 4),
    unit_price=PRICES,
    discount=st.sampled_from([0, 0, 0, 1, 7]),
    taxes=RATES,
).filter(lambda item: item.discount <= item.quantity * (item.unit_price or 0))
WEIGHED = st.builds(
    NewItem,
    sku=st.just(""),
    name=st.just("Green tea"),
    quantity=st.sampled_from([Decimal("0.350"), Decimal("1.5"), 1, Decimal("2.001")]),
    unit=st.just("kg"),
    unit_price=PRICES,
    taxes=RATES,
)
REBATES = st.builds(
    NewItem,
    sku=st.just(""),
    name=st.just("Rebate"),
    quantity=st.just(1),
    unit_price=st.integers(-700, -1),
    taxes=RATES,
)
COUPONS = st.sampled_from(
    [
        CouponTerms("TENTH", "percent", 1_000),
        CouponTerms("HALF", "percent", 5_000),
        CouponTerms("FIVER", "amount", 500),
        CouponTerms("FREE", "free_shipping"),
    ]
)


def rates_of(taxes: Taxes) -> tuple[tuple[int, str, bool], ...]:
    return tuple((tax.rate, tax.name, tax.compound) for tax in taxes)


def written(item: NewItem) -> Line:
    """A line as the books have it."""
    steps = 1_000 if item.unit == "kg" else 1
    return Line(
        int(item.quantity * steps), item.unit_price or 0, item.discount, rates_of(item.taxes or ()), steps, item.sku
    )
