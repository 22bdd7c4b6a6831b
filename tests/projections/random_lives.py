"""Orders with lives at random, their times in every order: imported by the batch, worked on by hand, taken back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.addresses import Address
from domain.errors import DomainError
from domain.events import Command, Context
from domain.orders import cart, charges, line_changes, moves, notes, payments, refunded, shipments
from domain.orders.archive import ArchiveOrder
from domain.orders.creation import CreateOrder
from domain.orders.imports import UndoOrderImport
from domain.orders.lines import NewItem
from domain.orders.order import Imported
from domain.orders.past import Past, PastPayment, PastRefund, PastShipment
from domain.taxes import single
from projections.runtime import Runtime

FIRST = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 200
STATUSES = ("pending", "processing", "shipped", "completed", "cancelled")


class Lives:
    """Makes orders and works on them; the same seed makes the same lives."""

    def __init__(self, runtime: Runtime, seed: int) -> None:
        self._runtime = runtime
        self._random = random.Random(seed)
        self._given = 0
        self.ids: list[UUID] = []

    def live(self, orders: int, rounds: int) -> None:
        """Imports two thirds of the orders and takes the others by hand, then works on all, round after round."""
        imported = [self._past(number) for number in range(orders * 2 // 3)]
        self._runtime.bulk.save(imported)
        self.ids += [command.order_id for command in imported]
        for number in range(len(imported), orders):
            self._handle(self._taken(number))
        for _ in range(rounds):
            for order_id in self.ids:
                self._handle(self._random.choice(list(self._deeds(order_id))))
        for command in self._random.sample(imported, max(1, orders // 15)):
            self._taken_back_and_imported_again(command)

    def instant(self) -> datetime:
        """Some instant of those days, to the microsecond; hours are few, so that instants coincide."""
        days, hours = self._random.randrange(DAYS), self._random.choice((0, 8, 8, 17))
        return FIRST + timedelta(days=days, hours=hours, microseconds=self._random.choice((0, 0, 1, 500)))

    def _context(self, at: datetime | None = None, import_id: UUID | None = None) -> Context:
        self._given += 1
        command_id = uuid5(UUID(int=0x11FE), str(self._given))
        told: dict[str, Any] = {"actor": "operator:nora", "reason": "So", "import_id": import_id}
        return Context(command_id=command_id, at=at or self.instant(), **told)

    def _lines(self) -> tuple[NewItem, ...]:
        number = self._random.randint(1, 3)
        return tuple(
            NewItem(
                sku=f"CUP-{self._random.randint(1, 4)}", name="Cup", quantity=self._random.randint(1, 4),
                unit_price=self._random.choice((0, 450, 1_000)), taxes=single(200_000),
            )
            for _ in range(number)
        )  # fmt: skip

    def _past(self, number: int) -> CreateOrder:
        """An order of the past: whatever the file tells of it at whatever time."""
        chance, lines = self._random.random, self._lines()
        total = sum(int(line.quantity) * (line.unit_price or 0) for line in lines) + self._random.choice(
            (0, 0, -3, 250)
        )
        paid = [PastPayment(amount=max(1, total), method="card", at=self.instant())] if chance() < 0.7 else []
        back = [PastRefund(amount=max(1, total // 3), at=self.instant())] if paid and chance() < 0.3 else []
        sent = [PastShipment(carrier="dhl", tracking_code="X1", at=self.instant())] if chance() < 0.6 else []
        past = Past(
            imported=Imported(source="shop", external_id=f"#{number}", content_hash="a", total=total),
            placed_at=self.instant(), payments=tuple(paid), refunds=tuple(back), shipments=tuple(sent),
            ended_at=self.instant(),
        )  # fmt: skip
        order_id = uuid5(UUID(int=0x9A57), str(number))
        context = self._context(import_id=UUID(int=0x1147))
        return CreateOrder(
            order_id=order_id, context=context, number=f"#{number}", currency="EUR", items=lines, past=past,
            billing_address=Address(name="Nora Example", email=f"nora{number}@example.com"),
            status=self._random.choice(STATUSES), tags=("past",) if chance() < 0.5 else (), notes=("Told",),
        )  # fmt: skip

    def _taken(self, number: int) -> CreateOrder:
        order_id = uuid5(UUID(int=0x7A4E), str(number))
        self.ids.append(order_id)
        return CreateOrder(
            order_id=order_id, context=self._context(), currency="EUR", place=self._random.random() < 0.8,
            prices_include_tax=True, items=self._lines(), shipping_charge=self._random.choice((0, 490)),
        )  # fmt: skip

    def _deeds(self, order_id: UUID) -> Iterator[Command]:
        """One of everything that can be done to an order, each at a time of its own."""
        told: Callable[[], dict[str, Any]] = lambda: {"order_id": order_id, "context": self._context()}  # noqa: E731
        pick = self._random.choice
        yield payments.RecordPayment(**told(), method="card", amount=pick((None, 300, 900)), paid_at=self.instant())
        yield payments.AuthorizePayment(**told(), method="card", amount=500)
        yield payments.CapturePayment(**told(), payment=pick("123"))
        yield payments.VoidPayment(**told(), payment=pick("123"))
        yield refunded.RefundOrder(**told(), goodwill=pick((100, 250)))
        yield shipments.ShipOrder(**told(), carrier="dhl", tracking_code="Y2")
        yield shipments.ShipOrder(**told(), carrier="dhl", lines=(shipments.ShipLine(item="1", quantity=1),))
        yield shipments.DeliverShipment(**told(), shipment=pick((1, 2)))
        yield shipments.CancelShipment(**told(), shipment=pick((1, 2)))
        yield moves.ChangeStatus(**told(), status=pick(STATUSES), force=True, balance="accept")
        yield cart.AddItem(**told(), item=self._lines()[0])
        yield line_changes.ChangeItem(**told(), item=pick("12"), quantity=pick((1, 5)), unit_price=700, discount=100)
        yield cart.RemoveItem(**told(), item=pick("12"))
        yield charges.SetDiscount(**told(), amount=pick((0, 200)))
        yield notes.AddNote(**told(), text="A word")
        yield notes.ReviseNote(**told(), note=pick("123"), text="Another word")
        yield notes.RemoveNote(**told(), note=pick("123"))
        yield notes.SetTags(**told(), tags=tuple(self._random.sample(("a", "b", "past"), pick((0, 1, 2)))))
        yield ArchiveOrder(**told())

    def _taken_back_and_imported_again(self, command: CreateOrder) -> None:
        """The undoing is of its own time; what comes again tells the same times once more."""
        undo = UndoOrderImport(order_id=command.order_id, context=self._context(FIRST + timedelta(days=DAYS + 1)))
        self._handle(undo)
        if self._random.random() < 0.6:
            self._runtime.bulk.save([command])

    def _handle(self, command: Command) -> None:
        """Gives the command; what the order refuses was not to be."""
        try:
            self._runtime.desk.handle(command)
        except DomainError:
            self._given += 1
