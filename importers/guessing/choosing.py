"""For each field the column that is most surely it: what rows of one order tell differently is not the order's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from importers.faults import Fault
from importers.guessing.columns import Column, is_answer
from importers.guessing.fields import IDENTITIES, possible_of
from importers.guessing.proposal import Guessed
from importers.guessing.words import meanings, rank_of
from importers.reading.dates import DAY_FIRST, MONTH_FIRST, read_instant

OF_ORDERS = ("total", "currency", "status", "payment_status", "fulfilment_status")
OF_LINES = ("sku", "name", "quantity", "unit_price", "line_total", "line_discount", "line_tax", "tax_rate")
SUMMABLE = ("discount", "shipping_charge", "shipping_discount", "shipping_tax", "tax", "paid", "refunded")
LINE_FIELD = {"discount": "line_discount", "tax": "line_tax", "total": "line_total"}
PERSONS = ("customer_name", "billing/name", "shipping/name")
COMPANIES = ("billing/company", "shipping/company")
FEW = 0.3  # of the orders may tell otherwise, before a column is no number
SPARSE = 0.6  # of the rows
PATIENCE = timedelta(days=2)


class Chosen(Struct, kw_only=True):
    """The columns chosen, all that are possible, why others were not taken, each row's order, and which fields of
    which columns rows add up to."""

    fields: dict[str, Guessed]
    possible: list[Guessed]
    why_not: dict[str, str]
    keys: list[str]
    proved_number: bool
    summed: frozenset[tuple[str, str]] = frozenset()


def choose(columns: Sequence[Column]) -> Chosen:
    """The columns of the rows looked at."""
    why_not: dict[str, str] = {}
    possible = list(_all_possible(columns, why_not))
    refused = {
        one.column.name
        for one in possible
        if one.field in IDENTITIES and not _tells_orders_apart(one.column, one.surely, possible)
    }
    for name in refused:
        why_not[name] = "its name says number, but one of it stands with different dates or persons"
    possible = [one for one in possible if not (one.field in IDENTITIES and one.column.name in refused)]
    fields = _most_surely(possible, why_not)
    number = fields.get("number")
    keys = filled_down(number.column.cells) if number else []
    summed: set[tuple[str, str]] = set()
    if number:
        possible = list(_steady(possible, keys, why_not, summed))
        fields = _most_surely(possible, why_not)
    _drop_strangers(fields, why_not)
    apart = number is not None and (len(set(keys)) == len(keys) or len(_repeated(keys)) > 1)
    return Chosen(
        fields=fields,
        possible=possible,
        why_not=why_not,
        keys=keys,
        proved_number=apart,
        summed=frozenset(summed),
    )


def filled_down(cells: Sequence[str]) -> list[str]:
    """Each row's order: a row without a number goes on with the order before it."""
    keys: list[str] = []
    for cell in cells:
        keys.append(cell or (keys[-1] if keys else ""))
    return keys


def _all_possible(columns: Sequence[Column], why_not: dict[str, str]) -> Iterator[Guessed]:
    addressed = any(
        meaning.field.endswith(("/line1", "/postcode", "/city")) for one in columns for meaning in meanings(one.name)
    )
    twice = Counter(column.name for column in columns)
    for column in columns:
        if column.share(is_answer) == 1.0 and column.texts:
            why_not[column.name] = "it says yes or no"
        elif twice[column.name] > 1:
            why_not[column.name] = "its name stands in the file more than once"
        elif not column.texts:
            why_not[column.name] = "it is empty"
        else:
            yield from possible_of(column, why_not, addressed=addressed)


def _most_surely(possible: Sequence[Guessed], why_not: dict[str, str]) -> dict[str, Guessed]:
    """For each field the column that is most surely it, no column twice."""
    chosen: dict[str, Guessed] = {}
    taken: set[str] = set()
    for one in sorted(possible, key=_by_certainty):
        if one.field not in chosen and one.column.name not in taken:
            chosen[one.field] = one
            taken.add(one.column.name)
    identity, number = chosen.get("external_id"), chosen.get("number")
    if identity and (number is None or number.surely < identity.surely):  # an order has a number before any other name
        chosen["number"] = replace(identity, field="number")
        chosen.pop("external_id")
        if number:
            why_not[number.column.name] = f"{identity.column.name} is more surely the number"
    return chosen


def _by_certainty(one: Guessed) -> tuple[float, bool, int]:
    return -one.surely, "/" in one.field, rank_of(one.field, one.column.name)


def _repeated(keys: Sequence[str]) -> dict[str, list[int]]:
    """The rows of each order that has several."""
    rows: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        rows[key].append(at)
    return {key: found for key, found in rows.items() if key and len(found) > 1}


def _below_zero(possible: Sequence[Guessed], count: int) -> set[int]:
    """The rows in which something is below zero: what came back, perhaps on another day."""
    columns = [one.column for one in possible if one.field in ("quantity", "total", "line_total")]
    return {at for at in range(count) if any(column.cells[at].startswith("-") for column in columns)}


def _tells_orders_apart(column: Column, surely: float, possible: Sequence[Guessed]) -> bool:
    """Whether the rows of one number tell one day and one person; for a weak name, one total as well."""
    rows = _repeated(filled_down(column.cells))
    if not rows:
        return True
    back = _below_zero(possible, len(column.cells))
    for field, length in (("created_at", 10), ("customer_email", 200), ("total", 200)):
        witness = next((one for one in sorted(possible, key=_by_certainty) if one.field == field), None)
        if (
            witness is None
            or witness.column is column
            or (field == "total" and (surely == 1.0 or witness.surely < 1.0))
        ):
            continue
        sold = [[at for at in found if at not in back] for found in rows.values()]
        differing = sum(_differ(witness.column.cells, found, length) for found in sold)
        if differing > FEW * len(rows):
            return False
    return True


def _differ(cells: Sequence[str], rows: Sequence[int], length: int = 1_000) -> bool:
    return len({cells[at][:length] for at in rows if cells[at]}) > 1


def _steady(
    possible: Sequence[Guessed], keys: Sequence[str], why_not: dict[str, str], summed: set[tuple[str, str]]
) -> Iterator[Guessed]:
    """What may hold for whole orders or for lines, as the rows of one order tell it alike or differently."""
    rows = _repeated(keys)
    has_lines = any(one.field in ("sku", "name", "quantity") and one.surely >= 0.6 for one in possible)
    for one in possible:
        field, cells = one.field, one.column.cells
        if field in OF_LINES and rows and one.column.filled < SPARSE:
            yield replace(one, surely=one.surely / 2)
            continue
        of_order = field in OF_ORDERS or field in SUMMABLE or field in PERSONS or "/" in field
        if not of_order or not any(_differ(cells, found) for found in rows.values()):
            yield one
        elif has_lines and field in LINE_FIELD:
            yield replace(
                one, field=LINE_FIELD[field], surely=one.surely * 0.9, why="by its name; each line tells its own"
            )
            if field != "total":
                summed.add((field, one.column.name))
                yield replace(one, surely=one.surely * 0.8)
        elif field in SUMMABLE:
            summed.add((field, one.column.name))
            yield one
        else:
            why_not[one.column.name] = f"its name says {field}, but the rows of one order tell different ones"


def _drop_strangers(fields: dict[str, Guessed], why_not: dict[str, str]) -> None:
    """Takes back what other columns prove to be something else."""
    if "name" in fields:
        goods = {text.casefold() for text in fields["name"].column.texts}
        for field in PERSONS:
            if field in fields and any(text.casefold() in goods for text in fields[field].column.texts):
                _drop(fields, field, why_not, "it names products")
    person = next(
        (fields[field].column for field in ("customer_name", "customer_email", *PERSONS) if field in fields), None
    )
    for field in COMPANIES:
        column = fields[field].column if field in fields else None
        alone = column is not None and len(column.texts) == 1
        if column and person and alone and len(person.texts) > 1 and column.texts.total() >= person.texts.total():
            _drop(fields, field, why_not, "it is the same in all rows: the seller's own")
    for field in ("paid_at", "shipped_at"):
        if field in fields and "created_at" in fields and _before(fields[field].column, fields["created_at"].column):
            _drop(fields, field, why_not, f"its name says {field}, but it lies before the order")
    lines = any(field in fields for field in ("sku", "name", "quantity"))
    if not lines and "total" not in fields and (price := fields.pop("unit_price", None)):
        fields["total"] = Guessed(field="total", column=price.column, surely=0.5, why="a price, and there are no lines")


def _drop(fields: dict[str, Guessed], field: str, why_not: dict[str, str], why: str) -> None:
    why_not[fields.pop(field).column.name] = why


def _before(later: Column, first: Column) -> bool:
    """Whether a column's dates lie before those of another in most rows, as far as both can be read."""
    pairs = [
        (one, other)
        for one, other in ((_instant(later, a), _instant(first, b)) for a, b in _texts(later.cells, first.cells))
        if one and other
    ]
    return bool(pairs) and sum(one + PATIENCE < other for one, other in pairs) * 2 > len(pairs)


def _texts(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((a, b) for a, b in zip(one[:500], other[:500], strict=False) if a and b)


def _instant(column: Column, text: str) -> datetime | None:
    form = column.date_form if column.date_form in (DAY_FIRST, MONTH_FIRST) else ""
    try:
        return read_instant(text, form, UTC)
    except Fault:
        return None
