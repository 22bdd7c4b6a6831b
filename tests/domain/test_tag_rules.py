from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.customers import Customer, EraseCustomer, TagCustomer
from domain.errors import DomainError
from domain.events import Command
from domain.orders.creation import Buyer
from domain.orders.order import Order
from domain.processes.process import NOTHING, Reaction, Trigger
from domain.processes.tag_on_purchase import NAME, TAG_ON_PURCHASE
from domain.settings import ShopSettings
from domain.shop import Shop, TagRule
from domain.tag_rules import (
    MAX_RULES,
    SetTagRules,
    TagRulesSet,
    TooManyTagRules,
    UnknownMoment,
    WrongTagCount,
    tags_for,
)
from domain.texts import TextMissing
from tests.domain.orders import line, pay, placed
from tests.examples.facts import CUSTOMER
from tests.given import context, given

CUPS = TagRule(pattern="CUP-*", tags=("cups", "kitchen"), on="placed")
TEA = TagRule(pattern="TEA-1", tags=("tea",), on="paid")
BUYER = Buyer(id=CUSTOMER, name="Nora Example", email="nora@example.com")
SHOP = Shop(tag_rules=(CUPS, TEA))
BOUGHT = placed(line(sku="CUP-1"), line(sku="TEA-1"), buyer=BUYER)


def rules(*told: TagRule) -> SetTagRules:
    return SetTagRules(context=context("rules"), rules=told)


def react(*past: Command, tags: tuple[str, ...] = (), erased: bool = False, shop: Shop = SHOP) -> Reaction:
    """What the process answers to the last event of an order's past that it follows."""
    outcome = given(Order, *past[:-1]).when(past[-1], shop)
    event = next(event for event in reversed(outcome.events) if isinstance(event, TAG_ON_PURCHASE.topics))

    def load(_: Any, customer_id: Any) -> Any:
        assert customer_id == CUSTOMER
        made: list[Any] = [EraseCustomer(customer_id=CUSTOMER, context=context("erase"))] if erased else []
        tagged = TagCustomer(customer_id=CUSTOMER, context=context("tag"), tags=tags)
        return given(Customer, *(made or [tagged])).when(tagged).aggregate

    return TAG_ON_PURCHASE.react(
        Trigger(process=NAME, event=event, position=7, shop=shop, order=lambda: outcome.aggregate, load=load)
    )


class TestRules:
    def test_rules_are_set_once(self) -> None:
        settings = given(ShopSettings).when(rules(CUPS, TEA)).then((TagRulesSet, {"rules": (CUPS, TEA)}))
        assert settings.shop.tag_rules == (CUPS, TEA)
        given(ShopSettings, rules(CUPS)).when(rules(CUPS)).then_nothing()
        given(ShopSettings, rules(CUPS)).when(rules()).then(TagRulesSet)

    def test_nobody_is_tagged_as_delivered(self) -> None:
        assert Shop().tag_rules == ()

    @pytest.mark.parametrize(
        ("wrong", "error", "pointer"),
        [
            ({"pattern": " "}, TextMissing, "/rules/1/pattern"),
            ({"tags": ()}, WrongTagCount, "/rules/1/tags"),
            ({"tags": ("",)}, TextMissing, "/rules/1/tags/0"),
            ({"on": "sent"}, UnknownMoment, "/rules/1/on"),
        ],
    )
    def test_a_wrong_rule_is_refused(self, wrong: dict[str, Any], error: type[DomainError], pointer: str) -> None:
        assert given(ShopSettings).when(rules(CUPS, replace(TEA, **wrong))).then_refused(error).pointer == pointer

    def test_a_shop_has_so_many_rules(self) -> None:
        given(ShopSettings).when(rules(*[CUPS] * (MAX_RULES + 1))).then_refused(TooManyTagRules, limit=MAX_RULES)


@pytest.mark.parametrize(
    ("pattern", "sku", "earned"),
    [
        ("CUP-1", "CUP-1", True),
        ("CUP-1", "CUP-11", False),
        ("CUP-1", "cup-1", False),
        ("CUP-*", "CUP-", True),
        ("*-1", "CUP-1", True),
        ("C*1", "CUP-1", True),
        ("C*2", "CUP-1", False),
        ("CUP.1", "CUP-1", False),
        ("*", "", True),
    ],
)
def test_a_pattern_is_a_sku_with_stars(pattern: str, sku: str, earned: bool) -> None:
    order = given(Order).when(placed(line(sku=sku) if sku else line(sku="anything"))).aggregate
    assert bool(tags_for(order, (replace(CUPS, pattern=pattern),), "placed")) is earned


class TestTaggingOnPurchase:
    def test_placing_an_order_tags_its_customer(self) -> None:
        [command] = react(BOUGHT).commands
        assert isinstance(command, TagCustomer)
        assert (command.customer_id, command.tags) == (CUSTOMER, ("cups", "kitchen"))
        assert command.context.actor == "process:tag_on_purchase"

    def test_paying_all_of_it_tags_as_well(self) -> None:
        [command] = react(BOUGHT, pay()).commands
        assert isinstance(command, TagCustomer)
        assert command.tags == ("tea",)
        assert react(BOUGHT, pay(100)) == NOTHING

    def test_tags_that_the_card_carries_are_not_given_again(self) -> None:
        assert react(BOUGHT, tags=("kitchen", "cups")) == NOTHING

    def test_nobody_is_tagged_without_rules_customer_or_person(self) -> None:
        assert react(BOUGHT, shop=Shop()) == NOTHING
        assert react(placed(line(sku="CUP-1"))) == NOTHING
        assert react(BOUGHT, erased=True) == NOTHING
