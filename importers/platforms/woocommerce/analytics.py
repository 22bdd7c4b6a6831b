"""WooCommerce's Analytics > Orders, one row per order, whatever language its header is in.

Columns are found by their names in English, French, German, Spanish and Italian; under other names by what the cells of
their place hold, for WooCommerce writes them in one order: date, number, net revenue, status, customer, customer type,
products, items sold, coupons, net sales, attribution.

- The only amount told is net sales: the order's total without tax and shipping. It is kept to the cent and remarked
  `total-is-net-sales`; products have no prices of their own.
- The currency is told by the sign of the formatted revenue alone (`€12.50`; `$` is that of many), the time zone not at
  all: what is not told is asked for.
- A status of `statuses` says whether the order was paid; a completed order left in one parcel.
- Coupons, customer type and attribution have no place of their own on an order: they become a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.addresses import Address
from domain.statuses import COMPLETED
from importers.drafts import Draft, DraftLine, DraftParcel, DraftPayment
from importers.faults import Fault, UnusableFile
from importers.platforms.woocommerce.cells import Reading
from importers.platforms.woocommerce.places import places_by_cells, places_by_names
from importers.platforms.woocommerce.products import read_products
from importers.platforms.woocommerce.statuses import PAID_ALWAYS, PAID_MOSTLY, REFUNDED, REMARKS, STAGE_OF, status_of
from importers.profile import Choices, ReadAs, content_hash, currency_of
from importers.reading.amounts import currency_in, read_whole
from importers.reading.cells import CellFormat, Cells, Columns, minor_units
from importers.reading.dates import DAY_FIRST
from importers.reading.grouping import Group, Heads, Key, in_sequence
from importers.reading.rows import Row

NET_SALES = "total-is-net-sales"
UNCLEAR = "products-unclear"
IN_A_NOTE = ("customer_type", "coupons", "attribution")

READS: dict[str, ReadAs] = {
    "date": "date", "number": "text", "revenue": "amount", "status": "text", "customer": "person",
    "customer_type": "text", "products": "packed", "items": "quantity", "coupons": "text", "net": "amount",
    "attribution": "text",
}  # fmt: skip


class WooCommerceAnalytics:
    """The profile of WooCommerce's Analytics > Orders."""

    name = "woocommerce-analytics"
    source = "woocommerce"
    decimal = ""  # the shop's own sign
    dates = DAY_FIRST  # with hyphens; any other form must be proved
    heads: Heads | None = None

    def __init__(
        self, headers: Sequence[tuple[str, ...]], choices: Choices, places: Mapping[str, str] | None = None
    ) -> None:
        self._places = places or places_by_names(headers[0])
        if not choices.currency and "revenue" not in self._places:
            raise UnusableFile("These Analytics tell no currency: say it, like --currency EUR.")
        if choices.zone is None:
            raise UnusableFile("WooCommerce's times tell no zone: say the shop's, like --timezone Europe/Paris.")
        self._columns = Columns(headers[0])
        self._columns.require(*self._places.values())
        self._choices = choices
        self._reading = Reading(
            decimal=choices.decimal, dates=choices.dates, years_from=choices.years_from, zone=choices.zone
        )
        self._number_at = self._columns.index[self._places["number"]]
        self.follows: Key | None = self._number
        self.reads = {column: READS[role] for role, column in self._places.items()}
        self.columns = {
            "number": self._places["number"],
            "billing_address/name": self._places.get("customer", ""),
            "items/name": self._places["products"],
            "items/quantity": self._places["products"],
            "past/imported/total": self._amount,
            "amount": self._amount,
        }

    @classmethod
    def claims(cls, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether this is such a header in a language that is known."""
        return len(headers) == 1 and bool(places_by_names(headers[0]))

    @classmethod
    def resembling(
        cls, header: tuple[str, ...], rows: Sequence[Sequence[str]], choices: Choices
    ) -> WooCommerceAnalytics | None:
        """The profile for a header in any other language, where the cells below are those of such a file."""
        places = places_by_cells(header, rows)
        return cls([header], choices, places) if places else None

    @property
    def _amount(self) -> str:
        return self._places.get("net") or self._places["revenue"]

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each row by itself, with those behind it that name no order."""
        return in_sequence(rows, self._number)

    def draft(self, group: Group) -> Draft:
        """The order that the row tells."""
        if len(group.rows) > 1:
            message = "Two rows that follow each other tell of one order, or this row names none."
            raise Fault("duplicate-order", message, column=self._places["number"], line=group.rows[1].line)
        row = Cells(group.rows[0], self._columns, CellFormat())
        try:
            return self._draft(group, row)
        except Fault as fault:
            raise fault.at(row.line) from None

    def _number(self, cells: Sequence[str]) -> str:
        return cells[self._number_at].strip() if self._number_at < len(cells) else ""

    def _text(self, row: Cells, role: str) -> str:
        return row.text(self._places[role]) if role in self._places else ""

    def _draft(self, group: Group, row: Cells) -> Draft:
        revenue = self._places.get("revenue", "")
        currency = currency_of(row, "", currency_in(row.text(revenue)) or self._choices.currency)
        created_at = self._reading.required_instant(row.required(self._places["date"]), self._places["date"])
        status = status_of(row.required(self._places["status"]), self._places["status"])
        stage = STAGE_OF[status]
        products = read_products(self._text(row, "products"), self._units(row))
        remarks = [NET_SALES, *([REMARKS[status]] if status in REMARKS else []), *([UNCLEAR] * products.unclear)]
        return Draft(
            number=group.key,
            external_id=group.key,
            content_hash=content_hash(group, self._columns),
            line=row.line,
            created_at=created_at,
            currency=currency,
            lines=tuple(
                DraftLine(line=row.line, sku="", name=name, quantity=quantity, unit_price=None)
                for name, quantity in products.lines
            ),
            stage=stage,
            total=self._total(row, currency),
            payment=DraftPayment() if status in PAID_ALWAYS | PAID_MOSTLY else None,
            fully_refunded=status == REFUNDED,
            parcel=DraftParcel() if stage == COMPLETED else None,
            customer_name=self._text(row, "customer"),
            billing=Address(name=self._text(row, "customer")),
            notes=self._notes(row),
            remarks=tuple(remarks),
        )

    def _units(self, row: Cells) -> int | None:
        text = self._text(row, "items")
        return read_whole(text, self._places["items"]) if text else None

    def _total(self, row: Cells, currency: str) -> int:
        """Net sales, which must be told."""
        text = row.text(self._amount)
        column = self._amount if text else self._places.get("revenue", self._amount)
        return minor_units(self._reading.required_amount(row.required(column), column), currency, column)

    def _notes(self, row: Cells) -> tuple[str, ...]:
        told = [f"{self._places[role]}: {text}" for role in IN_A_NOTE if (text := self._text(row, role))]
        return ("\n".join(told),) if told else ()
