"""A coupon's code and rules: what it gives, and when and for whom it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct

from domain.errors import Rejected
from domain.money import DECIMALS, MAX_MINOR_UNITS, UnknownCurrency
from domain.pricing import WHOLE, CouponKind
from domain.sku_patterns import check_pattern
from domain.texts import CODE, check_text

COUPONS = UUID("0a5b6d3c-8d4e-5f52-9c7b-2f8f4b0e6a91")  # the namespace of coupons' ids
LARGEST = MAX_MINOR_UNITS // 1_000
MOST_PRODUCTS, MOST_PATTERNS, MOST_TAGS = 500, 20, 20

_CODE = re.compile("[A-Za-z0-9_-]{1,40}")
_BOUNDS: dict[CouponKind, tuple[int, int]] = {
    "percent": (1, WHOLE),
    "amount": (1, LARGEST),
    "free_shipping": (0, 0),
}


class WrongCouponCode(Rejected):
    """A coupon's code has 1 to 40 letters A-Z, digits, - or _."""

    code = "wrong-coupon-code"


class UnknownCouponKind(Rejected):
    """There is no kind of coupon {kind}; the kinds are: {known}."""

    code = "unknown-coupon-kind"


class CouponValueOutOfBounds(Rejected):
    """The value of a coupon of kind {kind} lies between {least} and {most}."""

    code = "coupon-value-out-of-bounds"


class CouponCurrencyMissing(Rejected):
    """A coupon that names an amount of money names its currency."""

    code = "coupon-currency-missing"


class CouponMinimumOutOfBounds(Rejected):
    """The subtotal a coupon asks for lies between 0 and {most} minor units."""

    code = "coupon-minimum-out-of-bounds"


class InstantWithoutZone(Rejected):
    """An instant is told with its time zone."""

    code = "instant-without-zone"


class CouponEndsBeforeStart(Rejected):
    """A coupon cannot end before it starts."""

    code = "coupon-ends-before-start"


class CouponLimitTooSmall(Rejected):
    """A limit on a coupon's uses is at least 1."""

    code = "coupon-limit-too-small"


class TooManyInCoupon(Rejected):
    """A coupon names at most {limit} of these."""

    code = "too-many-in-coupon"


class ShippingHasNoProducts(Rejected):
    """Free shipping is for the whole order: a coupon of this kind names no products and no number of items."""

    code = "shipping-has-no-products"


class OnlyPercentMultiplies(Rejected):
    """Only a percentage multiplies with others."""

    code = "only-percent-multiplies"


class CouponRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a coupon gives (`value`: hundredths of a percent, minor units, or 0 for free shipping) and when it holds.

    `minimum` is the least subtotal in minor units, `valid_until` the last valid instant; no `currency` means any.
    `combines`: others may stand beside it; `multiplies`: its percentage is taken of what others leave. It is for lines
    of the `products` or of SKUs of the `patterns` (none: all), for the dearest `most_items` units of them, and where
    there are `tags` for orders, or orders of customers, that carry one of them.
    """

    kind: CouponKind
    value: int = 0
    currency: str = ""
    minimum: int = 0
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    limit: int | None = None
    limit_per_customer: int | None = None
    combines: bool = True
    multiplies: bool = False
    products: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    most_items: int | None = None


def normalised_code(code: str) -> str:
    """The code as it stands on the coupon, whatever blanks or small letters a customer typed."""
    trimmed = code.strip()
    if not _CODE.fullmatch(trimmed):
        raise WrongCouponCode("/code")
    return trimmed.upper()


def coupon_id_of(code: str) -> UUID:
    """The id that belongs to a code, so that no two coupons share one."""
    return uuid5(COUPONS, normalised_code(code))


def _kind_and_value(rules: CouponRules) -> Rejected | None:
    if rules.kind not in _BOUNDS:
        return UnknownCouponKind("/kind", kind=rules.kind, known=", ".join(_BOUNDS))
    least, most = _BOUNDS[rules.kind]
    if not least <= rules.value <= most:
        return CouponValueOutOfBounds("/value", kind=rules.kind, least=least, most=most)
    return None


def _minimum_in_bounds(rules: CouponRules) -> Rejected | None:
    return None if 0 <= rules.minimum <= LARGEST else CouponMinimumOutOfBounds("/minimum", most=LARGEST)


def _currency_of_amounts(rules: CouponRules) -> Rejected | None:
    if rules.currency:
        return None if rules.currency in DECIMALS else UnknownCurrency("/currency", currency=rules.currency)
    return CouponCurrencyMissing("/currency") if rules.kind == "amount" or rules.minimum else None


def _instants_with_zone(rules: CouponRules) -> Rejected | None:
    for pointer, instant in (("/valid_from", rules.valid_from), ("/valid_until", rules.valid_until)):
        if instant and instant.tzinfo is None:
            return InstantWithoutZone(pointer)
    return None


def _ends_after_start(rules: CouponRules) -> Rejected | None:
    if rules.valid_from and rules.valid_until and rules.valid_until < rules.valid_from:
        return CouponEndsBeforeStart("/valid_until")
    return None


def _limits_let_it_be_used(rules: CouponRules) -> Rejected | None:
    limits = {"limit": rules.limit, "limit_per_customer": rules.limit_per_customer, "most_items": rules.most_items}
    for name, limit in limits.items():
        pointer = f"/{name}"
        if limit is not None and limit < 1:
            return CouponLimitTooSmall(pointer)
    return None


def _products_that_can_be(rules: CouponRules) -> Rejected | None:
    try:
        for name, texts in (("products", rules.products), ("tags", rules.tags)):
            for index, text in enumerate(texts):
                check_text(text, CODE, f"/{name}/{index}", required=True)
        for index, pattern in enumerate(rules.patterns):
            check_pattern(pattern, f"/sku_patterns/{index}")
    except Rejected as rejection:
        return rejection
    for name, told, limit in (
        ("products", rules.products, MOST_PRODUCTS),
        ("sku_patterns", rules.patterns, MOST_PATTERNS),
        ("tags", rules.tags, MOST_TAGS),
    ):
        if len(told) > limit:
            return TooManyInCoupon(f"/{name}", limit=limit)
    return None


def _takes_from_goods(rules: CouponRules) -> Rejected | None:
    if rules.kind != "free_shipping":
        return None
    scoped = {"products": rules.products, "sku_patterns": rules.patterns, "most_items": rules.most_items}
    named = next((name for name, value in scoped.items() if value), None)
    return ShippingHasNoProducts(f"/{named}") if named else None


def _percentages_multiply(rules: CouponRules) -> Rejected | None:
    return OnlyPercentMultiplies("/multiplies") if rules.multiplies and rules.kind != "percent" else None


RULE_POLICIES: tuple[Callable[[CouponRules], Rejected | None], ...] = (
    _kind_and_value,
    _minimum_in_bounds,
    _currency_of_amounts,
    _instants_with_zone,
    _ends_after_start,
    _limits_let_it_be_used,
    _products_that_can_be,
    _takes_from_goods,
    _percentages_multiply,
)


def check_rules(rules: CouponRules) -> None:
    """Refuses rules that no coupon may have."""
    for policy in RULE_POLICIES:
        if rejection := policy(rules):
            raise rejection
