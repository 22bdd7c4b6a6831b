"""What of an answer tells of a person: what the log seals (`Personal[...]`), by the names it is shown under."""

from __future__ import annotations

from domain.addresses import Address

PERMISSION = "personal:read"
MASK = "***"  # what who lacks the permission is shown instead, whether there is something or not

# An address is sealed as a whole; its country alone is shown to all, for it is what figures are made of.
SHOWN_OF_ADDRESSES = frozenset({"country"})
OF_ADDRESSES = frozenset(Address.FIELDS) - SHOWN_OF_ADDRESSES
