"""A mapping as it is proposed: the columns taken, how surely and why, and those left out."""

from __future__ import annotations

from msgspec import Struct

from domain.statuses import STAGES
from importers.guessing.columns import Column, is_above_zero, is_short
from importers.guessing.statuses import fulfilment_of, payment_standing_of, stage_of
from importers.mapping.mapping import Fulfilment, PaymentStanding

MOST_STATUSES = 50


class Guessed(Struct, frozen=True, kw_only=True):
    """A column taken for a field (`billing/city` for those of addresses), how surely (0 to 1), and why."""

    field: str
    column: Column
    surely: float
    why: str


class LeftOut(Struct, frozen=True, kw_only=True):
    """A column that was taken for nothing, and why."""

    column: Column
    why: str = ""


class CreditNotes(Struct, frozen=True, kw_only=True):
    """What negative quantities prove: the letter that begins the numbers of credit notes, whether others remain, and
    whether rows of the same order sold the same goods, which came back then."""

    prefix: str
    others: bool
    returns: bool


class Sums(Struct, frozen=True, kw_only=True):
    """In how many orders of those looked at the parts come to the total; `includes_tax`: with taxes within the prices.

    None were looked at where the columns for it are not there.
    """

    orders: int = 0
    held: int = 0
    includes_tax: bool = True

    @property
    def prove(self) -> bool:
        """Whether they hold in nine of ten orders."""
        return self.orders > 0 and self.held * 10 >= self.orders * 9


class Guess(Struct, frozen=True, kw_only=True):
    """A mapping as proposed; `whole` says whether the whole file was looked at."""

    source: str
    header: tuple[str, ...]
    rows: int
    whole: bool
    scattered: bool
    guessed: tuple[Guessed, ...]
    left_out: tuple[LeftOut, ...]
    credit_notes: CreditNotes | None
    sums: Sums
    summed: tuple[str, ...]

    def column(self, field: str) -> Column | None:
        """The column taken for a field."""
        return next((one.column for one in self.guessed if one.field == field), None)

    def statuses(self) -> dict[str, str]:
        """For each text of a status the stage it seems to mean, empty where none does."""
        column = self.column("status")
        texts = list(column.texts)[:MOST_STATUSES] if column else []
        return {text: stage_of(text) for text in texts if text not in STAGES and is_short(text)}

    def payments(self) -> dict[str, PaymentStanding | None]:
        """For each text of a payment's status, else of an order's, what it seems to say of the money."""
        own = self.column("payment_status")
        column = own or self.column("status")
        texts = list(column.texts)[:MOST_STATUSES] if column else []
        found = {text: payment_standing_of(text) for text in texts if is_short(text)}
        return found if own else {text: found[text] for text in found if found[text]}

    def fulfilments(self) -> dict[str, Fulfilment | None]:
        """For each text of a fulfilment's status what it seems to say was sent."""
        column = self.column("fulfilment_status")
        texts = list(column.texts)[:MOST_STATUSES] if column else []
        return {text: fulfilment_of(text) for text in texts if is_short(text)}

    @property
    def negative_discounts(self) -> bool:
        """Whether discounts are told below zero, all of them."""
        columns = [self.column(field) for field in ("discount", "line_discount", "shipping_discount")]
        told = [column for column in columns if column and column.negative]
        return bool(told) and not any(column.any(is_above_zero) for column in columns if column)
