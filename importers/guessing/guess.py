"""A mapping proposed for a file: from what its columns are called and what their cells look like.

It is a proposal to be read and corrected, never an import: every guess says how sure it is and why, and what was left
out is listed. `number` and `created_at` are needed; where they are not found the proposal cannot be used as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from domain.statuses import CANCELLED, COMPLETED, PENDING, PROCESSING, SHIPPED, STAGES
from importers.faults import UnusableFile
from importers.guessing.columns import (
    Column,
    is_amount,
    is_answer,
    is_code,
    is_country,
    is_currency,
    is_date,
    is_email,
    is_rate,
    is_short,
    is_whole,
)
from importers.guessing.words import WORDS, bare, is_expected, meanings
from importers.mapping.mapping import PaymentStanding
from importers.platforms.woocommerce.statuses import STAGE_OF, known_status
from importers.reading.rows import Sheet, open_sheet

MOST_ROWS = 50_000  # looked at for orders' rows lying together or apart
MOST_CELLS = 5_000  # rows whose cells are looked at,
MOST_CHARACTERS = 20_000_000  # unless they hold more
MOST_STATUSES = 50
FITTING = 0.9

_Holds = Callable[[str], bool]

# What the cells of a field must look like, and how many of them; other fields hold any text.
HOLDS: dict[str, tuple[_Holds, float]] = {
    **dict.fromkeys(("created_at", "paid_at", "shipped_at"), (is_date, FITTING)),
    **dict.fromkeys(
        ("total", "discount", "shipping_charge", "paid", "refunded", "unit_price", "line_discount"),
        (is_amount, FITTING),
    ),
    "tax_rate": (is_rate, FITTING),
    "quantity": (is_whole, FITTING),
    "currency": (is_currency, FITTING),
    "customer_email": (is_email, FITTING),
    **dict.fromkeys(("billing/email", "shipping/email"), (is_email, FITTING)),
    **dict.fromkeys(("billing/country", "shipping/country"), (is_country, 0.6)),
    **dict.fromkeys(("number", "external_id", "sku", "tracking_code", "customer_id", "coupon"), (is_code, 0.7)),
    **dict.fromkeys(("status", "payment_status", "payment_method", "shipping_method", "carrier"), (is_short, FITTING)),
    "customer_name": (is_short, FITTING),
}
# What cells may mean whatever their column is called, and how surely.
BY_CELLS: tuple[tuple[str, _Holds, float], ...] = (
    ("customer_email", is_email, 0.5), ("currency", is_currency, 0.5), ("created_at", is_date, 0.45),
)  # fmt: skip
IDENTITIES = ("number", "external_id")
OF_ORDERS = ("total", "discount", "shipping_charge", "paid", "refunded", "currency", "status", "payment_status")

_STAGE_WORDS = {
    COMPLETED: "complete, completed, done, delivered, closed, fulfilled, livree, livré, terminee, terminé, geliefert, "
    "erledigt, entregado, consegnato, evaso",
    SHIPPED: "shipped, sent, dispatched, expediee, expédié, envoyee, envoyé, versendet, verschickt, enviado, spedito",
    PROCESSING: "paid, processing, in progress, confirmed, payee, payé, en preparation, confirmee, bezahlt, in arbeit, "
    "bestatigt, pagado, en proceso, confirmado, pagato, in preparazione, confermato",
    PENDING: "new, open, pending, unpaid, awaiting payment, nouvelle, ouverte, neu, offen, unbezahlt, nuevo, abierto, "
    "pendiente, nuovo, aperto",
    CANCELLED: "cancelled, canceled, void, refunded, returned, annulee, annulé, retournee, storniert, zuruckgesendet, "
    "cancelado, anulado, devuelto, annullato, reso",
}
_PAYMENT_WORDS: dict[PaymentStanding, str] = {
    "paid": "paid, paid in full, captured, settled, payee, payé, reglee, réglé, acquitté, bezahlt, pagado, pagato",
    "unpaid": "unpaid, not paid, pending, open, due, awaiting payment, impayee, impayé, non payé, en attente, "
    "en attente de paiement, unbezahlt, offen, ausstehend, pendiente, no pagado, impagado, non pagato, in attesa",
    "refunded": "refunded, remboursee, remboursé, erstattet, zuruckerstattet, reembolsado, rimborsato",
}
_PAYMENT_BY_WORD = {bare(word): standing for standing, words in _PAYMENT_WORDS.items() for word in words.split(",")}
_STAGE_BY_WORD = {bare(word): stage for stage, words in _STAGE_WORDS.items() for word in words.split(",")}


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
    """What negative quantities prove: the letter that begins the numbers of credit notes, and whether others remain."""

    prefix: str
    others: bool


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


def guess(path: Path, source: str = "") -> Guess:
    """The mapping proposed for a file, of a shop of that name (else the file's); raises `UnusableFile`."""
    with open_sheet(path) as sheet:
        return _guess(sheet, source or bare(path.stem).replace(" ", "-")[:40] or "shop")


def stage_of(text: str) -> str:
    """The stage that a status of another shop seems to mean, empty where its word is not known."""
    if code := known_status(text):
        return STAGE_OF[code]
    return _STAGE_BY_WORD.get(bare(text), "")


def payment_standing_of(text: str) -> PaymentStanding | None:
    """What a status of another shop seems to say of the money, None where its word is not known."""
    return _PAYMENT_BY_WORD.get(bare(text))


def _guess(sheet: Sheet, source: str) -> Guess:
    rows = (row.cells for row in islice(sheet.rows(), MOST_ROWS + 1) if not row.problem)
    kept = _kept(rows)
    if not kept:
        raise UnusableFile("The file has a header and no rows that can be read.")
    columns = [Column(name, [row[at] for row in kept]) for at, name in enumerate(sheet.header) if name.strip()]
    chosen, why_not = _chosen(columns)
    number = chosen.get("number")
    place = sheet.header.index(number.column.name) if number else 0
    keys = [row[place].strip() for row in chain(kept, rows)]  # all that is held of rows beyond those kept
    count = min(len(keys), MOST_ROWS)
    if not number:
        keys = []
    _drop_unsteady(chosen, why_not, keys)
    taken = {one.column.name for one in chosen.values()}
    order = [*WORDS, *(field for field in chosen if "/" in field)]
    return Guess(
        source=source,
        header=sheet.header,
        rows=count,
        whole=sheet.position == sheet.size and count < MOST_ROWS,
        scattered=_lie_apart(keys),
        guessed=tuple(chosen[field] for field in order if field in chosen),
        left_out=tuple(
            LeftOut(column=column, why=why_not.get(column.name, "")) for column in columns if column.name not in taken
        ),
        credit_notes=_credit_notes(chosen),
    )


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


def _chosen(columns: Sequence[Column]) -> tuple[dict[str, Guessed], dict[str, str]]:
    """For each field the column that is most surely it, no column twice; and why others were not taken."""
    why_not: dict[str, str] = {}
    possible: list[Guessed] = []
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
            possible += _possible(column, why_not, addressed=addressed)
    chosen: dict[str, Guessed] = {}
    taken: set[str] = set()
    for one in sorted(possible, key=lambda one: (-one.surely, "/" in one.field)):
        if one.field not in chosen and one.column.name not in taken:
            chosen[one.field] = one
            taken.add(one.column.name)
    identity, number = chosen.get("external_id"), chosen.get("number")
    if identity and (number is None or number.surely < identity.surely):  # an order has a number before any other name
        chosen["number"] = replace(identity, field="number")
        chosen.pop("external_id")
        if number:
            why_not[number.column.name] = f"{identity.column.name} is more surely the number"
    return chosen, why_not


def _possible(column: Column, why_not: dict[str, str], *, addressed: bool) -> list[Guessed]:
    """What a column may be: by its name where its cells agree, else by its cells alone."""
    found = []
    for meaning in meanings(column.name):
        field = meaning.field
        if field.startswith(
            "/"
        ):  # nobody says whose address: the buyer's, or where a country alone is told, where it went
            field = ("billing" if addressed else "shipping") + field
        holds, least = HOLDS.get(field, (bool, 0.0))
        share = column.share(holds)
        if share < least:
            why_not[column.name] = f"its name says {field}, its cells do not"
            continue
        if field in IDENTITIES and meaning.surely < 1.0 and column.filled * len(column.cells) > 20 * len(column.texts):
            why_not[column.name] = f"its name says {field}, its cells are too few"
            continue
        why = "by its name" if field not in HOLDS else "by its name and its cells"
        found.append(Guessed(field=field, column=column, surely=meaning.surely * (0.6 + 0.4 * share), why=why))
    for field, holds, surely in BY_CELLS:
        if (
            column.share(holds) == 1.0
            and column.filled > 0.5
            and not is_expected(column.name)
            and all(one.field != field for one in found)
        ):
            found.append(Guessed(field=field, column=column, surely=surely, why="by its cells alone"))
    return found


def _drop_unsteady(chosen: dict[str, Guessed], why_not: dict[str, str], keys: Sequence[str]) -> None:
    """Takes back what cannot hold for a whole order, for rows of one order tell it differently."""
    for field in OF_ORDERS:
        if field in chosen and _differs(chosen[field].column.cells, keys):
            column = chosen.pop(field).column.name
            why_not[column] = f"its name says {field}, but the rows of one order tell different ones"
    lines = any(field in chosen for field in ("sku", "name", "quantity"))
    if not lines and "total" not in chosen and (price := chosen.pop("unit_price", None)):
        chosen["total"] = Guessed(field="total", column=price.column, surely=0.5, why="a price, and there are no lines")


def _differs(cells: Sequence[str], keys: Sequence[str]) -> bool:
    told: dict[str, str] = {}
    return any(cell and told.setdefault(key, cell) != cell for key, cell in zip(keys, cells, strict=False) if key)


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
    return CreditNotes(prefix=prefix, others=others)
