"""Orders over HTTP: a file per part of an order, one blueprint over all."""

from api.orders import (
    archive,
    bulk,
    cart,
    collection,
    details,
    documents,
    edits,
    history,
    messages,
    moves,
    notes,
    payment_links,
    payments,
    presence,
    returns,
    selection,
    shipments,
)
from api.orders.blueprint import orders

__all__ = [
    "archive",
    "bulk",
    "cart",
    "collection",
    "details",
    "documents",
    "edits",
    "history",
    "messages",
    "moves",
    "notes",
    "orders",
    "payment_links",
    "payments",
    "presence",
    "returns",
    "selection",
    "shipments",
]
