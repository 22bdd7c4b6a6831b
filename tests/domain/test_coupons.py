from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.coupons import (
    ChangeCoupon,
    Coupon,
    CouponChanged,
    CouponCreated,
    CouponDisabled,
    CouponEnabled,
    CouponExists,
    CouponNotFound,
    CouponRedeemed,
    CouponReleased,
    CouponRules,
    CouponUseMoved,
    CreateCoupon,
    DisableCoupon,
    EnableCoupon,
    MoveCouponUse,
    RedeemCoupon,
    ReleaseCoupon,
    UnknownCoupon,
    Use,
    check_coupon,
    coupon_id_of,
    normalised_code,
)
from domain.coupons.rules import (
    LARGEST,
    MOST_PRODUCTS,
    MOST_TAGS,
    CouponCurrencyMissing,
    CouponEndsBeforeStart,
    CouponLimitTooSmall,
    CouponMinimumOutOfBounds,
    CouponValueOutOfBounds,
    InstantWithoutZone,
    ShippingHasNoProducts,
    TooManyInCoupon,
    UnknownCouponKind,
    WrongCouponCode,
)
from domain.coupons.uses import (
    CouponExpired,
    CouponForOtherProducts,
    CouponForOthers,
    CouponInOtherCurrency,
    CouponNeedsCustomer,
    CouponNotEnabled,
    CouponNotYetValid,
    CouponUsedUp,
    CouponUsedUpByCustomer,
    SubtotalBelowMinimum,
)
from domain.errors import Rejected
from domain.money import UnknownCurrency
from domain.pricing import CouponTerms
from domain.reductions import CouponConditions
from domain.texts import TextMissing
from tests.given import NOW, context, given

SPRING = coupon_id_of("SPRING")
TENTH = CouponRules(kind="percent", value=1_000)
DAY = timedelta(days=1)
ADA, BOB = UUID(int=0xADA), UUID(int=0xB0B)


def order(number: int) -> UUID:
    return UUID(int=number)


def created(**rules: Any) -> CreateCoupon:
    return CreateCoupon(
        context=context("create"), code="SPRING", rules=CouponRules(**{"kind": "percent", "value": 1_000, **rules})
    )


def redeem(number: int, customer: UUID | None = ADA) -> RedeemCoupon:
    return RedeemCoupon(context=context("redeem"), coupon_id=SPRING, order_id=order(number), customer_id=customer)


def release(number: int) -> ReleaseCoupon:
    return ReleaseCoupon(context=context("release"), coupon_id=SPRING, order_id=order(number))


DISABLE = DisableCoupon(context=context("disable"), coupon_id=SPRING)
ENABLE = EnableCoupon(context=context("enable"), coupon_id=SPRING)


def refusal(*past: Any, **asked: Any) -> Rejected | None:
    """What `check_coupon` answers after such a past."""
    coupon = given(Coupon, *past).when(redeem(1)).aggregate if past else Coupon.blank(SPRING)
    order_id, customer_id = asked.pop("order_id", None), asked.pop("customer_id", BOB)
    cards = (customer_id,) if customer_id else ()
    use = Use(**{"at": NOW, "currency": "EUR", "subtotal": 10_000, "cards": cards, **asked})
    return check_coupon(coupon, use, order_id)


class TestCreating:
    def test_a_coupon_comes_out_under_its_code_in_capitals(self) -> None:
        command = CreateCoupon(context=context(), code="  Spring_26-a ", rules=TENTH)
        coupon = given(Coupon).when(command).then((CouponCreated, {"code": "SPRING_26-A", "rules": TENTH}))
        assert coupon.id == coupon_id_of("spring_26-A")
        assert coupon.terms == CouponTerms("SPRING_26-A", "percent", 1_000, conditions=CouponConditions())
        assert coupon.created_at == NOW

    def test_the_same_coupon_again_records_nothing(self) -> None:
        given(Coupon, created()).when(created()).then_nothing()

    def test_a_code_taken_with_other_rules_is_a_conflict(self) -> None:
        refusal = given(Coupon, created()).when(created(value=2_000)).then_refused(CouponExists, coupon="SPRING")
        assert refusal.pointer == "/code"

    @pytest.mark.parametrize("code", ["", "  ", "A B", "É10", "A" * 41, "10%", "A\nB", "ß"])
    def test_a_code_that_cannot_be_typed_is_refused(self, code: str) -> None:
        with pytest.raises(WrongCouponCode) as refused:
            normalised_code(code)
        assert refused.value.pointer == "/code"

    def test_a_code_of_forty_characters_is_the_longest(self) -> None:
        assert normalised_code("a" * 40) == "A" * 40

    def test_two_codes_have_two_ids(self) -> None:
        assert coupon_id_of("SPRING") != coupon_id_of("SPRIN6")

    @pytest.mark.parametrize(
        ("rules", "error", "pointer"),
        [
            ({"kind": "gift"}, UnknownCouponKind, "/kind"),
            ({"value": 0}, CouponValueOutOfBounds, "/value"),
            ({"value": 10_001}, CouponValueOutOfBounds, "/value"),
            ({"kind": "amount", "value": 0, "currency": "EUR"}, CouponValueOutOfBounds, "/value"),
            ({"kind": "amount", "value": -5, "currency": "EUR"}, CouponValueOutOfBounds, "/value"),
            ({"kind": "amount", "value": 10**15, "currency": "EUR"}, CouponValueOutOfBounds, "/value"),
            ({"kind": "free_shipping", "value": 1}, CouponValueOutOfBounds, "/value"),
            ({"kind": "amount", "value": 5}, CouponCurrencyMissing, "/currency"),
            ({"minimum": 5}, CouponCurrencyMissing, "/currency"),
            ({"minimum": -1, "currency": "EUR"}, CouponMinimumOutOfBounds, "/minimum"),
            ({"currency": "EURO"}, UnknownCurrency, "/currency"),
            ({"valid_from": NOW.replace(tzinfo=None)}, InstantWithoutZone, "/valid_from"),
            ({"valid_until": NOW.replace(tzinfo=None)}, InstantWithoutZone, "/valid_until"),
            ({"valid_from": NOW, "valid_until": NOW - DAY}, CouponEndsBeforeStart, "/valid_until"),
            ({"limit": 0}, CouponLimitTooSmall, "/limit"),
            ({"limit_per_customer": 0}, CouponLimitTooSmall, "/limit_per_customer"),
            ({"most_items": 0}, CouponLimitTooSmall, "/most_items"),
            ({"minimum": LARGEST + 1, "currency": "EUR"}, CouponMinimumOutOfBounds, "/minimum"),
            ({"products": ("CUP-1", "")}, TextMissing, "/products/1"),
            ({"tags": ("",)}, TextMissing, "/tags/0"),
            ({"tags": tuple(map(str, range(MOST_TAGS + 1)))}, TooManyInCoupon, "/tags"),
            ({"products": tuple(map(str, range(MOST_PRODUCTS + 1)))}, TooManyInCoupon, "/products"),
            ({"kind": "free_shipping", "value": 0, "products": ("CUP-1",)}, ShippingHasNoProducts, "/products"),
            ({"kind": "free_shipping", "value": 0, "patterns": ("CUP-*",)}, ShippingHasNoProducts, "/sku_patterns"),
            ({"kind": "free_shipping", "value": 0, "most_items": 2}, ShippingHasNoProducts, "/most_items"),
        ],
    )
    def test_rules_that_no_coupon_may_have_are_refused(
        self, rules: dict[str, Any], error: type[Rejected], pointer: str
    ) -> None:
        assert given(Coupon).when(created(**rules)).then_refused(error).pointer == pointer

    def test_the_largest_minimum_and_as_many_tags_as_there_may_be_are_taken(self) -> None:
        tags = tuple(map(str, range(MOST_TAGS)))
        given(Coupon).when(created(minimum=LARGEST, currency="EUR", tags=tags)).then(CouponCreated)


class TestChanging:
    def test_a_coupon_gets_other_rules(self) -> None:
        rules = CouponRules(kind="amount", value=500, currency="EUR")
        command = ChangeCoupon(context=context(), coupon_id=SPRING, rules=rules)
        coupon = given(Coupon, created()).when(command).then((CouponChanged, {"rules": rules, "was": TENTH}))
        assert coupon.terms == CouponTerms("SPRING", "amount", 500, conditions=CouponConditions("EUR"))

    def test_the_same_rules_again_record_nothing(self) -> None:
        command = ChangeCoupon(context=context(), coupon_id=SPRING, rules=TENTH)
        given(Coupon, created()).when(command).then_nothing()

    def test_rules_that_no_coupon_may_have_are_refused(self) -> None:
        command = ChangeCoupon(context=context(), coupon_id=SPRING, rules=CouponRules(kind="percent", value=0))
        given(Coupon, created()).when(command).then_refused(CouponValueOutOfBounds)

    def test_a_coupon_is_disabled_and_enabled_once(self) -> None:
        assert not given(Coupon, created()).when(DISABLE).then(CouponDisabled).is_enabled
        given(Coupon, created(), DISABLE).when(DISABLE).then_nothing()
        assert given(Coupon, created(), DISABLE).when(ENABLE).then(CouponEnabled).is_enabled
        given(Coupon, created()).when(ENABLE).then_nothing()

    @pytest.mark.parametrize(
        "command", [ChangeCoupon(context=context(), coupon_id=SPRING, rules=TENTH), DISABLE, ENABLE, release(1)]
    )
    def test_a_coupon_that_does_not_exist_is_not_found(self, command: Any) -> None:
        given(Coupon).when(command).then_refused(CouponNotFound)


class TestRedeeming:
    def test_an_order_uses_a_coupon(self) -> None:
        coupon = (
            given(Coupon, created()).when(redeem(1)).then((CouponRedeemed, {"order_id": order(1), "customer_id": ADA}))
        )
        assert coupon.uses == {order(1): ADA}
        assert coupon.uses_by_customer == {ADA: 1}

    def test_the_same_order_uses_it_once(self) -> None:
        given(Coupon, created(limit=1), redeem(1)).when(redeem(1)).then_nothing()

    def test_a_coupon_that_does_not_exist_cannot_be_used(self) -> None:
        given(Coupon).when(redeem(1)).then_refused(UnknownCoupon)

    def test_a_disabled_coupon_cannot_be_used(self) -> None:
        given(Coupon, created(), DISABLE).when(redeem(1)).then_refused(CouponNotEnabled)

    def test_a_used_up_coupon_cannot_be_used(self) -> None:
        past = (created(limit=2), redeem(1), redeem(2))
        given(Coupon, *past).when(redeem(3)).then_refused(CouponUsedUp, limit=2)

    def test_a_customer_cannot_use_it_more_often_than_allowed_while_another_may(self) -> None:
        past = (created(limit_per_customer=1), redeem(1, ADA))
        given(Coupon, *past).when(redeem(2, ADA)).then_refused(CouponUsedUpByCustomer, limit=1)
        given(Coupon, *past).when(redeem(2, BOB)).then(CouponRedeemed)

    def test_a_limit_per_customer_needs_a_customer(self) -> None:
        given(Coupon, created(limit_per_customer=1)).when(redeem(1, None)).then_refused(CouponNeedsCustomer)
        given(Coupon, created()).when(redeem(1, None)).then(CouponRedeemed)

    def test_a_release_gives_the_use_back_once(self) -> None:
        past = (created(limit=1, limit_per_customer=1), redeem(1))
        coupon = given(Coupon, *past).when(release(1)).then((CouponReleased, {"order_id": order(1)}))
        assert coupon.uses == {}
        assert coupon.uses_by_customer[ADA] == 0
        given(Coupon, *past, release(1)).when(release(1)).then_nothing()
        given(Coupon, *past, release(1)).when(redeem(2)).then(CouponRedeemed)

    def test_an_order_that_gave_its_use_back_can_use_it_anew(self) -> None:
        coupon = given(Coupon, created(), redeem(1), release(1)).when(redeem(1)).then(CouponRedeemed)
        assert coupon.uses_by_customer == {ADA: 1}

    def test_a_release_of_an_order_without_a_use_records_nothing(self) -> None:
        given(Coupon, created()).when(release(1)).then_nothing()

    def test_a_limit_lowered_below_the_uses_leaves_it_used_up(self) -> None:
        lower = ChangeCoupon(
            context=context(), coupon_id=SPRING, rules=CouponRules(kind="percent", value=1_000, limit=1)
        )
        past = (created(), redeem(1), redeem(2), lower, release(1))
        given(Coupon, *past).when(redeem(3)).then_refused(CouponUsedUp)

    def test_the_last_of_ten_thousand_uses_is_given_and_no_further_one(self) -> None:
        past = (created(limit=10_000), *map(redeem, range(1, 10_000)))
        assert len(given(Coupon, *past).when(redeem(10_000)).then(CouponRedeemed).uses) == 10_000
        given(Coupon, *past, redeem(10_000)).when(redeem(10_001)).then_refused(CouponUsedUp, limit=10_000)


class TestChecking:
    def test_a_coupon_without_conditions_holds(self) -> None:
        assert refusal(created()) is None

    def test_a_code_that_nobody_brought_out_is_refused(self) -> None:
        assert isinstance(refusal(), UnknownCoupon)

    def test_a_disabled_coupon_is_refused(self) -> None:
        assert isinstance(refusal(created(), DISABLE), CouponNotEnabled)

    def test_it_holds_from_its_first_instant_to_its_last(self) -> None:
        past = created(valid_from=NOW, valid_until=NOW + DAY)
        instant = timedelta(microseconds=1)
        assert isinstance(refusal(past, at=NOW - instant), CouponNotYetValid)
        assert refusal(past, at=NOW) is None
        assert refusal(past, at=NOW + DAY) is None
        assert isinstance(refusal(past, at=NOW + DAY + instant), CouponExpired)

    def test_another_currency_is_refused(self) -> None:
        past = created(kind="amount", value=500, currency="EUR")
        assert refusal(past) is None
        assert isinstance(refusal(past, currency="USD"), CouponInOtherCurrency)

    def test_a_subtotal_below_the_minimum_is_refused_in_plain_figures(self) -> None:
        past = created(minimum=5_000, currency="EUR")
        assert refusal(past, subtotal=5_000) is None
        refused = refusal(past, subtotal=4_999)
        assert isinstance(refused, SubtotalBelowMinimum)
        assert str(refused) == "Coupon SPRING asks for a subtotal of 50.00 EUR; this one is 49.99."

    def test_a_used_up_coupon_is_refused_but_to_the_order_that_holds_its_use(self) -> None:
        past = created(limit=1)
        assert isinstance(refusal(past), CouponUsedUp)
        assert refusal(past, order_id=order(1)) is None
        assert isinstance(refusal(past, order_id=order(2)), CouponUsedUp)

    def test_an_order_that_holds_its_use_still_answers_for_its_cart(self) -> None:
        past = created(limit=1, minimum=5_000, currency="EUR")
        assert isinstance(refusal(past, order_id=order(1), subtotal=4_999), SubtotalBelowMinimum)

    def test_a_customer_who_used_it_up_is_refused_and_one_not_yet_known_is_not(self) -> None:
        past = created(limit_per_customer=1)
        assert isinstance(refusal(past, customer_id=ADA), CouponUsedUpByCustomer)
        assert refusal(past, customer_id=BOB) is None
        assert refusal(past, customer_id=None) is None

    def test_all_cards_of_a_person_count_together(self) -> None:
        past = created(limit_per_customer=1)
        assert isinstance(refusal(past, cards=(BOB, ADA)), CouponUsedUpByCustomer)

    @pytest.mark.parametrize(
        ("rules", "skus", "holds"),
        [
            ({"products": ("CUP-1",)}, {"CUP-1", "TEA"}, True),
            ({"products": ("CUP-1",)}, {"CUP-10"}, False),
            ({"patterns": ("CUP-*",)}, {"CUP-10"}, True),
            ({"patterns": ("CUP-*", "*-TEA")}, {"TEA-CUP"}, False),
            ({"most_items": 1}, {"TEA"}, True),
        ],
    )
    def test_it_is_for_its_products(self, rules: dict[str, Any], skus: set[str], holds: bool) -> None:
        refused = refusal(created(**rules), skus=frozenset(skus))
        assert (refused is None) if holds else isinstance(refused, CouponForOtherProducts)

    def test_it_is_for_those_who_carry_one_of_its_tags(self) -> None:
        past = created(tags=("vip", "staff"))
        assert refusal(past, tags=frozenset({"staff"})) is None
        assert isinstance(refusal(past, tags=frozenset({"new"})), CouponForOthers)


class TestMovingAUse:
    MOVE = MoveCouponUse(context=context("move"), coupon_id=SPRING, order_id=order(1), customer_id=BOB)

    def test_a_use_moves_with_its_order_and_counts_for_the_other(self) -> None:
        past = (created(limit_per_customer=1), redeem(1, ADA))
        fields = {"order_id": order(1), "customer_id": BOB, "was": ADA}
        coupon = given(Coupon, *past).when(self.MOVE).then((CouponUseMoved, fields))
        assert (coupon.uses_by_customer[ADA], coupon.uses_by_customer[BOB]) == (0, 1)

    def test_a_use_that_is_there_already_or_not_at_all_stays_quiet(self) -> None:
        given(Coupon, created(), redeem(1, BOB)).when(self.MOVE).then_nothing()
        given(Coupon, created()).when(self.MOVE).then_nothing()
