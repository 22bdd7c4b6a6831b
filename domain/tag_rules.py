"""Rules that tag customers by what they buy: a SKU or a pattern of SKUs, the tags, and whether on placing or paying."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from domain.errors import Rejected
from domain.events import Command, Event
from domain.orders.order import Order
from domain.settings import SettingsCommand, ShopSettings
from domain.shop import Shop, TagRule
from domain.sku_patterns import check_pattern, matches
from domain.texts import CODE, check_text

PLACED, PAID = MOMENTS = ("placed", "paid")
MAX_RULES = 500
MAX_TAGS_OF_RULE = 20


class TooManyTagRules(Rejected):
    """A shop has at most {limit} tag rules."""

    code = "too-many-tag-rules"


class WrongTagCount(Rejected):
    """A tag rule gives 1 to {limit} tags."""

    code = "wrong-tag-count"


class UnknownMoment(Rejected):
    """Customers are tagged when an order is placed or paid, not {moment}."""

    code = "unknown-moment"


class SetTagRules(SettingsCommand, frozen=True, kw_only=True):
    """Say which purchases tag their customers; no rules: none."""

    rules: tuple[TagRule, ...]


class TagRulesSet(Event, frozen=True, kw_only=True):
    """These purchases tag their customers."""

    TOPIC = "settings.tag-rules-set"

    rules: tuple[TagRule, ...]

    def apply(self, settings: ShopSettings) -> None:
        settings.shop = replace(settings.shop, tag_rules=self.rules)


def tags_for(order: Order, rules: Sequence[TagRule], moment: str) -> tuple[str, ...]:
    """The tags that the order's lines earn its customer at this moment (`placed` or `paid`), each once."""
    found = (
        tag
        for rule in rules
        if rule.on == moment and any(matches(rule.pattern, item.sku) for item in order.items.values())
        for tag in rule.tags
    )
    return tuple(dict.fromkeys(found))


def set_tag_rules(settings: ShopSettings, command: SetTagRules, shop: Shop) -> None:
    """Sets all the rules."""
    if len(command.rules) > MAX_RULES:
        raise TooManyTagRules("/rules", limit=MAX_RULES)
    for index, rule in enumerate(command.rules):
        _check_rule(rule, f"/rules/{index}")
    if command.rules != settings.shop.tag_rules:
        settings.record(TagRulesSet, command.context, rules=command.rules)


def _check_rule(rule: TagRule, pointer: str) -> None:
    check_pattern(rule.pattern, f"{pointer}/pattern")
    if not 1 <= len(rule.tags) <= MAX_TAGS_OF_RULE:
        raise WrongTagCount(f"{pointer}/tags", limit=MAX_TAGS_OF_RULE)
    for index, tag in enumerate(rule.tags):
        check_text(tag, CODE, f"{pointer}/tags/{index}", required=True)
    if rule.on not in MOMENTS:
        raise UnknownMoment(f"{pointer}/on", moment=rule.on[:CODE])


EVENTS: tuple[type[Event], ...] = (TagRulesSet,)

HANDLERS: dict[type[Command], Callable[..., None]] = {SetTagRules: set_tag_rules}
