"""Orders, coupons and amounts as the property tests of orders draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from domain.orders.lines import NewItem
from domain.pricing import CouponTerms
from domain.shop import Shop
from domain.statuses import STANDARD_STATUSES, MerchantStatus
from domain.taxes import single

SENT = MerchantStatus(code="sent", label="Sent", stage="shipped", needs_tracking=True)
SHOP = Shop(statuses={status.code: status for status in (*STANDARD_STATUSES, SENT)})
QUANTITIES = st.integers(-1, 6)
AMOUNTS = st.integers(-100, 6_000)
RATES = st.sampled_from([0, 55_000, 100_000, 200_000]).map(single)
LINES = st.sampled_from(["1", "2", "3", "9"])
NUMBERS = st.integers(1, 4)
TEXTS = st.sampled_from(["", "a", "b", "x" * 70])
UNITS = st.lists(st.tuples(LINES, QUANTITIES), max_size=3)
ITEMS = st.builds(
    NewItem,
    sku=st.just("CUP-1"),
    name=st.just("Blue cup"),
    quantity=st.integers(1, 5),
    unit_price=st.one_of(st.none(), st.integers(0, 3_000)),
    taxes=RATES,
)
COUPONS = st.sampled_from(
    [
        CouponTerms("TENTH", "percent", 1_000),
        CouponTerms("FIVER", "amount", 500),
        CouponTerms("FREE", "free_shipping"),
    ]
)
