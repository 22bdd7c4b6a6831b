"""Using a coupon: which orders may, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.coupons.coupon import Coupon, CouponCommand, require_coupon
from domain.coupons.rules import CouponRules, coupon_id_of
from domain.errors import Conflict, Rejected
from domain.events import Event
from domain.money import amount_text
from domain.reductions import CouponConditions, CouponTerms
from domain.settings import Shop


class UnknownCoupon(Rejected):
    """There is no coupon with this code."""

    code = "unknown-coupon"


class CouponNotEnabled(Rejected):
    """Coupon {coupon} is disabled."""

    code = "coupon-not-enabled"


class CouponNotYetValid(Rejected):
    """Coupon {coupon} is valid from {valid_from}."""

    code = "coupon-not-yet-valid"


class CouponExpired(Rejected):
    """Coupon {coupon} was valid until {valid_until}."""

    code = "coupon-expired"


class CouponInOtherCurrency(Rejected):
    """Coupon {coupon} holds for orders in {currency}."""

    code = "coupon-in-other-currency"


class SubtotalBelowMinimum(Rejected):
    """Coupon {coupon} asks for a subtotal of {minimum} {currency}; this one is {subtotal}."""

    code = "subtotal-below-minimum"


class CouponUsedUp(Rejected):
    """Coupon {coupon} may be used {limit} times and has been."""

    code = "coupon-used-up"


class CouponUsedUpByCustomer(Rejected):
    """One customer may use coupon {coupon} {limit} times, and this one has."""

    code = "coupon-used-up-by-customer"


class CouponNeedsCustomer(Rejected):
    """Coupon {coupon} is limited per customer: name the order's customer first."""

    code = "coupon-needs-customer"


class CouponForOtherProducts(Rejected):
    """Coupon {coupon} is for other products than those of this order."""

    code = "coupon-for-other-products"


class CouponForOthers(Rejected):
    """Coupon {coupon} is for orders and customers that carry one of its tags."""

    code = "coupon-for-others"


class CouponNoLongerHolds(Conflict):
    """What was quoted does not hold any more: {why} The new quote is enclosed; take the coupon off to go on."""

    code = "coupon-no-longer-holds"


class Use(Struct, frozen=True, kw_only=True):
    """An order that would use a coupon, with its lines' SKUs and its and its customer's tags.

    `cards` are all cards of its customer, that of the order first; none: not known yet.
    """

    at: datetime
    currency: str = ""
    subtotal: int = 0
    cards: tuple[UUID, ...] = ()
    skus: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


class RedeemCoupon(CouponCommand, frozen=True, kw_only=True):
    """Count an order as one use of a coupon; `cards` are all those of its customer."""

    order_id: UUID
    customer_id: UUID | None = None
    cards: tuple[UUID, ...] = ()


class MoveCouponUse(CouponCommand, frozen=True, kw_only=True):
    """Count an order's use for the customer whose order it is now."""

    order_id: UUID
    customer_id: UUID | None


class ReleaseCoupon(CouponCommand, frozen=True, kw_only=True):
    """Give an order's use back."""

    order_id: UUID


class CouponRedeemed(Event, frozen=True, kw_only=True):
    """An order used the coupon."""

    TOPIC = "coupon.redeemed"

    order_id: UUID
    customer_id: UUID | None = None

    def apply(self, coupon: Coupon) -> None:
        coupon.uses[self.order_id] = self.customer_id
        _count(coupon, self.customer_id, 1)


class CouponReleased(Event, frozen=True, kw_only=True):
    """An order gave its use of the coupon back."""

    TOPIC = "coupon.released"

    order_id: UUID

    def has_effect_on(self, coupon: Coupon) -> bool:
        return self.order_id in coupon.uses

    def apply(self, coupon: Coupon) -> None:
        _count(coupon, coupon.uses.pop(self.order_id, None), -1)


class CouponUseMoved(Event, frozen=True, kw_only=True):
    """An order's use counts for another customer; None: nobody is known to have ordered it."""

    TOPIC = "coupon.use-moved"

    order_id: UUID
    customer_id: UUID | None
    was: UUID | None

    def apply(self, coupon: Coupon) -> None:
        coupon.uses[self.order_id] = self.customer_id
        _count(coupon, self.was, -1)
        _count(coupon, self.customer_id, 1)


def _count(coupon: Coupon, customer_id: UUID | None, by: int) -> None:
    if customer_id:
        coupon.uses_by_customer[customer_id] = coupon.uses_by_customer.get(customer_id, 0) + by


def _brought_out(coupon: Coupon, use: Use) -> Rejected | None:
    return None if coupon.exists else UnknownCoupon()


def _enabled(coupon: Coupon, use: Use) -> Rejected | None:
    return None if coupon.is_enabled else CouponNotEnabled(coupon=coupon.code)


def _begun(coupon: Coupon, use: Use) -> Rejected | None:
    start = coupon.rules.valid_from
    return CouponNotYetValid(coupon=coupon.code, valid_from=start.isoformat()) if start and use.at < start else None


def _not_over(coupon: Coupon, use: Use) -> Rejected | None:
    end = coupon.rules.valid_until
    return CouponExpired(coupon=coupon.code, valid_until=end.isoformat()) if end and use.at > end else None


def _uses_left(coupon: Coupon, use: Use) -> Rejected | None:
    limit = coupon.rules.limit
    return None if limit is None or len(coupon.uses) < limit else CouponUsedUp(coupon=coupon.code, limit=limit)


def _uses_left_to_customer(coupon: Coupon, use: Use) -> Rejected | None:
    limit = coupon.rules.limit_per_customer
    if limit is None or sum(coupon.uses_by_customer.get(card, 0) for card in use.cards) < limit:
        return None
    return CouponUsedUpByCustomer(coupon=coupon.code, limit=limit)


def _right_currency(coupon: Coupon, use: Use) -> Rejected | None:
    currency = coupon.rules.currency
    if currency and use.currency != currency:
        return CouponInOtherCurrency(coupon=coupon.code, currency=currency)
    return None


def _minimum_reached(coupon: Coupon, use: Use) -> Rejected | None:
    minimum, currency = coupon.rules.minimum, coupon.rules.currency
    if use.subtotal >= minimum:
        return None
    return SubtotalBelowMinimum(
        coupon=coupon.code,
        minimum=amount_text(minimum, currency),
        subtotal=amount_text(use.subtotal, currency),
        currency=currency,
    )


def _for_its_products(coupon: Coupon, use: Use) -> Rejected | None:
    if any(coupon.terms.covers(sku) for sku in use.skus) or not coupon.terms.is_limited_to_products:
        return None
    return CouponForOtherProducts(coupon=coupon.code)


def _for_its_tags(coupon: Coupon, use: Use) -> Rejected | None:
    tags = coupon.rules.tags
    return None if not tags or use.tags.intersection(tags) else CouponForOthers(coupon=coupon.code)


Policy = Callable[[Coupon, Use], Rejected | None]

# What a use needs of the coupon, and what of the cart; an order that has its use keeps it, only its cart is asked.
USE_POLICIES: tuple[Policy, ...] = (_brought_out, _enabled, _begun, _not_over, _uses_left, _uses_left_to_customer)
CART_POLICIES: tuple[Policy, ...] = (_right_currency, _minimum_reached, _for_its_products, _for_its_tags)
# What is held whenever the cart changes, of a placed order's too.
HELD_POLICIES: tuple[Policy, ...] = (_begun, _not_over, _right_currency, _minimum_reached, _for_its_products)


def check_coupon(coupon: Coupon, use: Use, order_id: UUID | None = None) -> Rejected | None:
    """Why the order cannot use the coupon now, or None; `order_id` is told when the order may have its use already."""
    has_use = order_id is not None and order_id in coupon.uses
    policies = CART_POLICIES if has_use else (*USE_POLICIES, *CART_POLICIES)
    return next((rejection for policy in policies if (rejection := policy(coupon, use))), None)


def no_longer_held(terms: CouponTerms, use: Use) -> Rejected | None:
    """Why an order whose cart changed loses a coupon that it has on these terms, or None."""
    conditions = terms.conditions or CouponConditions()
    coupon = Coupon.blank(coupon_id_of(terms.code))
    coupon.code = terms.code
    coupon.rules = CouponRules(
        kind=terms.kind,
        value=terms.value,
        currency=conditions.currency,
        minimum=conditions.minimum,
        valid_from=conditions.valid_from,
        valid_until=conditions.valid_until,
        products=terms.products,
        patterns=terms.patterns,
    )
    return next((rejection for policy in HELD_POLICIES if (rejection := policy(coupon, use))), None)


def redeem_coupon(coupon: Coupon, command: RedeemCoupon, shop: Shop) -> None:
    """Counts the order's use once, while there are uses left; the cart was checked by `check_coupon`."""
    if command.order_id in coupon.uses:
        return
    if coupon.rules.limit_per_customer is not None and command.customer_id is None:
        raise CouponNeedsCustomer(coupon=coupon.code)
    cards = command.cards or ((command.customer_id,) if command.customer_id else ())
    use = Use(at=command.context.at, cards=cards)
    for policy in USE_POLICIES:
        if rejection := policy(coupon, use):
            raise rejection
    coupon.record(CouponRedeemed, command.context, order_id=command.order_id, customer_id=command.customer_id)


def move_coupon_use(coupon: Coupon, command: MoveCouponUse, shop: Shop) -> None:
    """Moves the order's use along with it, once; also past the limit of one customer: its price was agreed."""
    require_coupon(coupon)
    if command.order_id in coupon.uses and coupon.uses[command.order_id] != command.customer_id:
        coupon.record(
            CouponUseMoved,
            command.context,
            order_id=command.order_id,
            customer_id=command.customer_id,
            was=coupon.uses[command.order_id],
        )


def release_coupon(coupon: Coupon, command: ReleaseCoupon, shop: Shop) -> None:
    """Gives the order's use back once; an order without one changes nothing."""
    require_coupon(coupon)
    if command.order_id in coupon.uses:
        coupon.record(CouponReleased, command.context, order_id=command.order_id)
