"""The lists of payments that are known by their headers: Stripe's payments, and PayPal's activity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from importers.faults import Fault, UnusableFile
from importers.layouts.layout import spelt
from importers.profile import Choices, ReadAs, currency_of
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.dates import zone_named
from importers.reading.rows import Row

_TOKEN = re.compile(r"#?[\w-]*\d[\w-]*")
MOST_TOKENS = 5


class ToldPayment(Struct, frozen=True, kw_only=True):
    """A payment, or money given back where `amount` is below nothing; amounts in minor units.

    `numbers` are what may be the order's number, the surest first; `refunded` is what went back of it since.
    """

    reference: str
    at: datetime
    currency: str
    amount: int
    numbers: tuple[str, ...]
    email: str
    refunded: int = 0
    refunded_at: datetime | None = None
    of: str = ""


class PaymentForm(Struct, frozen=True, kw_only=True):
    """A provider's list: what its columns are called, in small letters, and which rows of it tell of money.

    `numbers` may hold an order's number, `words` may name it among other words. `made` are the statuses of money that
    came, `refused_kinds` words of the types that are no payments.
    """

    name: str
    fields: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    made: frozenset[str]
    refused_kinds: tuple[str, ...] = ()
    zone: tzinfo | None = None

    def named(self, header: Sequence[str]) -> dict[str, str]:
        """The columns of a header by what they hold."""
        columns = {spelt(column): column for column in reversed(header)}
        return {
            field: columns[name] for field, names in self.fields.items() for name in reversed(names) if name in columns
        }

    def fits(self, header: Sequence[str]) -> bool:
        """Whether this is the header of such a list."""
        return set(self.needed) <= self.named(header).keys()


STRIPE = PaymentForm(
    name="stripe",
    fields={
        "reference": ("id",),
        "at": ("created date (utc)", "created (utc)"),
        "amount": ("amount",),
        "refunded": ("amount refunded",),
        "refunded_at": ("refunded date (utc)",),
        "currency": ("currency",),
        "status": ("status",),
        "email": ("customer email",),
        "captured": ("captured",),
    },
    needed=("reference", "at", "amount", "refunded", "currency", "status"),
    numbers=(
        "order id (metadata)", "order number (metadata)", "order (metadata)", "client reference id", "invoice number",
    ),
    words=("description", "statement descriptor"),
    made=frozenset({"paid", "succeeded", "refunded", "partial refund", "partially refunded", "disputed"}),
    zone=UTC,
)  # fmt: skip

PAYPAL = PaymentForm(
    name="paypal",
    fields={
        "reference": ("transaction id", "transaktionscode", "numéro de transaction"),
        "date": ("date", "datum"),
        "time": ("time", "uhrzeit", "heure"),
        "zone": ("timezone", "time zone", "zeitzone", "fuseau horaire"),
        "amount": ("gross", "brutto", "avant commission"),
        "currency": ("currency", "währung", "devise"),
        "status": ("status", "état"),
        "kind": ("type", "typ"),
        "of": ("reference txn id", "zugehöriger transaktionscode", "n° de transaction de référence"),
        "email": ("from email address", "absender e-mail-adresse", "de l'adresse email"),
    },
    needed=("reference", "date", "time", "amount", "currency", "status", "kind"),
    numbers=("invoice number", "rechnungsnummer", "n° de facture", "custom number"),
    words=("item title", "artikelbezeichnung", "subject", "betreff"),
    made=frozenset({"completed", "abgeschlossen", "effectué", "terminé", "refunded", "partially refunded"}),
    refused_kinds=(
        "withdrawal",
        "conversion",
        "fee",
        "transfer",
        "hold",
        "abbuchung",
        "umrechnung",
        "gebühr",
        "deposit",
    ),
)
FORMS = (STRIPE, PAYPAL)


class PaymentsReader:
    """Reads the rows of a list; raises `UnusableFile` for a header that none of them has."""

    def __init__(self, header: Sequence[str], choices: Choices) -> None:
        form = next((form for form in FORMS if form.fits(header)), None)
        if form is None:
            raise UnusableFile(
                "No list of payments has this header: Stripe's payments and PayPal's activity are known."
            )
        self.form = form
        self.header = tuple(header)
        self.named = form.named(header)
        self._numbers = [column for name in form.numbers for column in header if spelt(column) == name]
        self._words = [column for name in form.words for column in header if spelt(column) == name]
        self._columns = Columns(header)
        self._cell_format = CellFormat(
            decimal=choices.decimal, date_format=choices.dates, zone=choices.zone or form.zone or UTC
        )

    @property
    def reads(self) -> dict[str, ReadAs]:
        """The columns of amounts and dates, whose forms the file must prove."""
        kinds: dict[str, ReadAs] = {"amount": "amount", "refunded": "amount", "at": "date", "date": "date"}
        return {self.named[field]: kind for field, kind in kinds.items() if field in self.named}

    def told(self, row: Row) -> ToldPayment:
        """The payment that a row tells; raises `Fault` for one that was not made, or that is none."""
        cells = Cells(row, self._columns, self._cell_format)
        try:
            self._require_made(cells)
            currency = currency_of(cells, self.named["currency"], "")
            amount = cells.minor(self.named["amount"], currency) or 0
            return ToldPayment(
                reference=cells.required(self.named["reference"]),
                at=self._at(cells),
                currency=currency,
                amount=amount,
                numbers=self._candidates(cells),
                email=cells.text(self.named.get("email", "")).casefold(),
                refunded=cells.minor(self.named.get("refunded", ""), currency) or 0,
                refunded_at=cells.instant(self.named["refunded_at"]) if "refunded_at" in self.named else None,
                of=cells.text(self.named.get("of", "")),
            )
        except Fault as fault:
            raise fault.at(row.line) from None

    def _require_made(self, cells: Cells) -> None:
        status = cells.text(self.named["status"]).casefold()
        kind = cells.text(self.named.get("kind", "")).casefold()
        if any(word in kind for word in self.form.refused_kinds):
            message = "This is no payment for an order."
            raise Fault("not-a-payment", message, column=self.named["kind"], fix="Leave it out.")
        if status not in self.form.made or cells.text(self.named.get("captured", "")).casefold() == "false":
            message = "By its status this payment was not made, or not yet."
            raise Fault("payment-not-made", message, column=self.named["status"], fix="Leave it out.")

    def _at(self, cells: Cells) -> datetime:
        if "at" in self.named:
            return cells.required_instant(self.named["at"])
        date, time = cells.required(self.named["date"]), cells.text(self.named["time"])
        zone = cells.text(self.named.get("zone", ""))
        place = zone_named(zone) if "/" in zone else None
        text = f"{date} {time}" if place else f"{date} {time} {zone}".rstrip()
        return cells.instant_of(_offset(text), self.named["date"], place)

    def _candidates(self, cells: Cells) -> tuple[str, ...]:
        """What may be the order's number: what stands alone in its cell, then words with a digit in them."""
        alone = [text for column in self._numbers if (text := cells.text(column))]
        words = [word for column in self._words for word in _TOKEN.findall(cells.text(column))]
        return tuple(dict.fromkeys([*alone, *words[:MOST_TOKENS]]))


def _offset(text: str) -> str:
    """A zone's letters or `GMT+02:00` as an offset, where they are one."""
    head, _, zone = text.rpartition(" ")
    hours = {"PST": "-08:00", "PDT": "-07:00", "EST": "-05:00", "EDT": "-04:00", "CET": "+01:00", "CEST": "+02:00",
             "MEZ": "+01:00", "MESZ": "+02:00", "BST": "+01:00", "GMT": "+00:00"}  # fmt: skip
    bare = zone.removeprefix("GMT") if zone.startswith(("GMT+", "GMT-")) else hours.get(zone, zone)
    return f"{head} {bare}" if head else text
