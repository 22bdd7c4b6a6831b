"""The lines that an order holds: how they come in, change and leave."""

from __future__ import annotations

from msgspec.structs import replace

from domain.errors import Rejected
from domain.events import Event
from domain.orders.items import Option
from domain.orders.line_changes import check_discounts_of, check_sum, require_item, require_kept, set_quantity
from domain.orders.lines import MAX_QUANTITY as MAX_QUANTITY
from domain.orders.lines import NewItem as NewItem
from domain.orders.lines import item_of
from domain.orders.order import Item, Order, OrderCommand, require_open
from domain.settings import Shop
from domain.statuses import DRAFT
from domain.taxes import Taxes
from domain.units import PIECE, Unit

MAX_ITEMS = 1_000


class QuantityBelowRefunded(Rejected):
    """All {refunded} of line {item} have been refunded: it stays, to tell so."""

    code = "quantity-below-refunded"


class LastLine(Rejected):
    """This is the last line of order {number}, which was placed: put another one in first, or cancel the order."""

    code = "last-line"


class TooManyItems(Rejected):
    """An order holds at most {limit} lines."""

    code = "too-many-items"


class AddItem(OrderCommand, frozen=True, kw_only=True):
    """Put a line into the cart."""

    item: NewItem


class RemoveItem(OrderCommand, frozen=True, kw_only=True):
    """Take a line out of the cart."""

    item: str


class ItemAdded(Event, frozen=True, kw_only=True):
    """A line came into the cart; `quantity` is in its unit's smallest steps.

    Form 2 tells its taxes by name, at ten-thousandths of a percent; form 1 told one rate in hundredths of a percent.
    """

    TOPIC = "order.item-added"
    VERSION = 2

    item: str
    sku: str
    name: str
    quantity: int
    unit_price: int | None
    discount: int = 0
    taxes: Taxes = ()
    exemption: str = ""
    taxes_assumed: bool = False
    unit: Unit = PIECE
    options: tuple[Option, ...] = ()

    def apply(self, order: Order) -> None:
        order.items[self.item] = Item(
            id=self.item,
            sku=self.sku,
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            discount=self.discount,
            taxes=self.taxes,
            exemption=self.exemption,
            taxes_assumed=self.taxes_assumed,
            unit=self.unit,
            options=self.options,
        )
        order.last_item += 1
        order.commands.add(self.metadata.cause)


class ItemRemoved(Event, frozen=True, kw_only=True):
    """A line left the cart."""

    TOPIC = "order.item-removed"

    item: str
    sku: str
    quantity: int

    def apply(self, order: Order) -> None:
        order.items.pop(self.item, None)


def add_item(order: Order, command: AddItem, shop: Shop) -> None:
    """Adds a line while the order is open."""
    if command.context.command_id not in order.commands:
        add_line(order, command, shop)


def add_line(order: Order, command: AddItem, shop: Shop) -> None:
    """Adds a line, whatever else the same command has done."""
    require_open(order)
    line = _line_to_add(order, command, "", shop)
    check_discounts_of(order, line, "/unit_price")
    _record_line(order, command, line)


def put_item(order: Order, command: AddItem, pointer: str, shop: Shop) -> None:
    """Adds a line, one of several of the same command; whether discounts stay within goods is for the last to see."""
    _record_line(order, command, _line_to_add(order, command, pointer, shop))


def _line_to_add(order: Order, command: AddItem, pointer: str, shop: Shop) -> Item:
    """The line; what it tells no taxes of bears those that the shop charges."""
    new = item_of(command.item, str(order.last_item + 1), shop.defaults.taxes, pointer)
    if len(order.items) >= MAX_ITEMS:
        raise TooManyItems(limit=MAX_ITEMS)
    check_sum(order, new, f"{pointer}/unit_price")
    return new


def _record_line(order: Order, command: AddItem, new: Item) -> None:
    order.record(
        ItemAdded,
        command.context,
        item=new.id,
        sku=new.sku,
        name=new.name,
        quantity=new.quantity,
        unit_price=new.unit_price,
        discount=new.discount,
        taxes=new.taxes,
        exemption=new.exemption,
        taxes_assumed=new.taxes_assumed,
        unit=new.unit,
        options=new.options,
    )


def remove_item(order: Order, command: RemoveItem, shop: Shop) -> None:
    """Removes a line of which nothing was shipped; one of which units were refunded stays with those.

    A placed order keeps its last line, or is cancelled.
    """
    require_open(order)
    item = require_item(order, command.item)
    given = order.refunded_quantities().get(item.id, 0)
    require_kept(order, item, 0, "/item")
    if given == item.quantity:
        raise QuantityBelowRefunded("/item", refunded=given, item=item.id)
    check_discounts_of(order, replace(item, quantity=given), "/item")
    if given:
        return set_quantity(order, command, item, given, given)
    if len(order.items) == 1 and order.is_placed and order.stage != DRAFT:
        raise LastLine(number=order.number)
    order.record(ItemRemoved, command.context, item=item.id, sku=item.sku, quantity=item.quantity)


EVENTS: tuple[type[Event], ...] = (ItemAdded, ItemRemoved)

HANDLERS = {
    AddItem: add_item,
    RemoveItem: remove_item,
}
