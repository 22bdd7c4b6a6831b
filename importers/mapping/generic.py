"""Any CSV file with a row per order or per line, read by a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from domain.statuses import CANCELLED, COMPLETED, PENDING, PROCESSING, SHIPPED, STAGES
from domain.taxes import single
from importers.drafts import Draft, DraftLine, DraftParcel, DraftPayment, DraftRefund
from importers.faults import Fault, UnusableFile
from importers.mapping.lines import ReadLine, given_back, read_line
from importers.mapping.mapping import FULFILMENTS, PAYMENT_STANDINGS, CsvMapping, Fulfilment, PaymentStanding
from importers.mapping.taxes import Rates, Taxed, rates_in
from importers.mapping.told import Told, discounted
from importers.profile import Choices, ReadAs, content_hash, same_in_all
from importers.reading.cells import CellFormat, Cells, Columns, minor_units
from importers.reading.dates import zone_named
from importers.reading.grouping import Group, Heads, Key, in_sequence, scattered
from importers.reading.patterns import Pattern, compiled, found
from importers.reading.rows import Row
from importers.remarks import AUTHORIZED, PARTLY_SHIPPED, PAYMENT_UNKNOWN, REFUND_UNKNOWN

CREDIT_NOTE = "credit-note"
PAID_IN_FULL = ("paid", "partially_refunded", "refunded")
TAX_AMOUNTS = ("tax", "line_tax", "shipping_tax")
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
            "total", "tax", "discount", "discount_percent", "shipping_charge", "shipping_discount", "shipping_tax",
            "paid", "refunded", "unit_price", "line_total", "line_discount", "line_discount_percent", "line_tax",
            "tax_rate",
        ),
        "amount",
    ),
    **dict.fromkeys(
        (
            "customer_id", "customer_name", "customer_first_name", "customer_last_name", "customer_email", "note",
        ),
        "person",
    ),
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
            in_minor_units=mapping.amounts == "minor",
        )
        self._negative = mapping.discounts == "negative"
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
        told = Told(rows, self._named, self._mapping.summed)
        currency = told.currency(self._currency)
        lines = [
            line
            for row in rows
            if (line := read_line(row, self._mapping, currency, is_credit_note=rule is not None)) is not None
        ]
        back: list[DraftRefund] = []
        if rule is None and self._mapping.negative_quantities == "returns":
            lines, back = self._apart(rows, lines, currency)
        try:
            draft = self._draft(group, told, lines, currency)
        except Fault as fault:
            raise fault.at(told.line) from None
        if back:
            return replace(draft, refunds=tuple(back))
        return _credit_note(draft) if rule else draft

    def _external_id(self, cells: Sequence[str]) -> str:
        return cells[self._identity_at].strip() if self._identity_at < len(cells) else ""

    def _apart(
        self, rows: Sequence[Cells], lines: list[ReadLine], currency: str
    ) -> tuple[list[ReadLine], list[DraftRefund]]:
        """The lines that were sold, and the money of those that came back; an order of returns alone stays as it is."""
        sold = [line for line in lines if line.line.quantity >= 0]
        if not sold:
            return lines, []
        columns = self._mapping.columns
        at = {row.line: row for row in rows}
        back = []
        for line in lines:
            if line.line.quantity < 0:
                amount = given_back(line, includes_tax=self._mapping.prices_include_tax)
                when = at[line.line.line].joined_instant(columns.created_at, columns.created_time)
                back.append(DraftRefund(amount=minor_units(amount, currency, columns.quantity), at=when))
        return sold, [one for one in back if one.amount]

    def _draft(self, group: Group, told: Told, lines: Sequence[ReadLine], currency: str) -> Draft:
        standing = self._standing(told)
        fulfilment = self._fulfilment(told)
        refunded = abs(told.minor("refunded", currency) or 0)
        shipped_at = told.instant("shipped_at")
        tracking_code = told.text("tracking_code")
        parcel = DraftParcel(carrier=told.text("carrier"), tracking_code=tracking_code, at=shipped_at)
        payment, total = self._payment(told, currency, standing), told.minor("total", currency)
        shipping_charge = self._shipping(told, currency)
        discount = self._discount(told, lines, currency)
        rates = self._rates(told, lines, currency, discount, shipping_charge)
        remarks = _remarks(standing, fulfilment, payment, refunded)
        return Draft(
            number=told.required("number"),
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=told.line,
            created_at=told.earliest("created_at", "created_time"),
            currency=currency,
            lines=_rated(lines, rates),
            stage=self._stage(
                told,
                standing,
                fulfilment,
                partly_refunded=standing == "refunded" and total is not None and 0 < refunded < total,
            ),
            total=total,
            tax=rates.tax if rates else 0,
            prices_include_tax=self._mapping.prices_include_tax,
            discount=discount,
            coupon=told.text("coupon"),
            shipping_charge=shipping_charge,
            shipping_taxes=single(rates.shipping if rates else 0),
            shipping_method=told.text("shipping_method"),
            payment_method=told.text("payment_method"),
            payment=payment,
            refunded=refunded,
            fully_refunded=standing == "refunded" and not refunded,
            parcel=parcel if shipped_at or tracking_code or fulfilment == "fulfilled" else None,
            ended_at=shipped_at,
            customer_id=told.text("customer_id"),
            customer_name=told.customer_name(),
            billing=told.billing(),
            shipping=told.address("shipping"),
            source=told.text("channel"),
            operator=told.text("operator"),
            tags=tuple(tag.strip() for tag in told.text("tags").split(",") if tag.strip()),
            notes=tuple(note for note in (told.lines("note"),) if note),
            remarks=remarks + (rates.remarks if rates else ()),
        )

    def _stage(
        self, told: Told, standing: PaymentStanding | None, fulfilment: Fulfilment | None, *, partly_refunded: bool
    ) -> str:
        """Where the order stands; one of which a part was refunded is not cancelled, whatever one word says."""
        text = told.text("status")
        if not text:
            return _stage_of(standing, fulfilment) if fulfilment else self._mapping.stage
        if text in self._mapping.statuses:
            stage = self._mapping.statuses[text]
            return COMPLETED if stage == CANCELLED and partly_refunded else stage
        if text in STAGES:
            return text
        fix = "Explain the status under [statuses] in the mapping."
        raise Fault("unknown-status", "This status is not known.", column=self._named["status"], fix=fix)

    def _standing(self, told: Told) -> PaymentStanding | None:
        """What the payment's status says, else the order's; None where neither says anything."""
        payments = self._mapping.payments
        text = told.text("payment_status")
        if text in payments:
            return payments[text]
        if known := next((one for one in PAYMENT_STANDINGS if one == text.lower()), None):
            return known
        if text:
            fix = f"Explain the payment's status under [payments] in the mapping: {', '.join(PAYMENT_STANDINGS)}."
            message = "This status of a payment is not known."
            raise Fault("unknown-payment-status", message, column=self._named["payment_status"], fix=fix)
        return None if "payment_status" in self._named else payments.get(told.text("status"))

    def _fulfilment(self, told: Told) -> Fulfilment | None:
        """What was sent; an empty cell says that nothing was, where the file has such a column."""
        column = self._named.get("fulfilment_status")
        if column is None:
            return None
        text = told.text("fulfilment_status")
        known = next((one for one in FULFILMENTS if one == text.lower()), None)
        if found := self._mapping.fulfilments.get(text) or known:
            return found
        if text:
            fix = f"Explain it under [fulfilments] in the mapping: {', '.join(FULFILMENTS)}."
            raise Fault("unknown-fulfilment", "What was sent is told in words not known.", column=column, fix=fix)
        return "unfulfilled"

    def _payment(self, told: Told, currency: str, standing: PaymentStanding | None) -> DraftPayment | None:
        """What was paid: the amount told, else all of it where a status or the moment of payment says so."""
        amount, paid_at = told.minor("paid", currency), told.instant("paid_at")
        if amount is None and (
            standing in ("unpaid", "authorized", "partially_paid")
            or (standing is None and not (paid_at or self._mapping.paid))
        ):
            return None
        return DraftPayment(amount=amount, at=paid_at)

    def _shipping(self, told: Told, currency: str) -> int:
        """What shipping cost after its own discount."""
        charge = told.minor("shipping_charge", currency) or 0
        return max(0, charge - told.off("shipping_discount", currency, negative=self._negative))

    def _discount(self, told: Told, lines: Sequence[ReadLine], currency: str) -> int:
        """The order's discount, as an amount or as a part of its lines."""
        amount = told.off("discount", currency, negative=self._negative)
        column = self._named.get("discount_percent", "")
        percent = told.percent("discount_percent") if column and not amount else None
        if percent is None:
            return amount
        whole = sum((line.charged for line in lines), Decimal(0))
        off = discounted(percent, column, negative=percent < 0)
        return minor_units(whole * off / 100, currency, column)

    def _rates(
        self, told: Told, lines: Sequence[ReadLine], currency: str, discount: int, shipping_charge: int
    ) -> Rates | None:
        """The rates that amounts of tax lead to."""
        if self._named.keys().isdisjoint(TAX_AMOUNTS):
            return None
        return rates_in(
            Taxed(
                currency=currency,
                lines=lines,
                includes_tax=self._mapping.prices_include_tax,
                discount=discount,
                shipping=shipping_charge,
                tax=told.minor("tax", currency),
                shipping_tax=told.minor("shipping_tax", currency),
            )
        )


def _rated(lines: Sequence[ReadLine], rates: Rates | None) -> tuple[DraftLine, ...]:
    """The lines with their rates, where amounts lead to them."""
    if rates is None:
        return tuple(read.line for read in lines)
    return tuple(replace(read.line, taxes=single(rate)) for read, rate in zip(lines, rates.lines, strict=True))


def _stage_of(standing: PaymentStanding | None, fulfilment: Fulfilment) -> str:
    """Where an order stands of which what was sent and what was paid is told, and no status beside."""
    if fulfilment == "fulfilled":
        return COMPLETED if standing in PAID_IN_FULL or standing is None else SHIPPED
    if standing == "refunded":
        return CANCELLED
    return PENDING if fulfilment == "unfulfilled" and standing in (None, "unpaid") else PROCESSING


def _remarks(
    standing: PaymentStanding | None, fulfilment: Fulfilment | None, payment: DraftPayment | None, refunded: int
) -> tuple[str, ...]:
    """What the words of a file leave open."""
    remarks = {
        AUTHORIZED: standing == "authorized",
        PAYMENT_UNKNOWN: standing == "partially_paid" and payment is None,
        REFUND_UNKNOWN: standing == "partially_refunded" and not refunded,
        PARTLY_SHIPPED: fulfilment == "partial",
    }
    return tuple(remark for remark, holds in remarks.items() if holds)


def _read_as(field: str) -> ReadAs:
    """What a mapping's field is read as."""
    if field in READS:
        return READS[field]
    if field.endswith("/country"):
        return "country"
    return "person" if "/" in field else "text"


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
