"""A mapping proposed for a file: from what its columns are called and what their cells look like.

It is a proposal to be read and corrected, never an import: every guess says how sure it is and why, and what was left
out is listed. `number` and `created_at` are needed; where they are not found the proposal cannot be used as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from msgspec.structs import replace

from importers.faults import UnusableFile
from importers.guessing.choosing import Chosen, choose, filled_down
from importers.guessing.columns import Column
from importers.guessing.proposal import CreditNotes, Guess, Guessed, LeftOut, Sums
from importers.guessing.sums import Parts, proved
from importers.guessing.words import WORDS, bare
from importers.reading.rows import Sheet, open_sheet

MOST_ROWS = 50_000  # looked at for orders' rows lying together or apart
MOST_CELLS = 5_000  # rows whose cells are looked at,
MOST_CHARACTERS = 20_000_000  # unless they hold more
LIKELY, PERHAPS = 0.8, 0.55  # what nothing proves, and what speaks against
MONEY = (
    "total",
    "unit_price",
    "line_total",
    "discount",
    "shipping_charge",
    "tax",
    "line_tax",
    "line_discount",
    "quantity",
)


def guess(path: Path, source: str = "") -> Guess:
    """The mapping proposed for a file, of a shop of that name (else the file's); raises `UnusableFile`."""
    with open_sheet(path) as sheet:
        return _guess(sheet, source or bare(path.stem).replace(" ", "-")[:40] or "shop")


def _guess(sheet: Sheet, source: str) -> Guess:
    rows = (row.cells for row in islice(sheet.rows(), MOST_ROWS + 1) if not row.problem)
    kept = _kept(rows)
    if not kept:
        raise UnusableFile("The file has a header and no rows that can be read.")
    columns = [Column(name, [row[at] for row in kept]) for at, name in enumerate(sheet.header) if name.strip()]
    chosen = choose(columns)
    sums, parts = proved(chosen)
    fields = _with_certainty(chosen, sums, parts)
    number = fields.get("number")
    place = sheet.header.index(number.column.name) if number else 0
    keys = [row[place].strip() for row in chain(kept, rows)]  # all that is held of rows beyond those kept
    count = min(len(keys), MOST_ROWS)
    taken = {one.column.name for one in fields.values()}
    order = [*WORDS, *(field for field in fields if "/" in field)]
    return Guess(
        source=source,
        header=sheet.header,
        rows=count,
        whole=sheet.position == sheet.size and count < MOST_ROWS,
        scattered=_lie_apart(filled_down(keys)) if number else False,
        guessed=tuple(fields[field] for field in order if field in fields),
        left_out=tuple(
            LeftOut(column=column, why=chosen.why_not.get(column.name, ""))
            for column in columns
            if column.name not in taken
        ),
        credit_notes=_credit_notes(fields),
        sums=sums,
        summed=tuple(sorted(field for field, name in chosen.summed if _is(fields.get(field), name))),
    )


def _with_certainty(chosen: Chosen, sums: Sums, parts: Parts | None) -> dict[str, Guessed]:
    """The fields as the sums prove them; what they do not prove is never sure."""
    fields = dict(chosen.fields)
    if parts:
        _take(fields, parts, chosen.why_not)
    told = f"the sums hold in {sums.held} of {sums.orders} orders"
    for field in MONEY:
        if (one := fields.get(field)) is None:
            continue
        if parts and (field == "quantity" or one.column.name in _columns(parts)):
            fields[field] = replace(one, surely=1.0, why=f"{one.why}, and {told}")
        elif sums.orders and not parts:
            fields[field] = replace(one, surely=min(one.surely, PERHAPS), why=f"{one.why}, but {told} alone")
        else:
            fields[field] = replace(one, surely=min(one.surely, LIKELY), why=f"{one.why}; no sums prove it")
    if (number := fields.get("number")) and not chosen.proved_number:
        fields["number"] = replace(number, surely=min(number.surely, LIKELY))
    return fields


def _take(fields: dict[str, Guessed], parts: Parts, why_not: dict[str, str]) -> None:
    """Takes the columns that the sums prove, and leaves those of the same kind out that they prove wrong."""
    kinds = (
        (("total",), parts.total),
        (("unit_price", "line_total"), parts.line),
        (("shipping_charge",), parts.shipping),
        (("shipping_discount",), parts.shipping_off),
        (("line_discount", "line_discount_percent"), parts.line_off),
        (("discount", "discount_percent"), parts.discount),
    )
    used = _columns(parts)
    for names, one in kinds:
        for name in names:
            found = fields.get(name)
            if found and found is not one and (one is not None or found.column.any(_is_some)):
                why_not.setdefault(found.column.name, "the sums of the file hold without it")
                fields.pop(name)
        if one:
            fields[one.field] = one
    if parts.tax:
        fields[parts.tax.field] = parts.tax
    for name in [name for name, one in fields.items() if one.column.name in used and name not in _fields(parts)]:
        fields.pop(name)


def _columns(parts: Parts) -> set[str]:
    return {one.column.name for one in _told(parts)}


def _fields(parts: Parts) -> set[str]:
    return {one.field for one in _told(parts)}


def _told(parts: Parts) -> Iterator[Guessed]:
    told = (parts.total, parts.line, parts.line_off, parts.discount, parts.shipping, parts.shipping_off, parts.tax)
    return (one for one in told if one)


def _is(one: Guessed | None, name: str) -> bool:
    return one is not None and one.column.name == name


def _is_some(text: str) -> bool:
    return any(sign in "123456789" for sign in text)


def _kept(rows: Iterator[list[str]]) -> list[list[str]]:
    """The first rows, as many as may be held."""
    kept: list[list[str]] = []
    held = 0
    for row in islice(rows, MOST_CELLS):
        kept.append(row)
        held += sum(map(len, row))
        if held > MOST_CHARACTERS:
            break
    return kept


def _lie_apart(keys: Sequence[str]) -> bool:
    """Whether rows of one order have rows of another between them."""
    seen: set[str] = set()
    before = ""
    for key in keys:
        if key and key != before:
            if key in seen:
                return True
            seen.add(key)
            before = key
    return False


def _credit_notes(chosen: Mapping[str, Guessed]) -> CreditNotes | None:
    """What negative quantities are, where there are any."""
    quantity, number = chosen.get("quantity"), chosen.get("number")
    if quantity is None or number is None or not quantity.column.negative:
        return None
    pairs = list(zip(number.column.cells, quantity.column.cells, strict=True))
    below = {key[:1] for key, count in pairs if count.startswith("-")}
    above = {key[:1] for key, count in pairs if count and not count.startswith("-")}
    letters = sorted(letter for letter in below - above if letter.isalpha())
    prefix = letters[0] if len(letters) == 1 else ""
    others = any(count.startswith("-") and not (prefix and key.startswith(prefix)) for key, count in pairs)
    return CreditNotes(prefix=prefix, others=others, returns=_returns(chosen, pairs))


def _returns(chosen: Mapping[str, Guessed], pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether goods of a negative quantity were sold by another row of the same order."""
    goods = chosen.get("sku") or chosen.get("name")
    if goods is None:
        return False
    cells = list(zip(filled_down([key for key, _ in pairs]), goods.column.cells, pairs, strict=True))
    sold = {(key, text) for key, text, (_, count) in cells if count and not count.startswith("-")}
    return any((key, text) in sold for key, text, (_, count) in cells if count.startswith("-"))
