"""Cards as they were before an import: what it wrote is taken back, a card that it made goes."""

from __future__ import annotations

from typing import Any

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
        customer.emails = customer.phones = ()
        customer.withdrawn = True


def undo_card_import(customer: Customer, command: UndoCardImport, shop: Shop) -> None:
    """Takes a card back, or makes it say what it said before."""
    if customer.erased_at or customer.withdrawn:
        return
    if command.before is None:
        customer.record(CardImportUndone, command.context, made_by="import")
        return
    before = command.before
    changed: dict[str, Any] = {name: text for name, text in before.given().items() if text != customer.value(name)}
    for name in ("emails", "phones"):
        if (told := getattr(before, name)) is not None and told != getattr(customer, name):
            changed[name] = told
    if changed:
        card = CustomerCard(**changed)
        customer.record(CustomerUpdated, command.context, fields=tuple(changed), card=card, origin="import-undone")
