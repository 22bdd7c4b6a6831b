"""Units that goods are sold by: how many decimals a quantity of each may have, and what invoices call it."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from domain.errors import Rejected
from domain.texts import CODE

MOST_DIGITS = 20  # of a quantity as it is sent


class UnknownUnit(Rejected):
    """There is no unit {unit}; known: {known}."""

    code = "unknown-unit"


class QuantityTooFine(Rejected):
    """A quantity in {unit} has at most {decimals} decimals; {quantity} has more."""

    code = "quantity-too-fine"


class Unit(Struct, frozen=True, omit_defaults=True):
    """What a line counts in; a quantity of it has so many decimals, and is kept as its smallest steps."""

    code: str = "piece"
    decimals: int = 0

    @property
    def steps(self) -> int:
        """How many of its smallest steps make one."""
        steps: int = 10**self.decimals
        return steps


PIECE = Unit()
UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        PIECE,
        Unit("pair"),
        Unit("pack"),
        Unit("box"),
        Unit("g"),
        Unit("kg", 3),
        Unit("t", 3),
        Unit("ml"),
        Unit("l", 3),
        Unit("cm"),
        Unit("m", 2),
        Unit("m2", 2),
        Unit("m3", 3),
        Unit("hour", 2),
        Unit("day", 2),
    )
}
# UN/ECE Recommendation 20 and 21, as electronic invoices name them.
UNECE_CODES = {
    "piece": "C62",
    "pair": "PR",
    "pack": "XPK",
    "box": "XBX",
    "g": "GRM",
    "kg": "KGM",
    "t": "TNE",
    "ml": "MLT",
    "l": "LTR",
    "cm": "CMT",
    "m": "MTR",
    "m2": "MTK",
    "m3": "MTQ",
    "hour": "HUR",
    "day": "DAY",
}

Quantity = int | Decimal  # a number of units, as commands name it


def unit_of(code: str, pointer: str) -> Unit:
    """The unit of that code, or `UnknownUnit`."""
    try:
        return UNITS[code]
    except KeyError:
        raise UnknownUnit(pointer, unit=code[:CODE], known=", ".join(UNITS)) from None


def steps_of(quantity: Quantity, unit: Unit, pointer: str) -> int:
    """So many units in their smallest steps: 0.350 kg are 350; refuses more decimals than the unit has."""
    if isinstance(quantity, int):
        return quantity * unit.steps
    scaled = quantity.scaleb(unit.decimals)
    if scaled != scaled.to_integral_value():
        raise QuantityTooFine(pointer, unit=unit.code, decimals=unit.decimals, quantity=as_answered(quantity))
    return int(scaled)


def as_answered(quantity: Quantity) -> int | str:
    """A quantity that was asked, as an answer names it."""
    return quantity if isinstance(quantity, int) else f"{quantity:f}"[:MOST_DIGITS]


def quantity_text(steps: int, unit: Unit) -> str:
    """Steps as the number of units they are, with all the decimals that the unit has: `0.350`."""
    if not unit.decimals:
        return str(steps)
    whole, part = divmod(abs(steps), unit.steps)
    return f"{'-' if steps < 0 else ''}{whole}.{part:0{unit.decimals}d}"


def quantity_answer(steps: int, unit: Unit) -> int | str:
    """The same as an answer has it: a whole number where the unit has no decimals."""
    return quantity_text(steps, unit) if unit.decimals else steps


def units_of(steps: int, unit: Unit) -> Quantity:
    """Steps as a number of units, as commands name it."""
    return Decimal(steps).scaleb(-unit.decimals) if unit.decimals else steps
