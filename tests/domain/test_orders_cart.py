from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from domain.events import Command, Event
from domain.orders.cart import (
    MAX_ITEMS,
    ItemAdded,
    ItemRemoved,
    LastLine,
    QuantityBelowRefunded,
    RemoveItem,
    TooManyItems,
)
from domain.orders.charges import (
    ApplyCoupon,
    CouponApplied,
    CouponNotOnOrder,
    CouponRemoved,
    DiscountSet,
    RemoveCoupon,
    SetDiscount,
    SetShippingCharge,
    ShippingChargeSet,
    TooManyCoupons,
)
from domain.orders.line_changes import (
    MAX_LINES_SUM,
    ChangeItem,
    ItemNotFound,
    ItemPriceChanged,
    ItemQuantityChanged,
    QuantityBelowShipped,
    TotalOutOfBounds,
)
from domain.orders.lines import (
    LARGEST,
    MAX_QUANTITY,
    AmountOutOfBounds,
    DiscountAboveGoods,
    DiscountAboveLine,
    QuantityOutOfBounds,
)
from domain.orders.order import Order, OrderClosed
from domain.pricing import CouponTerms
from domain.taxes import Tax, TaxRateOutOfBounds, single
from domain.texts import ForbiddenCharacter, TextMissing, TextTooLong
from domain.upcasters import UPCASTERS
from tests.domain.orders import add, ask, create, line, pay, placed, refund, ship, to
from tests.given import given

TENTH = CouponTerms("SPRING", "percent", 1_000)
CLOSED = (
    (placed(), to("shipped")),
    (placed(), to("completed")),
    (placed(), to("cancelled")),
)


def change(item: str = "1", **facts: Any) -> ChangeItem:
    return ask(ChangeItem, item=item, **facts)


def apply(terms: CouponTerms = TENTH) -> ApplyCoupon:
    return ask(ApplyCoupon, coupon_code=terms.code, terms=terms)


def charge(amount: int, rate: int = 0) -> SetShippingCharge:
    return ask(SetShippingCharge, amount=amount, taxes=single(rate))


@pytest.mark.parametrize("past", CLOSED, ids=["shipped", "completed", "cancelled"])
@pytest.mark.parametrize(
    "command",
    [
        add(),
        change(quantity=1),
        ask(RemoveItem, item="1"),
        apply(),
        ask(RemoveCoupon, coupon="SPRING"),
        ask(SetDiscount, amount=1),
        charge(1),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_cart_of_a_closed_order_cannot_be_changed(past: tuple[Command, ...], command: Command) -> None:
    error = given(Order, *past).when(command).then_refused(OrderClosed, number="C1001")
    assert error.details["stage"] in str(error)


@pytest.mark.parametrize("status", ["pending", "processing", "on_hold"])
def test_a_placed_order_can_be_edited_until_it_is_shipped(status: str) -> None:
    given(Order, placed(), to(status)).when(add()).then(ItemAdded)


class TestAddingLines:
    def test_a_line_is_added_behind_the_others(self) -> None:
        order = given(Order, create()).when(add(3, 500)).then((ItemAdded, {"item": "2", "quantity": 3}))
        assert order.price.total == 3_500

    def test_a_lines_number_is_never_given_twice(self) -> None:
        past = (create(), add(), ask(RemoveItem, item="2"))
        given(Order, *past).when(add(called="again")).then((ItemAdded, {"item": "3"}))

    def test_the_same_command_adds_one_line(self) -> None:
        given(Order, create(), add()).when(add()).then_nothing()

    @pytest.mark.parametrize(
        ("facts", "error", "pointer"),
        [
            ({"quantity": 0}, QuantityOutOfBounds, "/quantity"),
            ({"quantity": -1}, QuantityOutOfBounds, "/quantity"),
            ({"quantity": MAX_QUANTITY + 1}, QuantityOutOfBounds, "/quantity"),
            ({"unit_price": -1_001}, DiscountAboveGoods, "/unit_price"),
            ({"quantity": 2, "unit_price": LARGEST // 2 + 1}, AmountOutOfBounds, "/unit_price"),
            ({"discount": -1}, AmountOutOfBounds, "/discount"),
            ({"quantity": 2, "unit_price": 100, "discount": 201}, DiscountAboveLine, "/discount"),
            ({"unit_price": None, "discount": 1}, DiscountAboveLine, "/discount"),
            ({"taxes": (Tax(-1),)}, TaxRateOutOfBounds, "/tax_rate"),
            ({"taxes": single(1_000_100)}, TaxRateOutOfBounds, "/tax_rate"),
            ({"name": " "}, TextMissing, "/name"),
            ({"name": "n" * 201}, TextTooLong, "/name"),
            ({"sku": "s" * 65}, TextTooLong, "/sku"),
            ({"sku": "a\nb"}, ForbiddenCharacter, "/sku"),
        ],
    )
    def test_a_line_that_no_cart_may_hold_is_refused(self, facts: dict[str, Any], error: Any, pointer: str) -> None:
        assert given(Order, create()).when(add(**facts)).then_refused(error).pointer == pointer

    def test_the_dearest_line_is_taken(self) -> None:
        given(Order, create()).when(add(1, LARGEST, discount=LARGEST)).then(ItemAdded)

    def test_an_order_holds_so_many_lines_and_no_more(self) -> None:
        full = create(*(line(1, 1) for _ in range(MAX_ITEMS)))
        given(Order, full).when(add()).then_refused(TooManyItems, limit=MAX_ITEMS)

    def test_lines_whose_sum_goes_beyond_any_order_are_refused(self) -> None:
        dear = create(*(line(1, LARGEST) for _ in range(MAX_LINES_SUM // LARGEST)))
        error = given(Order, dear).when(add(1, 1)).then_refused(TotalOutOfBounds, limit="10000000000000.00")
        assert error.pointer == "/unit_price"
        given(Order, dear).when(change(unit_price=LARGEST - 1)).then(ItemPriceChanged)

    def test_a_dear_line_leaves_no_room_for_another_to_grow(self) -> None:
        dear = create(line(1, 1), *(line(1, LARGEST) for _ in range(MAX_LINES_SUM // LARGEST - 1)))
        given(Order, dear).when(change(unit_price=LARGEST)).then(ItemPriceChanged)
        given(Order, dear, add(1, 1)).when(change(unit_price=LARGEST)).then_refused(TotalOutOfBounds)


class TestChangingLines:
    def test_quantity_and_price_change_by_an_event_each(self) -> None:
        order = (
            given(Order, create())
            .when(change(quantity=3, unit_price=900, discount=100))
            .then(
                (ItemQuantityChanged, {"item": "1", "quantity": 3, "was": 2}),
                (ItemPriceChanged, {"unit_price": 900, "was": 1_000, "discount": 100, "discount_was": 0}),
            )
        )
        assert order.price.total == 2_600

    def test_what_is_not_told_stays(self) -> None:
        order = given(Order, create(line(taxes=single(200_000)))).when(change(quantity=5)).then(ItemQuantityChanged)
        assert (order.items["1"].unit_price, order.items["1"].taxes) == (1_000, single(200_000))

    def test_a_line_may_become_free(self) -> None:
        given(Order, create()).when(change(unit_price=0)).then((ItemPriceChanged, {"unit_price": 0}))

    def test_the_same_line_again_records_nothing(self) -> None:
        given(Order, create(), change(quantity=3)).when(change(quantity=3, unit_price=1_000)).then_nothing()

    def test_a_line_that_is_not_there_is_not_found(self) -> None:
        command = change("7", quantity=1)
        error = given(Order, create()).when(command).then_refused(ItemNotFound, number="C1001", item="7")
        assert error.pointer == "/item"

    def test_the_bounds_of_a_new_line_hold_for_a_changed_one(self) -> None:
        given(Order, create()).when(change(quantity=0)).then_refused(QuantityOutOfBounds, quantity=0)
        given(Order, create()).when(change(discount=2_001)).then_refused(DiscountAboveLine)

    def test_a_smaller_quantity_must_still_bear_the_lines_discount(self) -> None:
        past = create(line(2, 1_000, discount=1_500))
        given(Order, past).when(change(quantity=1)).then_refused(DiscountAboveLine)

    def test_a_quantity_does_not_fall_below_what_was_shipped(self) -> None:
        past = (placed(line(3)), ship(("1", 2)))
        error = given(Order, *past).when(change(quantity=1)).then_refused(QuantityBelowShipped, shipped=2, item="1")
        assert error.pointer == "/quantity"
        given(Order, *past).when(change(quantity=2)).then(ItemQuantityChanged)

    def test_a_quantity_says_how_many_are_kept_from_now_on(self) -> None:
        past = (placed(line(3)), pay(), refund(("1", 2)))
        given(Order, *past).when(change(quantity=1)).then_nothing()
        order = given(Order, *past).when(change(quantity=4)).then((ItemQuantityChanged, {"quantity": 6, "kept": 4}))
        assert (order.kept_quantities(), order.price.kept, order.price.balance) == ({"1": 4}, 4_000, 3_000)
        order = given(Order, *past).when(change(quantity=0)).then((ItemQuantityChanged, {"quantity": 2, "kept": 0}))
        assert (order.kept_quantities(), order.price.balance) == ({"1": 0}, -1_000)
        assert given(Order, *past).when(change(quantity=-1)).then_refused(QuantityOutOfBounds).pointer == "/quantity"

    def test_no_less_is_kept_than_was_sent_and_not_refunded(self) -> None:
        past = (placed(line(3)), pay(), ship(("1", 2)), refund(("1", 1)))
        given(Order, *past).when(change(quantity=1)).then_refused(QuantityBelowShipped, shipped=2, item="1")
        given(Order, *past, refund(("1", 1))).when(change(quantity=1)).then_nothing()


class TestRemovingLines:
    def test_a_line_is_removed(self) -> None:
        past = create(line(), line(1, 500))
        order = given(Order, past).when(ask(RemoveItem, item="1")).then((ItemRemoved, {"sku": "CUP-1", "quantity": 2}))
        assert order.price.total == 500

    def test_a_removed_line_is_not_found_any_more(self) -> None:
        remove = ask(RemoveItem, item="1")
        given(Order, create(), remove).when(remove).then_refused(ItemNotFound, item="1")

    def test_a_line_of_which_something_was_shipped_stays(self) -> None:
        past = (placed(), ship(("1", 1)))
        given(Order, *past).when(ask(RemoveItem, item="1")).then_refused(QuantityBelowShipped, shipped=1, item="1")

    def test_a_placed_order_keeps_its_last_line(self) -> None:
        remove = ask(RemoveItem, item="1")
        error = given(Order, placed()).when(remove).then_refused(LastLine, number="C1001")
        assert "cancel the order" in str(error)
        given(Order, placed(), add()).when(remove).then(ItemRemoved)
        given(Order, placed(), to("draft", because="To be discussed", force=True)).when(remove).then(ItemRemoved)

    def test_a_line_of_which_something_was_refunded_stays_with_that(self) -> None:
        past = (placed(), pay(), refund(("1", 1)))
        remove = ask(RemoveItem, item="1")
        order = given(Order, *past).when(remove).then((ItemQuantityChanged, {"quantity": 1, "was": 2, "kept": 0}))
        assert (order.price.kept, order.price.balance) == (0, -1_000)
        given(Order, *past, remove).when(remove).then_refused(QuantityBelowRefunded, refunded=1, item="1")


class TestCoupons:
    def test_a_coupon_takes_off_what_its_terms_say(self) -> None:
        order = given(Order, create()).when(apply()).then((CouponApplied, {"terms": TENTH}))
        assert (order.price.discount, order.price.total) == (200, 1_800)

    def test_a_coupon_already_on_the_order_records_nothing(self) -> None:
        given(Order, create(), apply()).when(apply()).then_nothing()

    def test_an_order_holds_so_many_coupons_and_no_more(self) -> None:
        full = create(coupons=tuple(CouponTerms(f"C{number}", "amount", 1) for number in range(10)))
        given(Order, full).when(apply()).then_refused(TooManyCoupons, limit=10)

    def test_a_coupon_without_terms_is_none(self) -> None:
        command = ask(ApplyCoupon, coupon_code="SPRING")
        given(Order, create()).when(command).then_refused(CouponNotOnOrder, coupon="SPRING", number="C1001")

    def test_a_coupon_is_taken_off_again(self) -> None:
        remove = ask(RemoveCoupon, coupon="SPRING")
        order = given(Order, create(), apply()).when(remove).then((CouponRemoved, {"coupon": "SPRING"}))
        assert order.price.total == 2_000
        given(Order, create(), apply(), remove).when(remove).then_refused(CouponNotOnOrder, number="C1001")


class TestCharges:
    def test_a_discount_on_the_whole_order_is_set(self) -> None:
        order = given(Order, create()).when(ask(SetDiscount, amount=300)).then((DiscountSet, {"amount": 300, "was": 0}))
        assert order.price.total == 1_700

    def test_a_discount_above_the_lines_takes_no_more_than_they_cost(self) -> None:
        order = given(Order, create()).when(ask(SetDiscount, amount=9_999)).then(DiscountSet)
        assert order.price.total == 0

    def test_the_same_discount_again_records_nothing(self) -> None:
        given(Order, create(discount=300)).when(ask(SetDiscount, amount=300)).then_nothing()

    @pytest.mark.parametrize("amount", [-1, LARGEST + 1])
    def test_a_discount_out_of_bounds_is_refused(self, amount: int) -> None:
        error = given(Order, create()).when(ask(SetDiscount, amount=amount)).then_refused(AmountOutOfBounds)
        assert (error.pointer, error.details) == ("/amount", {"limit": LARGEST})

    def test_shipping_is_charged_with_a_tax_of_its_own(self) -> None:
        outcome = given(Order, create()).when(charge(600, 200_000))
        order = outcome.then((ShippingChargeSet, {"amount": 600, "was": 0, "taxes": single(200_000)}))
        assert (order.price.total, order.price.tax) == (2_600, 100)

    def test_the_same_charge_again_records_nothing(self) -> None:
        given(Order, create(), charge(600, 200_000)).when(charge(600, 200_000)).then_nothing()

    def test_another_tax_on_the_same_charge_is_a_change(self) -> None:
        given(Order, create(), charge(600)).when(charge(600, 55_000)).then(
            (ShippingChargeSet, {"taxes": single(55_000)})
        )

    def test_a_charge_out_of_bounds_is_refused(self) -> None:
        assert given(Order, create()).when(charge(-1)).then_refused(AmountOutOfBounds).pointer == "/amount"
        assert given(Order, create()).when(charge(1, 1_000_100)).then_refused(TaxRateOutOfBounds).pointer == "/tax_rate"


@pytest.mark.parametrize(
    ("kind", "topic"), [(ItemAdded, "order.item-added"), (ShippingChargeSet, "order.shipping-charge-set")]
)
def test_one_rate_of_the_first_form_reads_as_one_tax(kind: type[Event], topic: str) -> None:
    sample = json.loads((Path(__file__).parent / "samples" / f"{topic}.v1.json").read_bytes())
    event: Any = convert(UPCASTERS[topic, 1](sample), kind)
    assert (sample["tax_rate"], event.taxes, event.taxes_assumed) == (2000, single(200_000), False)
    nothing: Any = convert(UPCASTERS[topic, 1]({**sample, "tax_rate": 0}), kind)
    assert nothing.taxes == ()
