"""What an order holds: its lines, coupons, discount and shipping charge."""

from __future__ import annotations

from typing import Any

from domain.errors import NotFound, Rejected
from domain.events import Event
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders.lines import MAX_QUANTITY as MAX_QUANTITY
from domain.orders.lines import NewItem as NewItem
from domain.orders.lines import check_charge, check_item, check_tax_rate, line_amount
from domain.orders.order import Item, Order, OrderCommand, require_open
from domain.pricing import CouponTerms
from domain.settings import Shop
from domain.texts import CODE

MAX_ITEMS = 1_000
MAX_COUPONS = 10
MAX_LINES_SUM = MAX_MINOR_UNITS * 2 // 5  # leaves room for the tax, at most as much again, and for shipping


class ItemNotFound(NotFound):
    """Order {number} has no line {item}."""

    code = "item-not-found"


class QuantityBelowShipped(Rejected):
    """{shipped} of line {item} have been shipped already: its quantity cannot be less."""

    code = "quantity-below-shipped"


class QuantityBelowRefunded(Rejected):
    """{refunded} of line {item} have been refunded already: its quantity cannot be less."""

    code = "quantity-below-refunded"


class TotalOutOfBounds(Rejected):
    """An order's total is at most {limit}."""

    code = "total-out-of-bounds"


class TooManyItems(Rejected):
    """An order holds at most {limit} lines."""

    code = "too-many-items"


class TooManyCoupons(Rejected):
    """An order holds at most {limit} coupons."""

    code = "too-many-coupons"


class CouponNotOnOrder(NotFound):
    """Coupon {coupon} is not on order {number}."""

    code = "coupon-not-on-order"


class AddItem(OrderCommand, frozen=True, kw_only=True):
    """Put a line into the cart."""

    item: NewItem


class ChangeItem(OrderCommand, frozen=True, kw_only=True):
    """Change a line's quantity, price or discount; what is None stays."""

    item: str
    quantity: int | None = None
    unit_price: int | None = None
    discount: int | None = None


class RemoveItem(OrderCommand, frozen=True, kw_only=True):
    """Take a line out of the cart."""

    item: str


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
    """Charge so much for shipping, with its own tax rate in basis points."""

    amount: int
    tax_rate: int = 0


class ItemAdded(Event, frozen=True, kw_only=True):
    """A line came into the cart."""

    TOPIC = "order.item-added"

    item: str
    sku: str
    name: str
    quantity: int
    unit_price: int | None
    discount: int = 0
    tax_rate: int = 0

    def apply(self, order: Order) -> None:
        order.items[self.item] = Item(
            id=self.item,
            sku=self.sku,
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            discount=self.discount,
            tax_rate=self.tax_rate,
        )
        order.last_item += 1
        order.commands.add(self.metadata.cause)


def _change(order: Order, item: str, **changes: Any) -> None:
    was = order.items[item]
    order.items[item] = Item(
        id=was.id,
        sku=was.sku,
        name=was.name,
        quantity=changes.get("quantity", was.quantity),
        unit_price=changes.get("unit_price", was.unit_price),
        discount=changes.get("discount", was.discount),
        tax_rate=was.tax_rate,
    )


class ItemQuantityChanged(Event, frozen=True, kw_only=True):
    """A line holds another quantity."""

    TOPIC = "order.item-quantity-changed"

    item: str
    quantity: int
    was: int

    def apply(self, order: Order) -> None:
        _change(order, self.item, quantity=self.quantity)


class ItemPriceChanged(Event, frozen=True, kw_only=True):
    """A line costs another price, or has another discount of its own."""

    TOPIC = "order.item-price-changed"

    item: str
    unit_price: int | None
    discount: int
    was: int | None
    discount_was: int

    def apply(self, order: Order) -> None:
        _change(order, self.item, unit_price=self.unit_price, discount=self.discount)


class ItemRemoved(Event, frozen=True, kw_only=True):
    """A line left the cart."""

    TOPIC = "order.item-removed"

    item: str
    sku: str
    quantity: int

    def apply(self, order: Order) -> None:
        order.items.pop(self.item, None)


class CouponApplied(Event, frozen=True, kw_only=True):
    """A coupon came onto the order."""

    TOPIC = "order.coupon-applied"

    terms: CouponTerms

    def apply(self, order: Order) -> None:
        order.coupons = (*order.coupons, self.terms)


class CouponRemoved(Event, frozen=True, kw_only=True):
    """A coupon left the order."""

    TOPIC = "order.coupon-removed"

    coupon: str

    def apply(self, order: Order) -> None:
        order.coupons = tuple(terms for terms in order.coupons if terms.code != self.coupon)


class DiscountSet(Event, frozen=True, kw_only=True):
    """The whole order has a discount."""

    TOPIC = "order.discount-set"

    amount: int
    was: int

    def apply(self, order: Order) -> None:
        order.discount = self.amount


class ShippingChargeSet(Event, frozen=True, kw_only=True):
    """Shipping costs so much."""

    TOPIC = "order.shipping-charge-set"

    amount: int
    was: int
    tax_rate: int = 0

    def apply(self, order: Order) -> None:
        order.shipping_charge = self.amount
        order.shipping_tax_rate = self.tax_rate


def require_item(order: Order, item: str) -> Item:
    """The line, or `ItemNotFound`."""
    try:
        return order.items[item]
    except KeyError:
        raise ItemNotFound("/item", number=order.number, item=item) from None


def _check_sum(order: Order, more: int, pointer: str) -> None:
    """Refuses lines that, with tax and shipping, could take the order's total out of bounds."""
    if more > 0 and sum(line_amount(item) for item in order.items.values()) + more > MAX_LINES_SUM:
        raise TotalOutOfBounds(pointer, limit=amount_text(MAX_MINOR_UNITS, order.currency))


def add_item(order: Order, command: AddItem, shop: Shop) -> None:
    """Adds a line while the order is open."""
    if command.context.command_id in order.commands:
        return
    require_open(order)
    put_item(order, command, "")


def put_item(order: Order, command: AddItem, pointer: str) -> None:
    """Adds a line, one of several of the same command."""
    check_item(command.item, pointer)
    if len(order.items) >= MAX_ITEMS:
        raise TooManyItems(limit=MAX_ITEMS)
    new = command.item
    _check_sum(order, line_amount(new), f"{pointer}/unit_price")
    order.record(
        ItemAdded,
        command.context,
        item=str(order.last_item + 1),
        sku=new.sku,
        name=new.name,
        quantity=new.quantity,
        unit_price=new.unit_price,
        discount=new.discount,
        tax_rate=new.tax_rate,
    )


def change_item(order: Order, command: ChangeItem, shop: Shop) -> None:
    """Changes a line; never below what was shipped or refunded of it."""
    require_open(order)
    was = require_item(order, command.item)
    quantity = was.quantity if command.quantity is None else command.quantity
    unit_price = was.unit_price if command.unit_price is None else command.unit_price
    discount = was.discount if command.discount is None else command.discount
    check_item(NewItem(sku=was.sku, name=was.name, quantity=quantity, unit_price=unit_price, discount=discount))
    if quantity < (sent := order.shipped_quantities().get(was.id, 0)):
        raise QuantityBelowShipped("/quantity", shipped=sent, item=was.id)
    if quantity < (given := order.refunded_quantities().get(was.id, 0)):
        raise QuantityBelowRefunded("/quantity", refunded=given, item=was.id)
    _check_sum(order, quantity * (unit_price or 0) - line_amount(was), "/unit_price")
    if quantity != was.quantity:
        order.record(ItemQuantityChanged, command.context, item=was.id, quantity=quantity, was=was.quantity)
    if (unit_price, discount) != (was.unit_price, was.discount):
        order.record(
            ItemPriceChanged,
            command.context,
            item=was.id,
            unit_price=unit_price,
            discount=discount,
            was=was.unit_price,
            discount_was=was.discount,
        )


def remove_item(order: Order, command: RemoveItem, shop: Shop) -> None:
    """Removes a line of which nothing was shipped or refunded."""
    require_open(order)
    item = require_item(order, command.item)
    if sent := order.shipped_quantities().get(item.id, 0):
        raise QuantityBelowShipped("/item", shipped=sent, item=item.id)
    if given := order.refunded_quantities().get(item.id, 0):
        raise QuantityBelowRefunded("/item", refunded=given, item=item.id)
    order.record(ItemRemoved, command.context, item=item.id, sku=item.sku, quantity=item.quantity)


def apply_coupon(order: Order, command: ApplyCoupon, shop: Shop) -> None:
    """Puts a coupon on the order once."""
    require_open(order)
    if command.terms is None:
        raise CouponNotOnOrder("/code", coupon=command.coupon_code[:CODE], number=order.number)
    if any(terms.code == command.terms.code for terms in order.coupons):
        return
    if len(order.coupons) >= MAX_COUPONS:
        raise TooManyCoupons(limit=MAX_COUPONS)
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
    check_charge(command.amount, "/amount")
    check_tax_rate(command.tax_rate, "/tax_rate")
    if (command.amount, command.tax_rate) != (order.shipping_charge, order.shipping_tax_rate):
        order.record(
            ShippingChargeSet,
            command.context,
            amount=command.amount,
            was=order.shipping_charge,
            tax_rate=command.tax_rate,
        )


EVENTS: tuple[type[Event], ...] = (
    ItemAdded,
    ItemQuantityChanged,
    ItemPriceChanged,
    ItemRemoved,
    CouponApplied,
    CouponRemoved,
    DiscountSet,
    ShippingChargeSet,
)

HANDLERS = {
    AddItem: add_item,
    ChangeItem: change_item,
    RemoveItem: remove_item,
    ApplyCoupon: apply_coupon,
    RemoveCoupon: remove_coupon,
    SetDiscount: set_discount,
    SetShippingCharge: set_shipping_charge,
}
