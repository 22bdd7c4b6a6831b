"""What a line of a cart may be: its bounds, and those of every charge beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.errors import Rejected
from domain.money import MAX_MINOR_UNITS, amount_text
from domain.orders.items import Item, Option, plain_taxes
from domain.orders.items import NewItem as NewItem
from domain.taxes import Taxes, check_taxes
from domain.texts import CODE, NAME, check_text
from domain.units import Quantity, Unit, as_answered, quantity_answer, steps_of, unit_of

MAX_QUANTITY = 1_000_000
MAX_OPTIONS = 20
LARGEST = MAX_MINOR_UNITS // 1_000  # of one line or charge, in minor units


class QuantityOutOfBounds(Rejected):
    """A quantity is a number from {least} to {limit}; {quantity} is not."""

    code = "quantity-out-of-bounds"


class AmountOutOfBounds(Rejected):
    """This amount must lie between 0 and {limit} minor units."""

    code = "amount-out-of-bounds"


class DiscountAboveLine(Rejected):
    """A line's discount cannot be more than the line itself."""

    code = "discount-above-line"


class DiscountOnDiscount(Rejected):
    """A line of a negative price is a discount itself: it has no discount of its own."""

    code = "discount-on-discount"


class DiscountAboveGoods(Rejected):
    """Lines of a negative price take off at most what goods of the same taxes cost: {goods}, not {discounts}."""

    code = "discount-above-goods"


class TooManyOptions(Rejected):
    """A line has at most {limit} options."""

    code = "too-many-options"


class OptionTwice(Rejected):
    """Option {option} is chosen once: a line has one value of it."""

    code = "option-twice"


def check_quantity(quantity: Quantity, unit: Unit, pointer: str, least: int = 1) -> int:
    """A quantity in its unit's steps; refuses one that is too fine, less than so many steps, or too large."""
    if -MAX_QUANTITY <= quantity <= MAX_QUANTITY:
        steps = steps_of(quantity, unit, pointer)
        if least <= steps:
            return steps
    raise QuantityOutOfBounds(
        pointer, quantity=as_answered(quantity), least=quantity_answer(least, unit), limit=MAX_QUANTITY
    )


def item_of(item: NewItem, name: str, charged: Taxes | None, pointer: str) -> Item:
    """The line to be added under that id; `charged` are the shop's taxes, for one that tells none."""
    unit = unit_of(item.unit, f"{pointer}/unit")
    taxes = () if item.exemption and item.taxes is None else item.taxes
    line = Item(
        id=name,
        sku=item.sku,
        name=item.name,
        quantity=check_quantity(item.quantity, unit, f"{pointer}/quantity"),
        unit_price=item.unit_price,
        discount=item.discount,
        taxes=plain_taxes((charged or ()) if taxes is None else taxes),
        exemption=item.exemption,
        taxes_assumed=taxes is None and charged is None,
        unit=unit,
        options=item.options,
    )
    check_item(line, pointer)
    return line


def _price_in_bounds(item: Item) -> Rejected | None:
    amount = abs(item.amount) if item.is_discount else item.amount
    return AmountOutOfBounds("/unit_price", limit=LARGEST) if amount > LARGEST else None


def _discount_within_line(item: Item) -> Rejected | None:
    if item.discount < 0:
        return AmountOutOfBounds("/discount", limit=item.amount)
    if item.discount and item.is_discount:
        return DiscountOnDiscount("/discount")
    return DiscountAboveLine("/discount") if item.discount > max(0, item.amount) else None


ITEM_POLICIES: tuple[Callable[[Item], Rejected | None], ...] = (_price_in_bounds, _discount_within_line)


def check_item(item: Item, pointer: str = "") -> None:
    """Refuses a line that no cart may hold."""
    check_text(item.sku, CODE, f"{pointer}/sku")
    check_text(item.name, NAME, f"{pointer}/name", required=True)
    check_taxes(item.taxes, f"{pointer}/", item.exemption)
    _check_options(item.options, f"{pointer}/options")
    for policy in ITEM_POLICIES:
        if rejection := policy(item):
            rejection.pointer = pointer + rejection.pointer
            raise rejection


def _check_options(options: tuple[Option, ...], pointer: str) -> None:
    if len(options) > MAX_OPTIONS:
        raise TooManyOptions(pointer, limit=MAX_OPTIONS)
    names = set()
    for index, option in enumerate(options):
        check_text(option.name, CODE, f"{pointer}/{index}/name", required=True)
        check_text(option.value, NAME, f"{pointer}/{index}/value", required=True)
        if option.name in names:
            raise OptionTwice(f"{pointer}/{index}/name", option=option.name)
        names.add(option.name)


def check_discounts(items: Iterable[Item], currency: str, pointer: str) -> None:
    """Refuses lines of negative prices that take off more than the goods of the same taxes cost."""
    goods: dict[tuple[Taxes, str], int] = {}
    discounts: dict[tuple[Taxes, str], int] = {}
    for item in items:
        sums = discounts if item.is_discount else goods
        amount = -item.amount if item.is_discount else max(0, item.amount - item.discount)
        sums[item.taxes, item.exemption] = sums.get((item.taxes, item.exemption), 0) + amount
    for taxes, amount in discounts.items():
        if amount > goods.get(taxes, 0):
            raise DiscountAboveGoods(
                pointer,
                discounts=amount_text(amount, currency),
                goods=amount_text(goods.get(taxes, 0), currency),
            )


def check_charge(amount: int, pointer: str) -> None:
    """Refuses a discount or charge that is negative or beyond any order."""
    if not 0 <= amount <= LARGEST:
        raise AmountOutOfBounds(pointer, limit=LARGEST)
