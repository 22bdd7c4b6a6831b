"""Quantities of an order's lines: asked in units, kept in the smallest steps of each line's unit."""

from __future__ import annotations

from msgspec import Struct

from domain.orders.order import Order
from domain.units import PIECE, Quantity, Unit, quantity_answer, steps_of, units_of


class LineUnits(Struct, frozen=True, kw_only=True):
    """So many units of a line, as a command names them."""

    item: str
    quantity: Quantity


def unit_on(order: Order, item: str) -> Unit:
    """What a line counts in; pieces where there is no such line."""
    line = order.items.get(item)
    return line.unit if line else PIECE


def asked_steps(order: Order, item: str, quantity: Quantity, pointer: str) -> int:
    """So many units of a line in its unit's smallest steps; refuses more decimals than the unit has."""
    return steps_of(quantity, unit_on(order, item), pointer)


def in_units(order: Order, item: str, steps: int) -> Quantity:
    """Steps of a line as a command names them."""
    return units_of(steps, unit_on(order, item))


def quantity_shown(order: Order, item: str, steps: int) -> int | str:
    """Steps of a line as an answer names them."""
    return quantity_answer(steps, unit_on(order, item))


def units_held(order: Order) -> int:
    """How many units of goods the customer keeps; a line that is measured, such as in kilograms, counts as one."""
    refunded = order.refunded_quantities() if order.refunds else {}
    kept = ((item, item.quantity - refunded.get(item.id, 0)) for item in order.items.values())
    goods = ((item.unit, steps) for item, steps in kept if steps > 0 and (item.unit_price or 0) >= 0)
    return sum(1 if unit.decimals else steps for unit, steps in goods)
