"""The profiles of files that a layout explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from domain.addresses import Address
from domain.taxes import single
from importers.drafts import Draft, DraftRefund
from importers.faults import Fault, UnusableFile
from importers.layouts.layout import Layout, read_as
from importers.layouts.lines import Line, lines_of
from importers.layouts.money import money_of
from importers.layouts.standings import state_of
from importers.layouts.told import Told
from importers.profile import Choices, ReadAs, content_hash, same_in_all
from importers.reading.cells import CellFormat, Cells, Columns
from importers.reading.grouping import Group, Heads, Key, in_sequence, scattered
from importers.reading.rows import Row

ALIKE = ("currency", "total", "created_at")
NOTED: ReadAs = "person"  # nobody knows what such a cell tells of whom
POINTERS = {
    "source": "channel",
    "billing_address/email": "customer_email",
    "billing_address/name": "customer_name",
    "items/sku": "sku",
    "items/name": "name",
    "items/quantity": "quantity",
    "items/unit_price": "unit_price",
    "items/discount": "line_discount",
    "text": "note",
    "code": "coupon",
    "amount": "total",
    "past/imported/total": "total",
    "refund-above-paid": "refunded",
}


class LayoutFile:
    """A kind of file known by its layout; see `KnownFile`."""

    def __init__(self, layout: Layout) -> None:
        self.name = layout.name
        self._layout = layout

    def __call__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> LaidOut:
        """The profile opened on the header of its files."""
        return LaidOut(self._layout, headers[0], choices)

    def claims(self, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is the header of such a file."""
        return len(headers) == 1 and self._layout.fits(headers[0])

    def leaves(self, name: str) -> bool:
        """Whether a column is one that the layout knows and reads nothing from."""
        return self._layout.leaves(name)


class LaidOut:
    """A profile that reads rows by a layout."""

    heads: Heads | None = None

    def __init__(self, layout: Layout, header: tuple[str, ...], choices: Choices) -> None:
        self._reader = OrderReader(layout, header, choices)
        self._layout = layout
        self.name = layout.name
        self.source = layout.source
        self.decimal = layout.decimal
        self.dates = layout.dates
        self.follows: Key | None = None if layout.scattered else self._reader.identity
        self.reads = self._reader.reads
        self.columns = self._reader.pointers

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """The rows of each order together."""
        return (scattered if self._layout.scattered else in_sequence)(rows, self._reader.identity)

    def draft(self, group: Group) -> Draft:
        """The order that the rows tell."""
        reader = self._reader
        told, back = reader.parted(group.rows)
        lines = (self._layout.lines or lines_of)(told)
        return reader.draft(told, back, lines, group.key, content_hash(group, reader.table))


class OrderReader:
    """Reads the rows of orders by their layout."""

    def __init__(self, layout: Layout, header: tuple[str, ...], choices: Choices) -> None:
        zone = choices.zone or layout.zone
        if zone is None and not layout.zones:
            raise UnusableFile(f"The times of {layout.name} tell no zone: say it, like --timezone Europe/Paris.")
        self._layout = layout
        self._named = layout.named(header)
        self._noted = layout.notes_in(header)
        self.table = Columns(header)
        self.table.require(*self._named.values())
        self._currency = choices.currency
        self._cell_format = CellFormat(
            decimal=choices.decimal or layout.decimal,
            date_format=choices.dates or layout.dates,
            years_from=choices.years_from,
            zone=zone,
        )
        self._identity_at = self.table.index[self._named.get("external_id", self._named["number"])]
        self.reads: dict[str, ReadAs] = {column: read_as(field) for field, column in self._named.items()}
        self.reads |= dict.fromkeys(self._noted, NOTED)
        self.pointers = self._named | {
            pointer: self._named[field] for pointer, field in POINTERS.items() if field in self._named
        }
        for field, column in self._named.items():
            kind, slash, part = field.partition("/")
            if slash:
                self.pointers[f"{kind}_address/{part}"] = column

    def identity(self, cells: Sequence[str]) -> str:
        """The order that a row belongs to, empty where it names none."""
        return cells[self._identity_at].strip().removeprefix("'") if self._identity_at < len(cells) else ""

    def told(self, rows: Iterable[Row]) -> Told:
        """What rows say, by their fields."""
        cells = [Cells(row, self.table, self._cell_format) for row in rows]
        return Told(cells, self._named, self._layout.sums, self._layout.zones)

    def parted(self, rows: Iterable[Row]) -> tuple[Told, list[Told]]:
        """The rows that tell the sale, and each that gives back; raises `Fault` where the sale is told in two ways."""
        rows = list(rows)
        layout, whole = self._layout, self.told(rows)
        if not layout.repeats:
            _require_once(rows)
        back = [row for row in whole.each() if layout.returns(row)] if layout.returns else []
        gone = {row.line for row in back}
        sale = [row for row in whole.each() if row.line not in gone]
        if not sale:
            message = "This gives back what no row of the files sells."
            raise Fault("sale-missing", message, fix="Import the sale together with it.", line=whole.line)
        told = whole.only(sale)
        alike = [self._named[field] for field in ALIKE if field in self._named and field not in layout.sums]
        if not layout.returns:
            same_in_all(told.rows, alike, self._named.get("currency", ""))
        return told, back

    def draft(self, told: Told, back: Sequence[Told], lines: Sequence[Line], key: str, hashed: str) -> Draft:
        """The order that a sale and its lines make, with what was given back."""
        try:
            draft = self._draft(told, lines, key, hashed)
            draft = replace(draft, refunds=(*draft.refunds, *_refunds(back, draft.currency)))
            return self._layout.amend(draft, told) if self._layout.amend else draft
        except Fault as fault:
            raise fault.at(told.line) from None

    def _draft(self, told: Told, lines: Sequence[Line], key: str, hashed: str) -> Draft:
        layout = self._layout
        currency = told.currency(self._currency)
        money = money_of(told, lines, layout, currency)
        state = state_of(told, layout, currency, money.total, money.lines)
        return Draft(
            number=told.plain("number") or key,
            external_id=key,
            content_hash=hashed,
            line=told.line,
            created_at=told.created_at(),
            currency=currency,
            lines=money.lines,
            total=money.total,
            tax=money.tax,
            prices_include_tax=money.prices_include_tax,
            discount=money.discount,
            coupon=told.text("coupon") if money.discount else "",
            shipping_charge=money.shipping_charge,
            shipping_taxes=single(money.shipping_rate),
            shipping_method=told.text("shipping_method"),
            payment_method=told.text("payment_method") or layout.payment_method,
            stage=state.stage,
            payment=state.payment,
            refunds=state.refunds,
            fully_refunded=state.fully_refunded,
            parcels=state.parcels,
            ended_at=state.ended_at,
            customer_id=told.plain("customer_id"),
            customer_name=_customer_name(told),
            billing=_billing(told),
            shipping=told.address("shipping"),
            source=told.text("channel"),
            operator=told.text("operator"),
            tags=tuple(tag.strip() for tag in told.text("tags").split(",") if tag.strip()),
            notes=self._notes(told),
            remarks=money.remarks + state.remarks,
        )

    def _notes(self, told: Told) -> tuple[str, ...]:
        """The customer's words, the shop's, and what has no place of its own on an order."""
        said = [told.paragraph("note"), told.paragraph("private_note")]
        other = {f"{column}: {text}": None for column in self._noted for row in told.rows if (text := row.text(column))}
        return tuple(dict.fromkeys(note for note in (*said, "\n".join(other)) if note))


def _require_once(rows: Sequence[Row]) -> None:
    """Refuses an order of which a row stands there twice, word for word."""
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        cells = tuple(row.cells)
        if cells in seen:
            message, fix = "This row repeats another of its order.", "Leave each row of the order once."
            raise Fault("duplicate-order", message, fix=fix, line=row.line)
        seen.add(cells)


def _customer_name(told: Told) -> str:
    return told.text("customer_name") or told.name("customer_first_name", "customer_last_name")


def _billing(told: Told) -> Address:
    """The billing address, with the customer's name, e-mail address and telephone where it has none of its own."""
    address = told.address("billing")
    return replace(
        address,
        name=address.name or _customer_name(told),
        email=address.email or told.text("customer_email"),
        phone=address.phone or told.plain("customer_phone"),
    )


def _refunds(back: Sequence[Told], currency: str) -> Iterator[DraftRefund]:
    """What went back, by the rows that say so: those of one moment are one refund."""
    amounts: dict[tuple[str, str], int] = {}
    moments = {}
    for row in back:
        key = (row.text("created_at") + row.text("time"), row.plain("payment_reference"))
        amounts[key] = amounts.get(key, 0) + abs(_worth(row, currency))
        moments[key] = row.instant("created_at")
    for key, amount in amounts.items():
        if amount:
            yield DraftRefund(amount=amount, reference=key[1], at=moments[key])


def _worth(row: Told, currency: str) -> int:
    """What a row that gives back is worth, below nothing: its total, or its parts with their signs."""
    if (total := row.minor("total", currency)) is not None:
        return total
    goods = "line_amount" if row.text("line_amount") else "line_gross"
    parts = (goods, "line_discount", "line_tax", "shipping_charge", "shipping_discount", "shipping_tax")
    fields = parts if goods == "line_gross" else (goods, *parts[2:])
    return sum(row.minor(field, currency) or 0 for field in fields)
