"""Orders over HTTP: a file per part of an order, one blueprint over all."""

from api.orders import cart, collection, details, history, moves, notes, payments, shipments
from api.orders.blueprint import orders

__all__ = ["cart", "collection", "details", "history", "moves", "notes", "orders", "payments", "shipments"]
