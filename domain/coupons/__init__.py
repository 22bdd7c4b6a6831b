"""Coupons: their rules, their life, and the orders that use them."""

from collections.abc import Callable

from domain.coupons.coupon import (
    ChangeCoupon,
    Coupon,
    CouponChanged,
    CouponCommand,
    CouponCreated,
    CouponDisabled,
    CouponEnabled,
    CouponExists,
    CouponNotFound,
    CreateCoupon,
    DisableCoupon,
    EnableCoupon,
    change_coupon,
    create_coupon,
    disable_coupon,
    enable_coupon,
)
from domain.coupons.rules import CouponRules, coupon_id_of, normalised_code
from domain.coupons.uses import (
    CouponRedeemed,
    CouponReleased,
    RedeemCoupon,
    ReleaseCoupon,
    UnknownCoupon,
    check_coupon,
    redeem_coupon,
    release_coupon,
)
from domain.events import Command, Event

EVENTS: tuple[type[Event], ...] = (
    CouponCreated,
    CouponChanged,
    CouponDisabled,
    CouponEnabled,
    CouponRedeemed,
    CouponReleased,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    CreateCoupon: create_coupon,
    ChangeCoupon: change_coupon,
    DisableCoupon: disable_coupon,
    EnableCoupon: enable_coupon,
    RedeemCoupon: redeem_coupon,
    ReleaseCoupon: release_coupon,
}

__all__ = [
    "EVENTS",
    "HANDLERS",
    "ChangeCoupon",
    "Coupon",
    "CouponChanged",
    "CouponCommand",
    "CouponCreated",
    "CouponDisabled",
    "CouponEnabled",
    "CouponExists",
    "CouponNotFound",
    "CouponRedeemed",
    "CouponReleased",
    "CouponRules",
    "CreateCoupon",
    "DisableCoupon",
    "EnableCoupon",
    "RedeemCoupon",
    "ReleaseCoupon",
    "UnknownCoupon",
    "check_coupon",
    "coupon_id_of",
    "normalised_code",
]
