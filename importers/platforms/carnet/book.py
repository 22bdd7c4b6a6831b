"""Carnet's own book: the archive of `carnet export book`, files of it, or the lists of orders and of their lines.

The file of the orders is needed; those of their lines, payments, refunds, shipments and notes belong to it. `id` is the
order's identity. The same totals, taxes, statuses, moments, payments, refunds, parcels, notes and customers come out
of it as went in; what a provider was only asked for, returns, documents and messages do not. Without the files of
payments and refunds, what the orders say of both is taken, without its moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from hashlib import sha256

from domain.addresses import Address
from domain.statuses import STAGES
from importers.drafts import Draft, DraftNote, DraftParcel, DraftPayment, DraftRefund
from importers.faults import Fault
from importers.platforms.carnet.parts import coupons_in, given_back, line_in, list_in, taxes_in
from importers.profile import Choices, ReadAs, currency_of
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key, joined
from importers.reading.rows import Row
from importers.reading.table import Header

ORDERS, LINES, PAYMENTS, REFUNDS, SHIPMENTS, NOTES = "orders", "lines", "payments", "refunds", "shipments", "notes"

# What each file has that no other of them has; the lists of orders and lines have it too.
SIGNS: Mapping[str, frozenset[str]] = {
    ORDERS: frozenset({"id", "number", "currency", "stage", "payment_status", "fulfilment_status", "total", "paid"}),
    LINES: frozenset({"order_id", "order_number", "sku", "name", "quantity", "unit_price", "net"}),
    PAYMENTS: frozenset({"order_id", "order_number", "payment", "amount", "state", "provider"}),
    REFUNDS: frozenset({"order_id", "order_number", "refund", "amount", "state", "goodwill"}),
    SHIPMENTS: frozenset({"order_id", "order_number", "shipment", "carrier", "line", "quantity"}),
    NOTES: frozenset({"order_id", "order_number", "note", "author", "text"}),
}
AMOUNTS = (
    "total", "paid", "refunded", "discount", "shipping_charge", "amount", "unit_price", "net", "tax", "subtotal",
    "discount_total", "shipping_total", "adjustment", "balance", "shipping", "goodwill", "credit", "kept", "tax_rate",
)  # fmt: skip
TEXTS = (
    "id", "number", "currency", "prices_include_tax", "locale", "status", "stage", "payment_status",
    "fulfilment_status", "operator", "source", "payment_method", "shipping_method", "tags", "archived", "coupons",
    "shipping_taxes", "shipping_includes_tax", "remarks", "imported_source", "external_id", "tracking_codes",
    "carriers", "order_id", "order_number", "line", "sku", "name", "options", "unit", "taxes", "exemption",
    "payment", "method", "state", "reference", "provider", "refund", "reason", "lines", "pay_again", "shipment",
    "carrier", "tracking_code", "note", "author", "version", "return_status", "dispute_status", "item_count",
    "skus", "order_status",
)  # fmt: skip
DATES = ("created_at", "placed_at", "at", "updated_at", "order_created_at", "order_placed_at")
PERSONS = ("customer_id", "customer_name", "customer_email", "text")
READS: dict[str, ReadAs] = {
    **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(AMOUNTS, "amount"),
    **dict.fromkeys(DATES, "date"),
    **dict.fromkeys((*PERSONS, *(f"{kind}_{part}" for kind in ("billing", "shipping") for part in Address.FIELDS)),
                    "person"),
    "billing_country": "country",
    "shipping_country": "country",
    "quantity": "quantity",
}  # fmt: skip


class CarnetBook:
    """The profile of Carnet's own files."""

    name = "carnet"
    source = "carnet"
    decimal = "."
    dates = ""
    reads = READS
    columns: Mapping[str, str] = {
        "number": "number", "amount": "total", "past/imported/total": "total", "items/sku": "sku", "items/name": "name",
        "items/quantity": "quantity", "items/unit_price": "unit_price", "items/discount": "discount",
        "billing_address/email": "billing_email", "text": "text", "refund-above-paid": "amount",
    }  # fmt: skip
    follows: Key | None = None
    heads: Heads | None = None

    def __init__(self, headers: Sequence[Header], choices: Choices) -> None:
        self._kinds = [kind_of(header) or "" for header in headers]
        self._columns = [Columns(header) for header in headers]
        self._currency = choices.currency
        self._cell_format = CellFormat(decimal=choices.decimal or self.decimal, zone=choices.zone or UTC)

    @classmethod
    def claims(cls, headers: Sequence[Header]) -> bool:
        """Whether these are such files, each once, with that of the orders among them."""
        kinds = [kind_of(header) for header in headers]
        return ORDERS in kinds and None not in kinds and len(set(kinds)) == len(kinds)

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each order with all that belongs to it, wherever it stands."""
        return joined(rows, [self._key(kind) for kind in range(len(self._kinds))])

    def draft(self, group: Group) -> Draft:
        """The order that its rows tell."""
        parts: dict[str, list[Cells]] = {kind: [] for kind in SIGNS}
        for row in group.rows:
            parts[self._kinds[row.kind]].append(Cells(row, self._columns[row.kind], self._cell_format))
        if len(parts[ORDERS]) != 1:
            known = bool(parts[ORDERS])
            code, message = (
                ("duplicate-order", "This order is told more than once.")
                if known
                else ("order-missing", "No file tells the order of this row.")
            )
            raise Fault(code, message, column="id" if known else "order_id", fix="Give each order once.")
        heading = parts[ORDERS][0]
        try:
            return self._draft(group, heading, parts)
        except Fault as fault:
            raise fault.at(heading.line) from None

    def _key(self, kind: int) -> Key:
        place = self._columns[kind].index["id" if self._kinds[kind] == ORDERS else "order_id"]
        return lambda cells: cells[place].strip() if place < len(cells) else ""

    def _draft(self, group: Group, heading: Cells, parts: Mapping[str, Sequence[Cells]]) -> Draft:
        currency = currency_of(heading, "currency", self._currency)
        stage = heading.required("stage")
        if stage not in STAGES:
            fix = f"Write one of: {', '.join(STAGES)}."
            raise Fault("unknown-status", "This stage is not known.", column="stage", fix=fix)
        numbers = {row.text("line") or row.text("id"): place for place, row in enumerate(parts[LINES])}
        created_at = heading.required_instant("created_at")
        payments = self._payments(heading, parts[PAYMENTS], currency)
        return Draft(
            number=heading.required("number"),
            external_id=group.key,
            content_hash=self._hash(group),
            line=heading.line,
            created_at=created_at,
            placed_at=heading.instant("placed_at"),
            currency=currency,
            locale=heading.text("locale"),
            lines=tuple(line_in(row) for row in parts[LINES]),
            stage=stage,
            status=heading.text("status"),
            total=heading.minor("total", currency),
            prices_include_tax=heading.text("prices_include_tax") != "false",
            discount=heading.minor("discount", currency) or 0,
            terms=coupons_in(heading, "coupons", currency),
            shipping_charge=heading.minor("shipping_charge", currency) or 0,
            shipping_taxes=taxes_in(heading, "shipping_taxes"),
            shipping_includes_tax=_flag(heading.text("shipping_includes_tax")),
            shipping_method=heading.text("shipping_method"),
            payment_method=heading.text("payment_method"),
            payments=payments,
            refunds=self._refunds(heading, parts[REFUNDS], numbers, currency),
            parcels=self._parcels(heading, parts[SHIPMENTS], numbers),
            customer_id=heading.text("customer_id"),
            customer_name=heading.text("customer_name"),
            billing=_address(heading, "billing"),
            shipping=_address(heading, "shipping"),
            source=heading.text("source"),
            operator=heading.text("operator"),
            tags=list_in(heading, "tags"),
            dated_notes=tuple(
                DraftNote(text=text, at=row.instant("at") or created_at)
                for row in parts[NOTES]
                if (text := row.lines("text"))
            ),
            remarks=list_in(heading, "remarks"),
            archived=heading.text("archived") == "true",
        )

    def _payments(self, heading: Cells, rows: Sequence[Cells], currency: str) -> tuple[DraftPayment, ...]:
        if PAYMENTS not in self._kinds:
            paid = heading.minor("paid", currency) or 0
            return (DraftPayment(amount=paid),) if paid else ()
        return tuple(
            DraftPayment(
                amount=row.minor("amount", currency),
                reference=row.text("reference"),
                at=row.instant("at"),
                method=row.text("method"),
            )
            for row in rows
            if row.text("state") == "captured"
        )

    def _refunds(
        self, heading: Cells, rows: Sequence[Cells], numbers: Mapping[str, int], currency: str
    ) -> tuple[DraftRefund, ...]:
        if REFUNDS not in self._kinds:
            refunded = heading.minor("refunded", currency) or 0
            return (DraftRefund(amount=refunded),) if refunded else ()
        return tuple(
            DraftRefund(
                amount=row.minor("amount", currency) or 0,
                reference=row.text("reference"),
                at=row.instant("at"),
                method=row.text("method"),
                reason=row.text("reason"),
                lines=given_back(row, "lines", numbers),
                shipping=row.minor("shipping", currency) or 0,
                goodwill=row.minor("goodwill", currency) or 0,
                credit=row.minor("credit", currency) or 0,
                pay_again=row.text("pay_again") == "true",
            )
            for row in rows
            if row.text("state") == "refunded"
        )

    def _parcels(self, heading: Cells, rows: Sequence[Cells], numbers: Mapping[str, int]) -> tuple[DraftParcel, ...]:
        if SHIPMENTS not in self._kinds:
            codes, carriers = list_in(heading, "tracking_codes"), list_in(heading, "carriers")
            sent = heading.text("fulfilment_status") in ("fulfilled", "shipped", "delivered")
            first = DraftParcel(carrier=(*carriers, "")[0], tracking_code=(*codes, "")[0])
            return (first,) if sent or codes else ()
        found: dict[str, DraftParcel] = {}
        for row in rows:
            if row.text("state") == "cancelled":
                continue
            number = row.required("shipment")
            line = numbers.get(row.text("line"))
            if line is None:
                raise Fault("line-missing", "No file tells this line.", column="line", line=row.line)
            known = found.get(number)
            units = row.decimal("quantity") or 0
            found[number] = DraftParcel(
                carrier=row.text("carrier"),
                tracking_code=row.text("tracking_code"),
                at=row.instant("at"),
                delivered=row.text("state") == "delivered",
                lines=(*(known.lines if known else ()), (line, int(units) if units == int(units) else units)),
            )
        return tuple(found.values())

    def _hash(self, group: Group) -> str:
        """SHA-256 over what the rows say, whatever their order and that of the columns."""
        said = sorted(f"{self._kinds[row.kind]}{self._columns[row.kind].normalised(row.cells)}" for row in group.rows)
        return sha256("\x1e".join(said).encode()).hexdigest()


def kind_of(header: Header) -> str | None:
    """Which of Carnet's files has such a header, None where none has."""
    return next((kind for kind, signs in SIGNS.items() if signs <= set(header)), None)


def spelling(name: str) -> str:
    """A column's own name, without the zone that files for French spreadsheets tell beside it."""
    return name.removesuffix(" (UTC)")


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _address(heading: Cells, kind: str) -> Address:
    parts = {part: heading.text(f"{kind}_{part}") for part in Address.FIELDS if part != "country"}
    return Address(country=heading.country(f"{kind}_country"), **parts)
