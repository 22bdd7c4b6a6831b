"""What comes off and on top of an order's lines: its coupons, its own discount, its shipping charge."""

from __future__ import annotations

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.orders.items import plain_taxes
from domain.orders.lines import check_charge
from domain.orders.order import LapsedCoupon, Order, OrderCommand, require_open
from domain.pricing import CouponTerms
from domain.settings import Shop
from domain.taxes import Taxes, check_taxes
from domain.texts import CODE

MAX_COUPONS = 10


class TooManyCoupons(Rejected):
    """An order holds at most {limit} coupons."""

    code = "too-many-coupons"


class CouponNotCombinable(Rejected):
    """Coupon {coupon} stands alone: it combines with no other one."""

    code = "coupon-not-combinable"


class CouponNotOnOrder(NotFound):
    """Coupon {coupon} is not on order {number}."""

    code = "coupon-not-on-order"


class ApplyCoupon(OrderCommand, frozen=True, kw_only=True):
    """Put a coupon on the order; the desk checks the code's rules and fills in its terms."""

    coupon_code: str
    terms: CouponTerms | None = None


class RemoveCoupon(OrderCommand, frozen=True, kw_only=True):
    """Take a coupon off the order."""

    coupon: str


class SetDiscount(OrderCommand, frozen=True, kw_only=True):
    """Give a discount on the whole order, in minor units."""

    amount: int


class SetShippingCharge(OrderCommand, frozen=True, kw_only=True):
    """Charge so much for shipping, with taxes of its own.

    `taxes` None: those that the shop charges; `includes_tax` None: as the order's prices do.
    """

    amount: int
    taxes: Taxes | None = None
    includes_tax: bool | None = None


class CouponApplied(Event, frozen=True, kw_only=True):
    """A coupon came onto the order."""

    TOPIC = "order.coupon-applied"

    terms: CouponTerms

    def apply(self, order: Order) -> None:
        order.coupons = (*(terms for terms in order.coupons if terms.code != self.terms.code), self.terms)
        order.lapsed_coupons = tuple(lapsed for lapsed in order.lapsed_coupons if lapsed.code != self.terms.code)


class CouponRemoved(Event, frozen=True, kw_only=True):
    """A coupon left the order."""

    TOPIC = "order.coupon-removed"

    coupon: str

    def apply(self, order: Order) -> None:
        order.coupons = tuple(terms for terms in order.coupons if terms.code != self.coupon)


class CouponLapsed(Event, frozen=True, kw_only=True):
    """A coupon fell off the order, which no longer kept to a rule of it; `detail` says so in words."""

    TOPIC = "order.coupon-lapsed"

    coupon: str
    rule: str
    detail: str

    def apply(self, order: Order) -> None:
        order.coupons = tuple(terms for terms in order.coupons if terms.code != self.coupon)
        lapsed = LapsedCoupon(code=self.coupon, rule=self.rule, detail=self.detail, at=self.timestamp)
        order.lapsed_coupons = (*order.lapsed_coupons, lapsed)


class DiscountSet(Event, frozen=True, kw_only=True):
    """The whole order has a discount."""

    TOPIC = "order.discount-set"

    amount: int
    was: int

    def apply(self, order: Order) -> None:
        order.discount = self.amount


class ShippingChargeSet(Event, frozen=True, kw_only=True):
    """Shipping costs so much, with or without tax; `includes_tax` None: as the order's prices do.

    Form 2 tells its taxes by name, at ten-thousandths of a percent; form 1 told one rate in hundredths of a percent.
    """

    TOPIC = "order.shipping-charge-set"
    VERSION = 2

    amount: int
    was: int
    taxes: Taxes = ()
    taxes_assumed: bool = False
    includes_tax: bool | None = None

    def apply(self, order: Order) -> None:
        order.shipping_charge = self.amount
        order.shipping_taxes = self.taxes
        order.shipping_taxes_assumed = self.taxes_assumed
        order.shipping_includes_tax = self.includes_tax


def apply_coupon(order: Order, command: ApplyCoupon, shop: Shop) -> None:
    """Puts a coupon on the order once."""
    require_open(order)
    if command.terms is None:
        raise CouponNotOnOrder("/code", coupon=command.coupon_code[:CODE], number=order.number)
    if any(terms.code == command.terms.code for terms in order.coupons):
        return
    if len(order.coupons) >= MAX_COUPONS:
        raise TooManyCoupons(limit=MAX_COUPONS)
    alone = next((terms for terms in (*order.coupons, command.terms) if not terms.combines), None)
    if order.coupons and alone:
        raise CouponNotCombinable("/code", coupon=alone.code)
    order.record(CouponApplied, command.context, terms=command.terms)


def remove_coupon(order: Order, command: RemoveCoupon, shop: Shop) -> None:
    """Takes a coupon off the order."""
    require_open(order)
    if all(terms.code != command.coupon for terms in order.coupons):
        raise CouponNotOnOrder(coupon=command.coupon, number=order.number)
    order.record(CouponRemoved, command.context, coupon=command.coupon)


def set_discount(order: Order, command: SetDiscount, shop: Shop) -> None:
    """Sets the order's own discount; the price caps it at what the lines cost."""
    require_open(order)
    check_charge(command.amount, "/amount")
    if command.amount != order.discount:
        order.record(DiscountSet, command.context, amount=command.amount, was=order.discount)


def set_shipping_charge(order: Order, command: SetShippingCharge, shop: Shop) -> None:
    """Sets what shipping costs."""
    require_open(order)
    put_shipping_charge(order, command, "/", shop)


def put_shipping_charge(order: Order, command: SetShippingCharge, pointer: str, shop: Shop) -> None:
    """Sets it as a part of any command; `pointer` leads up to its fields, as `/` or `/shipping_`."""
    check_charge(command.amount, "/amount" if pointer == "/" else f"{pointer}charge")
    taxes = shop.defaults.taxes or () if command.taxes is None else command.taxes
    check_taxes(taxes, pointer)
    assumed = bool(command.amount) and command.taxes is None and shop.defaults.taxes is None
    facts = (command.amount, plain_taxes(taxes), command.includes_tax)
    if facts != (order.shipping_charge, order.shipping_taxes, order.shipping_includes_tax):
        order.record(
            ShippingChargeSet,
            command.context,
            amount=command.amount,
            was=order.shipping_charge,
            taxes=plain_taxes(taxes),
            taxes_assumed=assumed,
            includes_tax=command.includes_tax,
        )


EVENTS: tuple[type[Event], ...] = (CouponApplied, CouponRemoved, CouponLapsed, DiscountSet, ShippingChargeSet)

HANDLERS = {
    ApplyCoupon: apply_coupon,
    RemoveCoupon: remove_coupon,
    SetDiscount: set_discount,
    SetShippingCharge: set_shipping_charge,
}
