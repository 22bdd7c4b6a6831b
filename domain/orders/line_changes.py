"""How a line changes once it is on an order: how many of it, at what price, and what it is."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders.items import Option, plain_taxes
from domain.orders.lines import check_discounts, check_item, check_quantity
from domain.orders.order import Item, Order, OrderCommand, require_open
from domain.orders.unsent import refundable_sent
from domain.settings import Shop
from domain.taxes import Taxes
from domain.units import Quantity

MAX_LINES_SUM = MAX_MINOR_UNITS * 2 // 5  # leaves room for the tax, at most as much again, and for shipping


class ItemNotFound(NotFound):
    """Order {number} has no line {item}."""

    code = "item-not-found"


class QuantityBelowShipped(Rejected):
    """{shipped} of line {item} have been shipped already: its quantity cannot be less."""

    code = "quantity-below-shipped"


class TotalOutOfBounds(Rejected):
    """An order's total is at most {limit}."""

    code = "total-out-of-bounds"


class TaxesFixed(Rejected):
    """Units of line {item} were refunded with the taxes it bears: they stay."""

    code = "taxes-fixed"


class SkuFixed(Rejected):
    """Units of line {item} were shipped or refunded: its SKU stays. Take the rest off, and add a line for it."""

    code = "sku-fixed"


class DiscountStays(Rejected):
    """Goods stay goods, and a line of a negative price stays a discount: take it off, and add another one."""

    code = "discount-stays"


class ChangeItem(OrderCommand, frozen=True, kw_only=True):
    """Change what a line is or costs, or how many units of it are kept from now on; what is None stays."""

    item: str
    quantity: Quantity | None = None
    unit_price: int | None = None
    discount: int | None = None
    sku: str | None = None
    name: str | None = None
    taxes: Taxes | None = None
    exemption: str | None = None
    options: tuple[Option, ...] | None = None


def _change(order: Order, item: str, **changes: Any) -> None:
    order.items[item] = replace(order.items[item], **changes)


class ItemQuantityChanged(Event, frozen=True, kw_only=True):
    """A line holds another quantity: units ordered, refunded ones among them.

    Form 2 tells how many of them are kept from now on. Form 1 did not (`kept` None): a smaller quantity of it took
    first the units that had been refunded.
    """

    TOPIC = "order.item-quantity-changed"
    VERSION = 2

    item: str
    quantity: int
    was: int
    kept: int | None = None

    def has_effect_on(self, order: Order) -> bool:
        return self.item in order.items

    def apply(self, order: Order) -> None:
        quantity = self.quantity
        if self.kept is None and quantity < self.was:
            quantity = min(self.was, quantity + order.refunded_quantities().get(self.item, 0))
        _change(order, self.item, quantity=quantity)


class ItemPriceChanged(Event, frozen=True, kw_only=True):
    """A line costs another price, or has another discount of its own."""

    TOPIC = "order.item-price-changed"

    item: str
    unit_price: int | None
    discount: int
    was: int | None
    discount_was: int

    def has_effect_on(self, order: Order) -> bool:
        return self.item in order.items

    def apply(self, order: Order) -> None:
        _change(order, self.item, unit_price=self.unit_price, discount=self.discount)


class ItemCorrected(Event, frozen=True, kw_only=True):
    """A line is called otherwise, is another article or bears other taxes: all of it as it is now, and what it was."""

    TOPIC = "order.item-corrected"

    item: str
    sku: str
    name: str
    taxes: Taxes
    exemption: str
    taxes_assumed: bool
    options: tuple[Option, ...]
    sku_was: str
    name_was: str
    taxes_was: Taxes
    exemption_was: str
    options_was: tuple[Option, ...]

    def has_effect_on(self, order: Order) -> bool:
        return self.item in order.items

    def apply(self, order: Order) -> None:
        _change(
            order,
            self.item,
            sku=self.sku,
            name=self.name,
            taxes=self.taxes,
            exemption=self.exemption,
            options=self.options,
            taxes_assumed=self.taxes_assumed,
        )


def require_item(order: Order, item: str) -> Item:
    """The line, or `ItemNotFound`."""
    try:
        return order.items[item]
    except KeyError:
        raise ItemNotFound("/item", number=order.number, item=item) from None


def check_sum(order: Order, item: Item, pointer: str) -> None:
    """Refuses a line, new or changed, that could take the order's total out of bounds with its tax and shipping."""
    was = order.items.get(item.id)
    before = max(0, was.amount) if was else 0
    others = sum(max(0, line.amount) for line in order.items.values()) - before
    if item.amount > before and others + item.amount > MAX_LINES_SUM:
        raise TotalOutOfBounds(pointer, limit=amount_text(MAX_MINOR_UNITS, order.currency))


def check_discounts_of(order: Order, item: Item, pointer: str) -> None:
    """Refuses lines that are discounts where, with this line as it is to be, they come to more than the goods."""
    if item.is_discount or any(line.is_discount for line in order.items.values()):
        check_discounts({**order.items, item.id: item}.values(), order.currency, pointer)


def change_item(order: Order, command: ChangeItem, shop: Shop) -> None:
    """Changes a line; never below what was shipped of it and not refunded."""
    require_open(order)
    was = require_item(order, command.item)
    given = order.refunded_quantities().get(was.id, 0)
    quantity = was.quantity
    if command.quantity is not None:
        quantity = check_quantity(command.quantity, was.unit, "/quantity", least=0 if given else 1) + given
    item = _changed(was, command, quantity)
    check_item(item)
    _require_changeable(order, was, item, given)
    require_kept(order, was, quantity - given, "/quantity")
    check_sum(order, item, "/unit_price")
    check_discounts_of(order, item, "/unit_price" if item.is_discount else "/quantity")
    set_quantity(order, command, was, quantity, given)
    if (item.unit_price, item.discount) != (was.unit_price, was.discount):
        order.record(
            ItemPriceChanged,
            command.context,
            item=was.id,
            unit_price=item.unit_price,
            discount=item.discount,
            was=was.unit_price,
            discount_was=was.discount,
        )
    _correct(order, command, was, item)


def _changed(was: Item, command: ChangeItem, quantity: int) -> Item:
    """The line as it is asked to be; one that bears taxes again is exempt no more."""
    names = ("unit_price", "discount", "sku", "name", "taxes", "exemption", "options")
    asked = {name: getattr(command, name) for name in names if getattr(command, name) is not None}
    if command.taxes and command.exemption is None:
        asked["exemption"] = ""
    if command.exemption and command.taxes is None:
        asked["taxes"] = ()
    if command.taxes is not None or command.exemption:
        asked |= {"taxes": plain_taxes(asked["taxes"]), "taxes_assumed": False}
    return replace(was, quantity=quantity, **asked)


def _require_changeable(order: Order, was: Item, item: Item, given: int) -> None:
    """Refuses other taxes once units were refunded with those, and another SKU once units were sent or refunded."""
    if given and (item.taxes, item.exemption) != (was.taxes, was.exemption):
        raise TaxesFixed("/taxes", item=was.id)
    if item.sku != was.sku and (given or order.shipped_quantities().get(was.id)):
        raise SkuFixed("/sku", item=was.id)
    if item.is_discount != was.is_discount:
        raise DiscountStays("/unit_price")


def _correct(order: Order, command: ChangeItem, was: Item, item: Item) -> None:
    names = ("sku", "name", "taxes", "exemption", "options")
    now = {name: getattr(item, name) for name in names}
    former = {f"{name}_was": getattr(was, name) for name in names}
    if tuple(now.values()) != tuple(former.values()) or item.taxes_assumed != was.taxes_assumed:
        order.record(ItemCorrected, command.context, item=was.id, taxes_assumed=item.taxes_assumed, **now, **former)


def set_quantity(order: Order, command: OrderCommand, was: Item, quantity: int, refunded: int) -> None:
    if quantity != was.quantity:
        order.record(
            ItemQuantityChanged,
            command.context,
            item=was.id,
            quantity=quantity,
            was=was.quantity,
            kept=quantity - refunded,
        )


def require_kept(order: Order, item: Item, kept: int, pointer: str) -> None:
    """Refuses to keep less of a line than the customer was sent of it and did not give back."""
    sent = refundable_sent(order).get(item.id, 0)
    if kept < sent:
        raise QuantityBelowShipped(pointer, shipped=sent, item=item.id)


EVENTS: tuple[type[Event], ...] = (ItemQuantityChanged, ItemPriceChanged, ItemCorrected)

HANDLERS = {ChangeItem: change_item}
