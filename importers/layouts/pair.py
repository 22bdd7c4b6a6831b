"""Two files that belong together, each with its layout: one tells the orders, the other their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from msgspec.structs import replace

from importers.drafts import Draft
from importers.faults import Fault
from importers.layouts.laid_out import OrderReader
from importers.layouts.layout import Layout
from importers.layouts.lines import lines_of
from importers.profile import Choices
from importers.reading.grouping import Group, Heads, Key, joined
from importers.reading.rows import Row


class PairedFile:
    """Two kinds of files known by their layouts; see `KnownFile`."""

    def __init__(self, name: str, orders: Layout, lines: Layout) -> None:
        self.name = name
        self._layouts = (orders, lines)

    def __call__(self, headers: Sequence[tuple[str, ...]], choices: Choices) -> Paired:
        """The profile opened on the headers of both."""
        orders_at = 0 if self._layouts[0].fits(headers[0]) else 1
        return Paired(self.name, *self._layouts, headers, orders_at, choices)

    def claims(self, headers: Sequence[tuple[str, ...]]) -> bool:
        """Whether one header is that of the orders, and the other that of their lines."""
        orders, lines = self._layouts
        if len(headers) != 2:
            return False
        first, second = headers
        return (orders.fits(first) and lines.fits(second)) or (orders.fits(second) and lines.fits(first))

    def leaves(self, name: str) -> bool:
        """Whether a column is one that a layout knows and reads nothing from."""
        return any(layout.leaves(name) for layout in self._layouts)


class Paired:
    """A profile that reads the orders of one file with the lines of another."""

    follows: Key | None = None
    heads: Heads | None = None

    def __init__(
        self,
        name: str,
        orders: Layout,
        lines: Layout,
        headers: Sequence[tuple[str, ...]],
        orders_at: int,
        choices: Choices,
    ) -> None:
        self.name = name
        self.source = orders.source
        self.decimal = orders.decimal
        self.dates = orders.dates
        self._orders_at = orders_at
        self._orders = OrderReader(orders, headers[orders_at], choices)
        self._lines = OrderReader(lines, headers[1 - orders_at], choices)
        self._lines_of = lines.lines or lines_of
        self.reads = self._lines.reads | self._orders.reads
        self.columns = self._lines.pointers | self._orders.pointers

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each order with its lines, wherever they stand."""
        readers = (self._orders, self._lines) if self._orders_at == 0 else (self._lines, self._orders)
        return joined(rows, [reader.identity for reader in readers])

    def draft(self, group: Group) -> Draft:
        """The order that its rows of both files tell."""
        of_orders = [row for row in group.rows if row.kind == self._orders_at]
        of_lines = [row for row in group.rows if row.kind != self._orders_at]
        if not of_orders:
            message, fix = "No file tells the order of this line.", "Put the order's row beside it."
            raise Fault("order-missing", message, fix=fix)
        told, back = self._orders.parted(of_orders)
        sold = self._lines.parted(of_lines)[0] if of_lines else None
        lines = self._lines_of(sold) if sold else []
        draft = self._orders.draft(told, back, lines, group.key, self._hash(group))
        coupon = sold.text("coupon") if sold and draft.discount and not draft.coupon else draft.coupon
        return replace(draft, coupon=coupon)

    def _hash(self, group: Group) -> str:
        """SHA-256 over what the rows say, whatever their order and that of the columns."""
        tables = (self._orders.table, self._lines.table)
        said = sorted(f"{row.kind}{tables[row.kind != self._orders_at].normalised(row.cells)}" for row in group.rows)
        return sha256("\x1e".join(said).encode()).hexdigest()
