"""Identifiers that sort by the time they were made, so that new streams lie side by side in the log's index."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def time_ordered_id(at: datetime, noise: bytes) -> UUID:
    """An id of this instant (milliseconds) and ten bytes of noise (RFC 9562, UUIDv7)."""
    milliseconds = int(at.timestamp() * 1000)
    number = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(noise[:10], "big")
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | (7 << 76) | (2 << 62))
