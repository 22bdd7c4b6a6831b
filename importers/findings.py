"""What looks wrong in the orders of a file, before any of it is stored; only sums and counts of them are kept.

Of files beyond 64 MB the first 20,000 orders are looked at: a mistake of the mapping is in all of them.

| name                    | what was seen                                                         | how often         |
|-------------------------|-----------------------------------------------------------------------|-------------------|
| `orders-without-lines`  | orders without lines, where a mapping reads or lines are known        | 1 order in 20     |
| `lines-without-price`   | no price of a line is told (mappings)                                 | 1 order in 20     |
| `adjustments`           | the parts come to another total than the one told                     | 1 % of the totals |
| `paid-but-unpaid`       | a column tells that it was paid, and nothing comes in as paid         | 1 order in 20     |
| `part-payments-unknown` | told to be paid in part, and nothing tells how much                   | 1 order in 20     |
| `done-but-unpaid`       | shipped or completed, and nothing comes in as paid (mappings)         | 1 order in 5      |
| `totals-not-read`       | a column that nothing is read from tells other totals (mappings)      | any               |
| `refunds-not-read`      | a column that nothing is read from tells of refunds (mappings)        | any               |
| `quantities-not-read`   | a column that nothing is read from tells of quantities (mappings)     | any               |
| `taxes-not-proved`      | taxes are read, and no total proves where they belong (mappings)      | 1 order in 20     |
| `names-of-products`     | a person bears the name of what they bought                           | 1 order in 20     |
| `one-company-for-all`   | different buyers are all of one company, the seller's (mappings)     | all of 3 or more  |
| `years-before-the-shop` | orders from before 1995, or 20 years older than the newest            | any               |
| `dates-in-the-future`   | orders that are refused because something is told to happen yet       | 1 order in 20     |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from domain.findings import Finding
from domain.money import amount_text, decimals
from domain.statuses import COMPLETED, SHIPPED
from importers.drafts import Draft
from importers.faults import Fault
from importers.guessing.columns import is_amount
from importers.guessing.statuses import payment_standing_of
from importers.guessing.words import meanings
from importers.intakes import Opened
from importers.mapping.generic import TAX_AMOUNTS, Generic
from importers.orders import Figures
from importers.reading.amounts import read_amount
from importers.reading.rows import Row
from importers.remarks import PAYMENT_UNKNOWN
from importers.taking import DATE_IN_FUTURE, Entry, Pending, judged, prepared

WHOLE = 64 << 20  # bytes of files of which every order is looked at
MOST_ORDERS = 20_000  # of larger ones
FEW, MANY = 20, 5  # one order in so many
SMALL_SHARE = 100  # adjustments may be a hundredth of the totals
FIRST_YEAR = 1995  # there were no shops like these before
LONGEST_LIFE = 20  # years of a shop
_TAX_AMOUNTS = frozenset(TAX_AMOUNTS)
PAYMENT = ("paid", "paid_at", "payment_status")


def found(file: Opened) -> tuple[Finding, ...]:
    """What looks wrong in the orders of a file, which then begins anew."""
    looked = _Looked(file)
    groups = file.groups() if file.size <= WHOLE else islice(file.first_groups(), MOST_ORDERS)
    for staged in judged(groups):
        looked.see(prepared(file.intake, staged))
    file.rewind()
    return tuple(looked.findings())


class _Looked:
    """What was seen in the orders looked at."""

    def __init__(self, file: Opened) -> None:
        self._mapped = file.profile == Generic.name
        self._has_lines = self._mapped or not {"quantity", "packed"}.isdisjoint(file.reads.values())
        self._unread = [(name, meanings(name)[0].field) for name in file.asked.unused if _is_told(name)]
        self._headers = file.headers
        statuses = ("status", "payment_status") if self._mapped else ()
        self._statuses = [file.intake.columns[one] for one in statuses if one in file.intake.columns]
        self._fields = file.intake.columns.keys()
        self._orders = 0
        self._seen: Counter[str] = Counter()
        self._columns: dict[str, set[str]] = {}
        self._sums: Counter[str] = Counter()
        self._differences: Counter[str] = Counter()
        self._years: Counter[int] = Counter()
        self._companies: set[str] = set()
        self._buyers: set[str] = set()

    def see(self, entry: Entry) -> None:
        """One order, or one that is refused."""
        self._orders += 1
        if not isinstance(entry, Pending):
            self._seen["dates-in-the-future"] += entry.fault.problem.code == DATE_IN_FUTURE
            return
        draft, figures = entry.draft, entry.figures
        if draft is None or figures is None:
            return
        self._years[draft.created_at.year] += 1
        self._seen["part-payments-unknown"] += PAYMENT_UNKNOWN in draft.remarks
        self._seen["orders-without-lines"] += self._has_lines and figures.without_lines
        self._seen["lines-without-price"] += self._mapped and figures.without_price
        self._seen["names-of-products"] += _is_product(draft)
        self._money(draft, figures)
        self._tell("paid-but-unpaid", self._paid_in(entry.rows) if figures.unpaid else [])
        if self._mapped:
            self._mapping_of(entry.rows, draft, figures)

    def findings(self) -> Iterator[Finding]:
        """What asks for a look."""
        yield from self._often("orders-without-lines", FEW, "no line of them is told")
        yield from self._often("lines-without-price", FEW, "no price of their lines is told")
        yield from self._adjustments()
        yield from self._often("paid-but-unpaid", FEW, "they come in unpaid although a column tells of a payment")
        yield from self._often(
            "part-payments-unknown", FEW, "they are told to be paid in part, and no amount is told: they come in unpaid"
        )
        yield from self._often("done-but-unpaid", MANY, "they are shipped or completed, and come in unpaid")
        for what in ("totals", "refunds", "quantities"):
            yield from self._often(f"{what}-not-read", self._orders, f"a column that tells of {what} is not read")
        yield from self._often(
            "taxes-not-proved", FEW, "amounts of tax are read, and no total proves whether they are within the prices"
        )
        yield from self._often("names-of-products", FEW, "a person bears the name of what they bought")
        alone = len(self._companies) == 1 and self._seen["company"] == self._orders
        if alone and self._orders >= 3 and len(self._buyers) > 2:
            yield self._finding("one-company-for-all", self._orders, "different buyers are all of one company")
        yield from self._of_old()
        yield from self._often("dates-in-the-future", FEW, "something is told to happen yet: they are refused")

    def _money(self, draft: Draft, figures: Figures) -> None:
        self._sums[figures.currency] += abs(figures.total)
        if not figures.without_lines:  # of those the whole total is one: they are told apart
            self._differences[figures.currency] += abs(figures.difference)
            self._seen["adjustments"] += figures.difference != 0
        told = self._mapped and not {"status", "fulfilment_status"}.isdisjoint(self._fields)
        self._seen["done-but-unpaid"] += told and figures.unpaid and draft.stage in (SHIPPED, COMPLETED)
        unproved = self._mapped and "total" not in self._fields and not _TAX_AMOUNTS.isdisjoint(self._fields)
        self._seen["taxes-not-proved"] += unproved

    def _mapping_of(self, rows: Sequence[Row], draft: Draft, figures: Figures) -> None:
        """What a mapping may have left out or taken for something else."""
        self._tell("refunds-not-read", self._unread_of(rows, "refunded"))
        others = [name for name in self._unread_of(rows, "total") if not self._comes_to(rows, name, figures)]
        self._tell("totals-not-read", others)
        self._tell("quantities-not-read", self._unread_of(rows, "quantity"))
        companies = {company for company in (draft.billing.company, draft.shipping.company) if company}
        if len(self._companies) < 2:
            self._companies |= companies
        self._seen["company"] += bool(companies)
        if len(self._buyers) < 3:
            self._buyers.add(draft.customer_name or draft.billing.name)

    def _tell(self, name: str, columns: Sequence[str]) -> None:
        self._seen[name] += bool(columns)
        self._columns.setdefault(name, set()).update(columns)

    def _paid_in(self, rows: Sequence[Row]) -> list[str]:
        """The columns in which rows of an unpaid order tell that it was paid."""
        unread = [name for field in PAYMENT for name in self._unread_of(rows, field)]
        return unread + [one for one in self._statuses if any(map(_says_paid, self._texts(rows, one)))]

    def _unread_of(self, rows: Sequence[Row], field: str) -> list[str]:
        """The columns that tell something of a field that no column was taken for."""
        if field in self._fields:
            return []
        says = _says_paid if field == "payment_status" else _says_something
        return [name for name, means in self._unread if means == field and any(map(says, self._texts(rows, name)))]

    def _comes_to(self, rows: Sequence[Row], column: str, figures: Figures) -> bool:
        """Whether what a column tells of an order, in one row or in all together, is the total that it has."""
        total = Decimal(figures.total).scaleb(-decimals(figures.currency))
        for sign in (".", ","):
            told = [amount for text in self._texts(rows, column) if (amount := _amount(text, sign)) is not None]
            if told and total in (told[0], sum(told)):
                return True
        return False

    def _texts(self, rows: Sequence[Row], column: str) -> Iterator[str]:
        for row in rows:
            header = self._headers[row.kind]
            if column in header:
                yield row.cells[header.index(column)].strip()

    def _often(self, name: str, one_in: int, what: str) -> Iterator[Finding]:
        count = self._seen[name]
        if count and count * one_in >= self._orders:
            columns = ", ".join(sorted(self._columns.get(name, ())))
            yield self._finding(name, count, f"{what} ({columns})" if columns else what)

    def _adjustments(self) -> Iterator[Finding]:
        above = [code for code, amount in self._differences.items() if amount * SMALL_SHARE > self._sums[code]]
        if above:
            told = " and ".join(f"{amount_text(self._differences[code], code)} {code}" for code in sorted(above))
            yield self._finding("adjustments", self._seen["adjustments"], f"their parts come to other totals: {told}")

    def _of_old(self) -> Iterator[Finding]:
        first = max(FIRST_YEAR, max(self._years, default=FIRST_YEAR) - LONGEST_LIFE)
        if early := {year: count for year, count in self._years.items() if year < first}:
            what = f"they are of {min(early)}, others much later"
            yield self._finding("years-before-the-shop", sum(early.values()), what)

    def _finding(self, name: str, orders: int, what: str) -> Finding:
        detail = f"{orders} of {self._orders} orders: {what}."
        return Finding(name=name, orders=orders, looked_at=self._orders, detail=detail)


def _is_told(name: str) -> bool:
    """Whether a column's name says surely what it holds."""
    return any(one.surely == 1.0 for one in meanings(name)[:1])


def _is_product(draft: Draft) -> bool:
    """Whether a person has the name of a product of the same order."""
    products = {text.casefold() for line in draft.lines for text in (line.name, line.sku) if text}
    persons = (draft.customer_name, draft.billing.name, draft.shipping.name)
    return any(name.casefold() in products for name in persons if name)


def _amount(text: str, sign: str) -> Decimal | None:
    try:
        return read_amount(text, sign) if text else None
    except Fault:
        return None


def _says_paid(text: str) -> bool:
    return payment_standing_of(text) == "paid"


def _says_something(text: str) -> bool:
    """Whether a cell tells more than nothing and 0."""
    return bool(text) and not (is_amount(text) and not text.strip("0.,- $€£"))
