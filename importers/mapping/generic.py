"""Any CSV file with a row per order or per line, read by a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from domain.addresses import Address
from domain.statuses import CANCELLED, STAGES
from importers.drafts import Draft, DraftLine, DraftParcel, DraftPayment
from importers.faults import Fault, UnusableFile
from importers.mapping.line_cells import options_in, quantity_in, taxes_in, unit_in
from importers.mapping.mapping import PAYMENT_STANDINGS, CsvMapping, PaymentStanding
from importers.profile import Choices, ReadAs, content_hash, currency_of, same_in_all
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.dates import zone_named
from importers.reading.grouping import Group, Heads, Key, in_sequence, scattered
from importers.reading.patterns import Pattern, compiled, found
from importers.reading.rows import Row

CREDIT_NOTE = "credit-note"
ALIKE = ("currency", "total", "status", "payment_status", "customer_id")  # what all rows of an order tell alike

# Where the domain's words for a field differ from those of a mapping.
POINTERS = {
    "billing_address/email": "customer_email",
    "billing_address/name": "customer_name",
    "items/sku": "sku",
    "items/name": "name",
    "items/quantity": "quantity",
    "items/unit_price": "unit_price",
    "items/discount": "line_discount",
    "items/tax_rate": "tax_rate",
    "items/taxes": "taxes",
    "items/options": "options",
    "items/exemption": "exemption",
    "source": "channel",
    "text": "note",
    "amount": "total",
    "past/imported/total": "total",
    "refund-above-paid": "refunded",
}

READS: dict[str, ReadAs] = {
    **dict.fromkeys(("created_at", "paid_at", "shipped_at"), "date"),
    **dict.fromkeys(
        (
            "total", "discount", "shipping_charge", "paid", "refunded", "unit_price", "line_discount", "tax_rate",
        ),
        "amount",
    ),
    **dict.fromkeys(("customer_id", "customer_name", "customer_email", "note"), "person"),
    "quantity": "quantity",
}  # fmt: skip


class Generic:
    """The profile of files that a mapping explains."""

    name = "generic"
    heads: Heads | None = None

    def __init__(self, mapping: CsvMapping, headers: Sequence[tuple[str, ...]], choices: Choices) -> None:
        if len(headers) > 1:
            raise UnusableFile("A mapping reads files that all have the same columns; these have not.")
        self._mapping = mapping
        self._named = mapping.columns.named()
        self._columns = Columns(headers[0])
        self._columns.require(*self._named.values(), *mapping.nothing)
        self._currency = mapping.currency or choices.currency
        self._cell_format = CellFormat(
            decimal=mapping.decimal or choices.decimal,
            date_format=mapping.date_format or choices.dates,
            years_from=choices.years_from,
            zone=zone_named(mapping.timezone) if mapping.timezone else choices.zone,
            countries=mapping.countries,
            nothing=mapping.nothing,
        )
        self._rules = [
            (rule, [(self._named[field], compiled(pattern)) for field, pattern in rule.when.items()])
            for rule in mapping.rules
        ]
        self._alike = [column for field, column in self._named.items() if field in ALIKE]
        self._identity = mapping.columns.external_id or mapping.columns.number
        self._identity_at = self._columns.index[self._identity]
        self.follows: Key | None = None if mapping.rows == "scattered" else self._external_id
        self.source = mapping.source
        self.decimal = mapping.decimal
        self.dates = mapping.date_format
        self.reads = {column: _read_as(field) for field, column in self._named.items()}
        self.columns = self._named | {
            pointer: self._named[field] for pointer, field in POINTERS.items() if field in self._named
        }
        for kind in ("billing", "shipping"):
            address = {field for field in self._named if field.startswith(f"{kind}/")}
            self.columns |= {field.replace("/", "_address/"): self._named[field] for field in address}

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order together."""
        return (scattered if self._mapping.rows == "scattered" else in_sequence)(rows, self._external_id)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell, as the rules have it."""
        rows = [Cells(row, self._columns, self._cell_format) for row in group.rows]
        same_in_all(rows, self._alike, self._mapping.columns.currency)
        rule = next((rule for rule, conditions in self._rules if _fits(rows, conditions)), None)
        if rule and rule.then == "refuse":
            raise Fault(rule.code, rule.message, column=self._named[next(iter(rule.when))], fix=rule.fix)
        lines = tuple(line for row in rows if (line := self._line(row, sign=-1 if rule else 1)))
        told = _Told(rows, self._named)
        try:
            draft = self._draft(group, told, lines)
        except Fault as fault:
            raise fault.at(told.line) from None
        return _credit_note(draft) if rule else draft

    def _external_id(self, cells: Sequence[str]) -> str:
        return cells[self._identity_at].strip() if self._identity_at < len(cells) else ""

    def _line(self, row: Cells, sign: int) -> DraftLine | None:
        """The row's line; a row without name, SKU and price tells only of the order."""
        columns = self._mapping.columns
        name, sku = row.text(columns.name), row.text(columns.sku)
        try:
            price = row.decimal(columns.unit_price)
            if not name and not sku and price is None:
                return None
            unit = unit_in(row, columns.unit)
            return DraftLine(
                line=row.line,
                sku=sku,
                name=name or sku,
                quantity=sign * quantity_in(row, columns.quantity, unit) if columns.quantity else 1,
                unit=unit,
                options=options_in(row, columns.options),
                unit_price=price,
                discount=row.decimal(columns.line_discount) or Decimal(0),
                taxes=taxes_in(row, columns),
                exemption=row.text(columns.exemption),
            )
        except Fault as fault:
            raise fault.at(row.line) from None

    def _draft(self, group: Group, told: _Told, lines: tuple[DraftLine, ...]) -> Draft:
        currency = told.currency(self._currency)
        standing = self._standing(told)
        refunded = told.minor("refunded", currency) or 0
        shipped_at = told.instant("shipped_at")
        tracking_code = told.text("tracking_code")
        parcel = DraftParcel(carrier=told.text("carrier"), tracking_code=tracking_code, at=shipped_at)
        return Draft(
            number=told.required("number"),
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=told.line,
            created_at=told.earliest("created_at"),
            currency=currency,
            lines=lines,
            stage=self._stage(told),
            total=told.minor("total", currency),
            prices_include_tax=self._mapping.prices_include_tax,
            discount=told.minor("discount", currency) or 0,
            coupon=told.text("coupon"),
            shipping_charge=told.minor("shipping_charge", currency) or 0,
            shipping_method=told.text("shipping_method"),
            payment_method=told.text("payment_method"),
            payment=self._payment(told, currency, standing),
            refunded=refunded,
            fully_refunded=standing == "refunded" and not refunded,
            parcel=parcel if shipped_at or tracking_code else None,
            ended_at=shipped_at,
            customer_id=told.text("customer_id"),
            customer_name=told.text("customer_name"),
            billing=told.billing(),
            shipping=told.address("shipping"),
            source=told.text("channel"),
            operator=told.text("operator"),
            tags=tuple(tag.strip() for tag in told.text("tags").split(",") if tag.strip()),
            notes=tuple(note for note in (told.lines("note"),) if note),
        )

    def _stage(self, told: _Told) -> str:
        text = told.text("status")
        if not text:
            return self._mapping.stage
        if text in self._mapping.statuses:
            return self._mapping.statuses[text]
        if text in STAGES:
            return text
        fix = "Explain the status under [statuses] in the mapping."
        raise Fault("unknown-status", "This status is not known.", column=self._named["status"], fix=fix)

    def _standing(self, told: _Told) -> PaymentStanding | None:
        """What the payment's status says, else the order's; None where neither says anything."""
        payments = self._mapping.payments
        text = told.text("payment_status")
        if text in payments:
            return payments[text]
        if known := next((one for one in PAYMENT_STANDINGS if one == text.lower()), None):
            return known
        if text:
            fix = "Explain the payment's status under [payments] in the mapping: paid, unpaid or refunded."
            message = "This status of a payment is not known."
            raise Fault("unknown-payment-status", message, column=self._named["payment_status"], fix=fix)
        return None if "payment_status" in self._named else payments.get(told.text("status"))

    def _payment(self, told: _Told, currency: str, standing: PaymentStanding | None) -> DraftPayment | None:
        """What was paid: the amount told, else all of it where a status or the moment of payment says so."""
        amount, paid_at = told.minor("paid", currency), told.instant("paid_at")
        if amount is None and (standing == "unpaid" or (standing is None and not (paid_at or self._mapping.paid))):
            return None
        return DraftPayment(amount=amount, at=paid_at)


def _read_as(field: str) -> ReadAs:
    """What a mapping's field is read as."""
    if field in READS:
        return READS[field]
    if field.endswith("/country"):
        return "country"
    return "person" if "/" in field else "text"


class _Told:
    """What the rows of one order say of it as a whole: each field by the first row that says something."""

    def __init__(self, rows: Sequence[Cells], named: Mapping[str, str]) -> None:
        self.line = rows[0].line
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
        """The field's amount in minor units."""
        column = self._named.get(field)
        return self._row(column).minor(column, currency) if column else None

    def instant(self, field: str) -> datetime | None:
        """The field's instant."""
        column = self._named.get(field)
        return self._row(column).instant(column) if column else None

    def earliest(self, field: str) -> datetime:
        """The first of the instants that the rows tell, or a fault where none does."""
        column = self._named[field]
        told = {text: row for row in self._rows if (text := row.text(column))}
        if not told:
            return self._rows[0].required_instant(column)
        return min(row.required_instant(column) for row in told.values())

    def currency(self, otherwise: str) -> str:
        """The order's currency, else the one of the whole file."""
        column = self._named.get("currency", "")
        return currency_of(self._row(column), column, otherwise)

    def address(self, kind: str) -> Address:
        """The billing or shipping address."""
        parts = {part: self.text(f"{kind}/{part}") for part in Address.FIELDS if part != "country"}
        column = self._named.get(f"{kind}/country", "")
        return Address(country=self._row(column).country(column) if column else "", **parts)

    def billing(self) -> Address:
        """The billing address with the customer's name and e-mail address where it has none of its own."""
        address = self.address("billing")
        return replace(
            address,
            name=address.name or self.text("customer_name"),
            email=address.email or self.text("customer_email"),
        )


def _fits(rows: Iterable[Cells], conditions: Iterable[tuple[str, Pattern]]) -> bool:
    """Whether every row matches every condition."""
    return all(found(pattern, row.text(column)) for row in rows for column, pattern in conditions)


def _credit_note(draft: Draft) -> Draft:
    """Goods that came back: paid, all of it given back, cancelled."""
    return replace(
        draft,
        stage=CANCELLED,
        total=None if draft.total is None else abs(draft.total),
        payment=DraftPayment(at=draft.created_at),
        refunded=0,
        fully_refunded=True,
        parcel=None,
        remarks=(*draft.remarks, CREDIT_NOTE),
    )
