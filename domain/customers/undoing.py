"""Cards as they were before an import: what it wrote is taken back, a card that it made goes."""

from __future__ import annotations

from domain.customers.card import Customer, CustomerCard, CustomerCommand, CustomerUpdated
from domain.events import Event
from domain.settings import Shop


class UndoCardImport(CustomerCommand, frozen=True, kw_only=True):
    """Take back what an import wrote on a card; `before` is what it said before, None when there was no card."""

    before: CustomerCard | None = None


class CardImportUndone(Event, frozen=True, kw_only=True):
    """The card went with the import that made it; it begins anew when the customer comes again."""

    TOPIC = "customer.import-undone"

    made_by: str

    def apply(self, customer: Customer) -> None:
        customer.fields = {}
        customer.withdrawn = True


def undo_card_import(customer: Customer, command: UndoCardImport, shop: Shop) -> None:
    """Takes a card back, or makes it say what it said before."""
    if customer.erased_at or customer.withdrawn:
        return
    if command.before is None:
        customer.record(CardImportUndone, command.context, made_by="import")
        return
    changed = {name: text for name, text in command.before.given().items() if text != customer.value(name)}
    if changed:
        card = CustomerCard(**changed)
        customer.record(CustomerUpdated, command.context, fields=tuple(changed), card=card, origin="import-undone")
