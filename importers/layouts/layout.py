"""A platform's file as a table: which column holds what, in the languages it is found in, and what its words mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from importers.drafts import Draft
from importers.profile import ReadAs

if TYPE_CHECKING:
    from importers.layouts.lines import Line
    from importers.layouts.told import Told

Paid = Literal["", "unpaid", "authorized", "partly", "paid", "partly-refunded", "refunded"]
Sent = Literal["", "none", "partly", "all", "delivered"]
TaxForm = Literal["", "included", "on top"]

ACCOUNTED = 0.6  # of a file's columns that a layout must know before it claims the file

AMOUNTS = frozenset({
    "total", "subtotal", "discount", "shipping_charge", "shipping_tax", "shipping_discount", "tax", "paid", "refunded",
    "unit_price", "line_amount", "line_gross", "line_discount", "line_discount_percent", "line_tax", "tax_rate",
    "line_refunded",
})  # fmt: skip
DATES = frozenset({"created_at", "paid_at", "shipped_at", "refunded_at", "cancelled_at", "delivered_at"})
PERSONS = frozenset({
    "customer_id", "customer_name", "customer_first_name", "customer_last_name", "customer_email", "customer_phone",
    "note", "private_note",
})  # fmt: skip


class Standing(Struct, frozen=True):
    """What a status says: the stage where it tells one, what came in of the money, and what was sent of the goods."""

    stage: str = ""
    paid: Paid = ""
    sent: Sent = ""


class Layout(Struct, frozen=True, kw_only=True):
    """The columns of one kind of file, by what they hold.

    `fields` leads from what a column holds to its names, in small letters, one for each language or release;
    `needed` are fields without which a file is none of these; `noted` are columns whose text goes into a note under
    their name, `ignored` those that the platform also writes and nothing is read from. `charges` leads from columns of
    amounts to the names of the lines that they become.

    `sums` are fields of the order that each row adds to; any other is told by the first row that says something.
    `statuses` leads from a status in small letters, of the order, its payment or its fulfilment, to what it says;
    `otherwise` holds where none does. `taxes` tells whether prices hold the tax, empty where the total proves it;
    `taxes_of` tells it by the order's rows and currency.
    `zones` leads from what the column `time_zone` says to a zone's name. `scattered`: the rows of an order lie
    anywhere in the file. `repeats`: two rows of an order may say the very same.

    `lines` reads the lines where a row is not one line; `returns` tells the rows that give goods and money back;
    `amend` has the last word on the draft.
    """

    name: str
    source: str
    fields: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    noted: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    charges: Mapping[str, str] = {}
    sums: frozenset[str] = frozenset()
    statuses: Mapping[str, Standing] = {}
    otherwise: Standing = Standing()
    taxes: TaxForm = ""
    taxes_of: Callable[[Told, str], TaxForm] | None = None
    decimal: str = "."
    dates: str = ""
    zone: tzinfo | None = None
    zones: Mapping[str, str] = {}
    payment_method: str = ""
    scattered: bool = False
    repeats: bool = False
    lines: Callable[[Told], Sequence[Line]] | None = None
    returns: Callable[[Told], bool] | None = None
    amend: Callable[[Draft, Told], Draft] | None = None

    def named(self, header: Iterable[str]) -> dict[str, str]:
        """The columns of a header by the fields that they hold."""
        columns = {spelt(column): column for column in reversed(list(header)) if column.strip()}
        found: dict[str, str] = {}
        for field, names in self.fields.items():
            if column := next((columns[name] for name in names if name in columns), ""):
                found[field] = column
        return found | {charge(name): columns[name] for name in self.charges if name in columns}

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a header has what is needed, and the layout can account for most of its columns."""
        named = self.named(header)
        if not all(field in named for field in self.needed):
            return False
        known = {*self.noted, *self.ignored, *self.charges, *(name for names in self.fields.values() for name in names)}
        columns = {spelt(column) for column in header if column.strip()}
        return len(columns & known) >= ACCOUNTED * len(columns)

    def leaves(self, column: str) -> bool:
        """Whether a column is one that is known and nothing is read from."""
        return spelt(column) in self.ignored or any(spelt(column) in names for names in self.fields.values())

    def notes_in(self, header: Iterable[str]) -> list[str]:
        """The columns of a header whose text goes into a note."""
        return [column for column in header if spelt(column) in self.noted]


def charge(name: str) -> str:
    """The field of a column of `charges`."""
    return f"charge/{name}"


def spelt(column: str) -> str:
    """A column's name whatever its capitals and spaces."""
    return " ".join(column.replace("\ufeff", "").replace("_", " ").casefold().split())


def read_as(field: str) -> ReadAs:
    """What a field's column is read as."""
    if field in AMOUNTS or field.startswith(charge("")):
        return "amount"
    if field in DATES:
        return "date"
    if field.endswith("/country"):
        return "country"
    if field == "quantity":
        return "quantity"
    return "person" if "/" in field or field in PERSONS else "text"


def address(kind: str, columns: Mapping[str, str | tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The fields of the billing or shipping address: `address("billing", {"city": "billing city"})`."""
    return {f"{kind}/{part}": (name,) if isinstance(name, str) else name for part, name in columns.items()}
