"""What a column may be: by its name where its cells agree, else by its cells alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from importers.guessing.columns import (
    Column,
    is_amount,
    is_code,
    is_country,
    is_currency,
    is_date,
    is_email,
    is_no_amount,
    is_percentage,
    is_rate,
    is_short,
    is_time,
    is_whole,
)
from importers.guessing.proposal import Guessed
from importers.guessing.words import Meaning, is_expected, meanings

FITTING, MOSTLY = 0.9, 0.5
LEAST = 0.4  # surely; less by its name means nothing
IDENTITIES = ("number", "external_id")

_Holds = Callable[[str], bool]

# What the cells of a field must look like, and how many of them; other fields hold any text.
HOLDS: dict[str, tuple[_Holds, float]] = {
    **dict.fromkeys(("created_at", "paid_at", "shipped_at"), (is_date, FITTING)),
    **dict.fromkeys(
        (
            "total",
            "tax",
            "discount",
            "shipping_charge",
            "shipping_discount",
            "shipping_tax",
            "paid",
            "refunded",
            "unit_price",
            "line_total",
            "line_discount",
            "line_tax",
        ),
        (is_amount, FITTING),
    ),
    **dict.fromkeys(("discount_percent", "line_discount_percent"), (is_percentage, FITTING)),
    "created_time": (is_time, FITTING),
    "name": (is_no_amount, 0.5),
    "tax_rate": (is_rate, FITTING),
    "quantity": (is_whole, FITTING),
    "currency": (is_currency, FITTING),
    "customer_email": (is_email, FITTING),
    **dict.fromkeys(("billing/email", "shipping/email"), (is_email, FITTING)),
    **dict.fromkeys(("billing/country", "shipping/country"), (is_country, 0.6)),
    **dict.fromkeys(("number", "external_id", "sku", "tracking_code", "customer_id", "coupon"), (is_code, 0.7)),
    **dict.fromkeys(
        ("status", "payment_status", "fulfilment_status", "payment_method", "shipping_method", "carrier"),
        (is_short, FITTING),
    ),
    "customer_name": (is_short, FITTING),
}
# What cells may mean whatever their column is called, and how surely.
BY_CELLS: tuple[tuple[str, _Holds, float], ...] = (
    ("customer_email", is_email, 0.5), ("currency", is_currency, 0.5), ("created_at", is_date, 0.45),
)  # fmt: skip


def possible_of(column: Column, why_not: dict[str, str], *, addressed: bool) -> Iterator[Guessed]:
    """What a column may be; `addressed`: the file tells of an address without saying whose."""
    told: set[str] = set()
    for meaning in meanings(column.name):
        if meaning.surely < LEAST:
            continue
        field = meaning.field
        if field.startswith("/"):  # the buyer's, or where a country alone is told, where it went
            field = ("billing" if addressed else "shipping") + field
        if found := _by_name(column, field, meaning, why_not):
            told.add(field)
            yield found
    for field, holds, surely in BY_CELLS:
        if field not in told and column.share(holds) == 1.0 and column.filled > 0.5 and not is_expected(column.name):
            yield Guessed(field=field, column=column, surely=surely, why="by its cells alone")


def _by_name(column: Column, field: str, meaning: Meaning, why_not: dict[str, str]) -> Guessed | None:
    """The column as what its name says, where its cells agree; one cell that does not refuses its row alone."""
    holds, least = HOLDS.get(field, (bool, 0.0))
    share = column.share(holds)
    certain = meaning.surely == 1.0 and field not in ("name", "customer_name")
    if share < least and not (
        certain and (share >= MOSTLY or (field == "quantity" and column.share(is_amount) >= FITTING))
    ):
        why_not[column.name] = f"its name says {field}, its cells do not"
        return None
    if field in IDENTITIES and meaning.surely < 1.0 and column.filled * len(column.cells) > 20 * len(column.texts):
        why_not[column.name] = f"its name says {field}, its cells are too few"
        return None
    why = "by its name" if field not in HOLDS else "by its name and its cells"
    if share < least:
        why = "by its name; cells that do not fit refuse their rows"
    return Guessed(field=field, column=column, surely=meaning.surely * (0.6 + 0.4 * share), why=why)
