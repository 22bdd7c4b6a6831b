"""Tracking codes and status changes of orders that are there, row by row: a row repeated changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid5

from domain.errors import DomainError
from domain.events import Command, Context
from domain.imports import Choices
from domain.orders.intake import Created, Known, Refused, Result
from domain.orders.moves import BalanceChoice, ChangeStatus, StockChoice
from domain.orders.order import Order, OrderNotFound, Shipment
from domain.orders.shipments import CorrectTracking, ShipOrder
from domain.settings import Shop
from domain.texts import CODE, check_text
from importers.faults import Fault, UnusableFile
from importers.files import Staged
from importers.orders import IMPORTS
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row
from importers.taking import Pending, require_readable
from projections.desk.bulk import BatchHook
from projections.runtime import Runtime
from projections.views.orders.numbers import numbered

UNKNOWN_CARRIER = "unknown"
# What a column may be called, in small letters; the first is the name that the errors use.
NAMES = {
    "number": ("number", "order", "order number", "name", "commande", "numéro"),
    "carrier": ("carrier", "transporteur", "shipping company"),
    "code": ("code", "tracking code", "tracking_code", "tracking number", "tracking", "numéro de suivi"),
    "status": ("status", "statut", "state"),
    "stock": ("stock",),
    "balance": ("balance",),
}
NEEDED = {"tracking": ("number", "code"), "statuses": ("number", "status")}
POINTERS = {
    "number": "number", "carrier": "carrier", "tracking_code": "code", "status": "status", "stock": "stock",
    "balance": "balance", "stock-confirmation-required": "stock", "balance-confirmation-required": "balance",
    "order-not-found": "number",
}  # fmt: skip


class TellTracking(Command, frozen=True, kw_only=True):
    """An order's parcel travels with this carrier under this code."""

    order_id: UUID
    carrier: str
    code: str


class TellStatus(Command, frozen=True, kw_only=True):
    """An order has this status, with this answer about stock and about money that is due."""

    order_id: UUID
    status: str
    stock: StockChoice | None
    balance: BalanceChoice | None


class UpdatesIntake:
    """A CSV file of `number, carrier, code` or of `number, status, stock, balance`."""

    def __init__(self, header: Sequence[str], runtime: Runtime, import_id: UUID, kind: str, choices: Choices) -> None:
        self.headers = (header,)
        self._places = _places(header)
        if missing := [name for name in NEEDED[kind] if name not in self._places]:
            raise UnusableFile(f"The file has no column {', '.join(missing)}; it has {', '.join(header)[:2000]}.")
        named = {name: header[place] for name, place in self._places.items()}
        self.columns = {pointer: named.get(name, "") for pointer, name in POINTERS.items()}
        self._runtime = runtime
        self._import_id = import_id
        self._kind = kind
        self._choices = choices
        self._shop = runtime.desk.shop()

    follows: Key | None = None
    heads: Heads | None = None

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each row by itself."""
        for row in rows:
            yield Group(str(row.line), [row])

    def pending(self, staged: Staged) -> Pending:
        """What the row tells of its order."""
        require_readable(staged.rows)
        cells = staged.rows[0].cells
        told = {name: cells[place].strip() for name, place in self._places.items()}
        check_text(told["number"], CODE, "/number", required=True)
        with self._runtime.reading() as connection:
            found = numbered(connection, told["number"])
        if not found:
            raise OrderNotFound("/number")
        if len(found) > 1:
            message = "Several orders have this number."
            raise Fault("number-ambiguous", message, column=self.columns["number"], fix="Change it by hand.")
        return Pending(staged.rows, self._command(found[0], told))

    def check(self, staged: Staged) -> None:
        """What is wrong with the row, whatever order it tells of."""
        cells = staged.rows[0].cells
        told = {name: cells[place].strip() for name, place in self._places.items()}
        check_text(told["number"], CODE, "/number", required=True)
        self._command(UUID(int=0), told)

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Decides each row in a transaction of its own; one that was decided before leads to nothing new."""
        results = [self._decided(command) for command in commands]
        with self._runtime.log.session() as session:
            session.begin()
            beside(session, results)
            session.commit()
        return results

    def _command(self, order_id: UUID, told: dict[str, str]) -> Command:
        asked = "\x1f".join((self._kind, str(order_id), *told.values()))
        context = Context(
            command_id=uuid5(IMPORTS, asked),
            actor=f"import:{self._kind}",
            at=datetime.now(UTC),
            import_id=self._import_id,
            acts=self._choices.automations,
        )
        if self._kind == "tracking":
            check_text(told["code"], CODE, "/tracking_code", required=True)
            return TellTracking(context=context, order_id=order_id, carrier=told.get("carrier", ""), code=told["code"])
        stock = told.get("stock", "").lower()
        if stock not in ("", "apply", "leave"):
            fix = "Write apply or leave, or nothing where the status moves no stock."
            raise Fault("unknown-stock-answer", "This is no answer.", column=self.columns["stock"], fix=fix)
        balance = told.get("balance", "").lower()
        if balance not in ("", "accept"):
            fix = "Write accept, or nothing where no money is due."
            raise Fault("unknown-balance-answer", "This is no answer.", column=self.columns["balance"], fix=fix)
        return TellStatus(
            context=context,
            order_id=order_id,
            status=_status_code(told["status"], self._shop),
            stock=cast("StockChoice", stock) if stock else None,
            balance=cast("BalanceChoice", balance) if balance else None,
        )

    def _decided(self, command: Command) -> Result:
        told = cast("TellTracking | TellStatus", command)
        try:
            order = self._runtime.log.load(Order, told.order_id)
            wanted = _tracking(order, told) if isinstance(told, TellTracking) else _move(order, told, self._choices)
            if wanted is None:
                return Known(order.id, False, order.currency, 0, 0)
            if self._choices.dry_run:
                self._runtime.desk.preview(wanted)
            else:
                self._runtime.desk.handle(wanted)
        except DomainError as error:
            return Refused(told.order_id, error)
        return Created(order.id, order.currency, 0, 0)


def _places(header: Sequence[str]) -> dict[str, int]:
    known = {alias: name for name, aliases in NAMES.items() for alias in aliases}
    places: dict[str, int] = {}
    for place, column in enumerate(header):
        if name := known.get(column.strip().lower()):
            places.setdefault(name, place)
    return places


def _status_code(text: str, shop: Shop) -> str:
    """The status's code, told as such or by its label."""
    named = {status.label.casefold(): code for code, status in shop.statuses.items()}
    return text if text in shop.statuses else named.get(text.casefold(), text)


def _tracking(order: Order, told: TellTracking) -> Command | None:
    """A parcel of this code is put right, one without a code gets it, else a new one takes all that is left."""
    live = [parcel for parcel in order.shipments.values() if parcel.state != "cancelled"]
    same = next((parcel for parcel in live if parcel.tracking_code == told.code), None)
    if same:
        return _correction(order, same, told) if told.carrier not in ("", same.carrier) else None
    bare = next((parcel for parcel in live if not parcel.tracking_code), None)
    if bare:
        return _correction(order, bare, told)
    return ShipOrder(
        order_id=order.id, context=told.context, carrier=told.carrier or UNKNOWN_CARRIER, tracking_code=told.code
    )


def _correction(order: Order, parcel: Shipment, told: TellTracking) -> Command:
    return CorrectTracking(
        order_id=order.id,
        context=told.context,
        shipment=parcel.number,
        carrier=told.carrier or None,
        tracking_code=told.code,
    )


def _move(order: Order, told: TellStatus, choices: Choices) -> Command | None:
    if told.status == order.status:
        return None
    notify = None if choices.automations else ()
    return ChangeStatus(
        order_id=order.id,
        context=told.context,
        status=told.status,
        stock=told.stock,
        balance=told.balance,
        notify=notify,
    )
