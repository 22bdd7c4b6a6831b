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
    CouponNoLongerHolds,
    CouponRedeemed,
    CouponReleased,
    CouponUseMoved,
    MoveCouponUse,
    RedeemCoupon,
    ReleaseCoupon,
    UnknownCoupon,
    Use,
    check_coupon,
    move_coupon_use,
    no_longer_held,
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
    CouponUseMoved,
)

HANDLERS: dict[type[Command], Callable[..., None]] = {
    CreateCoupon: create_coupon,
    ChangeCoupon: change_coupon,
    DisableCoupon: disable_coupon,
    EnableCoupon: enable_coupon,
    RedeemCoupon: redeem_coupon,
    ReleaseCoupon: release_coupon,
    MoveCouponUse: move_coupon_use,
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
    "CouponNoLongerHolds",
    "CouponNotFound",
    "CouponRedeemed",
    "CouponReleased",
    "CouponRules",
    "CouponUseMoved",
    "CreateCoupon",
    "DisableCoupon",
    "EnableCoupon",
    "MoveCouponUse",
    "RedeemCoupon",
    "ReleaseCoupon",
    "UnknownCoupon",
    "Use",
    "check_coupon",
    "coupon_id_of",
    "move_coupon_use",
    "no_longer_held",
    "normalised_code",
    "redeem_coupon",
    "release_coupon",
]
