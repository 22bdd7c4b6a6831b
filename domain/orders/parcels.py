"""A parcel of an order: what is in it, with whom it travels, and where it is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct


class ShippedItem(Struct, frozen=True, kw_only=True):
    """So many units of a line in a shipment."""

    item: str
    quantity: int


ShipmentState = Literal["shipped", "delivered", "cancelled"]


class Shipment(Struct, frozen=True, kw_only=True):
    """A parcel: `state` is shipped, delivered or cancelled.

    `told_by` is what told the customer of its carrier and code: `tracking` for a mail of its own, else the status whose
    mail went out with it, if that status mails customers; empty: nothing did.
    """

    number: int
    carrier: str
    tracking_code: str
    items: tuple[ShippedItem, ...]
    state: ShipmentState
    at: datetime
    told_by: str = ""
