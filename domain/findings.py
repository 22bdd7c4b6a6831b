"""What looks wrong in a file of orders before any of it is stored."""

from __future__ import annotations

from msgspec import Struct


class Finding(Struct, frozen=True, kw_only=True):
    """What looks wrong in the orders that a file tells of: a stable name, of how many orders of those looked at it is
    true, and a sentence. It holds nothing of the file but figures and names of columns."""

    name: str
    orders: int
    looked_at: int
    detail: str
