"""The coupon itself: brought out, changed, disabled and enabled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.coupons.rules import CouponRules, check_rules, coupon_id_of, normalised_code
from domain.errors import Conflict, NotFound
from domain.events import Aggregate, Command, Event
from domain.pricing import CouponTerms
from domain.reductions import CouponConditions
from domain.settings import Shop


class CouponNotFound(NotFound):
    """There is no such coupon."""

    code = "coupon-not-found"


class CouponExists(Conflict):
    """Coupon {coupon} exists already, with other rules."""

    code = "coupon-exists"


class Coupon(Aggregate):
    """A code that customers may enter, what it gives them, and the orders that have used it."""

    TOPIC = "coupon"

    def clear(self) -> None:
        self.code = ""
        self.rules = CouponRules(kind="free_shipping")
        self.is_enabled = True
        self.created_at: datetime | None = None
        self.uses: dict[UUID, UUID | None] = {}
        self.uses_by_customer: dict[UUID, int] = {}

    @property
    def terms(self) -> CouponTerms:
        """What an order that uses it gets."""
        rules = self.rules
        return CouponTerms(
            self.code,
            rules.kind,
            rules.value,
            multiplies=rules.multiplies,
            combines=rules.combines,
            products=rules.products,
            patterns=rules.patterns,
            most_items=rules.most_items,
            conditions=CouponConditions(rules.currency, rules.minimum, rules.valid_from, rules.valid_until),
        )


class CreateCoupon(Command, frozen=True, kw_only=True):
    """Bring out a coupon."""

    code: str
    rules: CouponRules

    @property
    def coupon_id(self) -> UUID:
        """The id that belongs to the code."""
        return coupon_id_of(self.code)


class CouponCommand(Command, frozen=True, kw_only=True):
    """Something asked of one coupon."""

    coupon_id: UUID


class ChangeCoupon(CouponCommand, frozen=True, kw_only=True):
    """Give a coupon other rules; orders that hold it keep the terms they got."""

    rules: CouponRules


class DisableCoupon(CouponCommand, frozen=True, kw_only=True):
    """Let nobody use a coupon any more."""


class EnableCoupon(CouponCommand, frozen=True, kw_only=True):
    """Let a disabled coupon be used again."""


class CouponCreated(Event, frozen=True, kw_only=True):
    """A coupon came out."""

    TOPIC = "coupon.created"
    BEGINS = True

    code: str
    rules: CouponRules

    def apply(self, coupon: Coupon) -> None:
        coupon.code = self.code
        coupon.rules = self.rules
        coupon.created_at = self.timestamp


class CouponChanged(Event, frozen=True, kw_only=True):
    """A coupon has other rules."""

    TOPIC = "coupon.changed"

    rules: CouponRules
    was: CouponRules

    def apply(self, coupon: Coupon) -> None:
        coupon.rules = self.rules


class CouponDisabled(Event, frozen=True, kw_only=True):
    """Nobody can use the coupon any more."""

    TOPIC = "coupon.disabled"

    def apply(self, coupon: Coupon) -> None:
        coupon.is_enabled = False


class CouponEnabled(Event, frozen=True, kw_only=True):
    """The coupon can be used again."""

    TOPIC = "coupon.enabled"

    def apply(self, coupon: Coupon) -> None:
        coupon.is_enabled = True


def require_coupon(coupon: Coupon) -> None:
    """Only a coupon that was created can be changed or used."""
    if not coupon.exists:
        raise CouponNotFound()


def create_coupon(coupon: Coupon, command: CreateCoupon, shop: Shop) -> None:
    """Brings the coupon out; the same code with other rules is a conflict."""
    code = normalised_code(command.code)
    check_rules(command.rules)
    if not coupon.exists:
        coupon.record(CouponCreated, command.context, code=code, rules=command.rules)
    elif command.rules != coupon.rules:
        raise CouponExists("/code", coupon=code)


def change_coupon(coupon: Coupon, command: ChangeCoupon, shop: Shop) -> None:
    """Gives the coupon other rules, also below what was used of it: then it is used up."""
    require_coupon(coupon)
    check_rules(command.rules)
    if command.rules != coupon.rules:
        coupon.record(CouponChanged, command.context, rules=command.rules, was=coupon.rules)


def disable_coupon(coupon: Coupon, command: DisableCoupon, shop: Shop) -> None:
    """Disables the coupon; orders that hold it keep it."""
    require_coupon(coupon)
    if coupon.is_enabled:
        coupon.record(CouponDisabled, command.context)


def enable_coupon(coupon: Coupon, command: EnableCoupon, shop: Shop) -> None:
    """Enables a disabled coupon."""
    require_coupon(coupon)
    if not coupon.is_enabled:
        coupon.record(CouponEnabled, command.context)
