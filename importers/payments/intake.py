"""Payments and refunds of orders that are there, matched by number, else by amount, day and e-mail address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid5

from domain.errors import DomainError
from domain.events import Command, Context
from domain.imports import Choices as ImportChoices
from domain.orders.intake import Created, Known, Refused, Result
from domain.orders.order import Order
from domain.orders.payments import RecordPayment
from domain.orders.refunded import RefundOrder
from importers.faults import Fault
from importers.files import Staged
from importers.orders import IMPORTS
from importers.payments.forms import PaymentsReader, ToldPayment
from importers.reading.grouping import Group, Heads, Key
from importers.reading.rows import Row
from importers.taking import Pending, require_readable
from projections.desk.bulk import BatchHook
from projections.engine.tables import Connection
from projections.runtime import Runtime
from projections.views.orders.matching import like_payment
from projections.views.orders.numbers import numbered


class TellPayment(Command, frozen=True, kw_only=True):
    """A provider tells that this money came in for an order, or went back."""

    order_id: UUID
    method: str
    told: ToldPayment


class PaymentsIntake:
    """A provider's list of payments."""

    follows: Key | None = None
    heads: Heads | None = None

    def __init__(self, reader: PaymentsReader, runtime: Runtime, import_id: UUID, choices: ImportChoices) -> None:
        self._reader = reader
        self._runtime = runtime
        self._import_id = import_id
        self._choices = choices
        self.headers = (reader.header,)
        named = reader.named
        self.columns = {"number": named["reference"], "amount": named["amount"], "reference": named["reference"]}
        self.columns |= {"refund-above-paid": named.get("refunded", named["amount"]), "payment-unmatched": ""}

    def groups(self, rows: Iterable[Row]) -> Iterator[Group]:
        """Each row by itself."""
        for row in rows:
            yield Group(str(row.line), [row])

    def pending(self, staged: Staged) -> Pending:
        """What the row tells of its order."""
        require_readable(staged.rows)
        told = self._reader.told(staged.rows[0])
        with self._runtime.reading() as connection:
            order_id = _matched(connection, told)
        context = Context(
            command_id=uuid5(IMPORTS, f"payment\x1f{self._reader.form.name}\x1f{told.reference}"),
            actor="import:payments",
            at=datetime.now(UTC),
            import_id=self._import_id,
            acts=self._choices.automations,
        )
        return Pending(
            staged.rows, TellPayment(context=context, order_id=order_id, method=self._reader.form.name, told=told)
        )

    def check(self, staged: Staged) -> None:
        """What is wrong with the row, whatever order it is for."""
        self._reader.told(staged.rows[0])

    def save(self, commands: Sequence[Command], beside: BatchHook) -> Sequence[Result]:
        """Decides each row in a transaction of its own; one that was decided before leads to nothing new."""
        results = [self._decided(cast("TellPayment", command)) for command in commands]
        with self._runtime.log.session() as session:
            session.begin()
            beside(session, results)
            session.commit()
        return results

    def _decided(self, command: TellPayment) -> Result:
        changed = False
        try:
            for wanted in (_payment, _refund):
                order = self._runtime.log.load(Order, command.order_id)
                if one := wanted(order, command):
                    changed = True
                    if self._choices.dry_run:
                        self._runtime.desk.preview(one)
                    else:
                        self._runtime.desk.handle(one)
        except DomainError as error:
            return Refused(command.order_id, error)
        if changed:
            return Created(order.id, order.currency, 0, 0)
        return Known(order.id, False, order.currency, 0, 0)


def _matched(connection: Connection, told: ToldPayment) -> UUID:
    """The one order that the payment is for; raises `Fault` where there is none, or more than one."""
    for number in told.numbers:
        for text in (number, f"#{number}", number.removeprefix("#")):
            if len(found := numbered(connection, text)) == 1:
                return found[0]
    found = like_payment(connection, told.currency, told.amount, told.at, told.email) if told.amount > 0 else []
    if len(found) == 1:
        return found[0]
    if found:
        message, fix = (
            "Several orders cost as much on these days.",
            "Write the order's number beside it, or do it by hand.",
        )
        raise Fault("payment-ambiguous", message, fix=fix)
    message, fix = "No order has its number, or its amount on these days.", "Import the order first, or leave it out."
    raise Fault("payment-unmatched", message, fix=fix)


def _payment(order: Order, command: TellPayment) -> Command | None:
    """The payment, unless the order has it: under its reference, or as one of the same amount without any."""
    told = command.told
    if told.amount <= 0 or any(
        one.reference == told.reference or (not one.reference and one.amount == told.amount)
        for one in order.payments.values()
    ):
        return None
    return RecordPayment(
        order_id=order.id,
        context=command.context,
        method=command.method,
        amount=told.amount,
        reference=told.reference,
        paid_at=told.at,
    )


def _refund(order: Order, command: TellPayment) -> Command | None:
    """What went back and is not written down yet."""
    told = command.told
    amount = -told.amount if told.amount < 0 else told.refunded
    reference = told.reference if told.amount < 0 else f"{told.reference}/refund"
    written = sum(one.amount for one in order.refunds if one.reference in (reference, ""))
    if amount <= written:
        return None
    context = Context(
        command_id=uuid5(command.context.command_id, f"refund {amount}"),
        actor=command.context.actor,
        at=command.context.at,
        import_id=command.context.import_id,
        acts=command.context.acts,
    )
    return RefundOrder(
        order_id=order.id, context=context, amount=amount - written, method=command.method, reference=reference
    )
