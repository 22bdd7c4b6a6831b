"""An import taken back: which of its orders go, what they moved of stock, and what is left of the cards it wrote on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.addresses import Address
from domain.customers import Customer, CustomerCard, CustomerCreated, UndoCardImport, undo_card_import
from domain.events import Context, Event, fold
from domain.lookup import Decision, Lookup
from domain.orders.creation import OrderCreated, OrderImported
from domain.orders.imports import UndoOrderImport, undo_order_import
from domain.orders.order import Order
from domain.orders.prints import DocumentPrinted
from domain.stock.following import follow, taken_back


def is_of_import(events: Sequence[Event], import_id: UUID) -> bool:
    """Whether it was this import that brought the order last, not one after it."""
    imported = [event for event in events if isinstance(event, OrderImported)]
    return bool(imported) and imported[-1].metadata.import_id == import_id


def undo_order(order: Order, events: Sequence[Event], context: Context, lookup: Lookup, decision: Decision) -> None:
    """Takes an order back that nobody but the context's import worked on since it began; printing it is no work on it.

    What it holds of stock is free again, what left is back.
    """
    context = context_of(context, order.id)
    began = max(index for index, event in enumerate(events) if isinstance(event, OrderCreated))
    others = {
        event.TOPIC
        for event in events[began:]
        if event.metadata.import_id != context.import_id and not isinstance(event, DocumentPrinted)
    }
    held = taken_back(order)
    command = UndoOrderImport(order_id=order.id, context=context, since=tuple(sorted(others)))
    undo_order_import(order, command, lookup.shop)
    if stock := lookup.stock({wish.sku for wish in held}):
        follow(order, held, stock, context)
        decision.touched += (item for item in stock.values() if item.pending_events)


def undo_cards(
    streams: Mapping[UUID, Sequence[Event]], ordering: Mapping[UUID, bool], context: Context, lookup: Lookup
) -> list[Customer]:
    """The cards of those whose orders went, as they were before the import.

    `ordering` are those who have other orders still, and whether any of these came by this import too.
    """
    cards = []
    for customer_id, events in streams.items():
        if not ordering.get(customer_id):
            card = lookup.load(Customer, customer_id)
            _undo_card(card, events, context, lookup, alone=customer_id not in ordering)
            cards.append(card)
    return cards


def _undo_card(card: Customer, events: Sequence[Event], context: Context, lookup: Lookup, *, alone: bool) -> None:
    """A card that the import made goes when nobody used it; one that it wrote on says again what it said."""
    mine = [index for index, event in enumerate(events) if event.metadata.import_id == context.import_id]
    if not mine or any(event.metadata.import_id != context.import_id for event in events[mine[0] :]):
        return
    made_here = any(isinstance(events[index], CustomerCreated) for index in mine)
    if made_here and not alone:
        return
    before = None if made_here else _card_before(card, events[: mine[0]])
    command = UndoCardImport(customer_id=card.id, context=context_of(context, card.id), before=before)
    undo_card_import(card, command, lookup.shop)


def _card_before(card: Customer, events: Sequence[Event]) -> CustomerCard:
    """What a card said before; fields that said nothing say nothing again."""
    before = fold(Customer.blank(card.id), events)
    fields: dict[str, Any] = {name: before.value(name) for name in Address.FIELDS if name in card.fields}
    return CustomerCard(**fields, emails=before.emails, phones=before.phones)


def context_of(context: Context, originator_id: UUID) -> Context:
    """The context of what is taken back of one stream."""
    return replace(context, command_id=uuid5(context.command_id, str(originator_id)))


def skus_of(orders: Collection[Order]) -> set[str]:
    """The SKUs whose stock may move when the orders go."""
    return {item.sku for order in orders for item in order.items.values() if item.sku}
