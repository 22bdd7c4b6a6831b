"""PrestaShop's export of its list of orders, under English or French headers: a row per order, without lines.

`id` is the order's identity, its reference the number. The total's sign tells the currency (`€29.99`, `29,99 €`) where
only one currency has it; `$` must be told by `--currency`. Times are the shop's own: `--timezone` says which. Statuses
by their usual names in both languages:

| status                                                                     | stage      | money          |
|----------------------------------------------------------------------------|------------|----------------|
| Awaiting check or bank wire payment, waiting for payment                   | pending    | none           |
| Awaiting cash on delivery validation                                       | processing | none           |
| Payment accepted, remote payment accepted, processing, backorder (paid)    | processing | paid           |
| Authorised, to be captured                                                 | processing | authorised     |
| Partial payment                                                            | pending    | amount unknown |
| On backorder (not paid)                                                    | on_hold    | none           |
| Shipped                                                                    | shipped    | paid           |
| Delivered                                                                  | completed  | paid           |
| Partial refund                                                             | completed  | paid, unknown part back |
| Refunded                                                                   | cancelled  | paid and back  |
| Canceled, payment error                                                    | cancelled  | none           |

A status that the shop named itself comes in as pending, remarked with its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from domain.addresses import Address
from domain.statuses import CANCELLED, COMPLETED, ON_HOLD, PENDING, PROCESSING, SHIPPED
from importers.drafts import Draft, DraftParcel, DraftPayment
from importers.faults import Fault
from importers.profile import Choices, ReadAs, content_hash, currency_of
from importers.reading.amounts import currency_in
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key, in_sequence
from importers.reading.rows import Row
from importers.remarks import AUTHORIZED, PAYMENT_UNKNOWN, PLATFORM_STATUS, REFUND_UNKNOWN

# What each column is called in English and in French, in small letters.
NAMES = {
    "id": ("id",),
    "reference": ("reference", "référence"),
    "new": ("new client", "new customer", "nouveau client"),
    "delivery": ("delivery", "livraison"),
    "customer": ("customer", "client"),
    "total": ("total",),
    "payment": ("payment", "paiement"),
    "status": ("status", "état", "etat", "statut"),
    "date": ("date",),
}
NEEDED = ("id", "reference", "total", "payment", "status", "date")
YES = frozenset({"yes", "oui", "1", "true"})
READ_AS: dict[str, ReadAs] = {
    "customer": "person", "delivery": "country", "total": "amount", "date": "date",
}  # fmt: skip


class _Standing(Struct, frozen=True):
    """A status's stage, whether all of its money came in, and what must be said of it."""

    stage: str
    paid: bool = False
    remarks: tuple[str, ...] = ()


_CHECK, _DELIVERY = _Standing(PENDING), _Standing(PROCESSING)
_PAID = _Standing(PROCESSING, True)
_STATUSES = {
    "awaiting check payment": _CHECK,
    "awaiting cheque payment": _CHECK,
    "en attente du paiement par chèque": _CHECK,
    "awaiting bank wire payment": _CHECK,
    "en attente de virement bancaire": _CHECK,
    "en attente du paiement par virement bancaire": _CHECK,
    "waiting for payment": _CHECK,
    "en attente de paiement": _CHECK,
    "awaiting paypal payment": _CHECK,
    "en attente du paiement paypal": _CHECK,
    "awaiting cash on delivery validation": _DELIVERY,
    "en attente de paiement à la livraison": _DELIVERY,
    "payment accepted": _PAID,
    "paiement accepté": _PAID,
    "remote payment accepted": _PAID,
    "paiement à distance accepté": _PAID,
    "processing in progress": _PAID,
    "preparation in progress": _PAID,
    "en cours de préparation": _PAID,
    "préparation en cours": _PAID,
    "on backorder (paid)": _PAID,
    "en attente de réapprovisionnement (payé)": _PAID,
    "on backorder (not paid)": _Standing(ON_HOLD),
    "en attente de réapprovisionnement (non payé)": _Standing(ON_HOLD),
    "authorized. to be captured by merchant": _Standing(PROCESSING, False, (AUTHORIZED,)),
    "autorisation acceptée. à capturer par le marchand": _Standing(PROCESSING, False, (AUTHORIZED,)),
    "partial payment": _Standing(PENDING, False, (PAYMENT_UNKNOWN,)),
    "paiement partiel": _Standing(PENDING, False, (PAYMENT_UNKNOWN,)),
    "shipped": _Standing(SHIPPED, True),
    "expédié": _Standing(SHIPPED, True),
    "delivered": _Standing(COMPLETED, True),
    "livré": _Standing(COMPLETED, True),
    "partial refund": _Standing(COMPLETED, True, (REFUND_UNKNOWN,)),
    "remboursement partiel": _Standing(COMPLETED, True, (REFUND_UNKNOWN,)),
    "refunded": _Standing(CANCELLED, True),
    "remboursé": _Standing(CANCELLED, True),
    "canceled": _Standing(CANCELLED),
    "cancelled": _Standing(CANCELLED),
    "annulé": _Standing(CANCELLED),
    "payment error": _Standing(CANCELLED),
    "erreur de paiement": _Standing(CANCELLED),
}
_REFUNDED = frozenset({"refunded", "remboursé"})


class PrestaShop:
    """The profile of PrestaShop's list of orders."""

    name = "prestashop"
    source = "prestashop"
    decimal = ""
    dates = ""
    heads: Heads | None = None

    def __init__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        self._columns = Columns(headers[0])
        self._named = _named(headers[0])
        self._columns.require(*(self._named[name] for name in NEEDED))
        self._choices = choices
        self._cell_format = CellFormat(
            decimal=choices.decimal, date_format=choices.dates, years_from=choices.years_from, zone=choices.zone
        )
        self._id_at = self._columns.index[self._named["id"]]
        self.follows: Key | None = self._id
        self.reads: dict[str, ReadAs] = {column: READ_AS.get(name, "text") for name, column in self._named.items()}
        self.columns = {
            "number": self._named["reference"],
            "payment_method": self._named["payment"],
            "amount": self._named["total"],
            "past/imported/total": self._named["total"],
            "billing_address/name": self._named.get("customer", ""),
            "shipping_address/country": self._named.get("delivery", ""),
        }

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is the header of such a file: nothing but its columns."""
        return len(headers) == 1 and set(NEEDED) <= _named(headers[0]).keys() and len(headers[0]) <= len(NAMES) + 1

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each order, which has a row."""
        return in_sequence(rows, self._id)

    def draft(self, group: Group) -> Draft:
        """The order that the row tells."""
        if len(group.rows) > 1:
            message = "This order stands in the file more than once."
            raise Fault("duplicate-order", message, column=self._named["id"], fix="Leave one of its rows.")
        cells = Cells(group.rows[0], self._columns, self._cell_format)
        try:
            return self._draft(group, cells)
        except Fault as fault:
            raise fault.at(cells.line) from None

    def _id(self, cells: Sequence[str]) -> str:
        return cells[self._id_at].strip() if self._id_at < len(cells) else ""

    def _currency(self, cells: Cells) -> str:
        """The currency whose sign stands at the total, else the one told for the whole file."""
        column = self._named["total"]
        told = currency_in(cells.text(column)) or self._choices.currency
        if not told:
            message = "No currency is told, or its sign is that of several."
            fix = "Say the currency, like --currency USD."
            raise Fault("currency-unknown", message, column=column, fix=fix)
        return currency_of(cells, "", told)

    def _draft(self, group: Group, cells: Cells) -> Draft:
        named = self._named
        cells.required(named["total"])
        currency = self._currency(cells)
        told = cells.required(named["status"])
        status = " ".join(told.casefold().split())
        standing = _STATUSES.get(status) or _Standing(PENDING, False, (f"{PLATFORM_STATUS}: {told}",))
        created_at = cells.required_instant(named["date"])
        shipping = Address(country=cells.country(named["delivery"])) if "delivery" in named else Address()
        return Draft(
            number=cells.required(named["reference"]),
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=cells.line,
            created_at=created_at,
            currency=currency,
            lines=(),
            stage=standing.stage,
            total=cells.minor(named["total"], currency),
            payment_method=cells.text(named["payment"]),
            payment=DraftPayment() if standing.paid else None,
            fully_refunded=status in _REFUNDED,
            parcel=DraftParcel() if standing.stage in (SHIPPED, COMPLETED) else None,
            billing=Address(name=cells.text(named.get("customer", ""))),
            shipping=shipping,
            tags=("new-customer",) if cells.text(named.get("new", "")).casefold() in YES else (),
            remarks=standing.remarks,
        )


def _named(header: Sequence[str]) -> dict[str, str]:
    """The columns by what they hold."""
    known = {alias: name for name, aliases in NAMES.items() for alias in aliases}
    return {name: column for column in header if (name := known.get(column.strip().casefold(), ""))}
