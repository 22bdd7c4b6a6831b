"""The list of coupons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from domain.coupons import (
    ChangeCoupon,
    CouponRules,
    CreateCoupon,
    DisableCoupon,
    EnableCoupon,
    RedeemCoupon,
    ReleaseCoupon,
    coupon_id_of,
)
from projections.views.coupons import CouponFilters, count_coupons, list_coupons
from tests.projections.showing import NOON, Showing, at, id_of, minutes


def coupon(code: str, number: float = 0, **rules: Any) -> CreateCoupon:
    """A coupon of ten percent."""
    told: dict[str, Any] = {"kind": "percent", "value": 1000}
    return CreateCoupon(code=code, context=at(minutes(number), command=code), rules=CouponRules(**(told | rules)))


def use(code: str, order: str) -> RedeemCoupon:
    """An order that uses it."""
    context = at(minutes(5), command=f"{code}{order}")
    return RedeemCoupon(coupon_id=coupon_id_of(code), context=context, order_id=id_of(order))


def release(code: str, order: str) -> ReleaseCoupon:
    """An order that gives its use back."""
    context = at(minutes(6), command=f"{code}{order}")
    return ReleaseCoupon(coupon_id=coupon_id_of(code), context=context, order_id=id_of(order))


def codes(shown: Showing, moment: datetime = NOON, sort: str = "created_at", **filters: Any) -> list[str]:
    """The codes that the filters leave."""
    return [head.code for head in list_coupons(shown.connection, CouponFilters(at=moment, **filters), sort).items]


@pytest.mark.parametrize("batch", [1, 500])
def test_a_coupon_shows_its_rules_and_its_uses(shown: Showing, batch: int) -> None:
    shown.happen(
        coupon("TEA10", limit=5),
        use("TEA10", "C1"),
        use("TEA10", "C2"),
        release("TEA10", "C1"),
        use("TEA10", "C3"),
        ChangeCoupon(
            coupon_id=coupon_id_of("TEA10"),
            context=at(minutes(9)),
            rules=CouponRules(kind="amount", value=500, currency="EUR", minimum=2000, limit=7, limit_per_customer=3),
        ),
    )
    shown.show(batch)
    [head] = list_coupons(shown.connection, CouponFilters(at=NOON)).items
    assert (head.code, head.kind, head.value, head.currency, head.minimum) == ("TEA10", "amount", 500, "EUR", 2000)
    assert (head.usage_limit, head.limit_per_customer, head.uses, head.state) == (7, 3, 2, "active")
    assert (head.created_at, head.updated_at) == (NOON, minutes(9))


def test_a_use_given_back_and_taken_again_counts_once(shown: Showing) -> None:
    again = RedeemCoupon(coupon_id=coupon_id_of("TEA10"), context=at(minutes(8)), order_id=id_of("C1"))
    shown.happen(coupon("TEA10"), use("TEA10", "C1"), release("TEA10", "C1"), again)
    shown.show()
    assert [head.uses for head in list_coupons(shown.connection, CouponFilters(at=NOON)).items] == [1]


def test_a_coupon_has_a_state_at_every_moment(shown: Showing) -> None:
    off = DisableCoupon(coupon_id=coupon_id_of("OFF"), context=at(minutes(2)))
    on_again = (
        DisableCoupon(coupon_id=coupon_id_of("ON"), context=at(minutes(3))),
        EnableCoupon(coupon_id=coupon_id_of("ON"), context=at(minutes(4))),
    )
    shown.happen(coupon("SOON", valid_from=minutes(60)), coupon("ONCE", limit=1), coupon("OFF"), coupon("ON"))
    shown.happen(coupon("PAST", valid_until=minutes(60)), use("ONCE", "C1"), off, *on_again)
    shown.show()

    def states(moment: datetime) -> dict[str, str]:
        listed = list_coupons(shown.connection, CouponFilters(at=moment)).items
        return {head.code: head.state for head in listed}

    assert states(NOON) == {
        "SOON": "scheduled", "ONCE": "used_up", "OFF": "disabled", "ON": "active", "PAST": "active",
    }  # fmt: skip
    assert states(minutes(90)) | {"SOON": "active", "PAST": "expired"} == states(minutes(90))
    assert codes(shown, state="used_up") == ["ONCE"]
    assert count_coupons(shown.connection, CouponFilters(at=NOON, state="active")) == 2


def test_coupons_are_found_by_part_of_the_code_and_by_kind(shown: Showing) -> None:
    shown.happen(coupon("TEA10"), coupon("SHIP", 1, kind="free_shipping", value=0))
    shown.show()
    assert codes(shown, q="a10") == ["TEA10"]
    assert codes(shown, kind="free_shipping") == ["SHIP"]
    assert codes(shown, sort="code") == ["SHIP", "TEA10"]


def test_pages_show_every_coupon_once(shown: Showing) -> None:
    shown.happen(*(coupon(f"TEA{number}", number // 2) for number in range(5)))
    shown.show()
    first = list_coupons(shown.connection, CouponFilters(at=NOON), limit=3)
    second = list_coupons(shown.connection, CouponFilters(at=NOON), limit=3, cursor=first.next)
    assert sorted(head.code for head in (*first.items, *second.items)) == [f"TEA{number}" for number in range(5)]
    assert second.next is None
