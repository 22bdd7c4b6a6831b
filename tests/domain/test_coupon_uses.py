"""What an order's decisions mean for its coupons, and what a quote shows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.addresses import Address
from domain.coupons import (
    Coupon,
    CouponNoLongerHolds,
    DisableCoupon,
    UnknownCoupon,
    coupon_id_of,
)
from domain.errors import DomainError
from domain.orders.cart import RemoveItem, remove_item
from domain.orders.charges import ApplyCoupon, RemoveCoupon, SetDiscount
from domain.orders.coupon_uses import QuoteOutdated, hold
from domain.orders.details import AssignCustomer
from domain.orders.edits import EditOrder
from domain.orders.intake import quote_order
from domain.orders.order import Order
from domain.pricing import CouponTerms
from domain.shop import Shop
from tests.books import Book
from tests.domain.desks import FIRST, NEW, SECOND, Desk
from tests.domain.orders import create, line, to
from tests.given import NOW, context

DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Desk:
    return Desk(Book())


class TestUses:
    def test_a_use_begins_with_the_order_and_ends_with_it(self, desk: Desk) -> None:
        desk.coupon()
        desk.create(coupon_codes=("tenth",))
        assert desk.order().price.total == 1_800
        assert desk.uses() == {FIRST}
        assert coupon_id_of("TENTH") in desk.book.locks
        desk.give(to("cancelled"))
        assert desk.uses() == set()

    def test_a_draft_is_no_use(self, desk: Desk) -> None:
        desk.coupon()
        desk.create(place=False, coupon_codes=("TENTH",))
        assert desk.uses() == set()
        desk.give(to("pending"))
        assert desk.uses() == {FIRST}

    def test_one_put_on_or_taken_off_later_is_counted_then(self, desk: Desk) -> None:
        desk.coupon()
        desk.create()
        desk.ask(ApplyCoupon, coupon_code="TENTH")
        assert desk.uses() == {FIRST}
        desk.ask(RemoveCoupon, coupon="TENTH")
        assert desk.uses() == set()

    def test_a_use_moves_with_its_order_to_another_customer(self, desk: Desk) -> None:
        desk.coupon(limit_per_customer=1)
        customer = desk.create(coupon_codes=("TENTH",)).customer_id
        other = desk.card(5)
        desk.ask(AssignCustomer, customer_id=other, name="", email="", addresses="keep")
        coupon = desk.book.load(Coupon, coupon_id_of("TENTH"))
        assert coupon.uses == {FIRST: other}
        assert customer
        assert coupon.uses_by_customer == {customer: 0, other: 1}

    def test_all_cards_of_one_person_share_their_uses(self, desk: Desk) -> None:
        desk.coupon(limit_per_customer=1)
        desk.create(coupon_codes=("TENTH",))
        desk.merge(desk.order().customer_id or NEW, desk.card(5, "n@example.com"))
        with pytest.raises(DomainError) as refusal:
            desk.create(SECOND, customer_id=UUID(int=5), billing_address=Address(), coupon_codes=("TENTH",))
        assert refusal.value.code == "coupon-used-up-by-customer"

    def test_what_a_quote_showed_and_holds_no_more_is_told_so(self, desk: Desk) -> None:
        desk.coupon()
        desk.book.handle(DisableCoupon(coupon_id=coupon_id_of("TENTH"), context=context("off")))
        with pytest.raises(CouponNoLongerHolds):
            desk.create(coupon_codes=("TENTH",), quoted_total=1_800)
        with pytest.raises(DomainError) as refusal:
            desk.create(coupon_codes=("TENTH",))
        assert (refusal.value.code, refusal.value.pointer) == ("coupon-not-enabled", "/coupons")

    def test_an_order_comes_to_what_its_quote_told(self, desk: Desk) -> None:
        with pytest.raises(QuoteOutdated):
            desk.create(quoted_total=1_999)
        assert desk.create(quoted_total=2_000).price.total == 2_000

    def test_a_use_of_one_customer_needs_one_and_says_so(self, desk: Desk) -> None:
        desk.coupon(limit_per_customer=1)
        with pytest.raises(DomainError) as refusal:
            desk.create(billing_address=Address(), coupon_codes=("TENTH",), quoted_total=1_800)
        assert refusal.value.code == "coupon-needs-customer"

    def test_one_that_was_shown_and_is_used_up_meanwhile_is_told_with_why(self, desk: Desk) -> None:
        desk.coupon(limit=1)
        desk.create(place=False, coupon_codes=("TENTH",))
        desk.create(SECOND, coupon_codes=("TENTH",))
        with pytest.raises(CouponNoLongerHolds) as refusal:
            desk.give(to("pending"))
        assert refusal.value.details == {
            "coupon": "TENTH",
            "rule": "coupon-used-up",
            "why": "Coupon TENTH may be used 1 times and has been.",
        }
        with pytest.raises(DomainError) as again:
            desk.create(NEW, coupon_codes=("TENTH",))
        assert again.value.code == "coupon-used-up"

    def test_one_that_nobody_brought_out_is_unknown_where_it_is_told(self, desk: Desk) -> None:
        with pytest.raises(UnknownCoupon) as refusal:
            desk.create(coupon_codes=("NONE",))
        assert refusal.value.pointer == "/coupons"
        desk.create()
        assert desk.refuses(UnknownCoupon, ApplyCoupon, coupon_code="NONE").pointer == "/code"

    def test_tags_of_the_person_and_of_the_order_let_it_be_used(self, desk: Desk) -> None:
        desk.coupon(tags=("vip",))
        with pytest.raises(DomainError) as refusal:
            desk.create(coupon_codes=("TENTH",))
        assert refusal.value.code == "coupon-for-others"
        assert desk.create(SECOND, coupon_codes=("TENTH",), tags=("vip",)).price.total == 1_800


class TestEdits:
    def edit(self, desk: Desk, *changes: Any) -> Any:
        made = context("edit")
        return desk.book.handle(
            EditOrder(
                order_id=FIRST,
                context=made,
                changes=tuple(kind(order_id=FIRST, context=made, **facts) for kind, facts in changes),
            )
        )

    def test_a_coupon_of_an_edit_gives_what_it_gives_beside_other_changes(self, desk: Desk) -> None:
        desk.coupon()
        desk.create()
        self.edit(desk, (SetDiscount, {"amount": 100}), (ApplyCoupon, {"coupon_code": "tenth"}))
        assert [terms.code for terms in desk.order().coupons] == ["TENTH"]
        assert desk.order().discount == 100
        assert desk.uses() == {FIRST}

    def test_one_that_does_not_hold_is_told_at_its_place(self, desk: Desk) -> None:
        desk.coupon(minimum=5_000, currency="EUR")
        desk.create()
        with pytest.raises(DomainError) as refusal:
            self.edit(desk, (SetDiscount, {"amount": 100}), (ApplyCoupon, {"coupon_code": "TENTH"}))
        assert refusal.value.code == "subtotal-below-minimum"
        assert refusal.value.pointer == "/changes/1/code"

    def test_one_that_the_changed_cart_no_longer_keeps_to_falls_off(self, desk: Desk) -> None:
        desk.coupon(minimum=2_500, currency="EUR")
        desk.create(items=(line(), line(quantity=1)), coupon_codes=("TENTH",))
        desk.ask(RemoveItem, item="2")
        assert desk.order().coupons == ()
        assert desk.book.topics(FIRST)[-1] == "order.coupon-lapsed"
        [lapsed] = desk.book.streams[FIRST][-1:]
        assert (lapsed.coupon, lapsed.rule) == ("TENTH", "subtotal-below-minimum")  # type: ignore[attr-defined]
        assert desk.uses() == set()

    def test_terms_without_conditions_are_held_to_those_of_today(self, desk: Desk) -> None:
        desk.coupon(minimum=2_500, currency="EUR")
        desk.create(items=(line(), line(quantity=1)))
        order = desk.order()
        order.coupons = (CouponTerms("TENTH", "percent", 1_000),)
        command = RemoveItem(order_id=FIRST, context=context("less"), item="1")
        remove_item(order, command, Shop())
        hold(order, command, desk.book)
        assert not order.coupons


class TestQuotes:
    def quote(self, desk: Desk, refusal: DomainError | None = None, **facts: Any) -> Order:
        order = Order.blank(NEW)
        command = replace(create(**{"number": "", **facts}), order_id=NEW)
        quote_order(order, command, desk.book, refusal)
        assert desk.book.topics(NEW) == []
        return order

    def lapsed(self, order: Order) -> list[tuple[str, str, str]]:
        """Coupons that fell off a quote: which, by what rule, and why."""
        return [
            (event.coupon, event.rule, event.detail)  # type: ignore[attr-defined]
            for event in order.pending_events
            if type(event).__name__ == "CouponLapsed"
        ]

    def test_a_quote_is_a_draft_of_nobody_with_what_its_coupons_give(self, desk: Desk) -> None:
        desk.coupon()
        order = self.quote(desk, place=True, status="processing", customer_id=desk.card(5), coupon_codes=("tenth",))
        assert (order.price.total, order.stage, order.number) == (1_800, "draft", "quote")
        assert (order.customer_id, order.billing_address, self.lapsed(order)) == (None, Address(), [])
        assert (desk.uses(), desk.book.numbers) == (set(), 0)

    def test_a_coupon_that_does_not_hold_falls_off_with_why(self, desk: Desk) -> None:
        desk.coupon(valid_until=NOW - DAY)
        order = self.quote(desk, coupon_codes=("TENTH",))
        assert order.price.total == 2_000
        [(coupon, rule, why)] = self.lapsed(order)
        assert (coupon, rule) == ("TENTH", "coupon-expired")
        assert why.startswith("Coupon TENTH")

    def test_so_does_the_one_that_a_refusal_is_about(self, desk: Desk) -> None:
        desk.coupon()
        desk.coupon("OTHER", value=500)
        refusal = CouponNoLongerHolds(coupon="TENTH", rule="coupon-used-up", why="It is used up.")
        order = self.quote(desk, refusal, coupon_codes=("TENTH", "OTHER"))
        assert self.lapsed(order) == [("TENTH", "coupon-used-up", "It is used up.")]
        assert [terms.code for terms in order.coupons] == ["OTHER"]

    def test_a_person_who_has_used_it_up_is_known_by_all_cards(self, desk: Desk) -> None:
        desk.coupon(limit_per_customer=1)
        first = desk.create(coupon_codes=("TENTH",)).customer_id
        assert first
        merged = desk.card(5, "n@example.com")
        desk.merge(merged, first)
        for card in (first, merged):
            assert (
                self.lapsed(self.quote(desk, customer_id=card, coupon_codes=("TENTH",)))[0][1]
                == "coupon-used-up-by-customer"
            )
        assert self.lapsed(self.quote(desk, customer_id=desk.card(6), coupon_codes=("TENTH",))) == []
