"""What the rows of one order say of it as a whole, read by the fields of a mapping."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from domain.addresses import Address
from importers.faults import Fault
from importers.profile import currency_of
from importers.reading.cells import Cells

Amount = TypeVar("Amount", int, Decimal)


def discounted(amount: Amount, column: str, *, negative: bool) -> Amount:
    """What a discount takes off, from 0 up; raises `Fault` where it is told with the sign of a surcharge."""
    off = -amount if negative else amount
    if off < 0:
        how = "above" if negative else "below"
        message = f"This discount is told {how} zero, which the mapping does not expect."
        fix = 'Correct it, or say discounts = "negative" in the mapping where discounts are told below zero.'
        raise Fault("discount-with-other-sign", message, column=column, fix=fix)
    return off


class Told:
    """What the rows of one order say of it as a whole: each field by the first row that says something.

    An amount is told by one row or alike by several, nothing and 0 beside it; of fields in `summed` each row tells a
    part.
    """

    def __init__(self, rows: Sequence[Cells], named: Mapping[str, str], summed: Collection[str] = ()) -> None:
        self.line = rows[0].line
        self._summed = summed
        self._rows = rows
        self._named = named

    def _row(self, column: str) -> Cells:
        return next((row for row in self._rows if row.text(column)), self._rows[0])

    def text(self, field: str) -> str:
        """The field's text, empty where no row says anything."""
        column = self._named.get(field)
        return self._row(column).text(column) if column else ""

    def lines(self, field: str) -> str:
        """The field's text with the line breaks in it."""
        column = self._named.get(field)
        return self._row(column).lines(column) if column else ""

    def required(self, field: str) -> str:
        """The field's text, or a fault."""
        column = self._named[field]
        return self._row(column).required(column)

    def minor(self, field: str, currency: str) -> int | None:
        """The field's amount in minor units; raises `Fault` where rows tell different ones."""
        column = self._named.get(field)
        if not column:
            return None
        if len(self._rows) == 1:
            return self._rows[0].minor(column, currency)
        told = [(amount, row) for row in self._rows if (amount := row.minor(column, currency)) is not None]
        if field in self._summed:
            return sum(amount for amount, _ in told) if told else None
        amounts = {amount: row for amount, row in told if amount}
        if len(amounts) > 1:
            message = "The rows of this order tell different amounts here."
            fix = f'Make them alike; or, where each tells a part, say summed = ["{field}"] in the mapping.'
            raise Fault("mixed-values", message, column=column, fix=fix, line=max(row.line for row in amounts.values()))
        return next(iter(amounts), 0 if told else None)

    def percent(self, field: str) -> Decimal | None:
        """The field's percentage."""
        column = self._named.get(field)
        return self._row(column).percent(column) if column else None

    def off(self, field: str, currency: str, *, negative: bool) -> int:
        """The field's discount in minor units, 0 where it tells none; `negative`: it is told below zero."""
        amount = self.minor(field, currency) or 0
        return discounted(amount, self._named.get(field, ""), negative=negative)

    def instant(self, field: str) -> datetime | None:
        """The field's instant."""
        column = self._named.get(field)
        return self._row(column).instant(column) if column else None

    def earliest(self, field: str, time: str) -> datetime:
        """The first of the instants that the rows tell, or a fault where none does; `time` may tell the time of day."""
        column, hours = self._named[field], self._named.get(time, "")
        told = {(text, row.text(hours)): row for row in self._rows if (text := row.text(column))}
        if not told:
            return self._rows[0].required_instant(column)
        return min(at for row in told.values() if (at := row.joined_instant(column, hours)))

    def currency(self, otherwise: str) -> str:
        """The order's currency, else the one of the whole file."""
        column = self._named.get("currency", "")
        return currency_of(self._row(column), column, otherwise)

    def address(self, kind: str) -> Address:
        """The billing or shipping address."""
        parts = {part: self.text(f"{kind}/{part}") for part in Address.FIELDS if part != "country"}
        parts["name"] = parts["name"] or self._name(f"{kind}/first_name", f"{kind}/last_name")
        for part in ("postcode", "phone"):
            parts[part] = parts[part].removeprefix("'")  # what keeps a spreadsheet from taking off zeros
        column = self._named.get(f"{kind}/country", "")
        return Address(country=self._row(column).country(column) if column else "", **parts)

    def customer_name(self) -> str:
        """The customer's name, whole or of two columns."""
        return self.text("customer_name") or self._name("customer_first_name", "customer_last_name")

    def _name(self, first: str, last: str) -> str:
        return f"{self.text(first)} {self.text(last)}".strip()

    def billing(self) -> Address:
        """The billing address with the customer's name and e-mail address where it has none of its own."""
        address = self.address("billing")
        return replace(
            address,
            name=address.name or self.customer_name(),
            email=address.email or self.text("customer_email"),
        )
